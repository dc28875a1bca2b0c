import { databaseOnServer, realServer } from '../../connectors/_mssql/servers-for-test.ts';
import type { SourceBlock } from '../../engine/index.ts';
import type { SourceCase, Subject, Subjects } from './subject.ts';

const orders = 24;
const table: SourceBlock = { table: 'dbo.Orders' };
const goneKey = { ID: 999_999 };
const query: SourceBlock = {
  query: 'SELECT ID, Customer, Amount, ChangedAt FROM dbo.Orders WHERE ChangedAt >= @since AND ChangedAt < @until',
};

export const subjects: Subjects = {
  'a table': inSandbox(table, goneKey),
  'a query': inSandbox(query),
  ...(realServer !== undefined && {
    'a table of a real server': onServer(realServer, table, goneKey),
    'a query of a real server': onServer(realServer, query),
  }),
};

function inSandbox(block: SourceBlock, gone?: typeof goneKey): Subject {
  return {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('mssql has a sandbox');
      const now = (): number => Date.UTC(2026, 2, 2, 9);
      const server = await sandbox.start({ size: orders, now });
      return { settings: server.settings, now, source: sourceOf(block, gone), close: async () => server.close() };
    },
  };
}

/** The table of the sandbox, in a data base of its own for every test. */
function onServer(url: string, block: SourceBlock, gone?: typeof goneKey): Subject {
  return {
    async prepare() {
      const { settings, execute, close } = await databaseOnServer(url);
      await execute(`CREATE TABLE dbo.Orders (ID int NOT NULL PRIMARY KEY, Customer nvarchar(100) NULL, Amount money NOT NULL,
        ChangedAt datetime2(3) NOT NULL, Version rowversion NOT NULL)`);
      const rows = Array.from({ length: orders }, (_, index) => {
        const customer = index % 3 === 0 ? 'NULL' : `N'клиент ${index}'`;
        return `(${index + 1}, ${customer}, ${index}.5, DATEADD(minute, ${index - orders}, SYSDATETIME()))`;
      });
      await execute(`INSERT INTO dbo.Orders (ID, Customer, Amount, ChangedAt) VALUES ${rows.join(', ')}`);
      const [{ utc } = {}] = await execute('SELECT SYSUTCDATETIME() AS utc');
      if (!(utc instanceof Date)) throw new TypeError('the server tells no time');
      // Its clock may be apart from that of this machine, which is not what is tried here.
      const ahead = utc.getTime() - Date.now();
      return { settings: { ...settings }, now: () => Date.now() + ahead, source: sourceOf(block, gone), close };
    },
  };
}

function sourceOf(block: SourceBlock, gone: typeof goneKey | undefined): SourceCase {
  return {
    block,
    window: { field: 'ChangedAt', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
    rows: orders,
    ...(gone && { goneKey: gone }),
  };
}
