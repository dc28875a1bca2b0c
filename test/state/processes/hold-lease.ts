import { systemClock } from '../../../engine/state/clock.ts';
import { acquireLease } from '../../../engine/state/lease.ts';

/** Tries for the lock, says what came of it, and stays until it is told to go. */
const [file = ''] = process.argv.slice(2);
const answer = acquireLease(file, systemClock);
process.on('message', () => {
  if (answer.ok) answer.lease.release();
  process.exit();
});
process.send?.(answer.ok ? { held: true } : { held: false, holder: answer.holder });
