import { hostname } from 'node:os';
import { runErrors } from '../run/errors.ts';
import { systemClock } from '../state/clock.ts';
import { acquireLease } from '../state/lease.ts';
import type { Holder, Lease } from '../state/machine-ports.ts';
import { localText } from './render/moment.ts';

/** G3: the second process says who has it and ends without a call. */
export function takeLease(lock: string, pipeline: string, file: string): Lease {
  const answer = acquireLease(lock, systemClock);
  if (answer.ok) return answer.lease;
  const { pid, host, since } = answer.holder;
  throw runErrors.already_running.error({
    pipeline,
    pid,
    host: host || hostname(),
    since: localText(new Date(since).toISOString()),
    silent: silentSeconds(answer.holder),
    file,
  });
}

/** How long a holder has given no sign of life. */
export function silentSeconds({ seen }: Holder): number {
  return Math.max(0, Math.round((systemClock.now() - seen) / 1000));
}
