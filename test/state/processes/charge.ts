import type { Limit } from '../../../engine/connector.ts';
import { openPortalBook } from '../../../engine/state/portal-book.ts';
import { virtualClock } from '../virtual-clock.ts';

/** What a charging process is told: the time it is, and how many requests it would like to send. */
export interface ChargeOrder {
  readonly monotonic: number;
  readonly wanted: number;
}

/** Charges until it is refused or content, at a time that others decide; answers with the number admitted. */
const [folder = '', limitJson = '{}'] = process.argv.slice(2);
const limit = JSON.parse(limitJson) as Limit;
const clock = virtualClock(0, 0);
const book = await openPortalBook(folder, clock);

process.on('message', ({ monotonic, wanted }: ChargeOrder) => {
  clock.advance(monotonic - clock.monotonic());
  void charge(wanted).then((admitted) => process.send?.(admitted));
});
process.send?.('ready');

async function charge(wanted: number): Promise<number> {
  for (let admitted = 0; admitted < wanted; admitted++) {
    const answer = await book.charge({ id: 'one', priority: 'incremental', limit, lastsMs: 75_000 });
    if (!answer.admitted) return admitted;
  }
  return wanted;
}
