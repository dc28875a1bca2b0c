import { PipeError } from '../errors.ts';
import { codeOf, reasonOf } from '../state/place.ts';
import { outputErrors } from './errors-output.ts';

/** Words of the system for a disk that is full, a quota, a disk or terminal that is gone. */
const ofTheDisk: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/**
 * Why a file, or stdout, cannot be written: the path is wrong or has no rights, or the disk does not take it. What was
 * thrown as an error of ours stays it.
 */
export function unwritable(file: string, thrown: unknown): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const reason = codeOf(thrown) ?? reasonOf(thrown);
  const isDisk = file === 'stdout' || ofTheDisk.has(codeOf(thrown));
  const error = isDisk ? outputErrors.disk_refuses : outputErrors.unwritable_file;
  return error.error({ file, reason }, { cause: thrown });
}
