import type { EventError } from '../events/events.ts';
import type { RunContext } from './context.ts';

/** Tells what is worth a look and stops nothing: of the run, of a flow or of one of its records. */
export function warn(
  { clock, emit }: Pick<RunContext, 'clock' | 'emit'>,
  { code, parameters }: EventError,
  about: { readonly flow?: string; readonly key?: string } = {},
): void {
  emit({ type: 'warning', at: clock.now(), ...about, error: { code, parameters } });
}
