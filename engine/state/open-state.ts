import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { stateErrors } from './errors.ts';
import { instance } from './instance.ts';
import { systems } from './systems.ts';
import { journal } from './journal.ts';
import { codeOf } from './place.ts';
import type { StateStore } from './ports.ts';
import { presence } from './presence.ts';
import { fence, progress } from './progress.ts';
import { progressByHand } from './progress-by-hand.ts';
import { queue } from './queue.ts';
import { queueByHand } from './queue-by-hand.ts';
import { stateSchema } from './schema.ts';
import { trace } from './trace.ts';
import { unfinished } from './unfinished.ts';

export interface StateOptions {
  /** Name of the pipeline: the identity of all state. */
  readonly pipeline: string;
  /** Dates the state when it begins. */
  readonly clock: Clock;
}

/**
 * Opens what a pipeline remembers, in SQLite. A path that ends in `.db`, and `:memory:`, is the file itself; any other
 * is a folder, whose file is `<path>/<pipeline>/state.db` (0600, new folders 0700). Throws `state.*`; a damaged or newer
 * file is refused, never begun anew. Several processes may have it open; who writes is settled by the lease.
 */
export async function openState(path: string, options: StateOptions): Promise<StateStore> {
  const file = stateFile(path, options.pipeline);
  const db = openDatabase(file, stateSchema, () => 0o600);
  try {
    claim(db, file, options);
    return stateStore(db);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** To look at: where there is no state yet, an empty one in memory stands for it, and nothing is made. */
export async function openToLook(path: string, options: StateOptions): Promise<StateStore> {
  return openState(hasState(path, options.pipeline) ? path : ':memory:', options);
}

/** What cannot be looked for, or has lost its file and not its -wal, is there: opening it says what is wrong. */
export function hasState(path: string, pipeline: string): boolean {
  const file = stateFile(path, pipeline);
  return [file, `${file}-wal`].some((one) => {
    try {
      return statSync(one).isFile();
    } catch (thrown) {
      return codeOf(thrown) !== 'ENOENT';
    }
  });
}

export function stateFile(path: string, pipeline: string): string {
  return path === ':memory:' || path.endsWith('.db') ? path : join(path, pipeline, 'state.db');
}

function claim(db: Database, file: string, { pipeline, clock }: StateOptions): void {
  const owner = db.sqlite.prepare<[], { readonly pipeline: string }>('SELECT pipeline FROM identity');
  const begin = db.sqlite.prepare<[string, number]>('INSERT INTO identity (pipeline, began_at) VALUES (?, ?)');
  if (!db.read(() => owner.get())) db.write(() => owner.get() ?? begin.run(pipeline, clock.now()));
  const found = owner.get()?.pipeline ?? '';
  if (found !== pipeline) throw stateErrors.other_pipeline.error({ file, found, pipeline });
}

/** The store over an open data base. */
export function stateStore(db: Database): StateStore {
  const admit = fence(db);
  const { begin, end, ...begun } = unfinished(db);
  const { answer, doubtOpen, ...intents } = journal(db, admit, begin);
  const { advance, ...runs } = progress(db, doubtOpen);
  const { update, ...waiting } = queue(db, end);
  const { keep, ...traced } = trace(db);
  return {
    ...runs,
    ...intents,
    ...begun,
    ...waiting,
    presence: presence(db),
    ...progressByHand(db),
    ...queueByHand(db, end),
    ...instance(db),
    ...systems(db),
    ...traced,
    async commit(delivery) {
      // Not durable against a loss of power: the intents are, and one without its receipt is looked up, never re-sent.
      db.write(() => {
        admit(delivery.epoch);
        answer(delivery.receipts);
        advance(delivery);
        update(delivery);
        keep(delivery);
      });
    },
    close: async () => db.close(),
  };
}
