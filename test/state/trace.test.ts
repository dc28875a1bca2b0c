import { describe, expect, it } from 'vitest';
import type { TraceStep } from '../../engine/state/trace-ports.ts';
import { delivery, intent, openSample, startRun } from './samples.ts';

const step = (visit: string): TraceStep => ({
  target: 'deal',
  question: { by: { VISIT: { anyOf: [visit] } } },
  count: 1,
  rows: [{ ID: '7', VISIT: visit }],
});

describe('the trace of a record', () => {
  it('is what it asked, what was answered, what was sent and what came of that', async () => {
    const state = await openSample();
    await startRun(state);
    const [sent, lost] = [intent(), intent({ id: 'intent-2' })];
    await state.saveIntents([sent, lost, intent({ id: 'intent-3', key: 'F1_102' })]);
    const error = { code: 'bitrix24.timeout', parameters: {} };
    await state.commit(
      delivery({
        receipts: [
          { intent: 'intent-1', outcome: 'applied', row: '7', at: 2500 },
          { intent: 'intent-2', outcome: 'unknown', error, at: 2600 },
        ],
        traces: [
          { key: 'F1_101', asked: [step('101')] },
          { key: 'F1_102', asked: [] },
        ],
      }),
    );
    await state.commit(delivery({ at: 4000, traces: [{ key: 'F1_101', asked: [step('101'), step('101')] }] }));
    expect(await state.trace('receptions', 'F1_101')).toEqual({
      asked: [
        { run: 'run-1', at: 3000, asked: [step('101')] },
        { run: 'run-1', at: 4000, asked: [step('101'), step('101')] },
      ],
      writes: [
        { intent: sent, outcome: 'applied', row: '7', answeredAt: 2500 },
        { intent: lost, outcome: 'unknown', error, answeredAt: 2600 },
      ],
    });
    expect(await state.trace('patients', 'F1_101')).toEqual({ asked: [], writes: [] });
  });

  it('keeps the last twenty of its entries', async () => {
    const state = await openSample();
    await startRun(state);
    for (let at = 1; at <= 25; at++) {
      await state.commit(
        delivery({ at, traces: [{ key: 'busy', asked: [] }, ...(at === 1 ? [{ key: 'rare', asked: [] }] : [])] }),
      );
    }
    const at = async (key: string) => (await state.trace('receptions', key)).asked.map((entry) => entry.at);
    expect(await at('busy')).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
    expect(await at('rare')).toEqual([1]);
  });

  it('is forgotten by age, and only what is older goes', async () => {
    const state = await openSample();
    await startRun(state);
    for (const at of [1000, 2000, 3000]) await state.commit(delivery({ at, traces: [{ key: 'a', asked: [] }] }));
    expect([await state.pruneTrace(1000), await state.pruneTrace(2001)]).toEqual([0, 2]);
    expect((await state.trace('receptions', 'a')).asked).toHaveLength(1);
    expect(await state.pruneTrace(9999)).toBe(1);
  });
});
