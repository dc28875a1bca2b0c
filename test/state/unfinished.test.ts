import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../engine/state/database.ts';
import { openState } from '../../engine/state/open-state.ts';
import type { Intent, Receipt, StateStore } from '../../engine/state/ports.ts';
import { stateSchema } from '../../engine/state/schema.ts';
import { delivery, intent, openSample, pipeline, put, startRun } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { virtualClock } from './virtual-clock.ts';

const contact = intent({ id: 'contact', target: 'contact', claims: ['contact?P1'], holds: ['deal?1', 'lead#7'] });
const deal = intent({ id: 'deal', claims: ['deal?1'], holds: ['lead#7'] });
const conversion = intent({ id: 'lead', target: 'converted', claims: ['lead#7'] });

const receipt = (of: Intent, outcome: Receipt['outcome'] = 'applied'): Receipt => ({
  intent: of.id,
  outcome,
  at: 3000,
});

async function begun(...intents: readonly Intent[]): Promise<StateStore> {
  const state = await openSample();
  await startRun(state);
  await state.saveIntents(intents);
  await state.commit(delivery({ receipts: intents.map((each) => receipt(each)) }));
  return state;
}

const holdsOf = async (state: StateStore) =>
  (await state.unfinished('receptions')).map(({ key, holds }) => [key, ...holds]);
const unfinished = [['F1_101', 'lead#7']];

describe('a record that was written in part', () => {
  it('holds what its writes foretold and none of them has done', async () => {
    expect(await holdsOf(await begun(contact))).toEqual([['F1_101', 'deal?1', 'lead#7']]);
    expect(await holdsOf(await begun(contact, deal))).toEqual(unfinished);
    expect(await holdsOf(await begun(contact, deal, conversion))).toEqual([['F1_101']]);
  });

  it('is none when its write had nothing after it, or certainly came to nothing', async () => {
    expect(await holdsOf(await begun(conversion))).toEqual([]);
    const state = await openSample();
    await startRun(state);
    await state.saveIntents([deal]);
    await state.commit(delivery({ receipts: [receipt(deal, 'not-applied')] }));
    expect(await holdsOf(state)).toEqual([]);
  });

  it('holds it still after a doubt that was closed: the write may have arrived, and a lost last step not', async () => {
    const state = await begun(contact);
    await state.saveIntents([deal, conversion]);
    await state.commit(delivery({ receipts: [receipt(deal, 'unknown'), receipt(conversion, 'unknown')] }));
    await state.commit(delivery({ receipts: [receipt(deal, 'not-applied'), receipt(conversion, 'not-applied')] }));
    expect(await holdsOf(state)).toEqual([['F1_101', 'deal?1', 'lead#7']]);
  });

  it('stands in the order in which they were begun, with the time at which it is tried again', async () => {
    const state = await begun(contact, intent({ ...deal, id: 'other', key: 'F1_99' }), deal);
    await state.commit(delivery({ queued: [put({ key: 'F1_99', dueAt: 9000 }), put({ key: 'F1_98', dueAt: 1 })] }));
    expect(await state.unfinished('receptions')).toEqual([
      { key: 'F1_101', holds: ['lead#7'] },
      { key: 'F1_99', holds: ['lead#7'], dueAt: 9000 },
    ]);
    expect(await state.unfinished('plans')).toEqual([]);
  });

  it('is one while it waits in the queue, until it is delivered', async () => {
    const state = await begun(deal);
    for (const waits of ['pending', 'waiting', 'quarantined'] as const) {
      await state.commit(delivery({ queued: [put({ state: waits })] }));
      await state.releaseUnfinished('receptions');
      expect(await holdsOf(state)).toEqual(unfinished);
    }
    await state.commit(delivery({ delivered: [{ key: 'F1_101', hash: 'version-1' }] }));
    expect(await holdsOf(state)).toEqual([]);
  });

  it('is none any more once it failed for good', async () => {
    const state = await begun(deal);
    await state.commit(delivery({ queued: [put({ state: 'failed' })] }));
    expect(await holdsOf(state)).toEqual([]);
  });

  it('is none any more once it was dropped, by a person or to make room', async () => {
    const state = await begun(deal);
    await state.commit(delivery({ queued: [put()] }));
    await state.dropQueue({ key: 'another' });
    expect(await holdsOf(state)).toEqual(unfinished);
    await state.dropQueue({ key: 'F1_101' });
    expect(await holdsOf(state)).toEqual([]);
    const full = await begun(deal);
    await full.commit(delivery({ queued: [put()] }));
    const [entry] = await full.queue({});
    await full.commit(delivery({ dropped: [entry?.id ?? 0] }));
    expect(await holdsOf(full)).toEqual([]);
  });

  it('is none any more where a person said that it arrived, and nothing can be looked up', async () => {
    const state = await begun(deal);
    await state.saveIntents([intent({ id: 'nowhere', target: 'note', claims: [] })]);
    await state.commit(delivery({ queued: [put({ state: 'quarantined' })] }));
    const [entry] = await state.queue({});
    await state.decideQueue(entry?.id ?? 0, 'arrived', 5000);
    expect(await holdsOf(state)).toEqual([]);
  });

  it('is let go of where it waits in no queue and a read did not bring it', async () => {
    const state = await begun(deal);
    await state.releaseUnfinished('plans');
    expect(await holdsOf(state)).toEqual(unfinished);
    await state.releaseUnfinished('receptions');
    expect(await holdsOf(state)).toEqual([]);
  });
});

describe('a state of a version that kept no such records', () => {
  it('has those whose write had no answer', async () => {
    const folder = temporaryFolder();
    const file = `${folder}/state.db`;
    const before = { ...stateSchema, migrations: stateSchema.migrations.slice(0, 12) };
    const old = openDatabase(file, before, () => 0o600);
    old.sqlite.prepare('INSERT INTO identity (pipeline, began_at) VALUES (?, 1)').run(pipeline);
    const save = old.sqlite.prepare(
      `INSERT INTO intents (id, flow, key, operation, intent, at, open, outcome) VALUES (?, ?, ?, 'create', ?, 1, ?, ?)`,
    );
    const done = intent({ ...deal, id: 'done', key: 'F1_1' });
    save.run('done', done.flow, done.key, JSON.stringify(done), 0, 'applied');
    save.run('deal', deal.flow, deal.key, JSON.stringify(deal), 1, null);
    old.close();
    const state = await openState(file, { pipeline, clock: virtualClock() });
    expect(await holdsOf(state)).toEqual(unfinished);
    await state.close();
  });
});
