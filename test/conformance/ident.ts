import type { Subjects } from './subject.ts';

const visits = 24;

export const subjects: Subjects = {
  receptions: {
    async prepare(connector) {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('ident has a sandbox');
      const now = (): number => Date.UTC(2026, 2, 2, 9);
      const clinic = await sandbox.start({ size: visits, now });
      return {
        settings: clinic.settings,
        now,
        source: {
          block: { stream: 'receptions' },
          window: { field: 'changedAt', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows: visits,
          goneKey: { id: 999_999 },
        },
        close: async () => clinic.close(),
      };
    },
  },
};
