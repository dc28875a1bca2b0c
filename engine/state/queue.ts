import type { Row } from '../connector.ts';
import type { Database } from './database.ts';
import type { Delivery, QueueCounts, QueueEntry, QueueFilter, QueueState, StateStore, StoredError } from './ports.ts';
import { given, parsed } from './stored.ts';
import type { Unfinished } from './unfinished.ts';

type QueuePart = Pick<
  StateStore,
  'due' | 'queue' | 'queuedVersions' | 'queuedAttempts' | 'queueCounts' | 'droppable' | 'purgeQueue'
>;

export interface Queue extends QueuePart {
  /** Drops, closes the rows of what was delivered, puts what was queued; part of the transaction around it. */
  update(delivery: Delivery): void;
}

interface QueueRow {
  readonly id: number;
  readonly flow: string;
  readonly key: string;
  readonly hash: string | null;
  readonly source: string;
  readonly source_key: string | null;
  readonly state: QueueState;
  readonly error: string;
  readonly due_at: number | null;
  readonly marked: number;
  readonly attempts: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly run: string;
}

/** Named one by one, so that the index by state finds the few among the many that are done. */
export const isOpen = `state IN ('pending', 'waiting', 'quarantined', 'failed')`;
/** Nearly always there is none, and a batch that is loaded has ten thousand keys. */
const anyOpenRow = `SELECT 1 FROM queue WHERE flow = ? AND ${isOpen} LIMIT 1`;
export const inDoubt =
  'EXISTS (SELECT 1 FROM intents i WHERE i.flow = queue.flow AND i.key = queue.key AND i.open = 1)';

/** Records that failed and wait: one row per (flow, key), whatever happens to it (DL-17, DL-18). */
export function queue(db: Database, end: Unfinished['end']): Queue {
  const purge = db.sqlite.prepare<[string, number]>(
    `DELETE FROM queue WHERE flow = ? AND NOT (${isOpen}) AND last_at < ?`,
  );
  return {
    ...looking(db),
    ...ofRecords(db),
    purgeQueue: async (flow, before) => db.write(() => purge.run(flow, before).changes),
    update: updating(db, end),
  };
}

function ofRecords(db: Database): Pick<QueuePart, 'queuedVersions' | 'queuedAttempts'> {
  const openRow = db.sqlite.prepare<[string, string], Pick<QueueRow, 'hash' | 'attempts'>>(
    `SELECT hash, attempts FROM queue WHERE flow = ? AND key = ? AND ${isOpen}`,
  );
  const anyOpen = db.sqlite.prepare<[string]>(anyOpenRow);
  // Nearly always none waits, and a batch that is loaded has ten thousand keys.
  const openRows = (flow: string, keys: readonly string[]) =>
    db.read(() =>
      anyOpen.get(flow) === undefined
        ? []
        : keys.flatMap((key) => {
            const row = openRow.get(flow, key);
            return row ? [{ key, ...row }] : [];
          }),
    );
  return {
    queuedVersions: async (flow, keys) =>
      new Map(openRows(flow, keys).flatMap(({ key, hash }) => (hash === null ? [] : [[key, hash] as const]))),
    queuedAttempts: async (flow, keys) => new Map(openRows(flow, keys).map(({ key, attempts }) => [key, attempts])),
  };
}

function looking(db: Database): Pick<QueuePart, 'due' | 'queue' | 'queueCounts' | 'droppable'> {
  const due = db.sqlite.prepare<[string, number, number], QueueRow>(
    `SELECT * FROM queue WHERE flow = ? AND ((state IN ('pending', 'waiting') AND due_at <= ?) OR marked = 1)
      ORDER BY first_at, id LIMIT ?`,
  );
  const all = db.sqlite.prepare<[SqlFilter], QueueRow>(`SELECT * FROM queue ${matching()}`);
  const oldest = db.sqlite.prepare<[string], Pick<QueueEntry, 'id' | 'key'>>(
    `SELECT id, key FROM queue WHERE flow = ? AND ${isOpen} AND NOT ${inDoubt} ORDER BY first_at, id`,
  );
  const counts = db.sqlite.prepare<[string | null], { readonly state: QueueState; readonly rows: number }>(
    'SELECT state, count(*) AS rows FROM queue WHERE flow = coalesce(?, flow) GROUP BY state',
  );
  return {
    due: async (flow, now, limit) => db.read(() => due.all(flow, now, limit)).map(queueEntry),
    queue: async (filter) => db.read(() => all.all(sqlFilter(filter))).map(queueEntry),
    async queueCounts(flow) {
      const found = db.read(() => counts.all(flow ?? null)).map(({ state, rows }) => [state, rows] as const);
      return { ...noRows, ...Object.fromEntries(found) };
    },
    async droppable(flow, keys, limit) {
      const kept = new Set(keys);
      return db
        .read(() => oldest.all(flow))
        .filter(({ key }) => !kept.has(key))
        .slice(0, limit)
        .map(({ id }) => id);
    },
  };
}

const noRows: QueueCounts = { pending: 0, waiting: 0, quarantined: 0, failed: 0, completed: 0, superseded: 0 };

function updating(db: Database, end: Unfinished['end']): (delivery: Delivery) => void {
  const close = db.sqlite.prepare<[SqlClose]>(
    `UPDATE queue SET state = iif(coalesce(hash, @hash) = @hash, 'completed', 'superseded'), marked = 0, due_at = NULL,
      last_at = @at, run = @run WHERE flow = @flow AND key = @key AND ${isOpen}`,
  );
  const anyOpen = db.sqlite.prepare<[string]>(anyOpenRow);
  const put = db.sqlite.prepare<[SqlPut]>(
    `INSERT INTO queue (flow, key, hash, source, source_key, state, error, due_at, attempts, first_at, last_at, run)
      VALUES (@flow, @key, @hash, @source, @sourceKey, @state, @error, @dueAt, @attempts, @at, @at, @run)
      ON CONFLICT (flow, key) DO UPDATE SET first_at = iif(${isOpen}, first_at, excluded.first_at),
        hash = excluded.hash, source = excluded.source, source_key = excluded.source_key, state = excluded.state,
        error = excluded.error, due_at = excluded.due_at, marked = 0, attempts = excluded.attempts,
        last_at = excluded.last_at, run = excluded.run`,
  );
  const forget = db.sqlite.prepare<[string, string]>('DELETE FROM known WHERE flow = ? AND key = ?');
  // What is open has had no known hash since it was put.
  const drop = db.sqlite.prepare<[number], { readonly key: string }>(
    `DELETE FROM queue WHERE id = ? AND ${isOpen} AND NOT ${inDoubt} RETURNING key`,
  );
  return ({ flow, run, at, delivered, queued, dropped = [] }) => {
    const givenUp = [...dropped.flatMap((id) => drop.all(id)), ...queued.filter(({ state }) => state === 'failed')];
    end(
      flow,
      [...delivered, ...givenUp].map(({ key }) => key),
    );
    if (anyOpen.get(flow)) for (const { key, hash } of delivered) close.run({ flow, key, hash, at, run });
    for (const { key, hash, source, sourceKey, state, error, dueAt, attempts } of queued) {
      put.run({
        flow,
        key,
        hash: hash ?? null,
        source: JSON.stringify(source),
        sourceKey: sourceKey ? JSON.stringify(sourceKey) : null,
        state,
        error: JSON.stringify(error),
        dueAt: dueAt ?? null,
        attempts,
        at,
        run,
      });
      forget.run(flow, key);
    }
  };
}

interface SqlClose {
  readonly flow: string;
  readonly key: string;
  readonly hash: string;
  readonly at: number;
  readonly run: string;
}

interface SqlPut {
  readonly flow: string;
  readonly key: string;
  readonly hash: string | null;
  readonly source: string;
  readonly sourceKey: string | null;
  readonly state: string;
  readonly error: string;
  readonly dueAt: number | null;
  readonly attempts: number;
  readonly at: number;
  readonly run: string;
}

export interface SqlFilter {
  readonly flow: string | null;
  readonly state: string | null;
  readonly key: string | null;
  readonly id: number | null;
  readonly open: number;
  readonly limit: number;
}

/** SQLite reads a negative limit as none. */
export function sqlFilter({ flow, state, open, key, id, limit }: QueueFilter): SqlFilter {
  const some = { flow: flow ?? null, state: state ?? null, key: key ?? null, id: id ?? null };
  return { ...some, open: open ? 1 : 0, limit: limit ?? -1 };
}

/** Rows a filter names, oldest first; takes a `SqlFilter`. */
export function matching(condition = 'true'): string {
  return `WHERE flow = coalesce(@flow, flow) AND state = coalesce(@state, state) AND key = coalesce(@key, key)
    AND id = coalesce(@id, id) AND (NOT @open OR ${isOpen}) AND ${condition} ORDER BY first_at, id LIMIT @limit`;
}

function queueEntry(row: QueueRow): QueueEntry {
  return {
    id: row.id,
    flow: row.flow,
    key: row.key,
    ...given('hash', row.hash),
    source: parsed<Row>(row.source),
    ...(row.source_key !== null && { sourceKey: parsed<Row>(row.source_key) }),
    state: row.state,
    error: parsed<StoredError>(row.error),
    ...given('dueAt', row.due_at),
    marked: row.marked === 1,
    attempts: row.attempts,
    firstAt: row.first_at,
    lastAt: row.last_at,
    run: row.run,
  };
}
