import type { Database } from './database.ts';
import type { StateStore } from './ports.ts';

type ByHand = Pick<StateStore, 'setCheckpoint' | 'resetFlow'>;

/** Stands for the run in a checkpoint that a person set. */
const byHand = 'by hand';

/**
 * What people do to how far a flow came. A checkpoint of sequence 0 and without a cursor is older than any the target
 * keeps of its own (DL-23), so that the read begins where the person said, and not where that one is.
 */
export function progressByHand(db: Database): ByHand {
  const set = db.sqlite.prepare<{ flow: string; since: string | null; at: number }>(
    `INSERT INTO checkpoints (flow, cursor, since, params, sequence, at, run)
      VALUES (@flow, NULL, @since, '', 0, @at, '${byHand}')
      ON CONFLICT DO UPDATE SET cursor = NULL, since = excluded.since, sequence = 0, at = excluded.at, run = excluded.run`,
  );
  const forget = db.sqlite.prepare<[string]>(
    `UPDATE checkpoints SET cursor = NULL, since = NULL, params = '', sequence = 0, run = '${byHand}'
      WHERE flow = ? AND (cursor IS NOT NULL OR since IS NOT NULL OR params <> '')`,
  );
  const forgetKnown = db.sqlite.prepare<[string]>('DELETE FROM known WHERE flow = ?');
  return {
    async setCheckpoint(flow, since, at) {
      db.write(() => set.run({ flow, since, at }));
    },
    resetFlow: async (flow, what) =>
      db.write(() => ({
        checkpoint: what.checkpoint && forget.run(flow).changes > 0,
        known: what.known ? forgetKnown.run(flow).changes : 0,
      })),
  };
}
