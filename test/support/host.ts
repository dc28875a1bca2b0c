import type { Host, Limit, PipeError } from '../../engine/index.ts';

/** A host for one connection: admits everything at once, and remembers what it was told. */
export interface TestHost extends Host {
  readonly warnings: readonly PipeError[];
  readonly admitted: readonly Limit[];
}

export function testHost(folder: string, now: () => number = Date.now): TestHost {
  const warnings: PipeError[] = [];
  const admitted: Limit[] = [];
  return {
    folder,
    now,
    warnings,
    admitted,
    async admit(limit, signal) {
      signal.throwIfAborted();
      admitted.push(limit);
    },
    refused() {},
    warn: (warning) => warnings.push(warning),
  };
}
