import type { Database } from './database.ts';
import type { StateStore } from './ports.ts';
import { inDoubt, isOpen } from './queue.ts';
import { given } from './stored.ts';

interface IdentityRow {
  readonly pipeline: string;
  readonly began_at: number;
  readonly machine: string | null;
  readonly instance: string | null;
}

/** Whose state this is: a file may be copied to another machine, where nothing it knows has to be true (DL-21). */
export function instance(db: Database): Pick<StateStore, 'identify' | 'identity'> {
  const owner = db.sqlite.prepare<[], IdentityRow>('SELECT * FROM identity');
  const own = db.sqlite.prepare<[string, string]>('UPDATE identity SET machine = ?, instance = ?');
  const forget = db.sqlite.prepare('DELETE FROM known');
  // Not marked: that would be a person's word, which a row that is gone from the source waits for.
  const reread = db.sqlite.prepare(`UPDATE queue SET state = 'pending', due_at = 0 WHERE ${isOpen} AND NOT ${inDoubt}`);
  return {
    identify: async (mine) =>
      db.write(() => {
        const found = owner.get();
        if (found?.machine === mine.machine && found.instance === mine.instance) return 'ours';
        own.run(mine.machine, mine.instance);
        if (typeof found?.machine !== 'string') return 'ours';
        forget.run();
        reread.run();
        return 'copied';
      }),
    async identity() {
      const { pipeline = '', began_at: beganAt = 0, machine, instance: id } = db.read(() => owner.get()) ?? {};
      return { pipeline, beganAt, ...given('machine', machine ?? null), ...given('instance', id ?? null) };
    },
  };
}
