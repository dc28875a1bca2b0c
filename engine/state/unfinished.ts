import type { Database } from './database.ts';
import type { Intent, StateStore, UnfinishedRecord } from './ports.ts';
import { isOpen } from './queue.ts';
import { given, parsed } from './stored.ts';

type UnfinishedPart = Pick<StateStore, 'unfinished' | 'releaseUnfinished'>;

export interface Unfinished extends UnfinishedPart {
  /** From this intent on, where it is the first; part of the transaction around it. */
  begin(intent: Intent, position: number | bigint): void;
  /** Delivered, or given up; part of the transaction around it. */
  end(flow: string, keys: readonly string[]): void;
}

interface WrittenRow {
  readonly key: string;
  readonly due_at: number | null;
  readonly intent: string;
  readonly applied: number;
}

/** Records that were written in part: what their later targets are going to touch is theirs until they end (DL-13). */
export function unfinished(db: Database): Unfinished {
  const begin = db.sqlite.prepare<[string, string, number | bigint]>(
    'INSERT OR IGNORE INTO unfinished (flow, key, since) VALUES (?, ?, ?)',
  );
  const end = db.sqlite.prepare<[string, string]>('DELETE FROM unfinished WHERE flow = ? AND key = ?');
  // Nearly always there is none, and a batch that is loaded has ten thousand keys.
  const any = db.sqlite.prepare<[string]>('SELECT 1 FROM unfinished WHERE flow = ? LIMIT 1');
  // What was in doubt and is closed as over may have been done: nobody looked, but for creates with a tag. `CROSS JOIN`: from
  // the few records that are unfinished to their intents; left to itself, SQLite begins with all intents of the flow.
  const all = db.sqlite.prepare<[string], WrittenRow>(
    `SELECT u.key, q.due_at, i.intent, i.outcome IS 'applied' AS applied FROM unfinished u
      CROSS JOIN intents i ON i.flow = u.flow AND i.key = u.key AND i.position >= u.since
      LEFT JOIN queue q ON q.flow = u.flow AND q.key = u.key
      WHERE u.flow = ? AND (i.open = 1 OR i.doubted = 1 OR i.outcome = 'applied') ORDER BY u.since, i.position`,
  );
  const release = db.sqlite.prepare<[string]>(
    `DELETE FROM unfinished WHERE flow = ?
      AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.flow = unfinished.flow AND q.key = unfinished.key AND ${isOpen})`,
  );
  return {
    begin({ flow, key, holds = [] }, position) {
      if (holds.length > 0) begin.run(flow, key, position);
    },
    end(flow, keys) {
      if (keys.length > 0 && any.get(flow) !== undefined) for (const key of keys) end.run(flow, key);
    },
    unfinished: async (flow) => recordsOf(db.read(() => all.all(flow))),
    releaseUnfinished: async (flow) => db.write(() => void release.run(flow)),
  };
}

function recordsOf(rows: readonly WrittenRow[]): readonly UnfinishedRecord[] {
  return [...Map.groupBy(rows, ({ key }) => key)].map(([key, own]) => ({
    key,
    ...given('dueAt', own[0]?.due_at ?? null),
    holds: holdsOf(own),
  }));
}

function holdsOf(written: readonly WrittenRow[]): readonly string[] {
  const intents = written.map(({ intent, applied }) => ({ ...parsed<Intent>(intent), isApplied: applied === 1 }));
  const left = new Set(intents.flatMap(({ holds = [] }) => holds));
  for (const { claims, isApplied } of intents) if (isApplied) for (const claim of claims) left.delete(claim);
  return [...left];
}
