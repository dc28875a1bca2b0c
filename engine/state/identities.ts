import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import type { OtherInstance, PortalBook } from './machine-ports.ts';

/** Who we are, for the portal book: it lies on the machine and is not copied with a pipeline's folder (DL-21). */
export const identitiesMigration = `
  CREATE TABLE machine (id TEXT NOT NULL) STRICT;

  CREATE TABLE instances (
    pipeline TEXT PRIMARY KEY,
    instance TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE others (
    pipeline TEXT NOT NULL,
    instance TEXT NOT NULL,
    met_at INTEGER NOT NULL,
    adopted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (pipeline, instance)
  ) STRICT, WITHOUT ROWID;
`;

interface OtherRow {
  readonly instance: string;
  readonly met_at: number;
  readonly adopted: number;
}

export function identities(db: Database, clock: Clock): Pick<PortalBook, 'identity' | 'others' | 'meet' | 'adopt'> {
  const machine = db.sqlite.prepare<[], { readonly id: string }>('SELECT id FROM machine');
  const beginMachine = db.sqlite.prepare<[string]>('INSERT INTO machine (id) VALUES (?)');
  const instance = db.sqlite.prepare<[string], { readonly instance: string }>(
    'SELECT instance FROM instances WHERE pipeline = ?',
  );
  const begin = db.sqlite.prepare<[string, string]>('INSERT INTO instances (pipeline, instance) VALUES (?, ?)');
  const all = db.sqlite.prepare<[string], OtherRow>(
    'SELECT instance, met_at, adopted FROM others WHERE pipeline = ? ORDER BY met_at, instance',
  );
  const meet = db.sqlite.prepare<[string, string, number]>(
    'INSERT INTO others (pipeline, instance, met_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET met_at = excluded.met_at',
  );
  const adopt = db.sqlite.prepare<[string], { readonly instance: string }>(
    'UPDATE others SET adopted = 1 WHERE pipeline = ? AND adopted = 0 RETURNING instance',
  );

  const machineId = (): string => {
    const known = machine.get()?.id;
    if (known !== undefined) return known;
    const id = newId();
    beginMachine.run(id);
    return id;
  };
  const instanceId = (pipeline: string): string => {
    const known = instance.get(pipeline)?.instance;
    if (known !== undefined) return known;
    const id = newId();
    begin.run(pipeline, id);
    return id;
  };
  return {
    identity: async (pipeline) => db.write(() => ({ machine: machineId(), instance: instanceId(pipeline) })),
    others: async (pipeline) => db.read(() => all.all(pipeline)).map(otherOf),
    async meet(pipeline, other) {
      db.write(() => meet.run(pipeline, other, clock.now()));
    },
    adopt: async (pipeline) => db.write(() => adopt.all(pipeline)).map((row) => row.instance),
  };
}

/** Short enough to stand in a field of a CRM and in a message. */
function newId(): string {
  return randomUUID().slice(0, 8);
}

function otherOf({ instance, met_at: metAt, adopted }: OtherRow): OtherInstance {
  return { instance, metAt, adopted: adopted === 1 };
}
