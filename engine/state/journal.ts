import type { Database } from './database.ts';
import { stateErrors } from './errors.ts';
import type { Intent, OpenIntent, Receipt, StateStore } from './ports.ts';
import { parsed } from './stored.ts';
import type { Unfinished } from './unfinished.ts';

type JournalPart = Pick<
  StateStore,
  'saveIntents' | 'appliedSteps' | 'openIntents' | 'beginSettle' | 'closedAsAbsent' | 'pruneJournal'
>;

export interface Journal extends JournalPart {
  /** Part of the transaction around it. */
  answer(receipts: readonly Receipt[]): void;
  /** What was open when a run began is another process's doubt from here on, whatever closes it. */
  doubtOpen(): void;
}

interface IntentRow {
  readonly intent: string;
}

interface OpenRow extends IntentRow {
  readonly settle_boot: string | null;
  readonly settle_since: number | null;
  readonly final: number;
}

/** What was about to be sent, durable before it was, and what came of it (DL-9). */
export function journal(db: Database, fence: (epoch: number) => void, begin: Unfinished['begin']): Journal {
  const insert = db.sqlite.prepare<[string, string, string, string, string, number, string | null, number | null]>(
    'INSERT INTO intents (id, flow, key, operation, intent, at, plan, step) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const forget = db.sqlite.prepare<[string, string]>('DELETE FROM known WHERE flow = ? AND key = ?');
  const prune = db.sqlite.prepare<[number]>('DELETE FROM intents WHERE open = 0 AND answered_at < ?');
  const doubt = db.sqlite.prepare('UPDATE intents SET doubted = 1 WHERE open = 1');
  const absent = db.sqlite.prepare<[number], IntentRow>(
    `SELECT intent FROM intents WHERE open = 0 AND answered_at >= ? AND doubted = 1 AND outcome = 'not-applied'
      AND operation = 'create' ORDER BY position`,
  );
  const open = db.sqlite.prepare<[string | null], OpenRow>(
    `SELECT intent, settle_boot, settle_since, final FROM intents WHERE open = 1 AND flow = coalesce(?, flow)
      ORDER BY position`,
  );
  const mark = db.sqlite.prepare<[string, number, string]>(
    'UPDATE intents SET settle_boot = ?, settle_since = ? WHERE id = ? AND open = 1',
  );
  const answer = answering(db);
  const { appliedSteps, refuseTwice } = steps(db);

  function save(intent: Intent): void {
    const { id, flow, key, write, at, plan } = intent;
    if (plan) refuseTwice(plan);
    const step = [plan?.id ?? null, plan?.n ?? null] as const;
    const saved = insert.run(id, flow, key, write.operation, JSON.stringify(intent), at, ...step);
    begin(intent, saved.lastInsertRowid);
    forget.run(flow, key);
  }

  return {
    async saveIntents(intents) {
      if (intents.length === 0) return;
      db.writeDurably(() => {
        for (const epoch of new Set(intents.map((intent) => intent.epoch))) fence(epoch);
        intents.forEach(save);
      });
    },
    appliedSteps,
    openIntents: async (flow) => db.read(() => open.all(flow ?? null)).map(openIntentOf),
    async beginSettle(intents, { boot, since }) {
      if (intents.length > 0) db.write(() => intents.forEach((id) => mark.run(boot, Math.floor(since), id)));
    },
    closedAsAbsent: async (since) => db.read(() => absent.all(since)).map(intentOf),
    pruneJournal: async (before) => db.write(() => prune.run(before).changes),
    doubtOpen: () => void doubt.run(),
    answer: (receipts) => receipts.forEach(answer),
  };
}

/** Steps of plans (DL-24): what may have arrived is not sent again. */
function steps(
  db: Database,
): Pick<StateStore, 'appliedSteps'> & { refuseTwice(step: NonNullable<Intent['plan']>): void } {
  const sent = db.sqlite.prepare<[string, number]>(
    `SELECT 1 FROM intents WHERE plan = ? AND step = ? AND (open = 1 OR outcome = 'applied')`,
  );
  const applied = db.sqlite.prepare<[string], { readonly step: number }>(
    `SELECT step FROM intents WHERE plan = ? AND outcome = 'applied'`,
  );
  return {
    appliedSteps: async (plan) => new Set(db.read(() => applied.all(plan)).map(({ step }) => step)),
    refuseTwice({ id, n }) {
      if (sent.get(id, n)) throw stateErrors.step_twice.error({ plan: id, step: n });
    },
  };
}

/** The last receipt of an intent counts; `unknown` leaves it open. */
function answering(db: Database): (receipt: Receipt) => void {
  const update = db.sqlite.prepare<[number, number, string, string | null, string | null, number, number, string]>(
    `UPDATE intents SET open = ?, doubted = doubted | ?, outcome = ?, row = ?, error = ?, answered_at = ?, final = ?
      WHERE id = ?`,
  );
  return ({ intent, outcome, row, error, at, final }) => {
    const doubted = outcome === 'unknown' ? 1 : 0;
    const { changes } = update.run(
      doubted,
      doubted,
      outcome,
      row ?? null,
      error ? JSON.stringify(error) : null,
      at,
      final ? 1 : 0,
      intent,
    );
    if (changes === 0) throw stateErrors.no_intent.error({ intent });
  };
}

function intentOf(row: IntentRow): Intent {
  return parsed(row.intent);
}

function openIntentOf(row: OpenRow): OpenIntent {
  const { settle_boot: boot, settle_since: since, final } = row;
  return {
    ...intentOf(row),
    ...(boot !== null && since !== null && { settling: { boot, since } }),
    ...(final === 1 && { final: true }),
  };
}
