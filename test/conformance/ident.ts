import type { Prepared, Subject, Subjects } from './subject.ts';

const visits = 24;
const now = (): number => Date.UTC(2026, 2, 2, 9);
const everything = { field: 'changedAt', firstMs: 'all', overlapMs: 0, fullMs: 'all' } as const;

/** A clinic of its own, read as one of its streams; `rows` counts what the stream has there. */
function subject(stream: string, rows: (counts: Readonly<Record<string, number>>) => number, size = visits): Subject {
  return {
    async prepare(connector): Promise<Prepared> {
      const sandbox = await connector.sandbox?.();
      if (!sandbox) throw new Error('ident has a sandbox');
      const clinic = await sandbox.start({ size, now });
      return {
        settings: clinic.settings,
        now,
        source: {
          block: { stream },
          ...(cursorless.has(stream) ? {} : { window: everything }),
          rows: rows((await clinic.counts?.()) ?? {}),
          goneKey: { id: 999_999 },
        },
        close: async () => clinic.close(),
      };
    },
  };
}

const cursorless = new Set(['doctors', 'branches', 'services']);

export const subjects: Subjects = {
  receptions: subject('receptions', () => visits),
  // One order in twenty-five brings a plan; so many patients have one.
  treatmentPlans: subject('treatmentPlans', () => 12, 300),
  patients: subject('patients', (counts) => counts['Patients'] ?? 0, 60),
  doctors: subject('doctors', () => 6),
  branches: subject('branches', () => 3),
  services: subject('services', () => 16),
};
