import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Intent, QueueState } from '../../engine/state/ports.ts';

/** What a pipeline's state says while nobody runs: read past the engine. */
export interface StateSight {
  readonly intents: readonly (Intent & { readonly open: boolean })[];
  /** Rows of the queue that are still to be done. */
  readonly waiting: readonly Waiting[];
  readonly known: ReadonlySet<string>;
  /** Epochs by run. */
  readonly epochs: ReadonlyMap<string, number>;
  /** How far the source of each flow was delivered, as its cursor says it. */
  readonly deliveredTo: ReadonlyMap<string, string>;
}

export interface Waiting {
  readonly key: string;
  readonly state: QueueState;
  readonly code: string;
  readonly dueAt: number | null;
}

const nothing: StateSight = {
  intents: [],
  waiting: [],
  known: new Set(),
  epochs: new Map(),
  deliveredTo: new Map(),
};

export function readState(file: string): StateSight {
  if (!existsSync(file)) return nothing;
  const sqlite = new Sqlite(file, { readonly: true });
  try {
    const rows = <Row>(sql: string): Row[] => sqlite.prepare<[], Row>(sql).all();
    const intents = rows<{ intent: string; open: number }>('SELECT intent, open FROM intents ORDER BY position');
    const queue = rows<Omit<Waiting, 'code'> & { error: string }>(
      `SELECT key, state, error, due_at AS dueAt FROM queue WHERE state NOT IN ('completed', 'superseded')`,
    );
    const runs = rows<{ run: string; epoch: number }>('SELECT run, epoch FROM runs');
    const checkpoints = rows<{ flow: string; cursor: string | null }>('SELECT flow, cursor FROM checkpoints');
    return {
      intents: intents.map(({ intent, open }) => ({ ...(JSON.parse(intent) as Intent), open: open === 1 })),
      waiting: queue.map(({ error, ...row }) => ({ ...row, code: String(JSON.parse(error).code) })),
      known: new Set(rows<{ key: string }>('SELECT key FROM known').map(({ key }) => key)),
      epochs: new Map(runs.map(({ run, epoch }) => [run, epoch])),
      deliveredTo: new Map(checkpoints.flatMap(({ flow, cursor }) => cursorOf(flow, cursor))),
    };
  } finally {
    sqlite.close();
  }
}

function cursorOf(flow: string, cursor: string | null): readonly (readonly [string, string])[] {
  const at = /\d{4}-\d\d-\d\d[T ][\d:.]+/.exec(cursor ?? '')?.[0].replace(' ', 'T');
  return at === undefined ? [] : [[flow, at]];
}
