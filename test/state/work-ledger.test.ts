import { describe, expect, it } from 'vitest';
import type { Limit, MeasuredWork } from '../../engine/connector.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import type { LimitedRequest, PortalBook, Priority } from '../../engine/state/machine-ports.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

const minute = 60_000;
const limit: Limit = { key: 'bitrix24:portal.example', capacity: 50, perSecond: 1000 };
const admitted = { admitted: true };
let lastId = 0;

/** A request that is expected to work so long on each method. */
function asked(expected: Readonly<Record<string, number>>, given: Partial<LimitedRequest> = {}): LimitedRequest {
  lastId += 1;
  const work = { key: 'bitrix24:portal.example#hash', budget: 480, windowMs: 10 * minute };
  return {
    id: `request-${lastId}`,
    priority: 'incremental',
    limit,
    work: { ...work, expected: new Map(Object.entries(expected)) },
    lastsMs: 75_000,
    ...given,
  };
}

function worked(seconds: number, counted?: number, leavesInMs = 10 * minute): MeasuredWork {
  return {
    worked: [{ seconds, leavesInMs }],
    ...(counted !== undefined && { counted: { seconds: counted, forMs: leavesInMs } }),
  };
}

async function end(book: PortalBook, request: LimitedRequest, measured: Record<string, MeasuredWork>) {
  await book.ended(request, { work: new Map(Object.entries(measured)) });
}

/** A book in which these methods have worked so long. */
async function bookWith(clock: VirtualClock, done: Readonly<Record<string, number>>): Promise<PortalBook> {
  const book = await openPortalBook(':memory:', clock);
  for (const [method, seconds] of Object.entries(done)) {
    const request = asked({ [method]: 1 });
    await book.charge(request);
    await end(book, request, { [method]: worked(seconds, seconds) });
    // The bucket, of which nothing is known either, has room again.
    clock.advance(1000);
  }
  return book;
}

describe('DL-22 the working time of a method', () => {
  it('is used up to its budget and no further, and comes back when what was worked leaves the window', async () => {
    const clock = virtualClock();
    const book = await bookWith(clock, { add: 461 });
    expect(await book.charge(asked({ add: 20 }))).toEqual({
      admitted: false,
      method: 'add',
      waitMs: 10 * minute - 1000,
    });
    expect(await book.charge(asked({ add: 19 }))).toEqual(admitted);
    clock.advance(10 * minute - 1000);
    expect(await book.charge(asked({ add: 20 }))).toEqual(admitted);
  });

  it('holds up no other method, nor the same for another credential', async () => {
    const book = await bookWith(virtualClock(), { add: 480, update: 0 });
    const other = asked({ add: 20 });
    expect(await book.charge(asked({ add: 1 }))).toMatchObject({ admitted: false, method: 'add' });
    expect(await book.charge(asked({ update: 20 }))).toEqual(admitted);
    expect(await book.charge({ ...other, ...(other.work && { work: { ...other.work, key: 'other' } }) })).toEqual(
      admitted,
    );
  });

  it('charges neither bucket nor method when one of the two has no room', async () => {
    const book = await bookWith(virtualClock(), { add: 480, update: 0 });
    const narrow = { key: 'narrow', capacity: 1, perSecond: 0.001 };
    expect(await book.charge(asked({ update: 1, add: 1 }, { limit: narrow }))).toMatchObject({ method: 'add' });
    expect(await book.charge(asked({ update: 480 }, { limit: narrow }))).toEqual(admitted);
  });

  it('is reserved while a request is in flight, and what it did not need is free again', async () => {
    const clock = virtualClock();
    const book = await bookWith(clock, { add: 0 });
    const first = asked({ add: 470 });
    await book.charge(first);
    expect(await book.charge(asked({ add: 20 }))).toEqual({ admitted: false, method: 'add', waitMs: 1000 });
    await end(book, first, { add: worked(5) });
    expect(await book.charge(asked({ add: 470 }))).toEqual(admitted);
  });

  it('stays reserved when the process dies: for as long as the request may last, and then as worked', async () => {
    const folder = temporaryFolder();
    const clock = virtualClock();
    const victim = await openPortalBook(folder, clock);
    const first = asked({ add: 1 });
    await victim.charge(first);
    await end(victim, first, { add: worked(1, 1) });
    clock.advance(100);
    await victim.charge(asked({ add: 470 }));
    await victim.close();
    const book = await openPortalBook(folder, clock);
    expect(await book.charge(asked({ add: 20 }))).toMatchObject({ admitted: false, method: 'add' });
    clock.advance(75_000 + 10 * minute - 1);
    expect(await book.charge(asked({ add: 20 }))).toMatchObject({ admitted: false });
    clock.advance(1);
    expect(await book.charge(asked({ add: 20 }))).toEqual(admitted);
    await book.close();
  });

  it('counts as expected where no answer came', async () => {
    const book = await bookWith(virtualClock(), { add: 0 });
    const lost = asked({ add: 470 });
    await book.charge(lost);
    await book.ended(lost, {});
    expect(await book.charge(asked({ add: 20 }))).toMatchObject({ admitted: false, method: 'add' });
  });

  it('that others used, as the portal counts it, is not there for us, for as long as the portal says', async () => {
    const clock = virtualClock();
    const book = await bookWith(clock, { add: 0 });
    const first = asked({ add: 10 });
    await book.charge(first);
    await end(book, first, { add: worked(10, 475, 2 * minute) });
    expect(await book.charge(asked({ add: 10 }))).toMatchObject({ admitted: false, waitMs: 2 * minute });
    clock.advance(2 * minute);
    expect(await book.charge(asked({ add: 10 }))).toEqual(admitted);
  });

  it('of a method never met in this boot lets one request go, whose answer says how much is left', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const first = asked({ add: 10 });
    expect(await book.charge(first)).toEqual(admitted);
    clock.advance(100);
    expect(await book.charge(asked({ add: 10 }))).toEqual({ admitted: false, method: 'add', waitMs: 20 });
    await end(book, first, { add: worked(10, 10) });
    expect(await book.charge(asked({ add: 10 }))).toEqual(admitted);
    clock.reboot('boot-2', 5_000_000);
    expect(await book.charge(asked({ add: 480 }))).toEqual(admitted);
    clock.advance(100);
    expect(await book.charge(asked({ add: 0.1 }))).toEqual({ admitted: false, method: 'add', waitMs: 20 });
  });

  it('is full until its reset once the portal blocked the method', async () => {
    const clock = virtualClock();
    const book = await bookWith(clock, { add: 0 });
    const refused = asked({ add: 10 });
    await book.charge(refused);
    await end(book, refused, { add: { worked: [], blockedForMs: 3 * minute } });
    expect(await book.charge(asked({ add: 1 }))).toEqual({ admitted: false, method: 'add', waitMs: 3 * minute });
    clock.advance(3 * minute);
    expect(await book.charge(asked({ add: 10 }))).toEqual(admitted);
  });

  it('lets a request that alone costs more than the budget go when nothing else counts', async () => {
    const book = await bookWith(virtualClock(), { add: 0 });
    expect(await book.charge(asked({ add: 900 }))).toEqual(admitted);
  });

  it('does not notice the wall clock', async () => {
    const clock = virtualClock();
    const book = await bookWith(clock, { add: 480 });
    clock.setWall(clock.now() + 24 * 60 * minute);
    expect(await book.charge(asked({ add: 1 }))).toMatchObject({ admitted: false });
  });
});

describe('DL-22 of those that wait', () => {
  const by = (priority: Priority, id: string): LimitedRequest => asked({}, { id, priority, limit: slow });
  const slow = { key: 'slow', capacity: 2, perSecond: 1 };

  it('an event goes before an ordinary run, and that before a whole re-read', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    expect(await book.charge(by('incremental', 'first'))).toEqual(admitted);
    for (const priority of ['full', 'incremental', 'event'] as const)
      expect(await book.charge(by(priority, priority))).toEqual({ admitted: false, waitMs: 1000 });
    const order: string[] = [];
    for (let second = 0; second < 3; second++) {
      clock.advance(1000);
      for (const priority of ['full', 'incremental', 'event'] as const)
        if (!order.includes(priority) && (await book.charge(by(priority, priority))).admitted) order.push(priority);
    }
    expect(order).toEqual(['event', 'incremental', 'full']);
  });

  it('one that is gone is waited for no longer than two seconds', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await book.charge(by('incremental', 'first'));
    await book.charge(by('event', 'dies'));
    clock.advance(2_999);
    expect(await book.charge(by('full', 'waits'))).toMatchObject({ admitted: false });
    clock.advance(1);
    expect(await book.charge(by('full', 'waits'))).toEqual(admitted);
  });

  it('for the time of one method do not hold up who needs another', async () => {
    const book = await bookWith(virtualClock(), { add: 480, update: 0 });
    await book.charge(asked({ add: 1 }));
    expect(await book.charge(asked({ add: 1 }, { priority: 'full' }))).toMatchObject({ admitted: false });
    expect(await book.charge(asked({ update: 1 }, { priority: 'full' }))).toEqual(admitted);
  });
});
