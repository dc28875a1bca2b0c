import { toPipeError } from '../../errors.ts';
import { planErrors } from '../../plan/errors.ts';
import type { FlowContext } from '../context.ts';

const brakes: ReadonlySet<string> = new Set([
  planErrors.too_many_changes.code,
  planErrors.too_many_after_edit.code,
  planErrors.too_many_deletes.code,
]);

/** A brake stops a run; a preview tells of it, and goes on to show what the run was about to do. */
export async function orTell(context: FlowContext, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (!context.preview || !brakes.has(error.code)) throw error;
    context.preview.stopped(context.flow.flow.name, error);
  }
}
