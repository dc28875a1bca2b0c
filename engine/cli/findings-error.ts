import type { Diagnostic } from '../diagnostics.ts';

/** A file that may not run: all that was found in it. Ends a command with exit code 2. */
export class FindingsError extends Error {
  override readonly name = 'FindingsError';
  readonly findings: readonly Diagnostic[];

  constructor(findings: readonly Diagnostic[]) {
    super(`${findings.length} findings`);
    this.findings = findings;
  }
}
