import { describe, expect, it } from 'vitest';
import type { Intent, Receipt } from '../../engine/state/ports.ts';
import { delivery, intent, openSample, startRun } from './samples.ts';

const applied: Receipt = { intent: 'intent-1', outcome: 'applied', row: '813', at: 3000 };
const absent: Receipt = { intent: 'intent-1', outcome: 'not-applied', at: 3000 };
const unknown: Receipt = {
  intent: 'intent-1',
  outcome: 'unknown',
  error: { code: 'http.timeout', parameters: { seconds: 70 } },
  at: 3000,
};

describe('the journal', () => {
  it('DL-9 gives an intent back whole until a receipt closes it', async () => {
    const state = await openSample();
    await startRun(state);
    const full: Required<Intent> = {
      ...intent(),
      before: { STAGE_ID: 'NEW' },
      highWater: '812',
      tag: 'tag-1',
      plan: { id: 'plan-1', n: 1 },
      holds: ['portal/lead#7'],
      owes: ['productrows'],
      absent: true,
    };
    await state.saveIntents([full]);
    expect(await state.openIntents()).toEqual([full]);
    await state.commit(delivery({ receipts: [applied] }));
    expect(await state.openIntents()).toEqual([]);
  });

  it('DL-24 takes a step of a plan once, whoever brings it, unless it certainly came to nothing', async () => {
    const state = await openSample();
    await startRun(state);
    const step = (id: string, n: number, plan = 'plan-1') => intent({ id, plan: { id: plan, n }, before: { SUM: 1 } });
    const twice = (n: number) =>
      expect.objectContaining({ code: 'state.step_twice', parameters: { plan: 'plan-1', step: n } });
    await state.saveIntents([step('a', 1), step('b', 2), step('c', 1, 'plan-2'), step('d', 3)]);
    await state.commit(
      delivery({
        receipts: [
          { intent: 'b', outcome: 'not-applied', at: 3000 },
          { intent: 'd', outcome: 'applied', row: '7', at: 3000 },
        ],
      }),
    );
    await expect(state.saveIntents([step('e', 4), step('f', 1)])).rejects.toThrow(twice(1));
    await expect(state.saveIntents([step('g', 3)])).rejects.toThrow(twice(3));
    await state.saveIntents([step('h', 2)]);
    expect(await state.appliedSteps('plan-1')).toEqual(new Set([3]));
    expect((await state.openIntents()).map(({ id, before }) => [id, before])).toEqual([
      ['a', { SUM: 1 }],
      ['c', { SUM: 1 }],
      ['h', { SUM: 1 }],
    ]);
  });

  it('gives open intents oldest first, of one flow where asked', async () => {
    const state = await openSample();
    await startRun(state);
    const other = intent({ id: 'intent-0', flow: 'patients', at: 1 });
    await state.saveIntents([intent(), other, intent({ id: 'intent-2' })]);
    expect((await state.openIntents()).map(({ id }) => id)).toEqual(['intent-1', 'intent-0', 'intent-2']);
    expect(await state.openIntents('patients')).toEqual([other]);
    expect(await state.openIntents('deals')).toEqual([]);
  });

  it('keeps an intent open whose outcome is unknown, until another receipt knows', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent()]);
    await state.commit(delivery({ receipts: [unknown] }));
    expect(await state.openIntents()).toEqual([intent()]);
    await state.commit(delivery({ receipts: [applied] }));
    expect(await state.openIntents()).toEqual([]);
  });

  it('DL-9 takes no intent and no delivery of a run that another one followed', async () => {
    const state = await openSample();
    await startRun(state, 1);
    await state.saveIntents([intent()]);
    expect(await startRun(state, 2)).toBe(2);
    const fenced = { code: 'state.fenced', kind: 'environment', parameters: { epoch: 1, current: 2 } };
    await expect(state.saveIntents([intent({ id: 'intent-2' })])).rejects.toMatchObject(fenced);
    await expect(state.commit(delivery({ receipts: [applied] }))).rejects.toMatchObject(fenced);
    expect(await state.openIntents()).toEqual([intent()]);
    await state.commit(delivery({ epoch: 2, receipts: [applied] }));
    expect(await state.openIntents()).toEqual([]);
  });

  it('stores all intents of a call or none', async () => {
    const state = await openSample();
    await startRun(state);
    await expect(state.saveIntents([intent(), intent({ id: 'intent-2', epoch: 7 })])).rejects.toMatchObject({
      code: 'state.fenced',
    });
    expect(await state.openIntents()).toEqual([]);
  });

  it('DL-13 forgets the known hash with the intent: A, then B in doubt, then A again is no unchanged record', async () => {
    const state = await openSample();
    await startRun(state);
    const delivered = ['F1_101', 'F1_102'].map((key) => ({ key, hash: `A of ${key}` }));
    await state.commit(delivery({ delivered }));
    await state.saveIntents([intent()]);
    expect(await state.known('receptions', ['F1_101', 'F1_102'])).toEqual(new Map([['F1_102', 'A of F1_102']]));
  });

  it('DL-14 names creates that were in doubt and closed as not applied since a moment', async () => {
    const state = await openSample();
    await startRun(state);
    const refused = intent({ id: 'refused' });
    const update = intent({ id: 'update', write: { operation: 'delete', entity: 'deal', key: '5' } });
    await state.saveIntents([intent(), refused, update]);
    await state.commit(delivery({ receipts: [unknown, { ...unknown, intent: 'update' }] }));
    expect(await state.closedAsAbsent(0)).toEqual([]);
    await state.commit(
      delivery({ receipts: [absent, { ...absent, intent: 'refused' }, { ...absent, intent: 'update' }] }),
    );
    expect(await state.closedAsAbsent(3000)).toEqual([intent()]);
    expect(await state.closedAsAbsent(3001)).toEqual([]);
  });

  it('DL-14 counts what a dead run left open as in doubt, and a create that was found as found', async () => {
    const state = await openSample();
    await startRun(state, 1);
    await state.saveIntents([intent(), intent({ id: 'found' })]);
    await startRun(state, 2);
    await state.commit(delivery({ epoch: 2, receipts: [absent, { ...applied, intent: 'found' }] }));
    expect(await state.closedAsAbsent(0)).toEqual([intent()]);
  });

  it('prunes what was closed before a moment, never what is open', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent(), intent({ id: 'late' }), intent({ id: 'open', at: 1 })]);
    await state.commit(delivery({ receipts: [applied, { ...applied, intent: 'late', at: 5000 }] }));
    expect(await state.pruneJournal(5000)).toBe(1);
    expect(await state.pruneJournal(5001)).toBe(1);
    expect(await state.pruneJournal(9_000_000)).toBe(0);
    expect((await state.openIntents()).map(({ id }) => id)).toEqual(['open']);
  });
});

describe('a commit', () => {
  it('DL-10 is all or nothing: a receipt for no intent leaves everything as it was', async () => {
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([intent()]);
    const broken = delivery({
      receipts: [applied, { ...applied, intent: 'intent-9' }],
      links: [
        { flow: 'receptions', key: 'F1_101', target: 'deal', connection: 'portal', entity: 'deal', row: '813', at: 3 },
      ],
      delivered: [{ key: 'F1_101', hash: 'version-1' }],
      checkpoint: { flow: 'receptions', cursor: { at: 1 }, params: 'params-1', at: 3000, run: 'run-1' },
    });
    await expect(state.commit(broken)).rejects.toMatchObject({
      code: 'state.no_intent',
      kind: 'bug',
      parameters: { intent: 'intent-9' },
    });
    expect(await state.openIntents()).toEqual([intent()]);
    expect(await state.links('receptions', ['F1_101'])).toEqual([]);
    expect(await state.known('receptions', ['F1_101'])).toEqual(new Map());
    expect(await state.checkpoint('receptions')).toBeUndefined();
  });
});
