import { isAskedFor } from './asked-for.ts';
import type { Database } from './database.ts';
import type { Intent, QueueChange, StateStore } from './ports.ts';
import { inDoubt, isOpen, matching, sqlFilter } from './queue.ts';
import type { SqlFilter } from './queue.ts';
import { parsed } from './stored.ts';
import type { Unfinished } from './unfinished.ts';

type ByHand = Pick<StateStore, 'retryQueue' | 'dropQueue' | 'decideQueue'>;

/** What people do to the queue. They hold no lock: rows are marked, dropped or decided, a run executes. */
export function queueByHand(db: Database, end: Unfinished['end']): ByHand {
  return { ...changing(db, end), decideQueue: deciding(db, end) };
}

function changing(db: Database, end: Unfinished['end']): Pick<ByHand, 'retryQueue' | 'dropQueue'> {
  // A row in quarantine is a question to a person: marking many at once is no answer to it.
  const undecided = `state = 'quarantined' AND ${inDoubt}`;
  const mark = db.sqlite.prepare<[SqlFilter]>(
    `UPDATE queue SET marked = 1 WHERE id IN (SELECT id FROM queue ${matching(`${isOpen} AND NOT (${undecided})`)})`,
  );
  const drop = db.sqlite.prepare<[SqlFilter], { readonly flow: string; readonly key: string }>(
    `DELETE FROM queue WHERE id IN (SELECT id FROM queue ${matching(`NOT ${inDoubt}`)}) RETURNING flow, key`,
  );
  const counting = (condition: string) =>
    db.sqlite.prepare<[SqlFilter], { readonly rows: number }>(
      `SELECT count(*) AS rows FROM (SELECT id FROM queue ${matching(condition)})`,
    );
  const [undecidedRows, doubtedRows] = [counting(undecided), counting(inDoubt)];
  const change = (does: (filter: SqlFilter) => number, staying: typeof doubtedRows, filter: SqlFilter): QueueChange =>
    db.write(() => ({ inDoubt: staying.get(filter)?.rows ?? 0, rows: does(filter) }));
  const giveUp = (filter: SqlFilter): number => {
    const dropped = drop.all(filter);
    for (const { flow, key } of dropped) end(flow, [key]);
    return dropped.length;
  };
  return {
    retryQueue: async (filter) => change((chosen) => mark.run(chosen).changes, undecidedRows, sqlFilter(filter)),
    // What is open has had no known hash since it was put; what was delivered since keeps its own.
    dropQueue: async (filter) => change(giveUp, doubtedRows, sqlFilter(filter)),
  };
}

interface Decided {
  readonly flow: string;
  readonly key: string;
  readonly hash: string | null;
}

function deciding(db: Database, end: Unfinished['end']): ByHand['decideQueue'] {
  const quarantined = db.sqlite.prepare<[number], Decided>(
    `SELECT flow, key, hash FROM queue WHERE id = ? AND state = 'quarantined'`,
  );
  const close = db.sqlite.prepare<[string, number, string, string], { readonly intent: string }>(
    'UPDATE intents SET open = 0, outcome = ?, answered_at = ? WHERE flow = ? AND key = ? AND open = 1 RETURNING intent',
  );
  const mark = db.sqlite.prepare<[number]>('UPDATE queue SET marked = 1 WHERE id = ?');
  const complete = db.sqlite.prepare<[number, number]>(
    `UPDATE queue SET state = 'completed', marked = 0, due_at = NULL, last_at = ? WHERE id = ?`,
  );
  const know = db.sqlite.prepare<[string, string, string]>(
    'INSERT OR REPLACE INTO known (flow, key, hash) VALUES (?, ?, ?)',
  );
  return async (id, word, at) =>
    db.write(() => {
      const row = quarantined.get(id);
      if (!row) return false;
      const closed = close.all(word === 'arrived' ? 'applied' : 'not-applied', at, row.flow, row.key);
      // What arrived is found again, and the record goes on with the targets that had to wait for it.
      const isFound = closed.length > 0 && closed.every(({ intent }) => canBeFound(parsed(intent)));
      if (word === 'missing' || isFound) mark.run(id);
      else {
        complete.run(at, id);
        end(row.flow, [row.key]);
        // Without it the next read that meets this version would send it a second time.
        if (row.hash !== null) know.run(row.flow, row.key, row.hash);
      }
      return true;
    });
}

function canBeFound(intent: Intent): boolean {
  return intent.write.operation !== 'create' || isAskedFor(intent);
}
