import { PipeError } from '../errors.ts';
import { cliErrors } from './errors.ts';

/** Why a file cannot be written: no such folder, no right, a disk that is full. What was thrown as an error of ours stays it. */
export function unwritable(file: string, thrown: unknown): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  if (reason === 'ENOSPC' || reason === 'EDQUOT') return cliErrors.disk_full.error({ file }, { cause: thrown });
  return cliErrors.unwritable_file.error({ file, reason }, { cause: thrown });
}
