import { systemClock } from '../../../engine/state/clock.ts';

process.on('message', () => process.exit());
process.send?.({ monotonic: systemClock.monotonic(), bootId: systemClock.bootId });
