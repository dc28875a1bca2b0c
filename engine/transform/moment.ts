import type { Variables } from './compiled.ts';

/** `$run.startedAt`, the moment `$now()`, `$millis()` and `$age` take, so that a plan comes out the same twice. */
export function runStart(variables: Variables): number {
  const startedAt = variables['run']?.['startedAt'];
  const moment = typeof startedAt === 'string' ? Date.parse(startedAt) : Number.NaN;
  return Number.isNaN(moment) ? Date.now() : moment;
}
