import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;

beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  desk = await stand([tables.connector]);
  pipeline = await compiled(pipelineText(1000, false), [tables.connector]);
});
afterEach(() => desk.close());

const visit = (id: number, more: object = {}) => ({
  ...sourceRow(id, id, { patient: id, doctor: 0, stage: 'NEW', sum: 100, items: 1 }, id, 0),
  ...more,
});

it('what a record asked and was answered is kept, the first three rows of each answer', async () => {
  for (const _ of [1, 2, 3, 4]) putRow(tables, 'deal', { VISIT: '1', STAGE: 'NEW' });
  tables.rows = [visit(1)];
  await desk.run(pipeline);
  const [entry] = (await desk.state.trace('visits', '1')).asked;
  const ofDeals = entry?.asked.filter(({ target }) => target === 'deal') ?? [];
  expect(ofDeals.at(-1)).toMatchObject({
    question: { by: { VISIT: { anyOf: ['1'] } } },
    count: 4,
    rows: [{ ID: '1', STAGE: 'NEW' }, { ID: '2' }, { ID: '3' }],
  });
  expect(ofDeals.at(-1)?.rows).toHaveLength(3);
});

it('what was decided of each target stands beside it: rung, words, changes, errors; and what the source calls the row', async () => {
  const won = putRow(tables, 'deal', { VISIT: '1', STAGE: 'WON' });
  tables.rows = [visit(1)];
  await desk.run(pipeline);
  const [{ plans, source } = { plans: [], source: undefined }] = (await desk.state.trace('visits', '1')).asked;
  expect(source).toEqual({ id: 1 });
  expect(plans?.map(({ target }) => target)).toEqual(['doctor', 'contact', 'deal', 'task']);
  expect(plans?.slice(0, 2)).toEqual([
    { target: 'doctor', changes: [] },
    { target: 'contact', changes: [{ operation: 'create' }] },
  ]);
  expect(plans?.[2]).toEqual({ target: 'deal', rung: 'visit', skip: 'IGNORE', named: ['IGNORE'], changes: [] });
  expect(won).toBe('1');
  tables.onFind = (entity) => {
    if (entity === 'contact') throw errors.refused.error({});
  };
  await desk.run(pipeline, { full: true });
  const last = (await desk.state.trace('visits', '1')).asked.at(-1)?.plans;
  expect(last?.find(({ target }) => target === 'contact')).toEqual({
    target: 'contact',
    changes: [],
    error: { code: 'simulated.refused', parameters: {} },
  });
});

it('why a question got no answer is kept too, and what was written stands beside it', async () => {
  tables.onFind = (entity) => {
    if (entity === 'deal') throw errors.refused.error({});
  };
  tables.rows = [visit(1)];
  await desk.run(pipeline);
  const { asked, writes } = await desk.state.trace('visits', '1');
  expect(asked.at(-1)?.asked.find(({ target }) => target === 'deal')?.error).toEqual({
    code: 'simulated.refused',
    parameters: {},
  });
  expect(writes.map(({ intent, outcome }) => [intent.target, outcome])).toEqual([['contact', 'applied']]);
});

it('is forgotten after seven days, with the journal', async () => {
  tables.rows = [visit(1)];
  await desk.run(pipeline);
  desk.clock.time += 7 * 24 * 3_600_000;
  await desk.run(pipeline);
  expect((await desk.state.trace('visits', '1')).asked).toHaveLength(1);
  desk.clock.time += 1;
  await desk.run(pipeline);
  expect(await desk.state.trace('visits', '1')).toEqual({ asked: [], writes: [] });
});

it('what a run came to is forgotten after thirty days, that there was a run is not', async () => {
  await desk.run(pipeline);
  desk.clock.time += 30 * 24 * 3_600_000;
  await desk.run(pipeline);
  expect((await desk.state.runs(9)).map(({ result }) => result === undefined)).toEqual([false, false]);
  desk.clock.time += 1;
  await desk.run(pipeline);
  expect((await desk.state.runs(9)).map(({ exitCode, result }) => [exitCode, result === undefined])).toEqual([
    [0, false],
    [0, false],
    [0, true],
  ]);
});

it('hashes of what was last written are kept by field, beside those of fields written earlier', async () => {
  tables.rows = [visit(1)];
  await desk.run(pipeline);
  const deal = async () =>
    (await desk.state.lastWritten('visits', '1')).find(({ target }) => target === 'deal')?.fields ?? {};
  const first = await deal();
  expect(Object.keys(first).sort()).toEqual(['CONTACT_ID', 'STAGE', 'SUM', 'VISIT', 'products']);
  tables.rows = [visit(1, { stamp: 2, sum: 200 })];
  await desk.run(pipeline);
  const second = await deal();
  expect({ ...second, SUM: first['SUM'] }).toEqual(first);
  expect(second['SUM']).not.toBe(first['SUM']);
});
