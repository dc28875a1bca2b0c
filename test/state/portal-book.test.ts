import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Limit } from '../../engine/connector.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import type { LimitedRequest, NewRow, PortalBook, RecentRow } from '../../engine/state/machine-ports.ts';
import type { ChargeOrder } from './processes/charge.ts';
import { startProcess } from './processes/start.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';

const limit: Limit = { key: 'bitrix24:portal.example', capacity: 50, perSecond: 2 };
const admitted = { admitted: true };
const day = 24 * 60 * 60 * 1000;

function asked(of: Limit): LimitedRequest {
  return { id: 'one', priority: 'incremental', limit: of, lastsMs: 75_000 };
}

async function charge(book: PortalBook, of: Limit): Promise<unknown> {
  return await book.charge(asked(of));
}

/** Charges until refused; how many went. */
async function burst(book: PortalBook, of = limit): Promise<number> {
  for (let count = 0; ; count++) if (!(await book.charge(asked(of))).admitted) return count;
}

const vendorRefuses = async (book: PortalBook, of: Limit): Promise<void> =>
  await book.ended(asked(of), { refused: true });

describe('a bucket', () => {
  it('DL-22 never seen before has room for one request', async () => {
    const book = await openPortalBook(':memory:', virtualClock());
    expect(await charge(book, limit)).toEqual(admitted);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
  });

  it('admits again exactly when one request has leaked', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await charge(book, limit);
    clock.advance(499.999);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 1 });
    clock.advance(0.001);
    expect(await charge(book, limit)).toEqual(admitted);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
  });

  it('beside a wider one is charged with it, or neither is', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const own = (key: string): LimitedRequest => ({
      ...asked({ key, capacity: 1, perSecond: 1 }),
      within: { key: 'account', capacity: 1, perSecond: 4 },
    });
    expect(await book.charge(own('a'))).toEqual(admitted);
    // The wider one is full, and `b` is not charged for that.
    expect(await book.charge(own('b'))).toEqual({ admitted: false, waitMs: 250 });
    expect(await book.charge(own('a'))).toEqual({ admitted: false, waitMs: 1000 });
    clock.advance(250);
    expect(await book.charge(own('b'))).toEqual(admitted);
    clock.advance(250);
    expect(await book.charge(own('a'))).toEqual({ admitted: false, waitMs: 500 });
    expect(await charge(book, { key: 'account', capacity: 1, perSecond: 4 })).toEqual(admitted);
  });

  it('beside a wider one gives way there to whoever waits with a higher priority', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const own = (key: string, priority: LimitedRequest['priority']): LimitedRequest => ({
      ...asked({ key, capacity: 5, perSecond: 5 }),
      id: key,
      priority,
      within: { key: 'account', capacity: 1, perSecond: 4 },
    });
    await book.charge(own('a', 'full'));
    expect(await book.charge(own('b', 'incremental'))).toEqual({ admitted: false, waitMs: 250 });
    clock.advance(250);
    expect(await book.charge(own('a', 'full'))).toEqual({ admitted: false, waitMs: 200 });
    expect(await book.charge(own('b', 'incremental'))).toEqual(admitted);
  });

  it('empties to nothing and no further: after a long rest a whole capacity may go', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await charge(book, limit);
    clock.advance(25_000);
    expect(await burst(book)).toBe(50);
    clock.advance(day);
    expect(await burst(book)).toBe(50);
    clock.advance(2_250);
    expect(await burst(book)).toBe(4);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 250 });
  });

  it.each([
    { perSecond: 7, waitMs: 143 },
    { perSecond: 0.3, waitMs: 3334 },
    { perSecond: 1 / 3, waitMs: 3000 },
  ])('at $perSecond requests per second says how long to wait, and waiting so long is enough', async (rate) => {
    const clock = virtualClock();
    const slow = { key: 'slow', capacity: 1, perSecond: rate.perSecond };
    const book = await openPortalBook(':memory:', clock);
    await charge(book, slow);
    expect(await charge(book, slow)).toEqual({ admitted: false, waitMs: rate.waitMs });
    clock.advance(rate.waitMs - 1);
    expect(await charge(book, slow)).toMatchObject({ admitted: false });
    clock.advance(1);
    expect(await charge(book, slow)).toEqual(admitted);
  });

  it('DL-22 is full once the vendor refused', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await charge(book, limit);
    clock.advance(60_000);
    await vendorRefuses(book, limit);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
    clock.advance(500);
    expect(await charge(book, limit)).toEqual(admitted);
  });

  it('filled before it was ever charged is full too', async () => {
    const book = await openPortalBook(':memory:', virtualClock());
    await vendorRefuses(book, limit);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
  });

  it('is one per key', async () => {
    const book = await openPortalBook(':memory:', virtualClock());
    await vendorRefuses(book, limit);
    expect(await charge(book, { ...limit, key: 'bitrix24:other.example' })).toEqual(admitted);
  });

  it('DL-22 does not notice the wall clock', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await vendorRefuses(book, limit);
    clock.setWall(clock.now() + day);
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
  });

  it.each([
    ['another boot', 'boot-2', 90_000_000],
    ['a clock that went back', 'boot-1', 10],
  ])('DL-22 after %s is nearly full, and fills no less than it was', async (_, bootId, monotonic) => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const full = { ...limit, key: 'full' };
    await charge(book, limit);
    await vendorRefuses(book, full);
    clock.advance(60_000);
    await charge(book, limit);
    clock.reboot(bootId, monotonic);
    expect(await burst(book)).toBe(1);
    expect(await charge(book, full)).toEqual({ admitted: false, waitMs: 500 });
    clock.advance(500);
    expect(await burst(book)).toBe(1);
    expect(await burst(book, full)).toBe(1);
  });

  it('keeps its level when the capacity is lowered', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await vendorRefuses(book, limit);
    const lower = { ...limit, capacity: 10 };
    expect(await charge(book, lower)).toEqual({ admitted: false, waitMs: 20_500 });
    clock.advance(20_500);
    expect(await burst(book, lower)).toBe(1);
  });
});

describe('processes that share a book', () => {
  it('G5 together never exceed capacity + rate × time in any window, and use at least 95 % of it', async () => {
    const folder = temporaryFolder();
    const processes = ['a', 'b', 'c'].map((id) => startProcess('charge.ts', folder, JSON.stringify(limit), id));
    await Promise.all(processes.map(async (one) => await one.next()));

    const stepMs = 250;
    const ticks = 480;
    const sent: number[] = [];
    for (let tick = 0; tick < ticks; tick++) {
      // Silent for the middle third, so that the bucket empties and a burst follows.
      const wanted = tick >= ticks / 3 && tick < (2 * ticks) / 3 ? 0 : 60;
      const order: ChargeOrder = { monotonic: 1_000_000 + tick * stepMs, wanted };
      for (const one of processes) one.send(order);
      const counts = await Promise.all(processes.map(async (one) => await one.next()));
      sent.push(counts.map(Number).reduce((sum, count) => sum + count, 0));
    }

    const total = (from: number, to: number): number => sent.slice(from, to + 1).reduce((sum, n) => sum + n, 0);
    const allowed = (from: number, to: number): number =>
      limit.capacity + (limit.perSecond * (to - from) * stepMs) / 1000;
    const overrun = [];
    for (let from = 0; from < ticks; from++) {
      for (let to = from; to < ticks; to++) if (total(from, to) > allowed(from, to)) overrun.push([from, to]);
    }
    expect(overrun).toEqual([]);
    // One request at the start, two a second while there was demand, and what the silence made room for.
    expect(total(0, ticks / 3 - 1)).toBe(1 + 79);
    expect(total((2 * ticks) / 3, ticks - 1)).toBe(50 + 79);
  });

  it('DL-22 find the charges of one that was killed', async () => {
    const folder = temporaryFolder();
    const victim = startProcess('charge.ts', folder, JSON.stringify(limit));
    await victim.next();
    victim.send({ monotonic: 1_000_000, wanted: 1 } satisfies ChargeOrder);
    expect(await victim.next()).toBe(1);
    await victim.signal('SIGKILL');
    const book = await openPortalBook(folder, virtualClock(0, 1_000_000));
    expect(await charge(book, limit)).toEqual({ admitted: false, waitMs: 500 });
    await book.close();
  });
});

describe('recent rows', () => {
  const row = (given: Partial<RecentRow> = {}): RecentRow => ({
    connection: 'bitrix24:portal.example',
    entity: 'contact',
    row: '17',
    claims: ['PHONE=+79990001122', 'EMAIL=anna@clinic.example'],
    at: 1_767_600_000_000,
    ...given,
  });
  const ask = async (book: PortalBook, ...claims: readonly string[]): Promise<readonly RecentRow[]> =>
    await book.recent('bitrix24:portal.example', 'contact', claims);

  it('DL-2 answer to each of their claims, newest first, with the claims that were asked', async () => {
    const book = await openPortalBook(':memory:', virtualClock());
    const newer = row({ row: '18', claims: ['PHONE=+79990001122'], at: row().at + 1 });
    await book.saveRecent([row(), newer]);
    expect(await ask(book, 'PHONE=+79990001122', 'PHONE=+79990001122')).toEqual([
      newer,
      row({ claims: ['PHONE=+79990001122'] }),
    ]);
    expect(await ask(book, 'EMAIL=anna@clinic.example', 'PHONE=+79990001122')).toEqual([
      newer,
      row({ claims: ['EMAIL=anna@clinic.example', 'PHONE=+79990001122'] }),
    ]);
    expect(await ask(book, 'PHONE=+79990003344')).toEqual([]);
    expect(await ask(book)).toEqual([]);
  });

  it('belong to one connection and entity', async () => {
    const book = await openPortalBook(':memory:', virtualClock());
    await book.saveRecent([row(), row({ row: '19', entity: 'lead' }), row({ row: '20', connection: 'elsewhere' })]);
    expect(await ask(book, 'PHONE=+79990001122')).toEqual([row({ claims: ['PHONE=+79990001122'] })]);
  });

  it('are forgotten after 24 hours', async () => {
    const clock = virtualClock(row().at);
    const book = await openPortalBook(':memory:', clock);
    await book.saveRecent([row()]);
    clock.advance(day - 1);
    expect(await ask(book, 'PHONE=+79990001122')).toHaveLength(1);
    clock.advance(1);
    expect(await ask(book, 'PHONE=+79990001122')).toEqual([]);
  });

  it('outlive a wall clock that was set forward, and a reboot', async () => {
    const clock = virtualClock(row().at);
    const book = await openPortalBook(':memory:', clock);
    await book.saveRecent([row()]);
    clock.setWall(row().at + day);
    expect(await ask(book, 'PHONE=+79990001122')).toHaveLength(1);
    clock.setWall(row().at + 1000);
    clock.reboot('boot-2', 10);
    expect(await ask(book, 'PHONE=+79990001122')).toHaveLength(1);
    clock.setWall(row().at + day);
    expect(await ask(book, 'PHONE=+79990001122')).toEqual([]);
  });

  it('leave the file when they are forgotten', async () => {
    const folder = temporaryFolder();
    const clock = virtualClock(row().at);
    const book = await openPortalBook(folder, clock);
    await book.saveRecent([row()]);
    clock.advance(day);
    await book.saveRecent([row({ row: '18', claims: ['PHONE=+79990005566'], at: clock.now() })]);
    clock.setWall(row().at);
    expect(await ask(book, 'PHONE=+79990001122')).toEqual([]);
    expect(await ask(book, 'PHONE=+79990005566')).toHaveLength(1);
    await book.close();
  });

  it('G9 keep no phone and no mail address in the file', async () => {
    const folder = temporaryFolder();
    const book = await openPortalBook(folder, virtualClock());
    await book.saveRecent([row()]);
    await book.close();
    const bytes = readFileSync(join(folder, 'portal-book.db'), 'latin1');
    expect([bytes.includes('portal.example'), bytes.includes('7999'), bytes.includes('anna')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('the file of the book', () => {
  it("is its owner's alone, or the group's where the folder is", async () => {
    const mine = temporaryFolder();
    const ours = temporaryFolder();
    chmodSync(ours, 0o2770);
    for (const folder of [mine, ours]) await (await openPortalBook(folder, virtualClock())).close();
    expect(statSync(join(mine, 'portal-book.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(ours, 'portal-book.db')).mode & 0o777).toBe(0o660);
  });
});

describe('DL-20 rows about to be created', () => {
  const phone = 'contact?&PHONE=+79990001122';
  const mail = 'contact?&EMAIL=anna@clinic.example';
  const row = (clock: { monotonic(): number }, given: Partial<NewRow> = {}): NewRow => ({
    row: 'contact F1_P1',
    asked: [phone],
    askedAt: clock.monotonic(),
    effects: [phone, mail],
    lastsMs: 90_000,
    ...given,
  });

  it('are claimed by one instance: who asked for one of them waits, who asked for none goes on', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const other = row(clock, { asked: ['contact?&PHONE=+79990003344'], effects: ['contact?&PHONE=+79990003344'] });
    expect(await book.claim('north', [row(clock)])).toEqual(['free']);
    expect(await book.claim('south', [row(clock), row(clock, { asked: [mail] }), other])).toEqual([
      'taken',
      'taken',
      'free',
    ]);
    expect(await book.claim('north', [row(clock), other])).toEqual(['free', 'taken']);
  });

  it('are free once they came to nothing, and for who has asked since they were made', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const early = row(clock);
    await book.claim('north', [early]);
    await book.release('north', [{ row: early.row, isMade: false }]);
    expect(await book.claim('south', [early])).toEqual(['free']);
    await book.release('south', [{ row: early.row, isMade: true }]);
    expect(await book.claim('north', [early])).toEqual(['taken']);
    clock.advance(1);
    expect(await book.claim('north', [row(clock)])).toEqual(['free']);
  });

  it('of a family are claimed each for itself: what became of one says nothing of another with its phone', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const [father, mother] = [row(clock), row(clock, { row: 'contact F1_P2' })];
    await book.claim('north', [father, mother]);
    await book.release('north', [{ row: father.row, isMade: false }]);
    expect(await book.claim('south', [row(clock)])).toEqual(['taken']);
    await book.release('north', [{ row: mother.row, isMade: false }]);
    expect(await book.claim('south', [row(clock)])).toEqual(['free']);
  });

  it('are in doubt where nothing was heard for as long as a plan may be sent, and free when they can no longer come', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    const standing = async () => await book.claim('south', [row(clock)]);
    await book.claim('north', [row(clock)]);
    clock.advance(30_000);
    expect(await standing()).toEqual(['taken']);
    clock.advance(1);
    expect(await standing()).toEqual(['in-doubt']);
    clock.advance(89_998);
    expect(await standing()).toEqual(['in-doubt']);
    clock.advance(1);
    expect(await standing()).toEqual(['free']);
  });

  it('are forgotten with the boot they were claimed in', async () => {
    const clock = virtualClock();
    const book = await openPortalBook(':memory:', clock);
    await book.claim('north', [row(clock)]);
    clock.reboot('boot-2', 10);
    expect(await book.claim('south', [row(clock)])).toEqual(['free']);
  });

  it('G9 keep no phone and no mail address in the file', async () => {
    const folder = temporaryFolder();
    const clock = virtualClock();
    const book = await openPortalBook(folder, clock);
    await book.claim('north', [row(clock)]);
    await book.close();
    const bytes = readFileSync(join(folder, 'portal-book.db'), 'latin1');
    expect([bytes.includes('north'), bytes.includes('7999'), bytes.includes('anna')]).toEqual([true, false, false]);
  });
});
