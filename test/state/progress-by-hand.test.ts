import { describe, expect, it } from 'vitest';
import { cursorOf } from '../../engine/run/load/fence.ts';
import { delivery, intent, openSample, put, startRun } from './samples.ts';

const checkpoint = { flow: 'receptions', cursor: { at: 7 }, params: 'params-1', sequence: 12, at: 3000, run: 'run-1' };

describe('a checkpoint set by hand', () => {
  it('has the time in place of the cursor, and keeps the params it stood under', async () => {
    const state = await openSample();
    const epoch = await startRun(state);
    await state.commit(delivery({ epoch, checkpoint }));
    await state.setCheckpoint('receptions', '2026-03-01T00:00:00', 5000);
    const set = { flow: 'receptions', since: '2026-03-01T00:00:00', sequence: 0, at: 5000, run: 'by hand' };
    expect(await state.checkpoint('receptions')).toEqual({ ...set, params: 'params-1' });
    await state.setCheckpoint('plans', '2026-03-01T00:00:00', 5000);
    expect(await state.checkpoint('plans')).toEqual({ ...set, flow: 'plans', params: '' });
    await state.commit(delivery({ epoch, checkpoint }));
    expect(await state.checkpoint('receptions')).toEqual(checkpoint);
  });

  it('is older than the one a target keeps of its own, so that the read begins where the person said (DL-23)', async () => {
    const state = await openSample();
    const epoch = await startRun(state);
    await state.commit(delivery({ epoch, checkpoint }));
    const stored = { epoch, sequence: 13, cursor: { at: 9 }, loaded: { created: 0, updated: 0, unchanged: 0 } };
    await state.setCheckpoint('receptions', '2026-03-01T00:00:00', 5000);
    expect(cursorOf(await state.checkpoint('receptions'), stored)).toBeUndefined();
    await state.commit(delivery({ epoch, checkpoint }));
    await state.resetFlow('receptions', { checkpoint: true, known: false });
    expect(cursorOf(await state.checkpoint('receptions'), stored)).toBeUndefined();
  });
});

describe('a flow that is reset', () => {
  it('forgets what was asked for, and says what there was', async () => {
    const state = await openSample();
    const epoch = await startRun(state);
    const delivered = [
      { key: 'F1_101', hash: 'a' },
      { key: 'F1_102', hash: 'b' },
    ];
    await state.commit(delivery({ epoch, delivered, checkpoint }));
    await state.commit(delivery({ epoch, flow: 'plans', delivered }));
    expect(await state.resetFlow('receptions', { checkpoint: false, known: true })).toEqual({
      checkpoint: false,
      known: 2,
    });
    expect((await state.known('receptions', ['F1_101', 'F1_102'])).size).toBe(0);
    expect((await state.known('plans', ['F1_101', 'F1_102'])).size).toBe(2);
    expect(await state.resetFlow('receptions', { checkpoint: true, known: true })).toEqual({
      checkpoint: true,
      known: 0,
    });
    expect(await state.checkpoints()).toEqual([]);
    expect(await state.resetFlow('receptions', { checkpoint: true, known: true })).toEqual({
      checkpoint: false,
      known: 0,
    });
  });

  it('keeps what is in doubt, what waits and what it was linked to', async () => {
    const state = await openSample();
    const epoch = await startRun(state);
    await state.saveIntents([intent({ epoch })]);
    const link = {
      flow: 'receptions',
      key: 'F1_101',
      target: 'deal',
      connection: 'portal',
      entity: 'deal',
      row: '7',
      at: 1,
    };
    await state.commit(delivery({ epoch, queued: [put()], links: [link], checkpoint }));
    await state.resetFlow('receptions', { checkpoint: true, known: true });
    expect((await state.openIntents('receptions')).map(({ id }) => id)).toEqual(['intent-1']);
    expect((await state.queue({ flow: 'receptions' })).map(({ key }) => key)).toEqual(['F1_101']);
    expect(await state.links('receptions', ['F1_101'])).toHaveLength(1);
  });
});

it('records last delivered under another mapping than that of the latest run are counted', async () => {
  const state = await openSample();
  const run = async (n: number, mapping: string, keys: readonly string[]) => {
    const epoch = await state.startRun({ run: `run-${n}`, startedAt: n, mapping, pid: 1 });
    await state.commit(delivery({ epoch, delivered: keys.map((key) => ({ key, hash: `${key}${n}` })) }));
  };
  await run(1, 'one', ['a', 'b', 'c']);
  expect(await state.writtenByOlder('receptions')).toBe(0);
  await run(2, 'two', ['b']);
  expect(await state.writtenByOlder('receptions')).toBe(2);
  await run(3, 'one', []);
  expect(await state.writtenByOlder('receptions')).toBe(1);
  expect(await state.writtenByOlder('plans')).toBe(0);
});
