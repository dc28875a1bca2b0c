import type { Cursor, Row } from '../connector.ts';
import type { Database } from './database.ts';
import { stateErrors } from './errors.ts';
import type { Checkpoint, Delivery, FieldHashes, Link, Owed, RunEntry, StateStore } from './ports.ts';
import { given, parsed } from './stored.ts';

type ProgressPart = Pick<
  StateStore,
  | 'startRun'
  | 'finishRun'
  | 'runs'
  | 'pruneResults'
  | 'checkpoint'
  | 'checkpoints'
  | 'known'
  | 'writtenByOlder'
  | 'links'
  | 'lastWritten'
  | 'owed'
>;

export interface Progress extends ProgressPart {
  /** Links, known hashes and checkpoint of a delivery; part of the transaction around it. */
  advance(delivery: Delivery): void;
}

/** Runs, how far they came, what they delivered and where to. */
export function progress(db: Database, onStart: () => void): Progress {
  return { ...runs(db, onStart), ...delivered(db), ...checkpoints(db), advance: advancing(db) };
}

/** Throws unless the epoch is that of the latest run: an older one may not write after it (DL-9). */
export function fence(db: Database): (epoch: number) => void {
  const latest = db.sqlite.prepare<[], { readonly epoch: number }>('SELECT coalesce(max(epoch), 0) AS epoch FROM runs');
  return (epoch) => {
    const current = latest.get()?.epoch ?? 0;
    if (epoch !== current) throw stateErrors.fenced.error({ epoch, current });
  };
}

interface RunRow {
  readonly epoch: number;
  readonly run: string;
  readonly started_at: number;
  readonly mapping: string;
  readonly pid: number;
  readonly finished_at: number | null;
  readonly exit_code: number | null;
  readonly result: string | null;
}

function runs(db: Database, onStart: () => void): Pick<StateStore, 'startRun' | 'finishRun' | 'runs' | 'pruneResults'> {
  const start = db.sqlite.prepare<[string, number, string, number]>(
    'INSERT INTO runs (run, started_at, mapping, pid) VALUES (?, ?, ?, ?)',
  );
  const finish = db.sqlite.prepare<[number, number, string, string]>(
    'UPDATE runs SET finished_at = ?, exit_code = ?, result = ? WHERE run = ?',
  );
  const newest = db.sqlite.prepare<[number], RunRow>('SELECT * FROM runs ORDER BY epoch DESC LIMIT ?');
  // Runs stand in the order of time: only those that go are looked at.
  const prune = db.sqlite.prepare<[number]>(
    `UPDATE runs SET result = NULL WHERE result IS NOT NULL AND epoch < coalesce(
      (SELECT epoch FROM runs WHERE result IS NOT NULL AND started_at >= ? ORDER BY epoch LIMIT 1), 9e18)`,
  );
  return {
    startRun: async ({ run, startedAt, mapping, pid }) =>
      db.write(() => {
        onStart();
        return Number(start.run(run, startedAt, mapping, pid).lastInsertRowid);
      }),
    async finishRun({ run, finishedAt, exitCode, result }) {
      db.write(() => finish.run(finishedAt, exitCode, JSON.stringify(result), run));
    },
    runs: async (limit) => db.read(() => newest.all(limit)).map(runEntry),
    pruneResults: async (before) => db.write(() => prune.run(before).changes),
  };
}

function runEntry(row: RunRow): RunEntry {
  return {
    run: row.run,
    epoch: row.epoch,
    startedAt: row.started_at,
    mapping: row.mapping,
    pid: row.pid,
    ...given('finishedAt', row.finished_at),
    ...given('exitCode', row.exit_code),
    ...(row.result !== null && { result: parsed<Row>(row.result) }),
  };
}

interface WrittenRow extends Link {
  readonly hashes: string | null;
}

function delivered(db: Database): Pick<StateStore, 'known' | 'writtenByOlder' | 'links' | 'lastWritten' | 'owed'> {
  const hashOf = db.sqlite.prepare<[string, string], { readonly hash: string }>(
    'SELECT hash FROM known WHERE flow = ? AND key = ?',
  );
  const older = db.sqlite.prepare<[string], { readonly rows: number }>(
    `SELECT count(*) AS rows FROM known JOIN runs USING (epoch)
      WHERE flow = ? AND mapping <> (SELECT mapping FROM runs ORDER BY epoch DESC LIMIT 1)`,
  );
  const owedBy = db.sqlite.prepare<[string, string], Omit<Owed, 'made'> & { readonly made: string }>(
    'SELECT key, target, row, list, made FROM owed WHERE flow = ? AND key = ?',
  );
  // Nearly always there is none, and a batch that is loaded has ten thousand keys.
  const anyOwed = db.sqlite.prepare<[string]>('SELECT 1 FROM owed WHERE flow = ? LIMIT 1');
  const columns = 'flow, key, target, connection, entity, row, at';
  const linksOf = db.sqlite.prepare<[string, string], Link>(
    `SELECT ${columns} FROM links WHERE flow = ? AND key IN (SELECT value FROM json_each(?)) ORDER BY at DESC`,
  );
  const written = db.sqlite.prepare<[string, string], WrittenRow>(
    `SELECT ${columns}, fields AS hashes FROM links WHERE flow = ? AND key = ? ORDER BY at DESC`,
  );
  return {
    known: async (flow, keys) =>
      db.read(() => {
        const found = new Map<string, string>();
        for (const key of keys) {
          const hash = hashOf.get(flow, key)?.hash;
          if (hash !== undefined) found.set(key, hash);
        }
        return found;
      }),
    writtenByOlder: async (flow) => db.read(() => older.get(flow)?.rows ?? 0),
    owed: async (flow, keys) =>
      db
        .read(() => (anyOwed.get(flow) ? keys.flatMap((key) => owedBy.all(flow, key)) : []))
        .map(({ made, ...owed }) => ({ ...owed, made: parsed<Row>(made) })),
    links: async (flow, keys) => db.read(() => linksOf.all(flow, JSON.stringify(keys))),
    lastWritten: async (flow, key) =>
      db
        .read(() => written.all(flow, key))
        .map(({ hashes, ...link }) => ({ ...link, fields: hashes === null ? {} : parsed<FieldHashes>(hashes) })),
  };
}

interface CheckpointRow {
  readonly flow: string;
  readonly cursor: string | null;
  readonly since: string | null;
  readonly params: string;
  readonly sequence: number | null;
  readonly at: number;
  readonly run: string;
}

function checkpoints(db: Database): Pick<StateStore, 'checkpoint' | 'checkpoints'> {
  const one = db.sqlite.prepare<[string], CheckpointRow>('SELECT * FROM checkpoints WHERE flow = ?');
  const all = db.sqlite.prepare<[], CheckpointRow>(
    `SELECT * FROM checkpoints WHERE params <> '' OR since IS NOT NULL ORDER BY flow`,
  );
  return {
    async checkpoint(flow) {
      const row = db.read(() => one.get(flow));
      return row && checkpointOf(row);
    },
    checkpoints: async () => db.read(() => all.all()).map(checkpointOf),
  };
}

function checkpointOf({ cursor, since, sequence, ...row }: CheckpointRow): Checkpoint {
  return {
    ...row,
    ...given('since', since),
    ...given('sequence', sequence),
    ...(cursor !== null && { cursor: parsed<Cursor>(cursor) }),
  };
}

function advancing(db: Database): (delivery: Delivery) => void {
  const link = db.sqlite.prepare<Omit<Link, 'fields'> & { readonly fields: string | null }>(
    `INSERT INTO links (flow, key, target, connection, entity, row, at, fields)
      VALUES (@flow, @key, @target, @connection, @entity, @row, @at, @fields)
      ON CONFLICT DO UPDATE SET at = excluded.at,
        fields = iif(excluded.fields IS NULL, fields, json_patch(coalesce(fields, '{}'), excluded.fields))`,
  );
  const know = db.sqlite.prepare<[string, string, string, number]>(
    `INSERT INTO known (flow, key, hash, epoch) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET hash = excluded.hash, epoch = excluded.epoch`,
  );
  const save = db.sqlite.prepare<[string, string | null, string, number | null, number, string]>(
    'INSERT OR REPLACE INTO checkpoints (flow, cursor, params, sequence, at, run) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const owe = db.sqlite.prepare<[string, string, string, string, string, string]>(
    'INSERT OR REPLACE INTO owed (flow, key, target, row, list, made) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const pay = db.sqlite.prepare<[string, string]>('DELETE FROM owed WHERE flow = ? AND key = ?');
  return (delivery) => {
    const { flow: owner } = delivery;
    for (const { fields, ...row } of delivery.links) {
      link.run({ ...row, fields: fields ? JSON.stringify(fields) : null });
    }
    for (const { key, target, row, list, made } of delivery.owed ?? []) {
      owe.run(owner, key, target, row, list, JSON.stringify(made));
    }
    for (const { key, hash } of delivery.delivered) {
      know.run(owner, key, hash, delivery.epoch);
      pay.run(owner, key);
    }
    if (!delivery.checkpoint) return;
    const { flow, cursor, params, sequence, at, run } = delivery.checkpoint;
    save.run(flow, cursor ? JSON.stringify(cursor) : null, params, sequence ?? null, at, run);
  };
}
