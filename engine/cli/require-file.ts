import { statSync } from 'node:fs';
import { cliErrors } from './errors.ts';

export function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) throw cliErrors.no_pipeline.error({ file });
}
