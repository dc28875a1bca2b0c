import { describe, expect, it } from 'vitest';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import { delivery, intent, openSample, put, startRun } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';

const here = { machine: 'machine1', instance: 'instanc1' };

describe('DL-21 whose a state is', () => {
  it('is noted once, and told', async () => {
    const state = await openSample();
    expect(await state.identity()).toEqual({ pipeline: 'ident-to-bitrix', beganAt: expect.any(Number) });
    expect([await state.identify(here), await state.identify(here)]).toEqual(['ours', 'ours']);
    expect(await state.identity()).toMatchObject(here);
  });

  it.each([
    { ...here, machine: 'machine2' },
    { ...here, instance: 'instanc2' },
  ])('makes it a copy for %j: known hashes go, what waits is due, what is in doubt stays', async (there) => {
    const state = await openSample();
    await startRun(state);
    await state.identify(here);
    await state.saveIntents([intent({ key: 'doubt' })]);
    await state.commit(
      delivery({
        delivered: [{ key: 'known', hash: 'A' }],
        queued: [put({ key: 'failed', state: 'failed' }), put({ key: 'doubt', state: 'waiting' })],
      }),
    );
    expect(await state.identify(here)).toBe('ours');
    expect(await state.known('receptions', ['known'])).toEqual(new Map([['known', 'A']]));
    expect(await state.identify(there)).toBe('copied');
    expect(await state.known('receptions', ['known'])).toEqual(new Map());
    expect((await state.due('receptions', 0, 9)).map(({ key }) => key)).toEqual(['failed']);
    expect(await state.identify(there)).toBe('ours');
  });
});

describe('the book of a machine', () => {
  it('DL-21 names machine and instance once and for all', async () => {
    const folder = temporaryFolder();
    const [first, again] = [await openPortalBook(folder, virtualClock()), await openPortalBook(folder, virtualClock())];
    const mine = await first.identity('a');
    expect(mine).toEqual({
      machine: expect.stringMatching(/^[0-9a-f]{8}$/),
      instance: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(await again.identity('a')).toEqual(mine);
    const other = await again.identity('b');
    expect([other.machine === mine.machine, other.instance === mine.instance]).toEqual([true, false]);
    await first.close();
    await again.close();
  });

  it('DL-21 adopts the instances met for a pipeline, each once', async () => {
    const book = await openPortalBook(':memory:', virtualClock(5000));
    await book.meet('a', 'elsewhere');
    await book.meet('a', 'elsewhere');
    await book.meet('b', 'far away');
    expect(await book.others('a')).toEqual([{ instance: 'elsewhere', metAt: 5000, adopted: false }]);
    expect(await book.adopt('a')).toEqual(['elsewhere']);
    expect(await book.adopt('a')).toEqual([]);
    await book.meet('a', 'elsewhere');
    expect((await book.others('a')).map(({ adopted }) => adopted)).toEqual([true]);
    expect((await book.others('b')).map(({ adopted }) => adopted)).toEqual([false]);
  });
});
