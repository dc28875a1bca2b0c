import { describe, expect, it } from 'vitest';
import type { QueueCounts, QueueEntry, QueuePut, StateStore } from '../../engine/state/ports.ts';
import { delivery, intent, openSample, put, startRun } from './samples.ts';

async function queued(...puts: readonly QueuePut[]): Promise<StateStore> {
  const state = await openSample();
  await startRun(state);
  await state.commit(delivery({ queued: puts }));
  return state;
}

const keysOf = (entries: readonly QueueEntry[]): readonly string[] => entries.map(({ key }) => key);

const counts = (given: Partial<QueueCounts>): QueueCounts => ({
  pending: 0,
  waiting: 0,
  quarantined: 0,
  failed: 0,
  completed: 0,
  superseded: 0,
  ...given,
});

const entry: QueueEntry = {
  ...put(),
  id: 1,
  flow: 'receptions',
  marked: false,
  firstAt: 3000,
  lastAt: 3000,
  run: 'run-1',
};

describe('a queue row', () => {
  it('holds the record, what went wrong and when it may be tried again', async () => {
    expect(await (await queued(put())).queue({})).toEqual([entry]);
  });

  it('needs neither version, source key nor due time', async () => {
    const { hash, sourceKey, dueAt, ...bare } = put({ state: 'failed' });
    const { hash: _hash, sourceKey: _sourceKey, dueAt: _dueAt, ...kept } = entry;
    expect([hash, sourceKey, dueAt]).toEqual(['version-1', { id: 101 }, 33_000]);
    expect(await (await queued(bare)).queue({})).toEqual([{ ...kept, state: 'failed' }]);
  });

  it('DL-17 is replaced by a newer read of its key: attempts as the caller counts, first time kept', async () => {
    const state = await queued(put());
    const newer = put({ hash: 'version-2', source: { id: 101, status: 'Завершен' }, attempts: 2, state: 'waiting' });
    await state.commit(delivery({ at: 5000, queued: [newer] }));
    expect(await state.queue({})).toEqual([{ ...entry, ...newer, lastAt: 5000 }]);
  });

  it('is one per flow and key', async () => {
    const state = await queued(put());
    await state.commit(delivery({ flow: 'patients', queued: [put()] }));
    expect((await state.queue({})).map(({ flow, key }) => [flow, key])).toEqual([
      ['receptions', 'F1_101'],
      ['patients', 'F1_101'],
    ]);
  });

  it('is completed by the delivery of its version', async () => {
    const state = await queued(put());
    await startRun(state, 2);
    await state.commit(
      delivery({ run: 'run-2', epoch: 2, at: 6000, delivered: [{ key: 'F1_101', hash: 'version-1' }] }),
    );
    const { dueAt: _dueAt, ...closed } = entry;
    expect(await state.queue({})).toEqual([{ ...closed, state: 'completed', lastAt: 6000, run: 'run-2' }]);
  });

  it('DL-17 is superseded by the delivery of another version', async () => {
    const state = await queued(put(), put({ key: 'F1_102' }));
    await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'version-2' }] }));
    expect((await state.queue({})).map(({ key, state: now }) => [key, now])).toEqual([
      ['F1_101', 'superseded'],
      ['F1_102', 'pending'],
    ]);
  });

  it('without a version is completed by any delivery', async () => {
    const { hash: _hash, ...unversioned } = put();
    const state = await queued(unversioned);
    await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'version-2' }] }));
    expect(await state.queueCounts()).toEqual(counts({ completed: 1 }));
  });

  it('stays closed as it was closed, and begins anew when the record fails again', async () => {
    const state = await queued(put());
    await state.commit(delivery({ at: 4000, delivered: [{ key: 'F1_101', hash: 'version-2' }] }));
    await state.commit(delivery({ at: 5000, delivered: [{ key: 'F1_101', hash: 'version-1' }] }));
    expect(await state.queue({})).toMatchObject([{ state: 'superseded', firstAt: 3000, lastAt: 4000 }]);
    await state.commit(delivery({ at: 7000, queued: [put()] }));
    expect(await state.queue({})).toEqual([{ ...entry, firstAt: 7000, lastAt: 7000 }]);
  });

  it('stays open when one delivery both delivers and queues its record', async () => {
    const state = await queued(put());
    await state.commit(delivery({ at: 4000, delivered: [{ key: 'F1_101', hash: 'version-1' }], queued: [put()] }));
    expect(await state.queueCounts()).toEqual(counts({ pending: 1 }));
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map());
  });

  it('DL-5 takes the known hash of its record with it', async () => {
    const state = await openSample();
    await startRun(state);
    await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'version-0' }] }));
    await state.commit(delivery({ queued: [put()] }));
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map());
  });
});

describe('queued versions', () => {
  it('are those of open rows', async () => {
    const { hash: _hash, ...unversioned } = put({ key: 'F1_104' });
    const state = await queued(put(), put({ key: 'F1_102', state: 'failed' }), put({ key: 'F1_103' }), unversioned);
    await state.commit(delivery({ delivered: [{ key: 'F1_103', hash: 'version-1' }] }));
    const keys = ['F1_101', 'F1_102', 'F1_103', 'F1_104', 'F1_105'];
    expect(await state.queuedVersions('receptions', keys)).toEqual(
      new Map([
        ['F1_101', 'version-1'],
        ['F1_102', 'version-1'],
      ]),
    );
    expect(await state.queuedVersions('patients', keys)).toEqual(new Map());
  });
});

describe('due rows', () => {
  it('are pending and waiting ones whose time has come, oldest first', async () => {
    const state = await queued(
      put({ key: 'later', dueAt: 50_000 }),
      put({ key: 'now', dueAt: 40_000 }),
      put({ key: 'waits', dueAt: 10_000, state: 'waiting' }),
      put({ key: 'failed', dueAt: 10_000, state: 'failed' }),
      put({ key: 'doubt', dueAt: 10_000, state: 'quarantined' }),
    );
    expect(keysOf(await state.due('receptions', 39_999, 10))).toEqual(['waits']);
    expect(keysOf(await state.due('receptions', 40_000, 10))).toEqual(['now', 'waits']);
    expect(keysOf(await state.due('receptions', 40_000, 1))).toEqual(['now']);
    expect(await state.due('patients', 40_000, 10)).toEqual([]);
  });

  it('are also those a person marked, whatever their state and time', async () => {
    const state = await queued(
      put({ key: 'later' }),
      put({ key: 'failed', state: 'failed' }),
      put({ key: 'doubt', state: 'quarantined' }),
      put({ key: 'done' }),
    );
    await state.commit(delivery({ delivered: [{ key: 'done', hash: 'version-1' }] }));
    expect(await state.retryQueue({})).toEqual({ rows: 3, inDoubt: 0 });
    expect(keysOf(await state.due('receptions', 0, 10))).toEqual(['later', 'failed', 'doubt']);
    expect(await state.queueCounts()).toEqual(counts({ pending: 1, failed: 1, quarantined: 1, completed: 1 }));
  });

  it('lose the mark when they fail again or are delivered', async () => {
    const state = await queued(put(), put({ key: 'F1_102' }));
    expect(await state.retryQueue({})).toEqual({ rows: 2, inDoubt: 0 });
    await state.commit(delivery({ queued: [put()], delivered: [{ key: 'F1_102', hash: 'version-1' }] }));
    expect(await state.due('receptions', 0, 10)).toEqual([]);
  });
});

describe('a queue filter', () => {
  it('names rows by flow, state, key and id, the oldest where it limits', async () => {
    const state = await queued(put(), put({ key: 'F1_102', state: 'failed' }), put({ key: 'F1_103' }));
    expect(keysOf(await state.queue({ state: 'pending' }))).toEqual(['F1_101', 'F1_103']);
    expect(keysOf(await state.queue({ key: 'F1_102' }))).toEqual(['F1_102']);
    expect(keysOf(await state.queue({ id: 3 }))).toEqual(['F1_103']);
    expect(keysOf(await state.queue({ limit: 2 }))).toEqual(['F1_101', 'F1_102']);
    expect(await state.queue({ flow: 'patients' })).toEqual([]);
    expect(await state.retryQueue({ state: 'pending', limit: 1 })).toEqual({ rows: 1, inDoubt: 0 });
    expect(keysOf(await state.due('receptions', 0, 10))).toEqual(['F1_101']);
  });

  it('counts rows per state, of one flow or of all', async () => {
    const state = await queued(put(), put({ key: 'F1_102', state: 'failed' }));
    await state.commit(delivery({ flow: 'patients', queued: [put({ state: 'quarantined' })] }));
    expect(await state.queueCounts()).toEqual(counts({ pending: 1, failed: 1, quarantined: 1 }));
    expect(await state.queueCounts('patients')).toEqual(counts({ quarantined: 1 }));
    expect(await state.queueCounts('deals')).toEqual(counts({}));
  });
});

describe('dropping', () => {
  it('DL-18 keeps rows in doubt and counts the others', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent({ id: 'in doubt', key: 'F1_102' }), intent({ id: 'settled' })]);
    const both = [put({ state: 'quarantined' }), put({ key: 'F1_102', state: 'quarantined' })];
    await state.commit(delivery({ receipts: [{ intent: 'settled', outcome: 'not-applied', at: 3000 }], queued: both }));
    expect(await state.dropQueue({})).toEqual({ rows: 1, inDoubt: 1 });
    expect(keysOf(await state.queue({}))).toEqual(['F1_102']);
    await state.commit(delivery({ receipts: [{ intent: 'in doubt', outcome: 'applied', row: '9', at: 4000 }] }));
    expect(await state.dropQueue({})).toEqual({ rows: 1, inDoubt: 0 });
  });

  it('does not let a row in doubt use up the limit', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent()]);
    await state.commit(delivery({ queued: [put({ state: 'quarantined' }), put({ key: 'F1_102' })] }));
    expect((await state.dropQueue({ limit: 1 })).rows).toBe(1);
    expect(keysOf(await state.queue({}))).toEqual(['F1_101']);
  });

  it('DL-18 forgets the known hash of what never arrived, not of what did', async () => {
    const state = await queued(put(), put({ key: 'F1_102' }));
    const delivered = [
      { key: 'F1_101', hash: 'version-1' },
      { key: 'F1_103', hash: 'version-1' },
    ];
    await state.commit(delivery({ delivered }));
    expect(await state.dropQueue({ flow: 'receptions' })).toEqual({ rows: 2, inDoubt: 0 });
    expect(await state.known('receptions', ['F1_101', 'F1_102', 'F1_103'])).toEqual(
      new Map([
        ['F1_101', 'version-1'],
        ['F1_103', 'version-1'],
      ]),
    );
  });
});

describe('DL-18 making room', () => {
  it('gives up the oldest open rows: none that is closed, in doubt or about to be put again', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent({ key: 'doubt' })]);
    const keys = ['closed', 'doubt', 'again', 'old', 'young'];
    await state.commit(delivery({ queued: keys.map((key) => put({ key })) }));
    await state.commit(delivery({ delivered: [{ key: 'closed', hash: 'version-1' }] }));
    expect(await state.droppable('receptions', ['again'], 9)).toEqual([4, 5]);
    const dropped = await state.droppable('receptions', ['again'], 1);
    await state.commit(delivery({ dropped, queued: [put({ key: 'new' })] }));
    expect(keysOf(await state.queue({}))).toEqual(['closed', 'doubt', 'again', 'young', 'new']);
  });

  it('keeps a row that came into doubt after it was chosen', async () => {
    const state = await queued(put());
    await state.saveIntents([intent()]);
    await state.commit(delivery({ dropped: [1] }));
    expect(keysOf(await state.queue({}))).toEqual(['F1_101']);
  });
});

describe('a quarantined row', () => {
  async function quarantined(): Promise<StateStore> {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent(), intent({ id: 'other', key: 'F1_102' })]);
    await state.commit(
      delivery({
        receipts: [{ intent: 'intent-1', outcome: 'unknown', at: 3000 }],
        queued: [put({ state: 'quarantined' }), put({ key: 'F1_102', state: 'waiting' })],
      }),
    );
    return state;
  }
  const doubts = async (state: StateStore) => (await state.openIntents()).map(({ id }) => id);

  it('is left to a word about itself when many are marked', async () => {
    const state = await quarantined();
    expect(await state.retryQueue({})).toEqual({ rows: 1, inDoubt: 1 });
    expect(keysOf(await state.due('receptions', 0, 10))).toEqual(['F1_102']);
  });

  it('is due, its intent closed and watched, when a person says that its write is missing (DL-14)', async () => {
    const state = await quarantined();
    expect(await state.decideQueue(1, 'missing', 9000)).toBe(true);
    expect(keysOf(await state.due('receptions', 0, 10))).toEqual(['F1_101']);
    expect([await doubts(state), (await state.closedAsAbsent(9000)).map(({ id }) => id)]).toEqual([
      ['other'],
      ['intent-1'],
    ]);
  });

  it('is completed and its version known when its write arrived and no rung asks for it', async () => {
    const state = await quarantined();
    expect(await state.decideQueue(1, 'arrived', 9000)).toBe(true);
    expect([await doubts(state), await state.closedAsAbsent(0)]).toEqual([['other'], []]);
    expect((await state.queue({ id: 1 }))[0]).toMatchObject({ state: 'completed', lastAt: 9000 });
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map([['F1_101', 'version-1']]));
    expect(await state.decideQueue(1, 'missing', 9500)).toBe(false);
  });

  it('is due when its write arrived and can be found again: its record may have more to write', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent({ claims: ['portal/deal?&UF_CRM_IDENT_ID=F1_101'] })]);
    await state.commit(delivery({ queued: [put({ state: 'quarantined' })] }));
    expect(await state.decideQueue(1, 'arrived', 9000)).toBe(true);
    expect([await doubts(state), await state.known('receptions', ['F1_101'])]).toEqual([[], new Map()]);
    expect(keysOf(await state.due('receptions', 0, 10))).toEqual(['F1_101']);
  });

  it('is the only one that is decided by hand', async () => {
    const state = await quarantined();
    expect(await state.decideQueue(2, 'arrived', 9000)).toBe(false);
    expect(await state.decideQueue(77, 'arrived', 9000)).toBe(false);
    expect(await doubts(state)).toEqual(['intent-1', 'other']);
  });

  it('DL-18 does not hold the checkpoint back', async () => {
    const state = await quarantined();
    const checkpoint = { flow: 'receptions', params: 'p', at: 3000, run: 'run-1', cursor: { id: 101 } };
    await state.commit(delivery({ queued: [put({ state: 'quarantined' })], checkpoint }));
    expect(await state.checkpoint('receptions')).toEqual(checkpoint);
  });
});

describe('purging', () => {
  it('removes what was closed before a moment, nothing that is open', async () => {
    const state = await queued(put(), put({ key: 'F1_102' }), put({ key: 'F1_103', state: 'failed' }));
    await state.commit(delivery({ at: 4000, delivered: [{ key: 'F1_101', hash: 'version-1' }] }));
    await state.commit(delivery({ at: 5000, delivered: [{ key: 'F1_102', hash: 'version-2' }] }));
    expect(await state.purgeQueue('receptions', 4000)).toBe(0);
    expect(await state.purgeQueue('patients', 9000)).toBe(0);
    expect(await state.purgeQueue('receptions', 5000)).toBe(1);
    expect(await state.purgeQueue('receptions', 9000)).toBe(1);
    expect(keysOf(await state.queue({}))).toEqual(['F1_103']);
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map([['F1_101', 'version-1']]));
  });
});
