import { describe, expect, it } from 'vitest';
import type { Checkpoint, Link } from '../../engine/state/ports.ts';
import { delivery, openSample, startRun } from './samples.ts';

const first: Checkpoint = {
  flow: 'receptions',
  cursor: { changedAt: '2026-03-01T10:00:00', id: 7 },
  params: 'params-1',
  at: 3000,
  run: 'run-1',
};

describe('runs', () => {
  it('raise the epoch and are listed newest first', async () => {
    const state = await openSample();
    expect(await startRun(state, 1)).toBe(1);
    expect(await startRun(state, 2)).toBe(2);
    await state.finishRun({ run: 'run-2', finishedAt: 9000, exitCode: 4, result: { flows: [{ name: 'receptions' }] } });
    const crashed = { run: 'run-1', startedAt: 1000, mapping: 'mapping-1', pid: 4711, epoch: 1 };
    const ended = {
      run: 'run-2',
      startedAt: 2000,
      mapping: 'mapping-1',
      pid: 4711,
      epoch: 2,
      finishedAt: 9000,
      exitCode: 4,
      result: { flows: [{ name: 'receptions' }] },
    };
    expect(await state.runs(10)).toEqual([ended, crashed]);
    expect(await state.runs(1)).toEqual([ended]);
  });
});

describe('checkpoints', () => {
  it('are absent before the first delivery', async () => {
    const state = await openSample();
    expect(await state.checkpoint('receptions')).toBeUndefined();
    expect(await state.checkpoints()).toEqual([]);
  });

  it('keep the last cursor of each flow, and may go back', async () => {
    const state = await openSample();
    await startRun(state);
    const earlier = { ...first, cursor: { changedAt: '2026-02-01T00:00:00' }, at: 4000 };
    const whole: Checkpoint = { flow: 'patients', params: 'params-1', at: 3500, run: 'run-1' };
    await state.commit(delivery({ checkpoint: first }));
    expect(await state.checkpoint('receptions')).toEqual(first);
    await state.commit(delivery({ checkpoint: earlier }));
    await state.commit(delivery({ flow: 'patients', checkpoint: whole }));
    expect(await state.checkpoints()).toEqual([whole, earlier]);
  });
});

describe('known hashes', () => {
  it('DL-5 are the last delivered of a key, one per flow', async () => {
    const state = await openSample();
    await startRun(state);
    const deliver = async (flow: string, hash: string): Promise<void> =>
      await state.commit(delivery({ flow, delivered: [{ key: 'F1_101', hash }] }));
    await deliver('receptions', 'A');
    await deliver('patients', 'P');
    await deliver('receptions', 'B');
    await deliver('receptions', 'A');
    expect(await state.known('receptions', ['F1_101', 'F1_102'])).toEqual(new Map([['F1_101', 'A']]));
    expect(await state.known('patients', ['F1_101'])).toEqual(new Map([['F1_101', 'P']]));
  });
});

describe('links', () => {
  const link = (row: string, at: number, given: Partial<Link> = {}): Link => ({
    flow: 'receptions',
    key: 'F1_101',
    target: 'deal',
    connection: 'portal',
    entity: 'deal',
    row,
    at,
    ...given,
  });

  it('DL-2 come newest first, each target row once', async () => {
    const state = await openSample();
    await startRun(state);
    const contact = link('90', 20, { target: 'contact', entity: 'contact' });
    const other = link('13', 40, { key: 'F1_102' });
    await state.commit(delivery({ links: [link('11', 10), contact, link('12', 30), other] }));
    await state.commit(delivery({ links: [link('11', 50)] }));
    const found = await state.links('receptions', ['F1_101', 'F1_102', 'F1_101', 'F1_103']);
    expect(found).toEqual([link('11', 50), other, link('12', 30), contact]);
    expect(await state.links('patients', ['F1_101'])).toEqual([]);
  });

  it('keep hashes of what was written last, field by field', async () => {
    const state = await openSample();
    await startRun(state);
    await state.commit(delivery({ links: [link('11', 10, { fields: { SUM: 'a', STAGE: 'b' } })] }));
    await state.commit(delivery({ links: [link('11', 20, { fields: { SUM: 'c' } }), link('12', 15)] }));
    await state.commit(delivery({ links: [link('11', 30)] }));
    expect(await state.lastWritten('receptions', 'F1_101')).toEqual([
      link('11', 30, { fields: { SUM: 'c', STAGE: 'b' } }),
      link('12', 15, { fields: {} }),
    ]);
    expect(await state.lastWritten('patients', 'F1_101')).toEqual([]);
  });
});
