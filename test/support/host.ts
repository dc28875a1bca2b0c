import type { Charge, Host, PipeError } from '../../engine/index.ts';

/** A host for one connection: admits everything at once, and remembers what it was told. */
export interface TestHost extends Host {
  readonly warnings: readonly PipeError[];
  readonly admitted: readonly Charge[];
}

export function testHost(folder: string, now: () => number = Date.now): TestHost {
  const warnings: PipeError[] = [];
  const admitted: Charge[] = [];
  return {
    folder,
    now,
    warnings,
    admitted,
    async admit(charge, signal) {
      signal.throwIfAborted();
      admitted.push(charge);
      return { ended() {} };
    },
    warn: (warning) => warnings.push(warning),
  };
}
