import type { SourceBlock } from '../../engine/index.ts';
import type { Subject, Subjects } from './subject.ts';

const orders = 24;

export const subjects: Subjects = {
  'a table': inServer({ table: 'dbo.Orders' }, { ID: 999_999 }),
  'a query': inServer({
    query: 'SELECT ID, Customer, Amount, ChangedAt FROM dbo.Orders WHERE ChangedAt >= @since AND ChangedAt < @until',
  }),
};

function inServer(block: SourceBlock, goneKey?: Readonly<Record<string, number>>): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('mssql has a sandbox');
      const now = (): number => Date.UTC(2026, 2, 2, 9);
      const server = await sandbox.start({ size: orders, now });
      return {
        settings: server.settings,
        now,
        source: {
          block,
          window: { field: 'ChangedAt', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows: orders,
          ...(goneKey && { goneKey }),
        },
        close: async () => server.close(),
      };
    },
  };
}
