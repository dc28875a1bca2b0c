import type { Tokens } from '../../engine/index.ts';

/** Tokens kept in memory; one after the other, as the vault's lock has it. */
export function memoryTokens(): Tokens {
  const kept = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: async (key) => kept.get(key),
    replace(key, make) {
      const done = last.then(async () => {
        const made = await make(kept.get(key));
        kept.set(key, made);
        return made;
      });
      last = done.catch(() => undefined);
      return done;
    },
  };
}
