import type { Row } from '../connector.ts';
import type { Database } from './database.ts';
import type { Delivery, Intent, Receipt, StateStore, StoredError } from './ports.ts';
import type { TracedPlan, TracedWrite, TraceEntry, TraceStep } from './trace-ports.ts';
import { given, parsed } from './stored.ts';

/** A record that changes at every run must not fill the disk. */
const entriesKept = 20;

interface TraceRow {
  readonly run: string;
  readonly at: number;
  readonly asked: string;
  readonly plans: string | null;
  readonly source: string | null;
}

interface WriteRow {
  readonly intent: string;
  readonly outcome: Receipt['outcome'] | null;
  readonly row: string | null;
  readonly error: string | null;
  readonly answered_at: number | null;
}

export interface Trace extends Pick<StateStore, 'trace' | 'pruneTrace'> {
  /** What the records of a delivery asked; part of the transaction around it. */
  keep(delivery: Delivery): void;
}

/**
 * What one record's way was made of, for `explain`: questions and answers, one row for each record and commit; writes
 * and outcomes are the journal's. Personal data lie here in clear, as in all of the state: who shows it masks it.
 */
export function trace(db: Database): Trace {
  const asked = db.sqlite.prepare<[string, string], TraceRow>(
    'SELECT run, at, asked, plans, source FROM trace WHERE flow = ? AND key = ? ORDER BY id',
  );
  const written = db.sqlite.prepare<[string, string], WriteRow>(
    'SELECT intent, outcome, row, error, answered_at FROM intents WHERE flow = ? AND key = ? ORDER BY position',
  );
  // Rows stand in the order of time: only those that go are looked at.
  const prune = db.sqlite.prepare<[number]>(
    'DELETE FROM trace WHERE id < coalesce((SELECT id FROM trace WHERE at >= ? ORDER BY id LIMIT 1), 9e18)',
  );
  return {
    trace: async (flow, key) =>
      db.read(() => ({ asked: asked.all(flow, key).map(entryOf), writes: written.all(flow, key).map(writeOf) })),
    pruneTrace: async (before) => db.write(() => prune.run(before).changes),
    keep: keeping(db),
  };
}

function keeping(db: Database): (delivery: Delivery) => void {
  const insert = db.sqlite.prepare<[string, string, string, number, string, string | null, string | null]>(
    'INSERT INTO trace (flow, key, run, at, asked, plans, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  // Most records have fewer, and looking costs a third of what deleting nothing does.
  const tooOld = db.sqlite.prepare<[string, string], { readonly id: number }>(
    `SELECT id FROM trace WHERE flow = ? AND key = ? ORDER BY id DESC LIMIT 1 OFFSET ${entriesKept}`,
  );
  const bound = db.sqlite.prepare<[string, string, number]>('DELETE FROM trace WHERE flow = ? AND key = ? AND id <= ?');
  return ({ flow, run, at, traces = [] }) => {
    for (const { key, asked, plans, source } of traces) {
      insert.run(flow, key, run, at, JSON.stringify(asked), json(plans), json(source));
      const last = tooOld.get(flow, key);
      if (last) bound.run(flow, key, last.id);
    }
  };
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function entryOf({ run, at, asked, plans, source }: TraceRow): TraceEntry {
  return {
    run,
    at,
    asked: parsed<readonly TraceStep[]>(asked),
    ...(plans !== null && { plans: parsed<readonly TracedPlan[]>(plans) }),
    ...(source !== null && { source: parsed<Row>(source) }),
  };
}

function writeOf({ intent, outcome, row, error, answered_at: answeredAt }: WriteRow): TracedWrite {
  return {
    intent: parsed<Intent>(intent),
    ...given('outcome', outcome),
    ...given('row', row),
    ...(error !== null && { error: parsed<StoredError>(error) }),
    ...given('answeredAt', answeredAt),
  };
}
