import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, Row, Write } from '../../engine/connector.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { killedAt as killed } from '../support/killed.ts';
import { entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, phoneOf, pipelineText, sourceRow } from './simulation-clinic.ts';
import { makeLead, withLeads } from './simulation-leads.ts';
import { errors } from './simulation-world.ts';

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;

beforeAll(async () => {
  const { connector } = tableSystem('tables', descriptions);
  pipeline = await compiled(withLeads(pipelineText(1000, false)), [connector]);
});
beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  desk = await stand([tables.connector]);
});
afterEach(() => {
  watchCrashPoints(undefined);
  return desk.close();
});

const visit = (id: number, patient: number, more: object = {}) => ({
  ...sourceRow(id, id, { patient, doctor: 0, stage: 'NEW', sum: 100, items: 1 }, patient, 0),
  ...more,
});
/** Which lead each deal names, by visit, and what became of the leads. */
const leads = () => ({
  deals: Object.fromEntries(
    [...entityOf(tables, 'deal').rows.values()].map((deal) => [deal['VISIT'], deal['LEAD_ID']]),
  ),
  status: [...entityOf(tables, 'lead').rows.values()].map((lead) => lead['STATUS']),
});
const taken = { deals: { 1: '1', 2: undefined }, status: ['CONVERTED'] };
const queue = async () =>
  (await desk.state.queue({ open: true })).map(({ key, state, error }) => `${key} ${state} ${error.code}`);
const wait = (seconds: number) => {
  desk.clock.time += seconds * 1000;
};
const killedAt = (point: CrashPoint, nth = 1) => killed(() => desk.run(pipeline), point, nth);

const lost: Outcome = { ok: false, applied: 'unknown', error: errors.broken.error({}) };
const refused = (retry: boolean): Outcome => ({ ok: false, applied: 'no', error: errors.refused.error({}, { retry }) });
const isConversion = (write: Write): boolean => write.entity === 'lead';

/** The first visit makes its deal, which names the lead, and does not come to convert it. */
async function begin(outcome: Outcome, chosen: (write: Write) => boolean = isConversion): Promise<void> {
  makeLead(tables, phoneOf(1));
  tables.rows = [visit(1, 1)];
  tables.onWrite = (write) => (chosen(write) ? outcome : undefined);
  await desk.run(pipeline);
  delete tables.onWrite;
}

async function run(rows: readonly Row[]): Promise<unknown> {
  tables.rows = [...rows];
  return (await desk.run(pipeline)).exitCode;
}

describe('DL-13 a record that was written in part', () => {
  it('keeps what it has yet to write once its doubt is closed, also when the process dies before its turn', async () => {
    await begin(lost, (write) => write.operation === 'rows');
    wait(91);
    await killedAt('reconcile-closed');
    expect(await queue()).toEqual(['1 pending run.unanswered']);
    expect(await run([visit(1, 1), visit(2, 1)])).toBe(0);
    expect(leads()).toEqual(taken);
  });

  it('keeps it while it waits to be tried again: others wait as long, and not longer', async () => {
    await begin(refused(true));
    wait(10);
    expect(await run([visit(1, 1), visit(2, 1), visit(3, 2)])).toBe(4);
    expect(await queue()).toEqual(['1 pending simulated.refused', '2 waiting run.waits_for_record']);
    const [first, second] = await desk.state.queue({ open: true });
    expect([second?.dueAt, second?.attempts]).toEqual([first?.dueAt, 0]);
    wait(20);
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual({ ...taken, deals: { ...taken.deals, 3: undefined } });
  });

  it('keeps it from records that are looked at again though nothing in them has changed', async () => {
    makeLead(tables, phoneOf(2));
    await run([visit(2, 2)]);
    makeLead(tables, phoneOf(2));
    tables.onWrite = (write) => (isConversion(write) ? refused(true) : undefined);
    await run([visit(2, 2), visit(3, 2)]);
    delete tables.onWrite;
    expect(await desk.run(pipeline, { full: true })).toMatchObject({ flows: [{ queued: 1, updated: 1 }] });
    expect(await queue()).toEqual(['2 waiting run.waits_for_record']);
    wait(31);
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual({ deals: { 2: '1', 3: '2' }, status: ['CONVERTED', 'CONVERTED'] });
  });

  it('names the record that comes first', async () => {
    await begin(refused(true));
    await run([visit(1, 1), visit(2, 1)]);
    const [entry] = await desk.state.queue({ key: '2' });
    expect(entry?.error).toEqual({ code: 'run.waits_for_record', parameters: { record: '1' } });
  });
});

describe('DL-13 a record that was written in part by a process that died with all answers in hand', () => {
  const deal = 3;

  it('comes first though the clinic has changed it meanwhile, so that it is read behind another', async () => {
    makeLead(tables, phoneOf(1));
    tables.rows = [visit(1, 1)];
    await killedAt('receipts-after-commit', deal);
    expect([leads().deals, await desk.state.openIntents()]).toEqual([{ 1: '1' }, []]);
    expect(await run([visit(2, 1), visit(1, 1, { stamp: 3, sum: 200 })])).toBe(0);
    expect(leads()).toEqual(taken);
  });

  it('has its turn in the order of the source where nothing has changed: nobody has to wait in the queue', async () => {
    makeLead(tables, phoneOf(1));
    tables.rows = [visit(1, 1), visit(2, 1)];
    await killedAt('receipts-after-commit', deal);
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual(taken);
    expect(desk.events.filter(({ type }) => type === 'record-queued')).toEqual([]);
  });

  it('keeps it over a read that ends before it, by a limit', async () => {
    makeLead(tables, phoneOf(1));
    tables.rows = [visit(1, 1)];
    await killedAt('receipts-after-commit', deal);
    tables.rows = [visit(2, 1), visit(1, 1, { stamp: 3 })];
    expect(await desk.run(pipeline, { limit: 1 })).toMatchObject({ exitCode: 4 });
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual(taken);
  });

  it('keeps it over a read of a window given by hand, which it does not lie in', async () => {
    makeLead(tables, phoneOf(1));
    tables.rows = [visit(1, 1)];
    await killedAt('receipts-after-commit', deal);
    tables.rows = [visit(2, 1)];
    expect(await desk.run(pipeline, { since: '2026-11-01T00:00:00Z' })).toMatchObject({ exitCode: 4 });
    expect(await run([visit(1, 1), visit(2, 1)])).toBe(0);
    expect(leads()).toEqual(taken);
  });

  it('lets go of it when the source has it no longer', async () => {
    makeLead(tables, phoneOf(1));
    tables.rows = [visit(1, 1)];
    await killedAt('receipts-after-commit', deal);
    expect(await run([visit(2, 1)])).toBe(0);
    expect(leads()).toEqual({ deals: { 1: '1', 2: '1' }, status: ['CONVERTED'] });
  });
});

describe('what a record has yet to write is free again', () => {
  const both = { deals: { 1: '1', 2: '1' }, status: ['CONVERTED'] };

  it('when the record fails for good: one bad record stops nothing but itself', async () => {
    await begin(refused(false));
    expect(await run([visit(1, 1), visit(2, 1)])).toBe(0);
    expect(leads()).toEqual(both);
  });

  it('when its attempts are used up', async () => {
    await begin(refused(true));
    tables.onWrite = (write) => (isConversion(write) ? refused(true) : undefined);
    for (const seconds of [31, 61, 301]) {
      wait(seconds);
      await desk.run(pipeline);
    }
    delete tables.onWrite;
    expect(await queue()).toEqual(['1 failed simulated.refused']);
    expect(await run([visit(1, 1), visit(2, 1)])).toBe(0);
    expect(leads()).toEqual(both);
  });

  it('when a person drops it', async () => {
    await begin(refused(true));
    expect(await run([visit(1, 1), visit(2, 1)])).toBe(4);
    await desk.state.dropQueue({ key: '1' });
    wait(31);
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual(both);
  });

  it('when a guard skips it', async () => {
    await begin(refused(true));
    expect(await run([visit(1, 1, { stage: 'HIDDEN' }), visit(2, 1)])).toBe(4);
    wait(31);
    expect(await run(tables.rows)).toBe(0);
    expect(leads()).toEqual(both);
  });

  it('when the source has it no longer, and a person is asked', async () => {
    await begin(refused(true));
    expect(await run([visit(2, 1)])).toBe(4);
    wait(31);
    await run([visit(2, 1)]);
    expect(await queue()).toEqual(['1 failed run.row_gone', '2 waiting run.waits_for_record']);
    expect(await run([visit(2, 1)])).toBe(0);
    expect(leads()).toEqual(both);
  });
});

describe('records that were written in part', () => {
  it('and come to touch what the other has begun do not wait for each other: the first goes on', async () => {
    for (const patient of [1, 2]) makeLead(tables, phoneOf(patient));
    tables.rows = [visit(1, 1), visit(2, 2)];
    tables.onWrite = (write) => (isConversion(write) ? refused(true) : undefined);
    await desk.run(pipeline);
    delete tables.onWrite;
    expect(await queue()).toEqual(['1 pending simulated.refused', '2 pending simulated.refused']);
    wait(31);
    const [first, second] = tables.rows.map((row) => row['phone']);
    expect(await run([visit(1, 1, { phone: second }), visit(2, 2, { phone: first })])).toBe(0);
    expect(await queue()).toEqual([]);
  });
});
