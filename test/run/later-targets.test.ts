import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Write } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

/** doctor (look-up) → contact → deal (names both) → task (names the deal). */
let tables: TableSystem;
let pipeline: CompiledPipeline;
let desk: Stand;

beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  desk = await stand([tables.connector]);
  pipeline = await compiled(pipelineText(1000, false), [tables.connector]);
});
afterEach(() => desk.close());

const visit = (id: number, patient: number) =>
  sourceRow(id, id, { patient, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, patient, 0);
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];
const refuse = (refused: (write: Write) => boolean) => {
  tables.onWrite = (write) =>
    refused(write) ? { ok: false, applied: 'no', error: errors.refused.error({}) } : undefined;
};

describe('a target that names an earlier one', () => {
  it('is not written when what it names could not be, nor is what names it in turn', async () => {
    refuse((write) => write.entity === 'contact');
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect(tables.writes).toEqual([]);
  });

  it('is planned again when what it names was, though that row is not new: no place-holder is sent', async () => {
    putRow(tables, 'deal', { VISIT: '1', STAGE: 'NEW', SUM: 100 });
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect(rows('deal')).toMatchObject([{ CONTACT_ID: '1' }]);
    expect(rows('task')).toEqual([{ VISIT: '1', DEAL_ID: '1', CONTACT_ID: '1' }]);
  });

  it('finds its row though the key it asks for is also the key of a row made just now', async () => {
    putRow(tables, 'deal', { VISIT: '1', STAGE: 'NEW', SUM: 100, CONTACT_ID: '9' });
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect([rows('contact').length, rows('deal').length]).toEqual([1, 1]);
  });

  it('counts every row that was written, also beside one that was refused', async () => {
    const text = pipelineText(1000, false).replace(
      '[{ name: visit, by: [VISIT] }]',
      '[{ name: visit, by: [VISIT], many: all }]',
    );
    const everyTask = await compiled(text, [tables.connector]);
    putRow(tables, 'task', { VISIT: '1' });
    putRow(tables, 'task', { VISIT: '1' });
    refuse((write) => write.operation === 'update' && write.entity === 'task' && write.key === '1');
    tables.rows = [visit(1, 1)];
    const [flow] = (await desk.run(everyTask)).flows;
    expect(flow?.targets.find(({ name }) => name === 'task')).toMatchObject({ updated: 1 });
    expect(rows('task')).toEqual([{ VISIT: '1' }, { VISIT: '1', DEAL_ID: '1', CONTACT_ID: '1' }]);
  });

  it('asks nothing about a row that was made just now', async () => {
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect(tables.calls.filter((call) => call.startsWith('find'))).toEqual([
      'find doctor 1',
      'find contact 1',
      'find deal 1',
      'find contact 1',
      'find task 1',
    ]);
  });
});

describe('DL-8 a record that refers to a row which is yet to come', () => {
  it('waits in the queue, is not checkpointed away, and goes on when the row has come', async () => {
    const strict = await compiled(
      pipelineText(1000, false).replace('entity: doctor', 'entity: doctor\n        missing: error'),
      [tables.connector],
    );
    tables.rows = [visit(1, 1)];
    expect(await desk.run(strict)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }] });
    expect(await desk.state.queue({})).toMatchObject([
      { key: '1', state: 'waiting', error: { code: 'plan.missing_row' } },
    ]);
    expect(await desk.state.checkpoint('visits')).toMatchObject({ cursor: { stamp: 1 } });
    putRow(tables, 'doctor', { NAME: 'Врач0' });
    // It lies before the cursor now: only the queue brings it.
    tables.rows = tables.rows.map((row) => ({ ...row, stamp: 0 }));
    desk.clock.time += 31_000;
    expect(await desk.run(strict)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(rows('deal')).toMatchObject([{ VISIT: '1', DOCTOR_ID: '1' }]);
  });
});

describe('DL-16 the order of effects', () => {
  it('is that of the file, also when a retry finds the first half done: the rest names the row of this record', async () => {
    refuse((write) => write.entity === 'task');
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect([rows('deal').length, rows('task')]).toEqual([1, []]);
    delete tables.onWrite;
    await desk.state.retryQueue({});
    await desk.run(pipeline);
    expect(rows('task')).toEqual([{ VISIT: '1', DEAL_ID: '1', CONTACT_ID: '1' }]);
    expect(rows('deal')).toHaveLength(1);
  });
});
