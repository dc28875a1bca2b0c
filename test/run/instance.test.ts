import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntityDescription } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

/** Deals have room for our mark, and are dated by the system. */
const marked: readonly EntityDescription[] = descriptions.map((description) =>
  description.entity === 'deal'
    ? {
        ...description,
        tag: { origin: 'SYSTEM', key: 'MARK', at: 'MADE' },
        fields: [
          ...description.fields,
          { name: 'SYSTEM', type: 'text' },
          { name: 'MARK', type: 'text' },
          { name: 'MADE', type: 'datetime' },
        ],
      }
    : description,
);

const hour = 3_600_000;

let tables: TableSystem;
let here: Stand;
let pipeline: CompiledPipeline;
const opened: Stand[] = [];

beforeEach(async () => {
  tables = tableSystem('tables', marked);
  here = await machine();
  pipeline = await compiled(pipelineText(1000, false), [tables.connector]);
  tables.rows = [visit(1), visit(2)];
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Another machine has a book of its own; what else it has is given. */
async function machine(kept: Partial<Stand> = {}): Promise<Stand> {
  const one = await stand([tables.connector], 'test', kept);
  opened.push(one);
  return one;
}

const visit = (id: number, more: object = {}) => ({
  ...sourceRow(id, id, { patient: id, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, id, 0),
  ...more,
});
const deals = () => [...entityOf(tables, 'deal').rows.values()];
const warnings = (desk: Stand) => desk.events.flatMap((event) => (event.type === 'warning' ? [event.error.code] : []));

/** The system dates what was made there. */
function dated(at: number): void {
  for (const deal of deals()) deal['MADE'] = new Date(at).toISOString();
}

describe('DL-21 a state on another machine', () => {
  it('is taken over with a warning: known versions are forgotten and looked up, nothing is made twice', async () => {
    await here.run(pipeline);
    dated(here.clock.time - 24 * hour);
    const there = await machine({ state: here.state, clock: here.clock });
    const run = await there.run(pipeline, { full: false });
    expect(warnings(there)).toEqual(['run.state_copied']);
    expect(run).toMatchObject({ exitCode: 0, flows: [{ read: 1, unchanged: 1, created: 0 }] });
    expect(tables.calls.filter((call) => call.startsWith('find deal'))).toHaveLength(2);
    expect(deals()).toHaveLength(2);
    await there.run(pipeline);
    expect(warnings(there)).toEqual([]);
  });

  it('has what waits in it read anew at once', async () => {
    tables.onWrite = (write) =>
      write.entity === 'deal' ? { ok: false, applied: 'no', error: errors.refused.error({}) } : undefined;
    await here.run(pipeline);
    delete tables.onWrite;
    tables.rows = [visit(1, { stamp: -1, sum: 700 })];
    const there = await machine({ state: here.state, clock: here.clock });
    await there.run(pipeline);
    expect(deals()).toMatchObject([{ VISIT: '1', SUM: 700 }]);
  });

  it('is no copy when the state was deleted on the same machine', async () => {
    await here.run(pipeline);
    dated(here.clock.time);
    const anew = await machine({ book: here.book, clock: here.clock });
    expect(await anew.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ unchanged: 2 }] });
    expect([warnings(anew), deals().length]).toEqual([[], 2]);
  });
});

describe('DL-21 a row another instance tagged', () => {
  const mine = async (desk: Stand) => (await desk.book.identity('test')).instance;

  it('in the last 24 hours stops the run, which names both and what to do', async () => {
    await here.run(pipeline);
    dated(here.clock.time - 24 * hour + 1);
    const there = await machine({ clock: here.clock });
    const { exitCode, error } = await there.run(pipeline);
    expect([exitCode, error?.code, error?.parameters]).toEqual([
      3,
      'run.other_instance',
      {
        row: 'deal 1',
        connection: 'tables',
        other: await mine(here),
        mine: await mine(there),
        file: pipeline.pipeline.file,
      },
    ]);
  });

  it('stops it no more once that instance was adopted, also when the state is gone', async () => {
    await here.run(pipeline);
    dated(here.clock.time);
    const there = await machine({ clock: here.clock });
    await there.run(pipeline);
    expect(await there.book.adopt('test')).toEqual([await mine(here)]);
    expect(await there.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ unchanged: 2 }] });
    const anew = await machine({ book: there.book, clock: here.clock });
    expect(await anew.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ unchanged: 2 }] });
  });

  it('longer ago is a row like any other', async () => {
    await here.run(pipeline);
    dated(here.clock.time - 24 * hour);
    const there = await machine({ clock: here.clock });
    expect(await there.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ unchanged: 2 }] });
  });

  it('stops the run when nothing says how old it is', async () => {
    await here.run(pipeline);
    const there = await machine({ clock: here.clock });
    expect(await there.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'run.other_instance' } });
  });

  it('is ours when an earlier version tagged it, and no concern of ours when its mark is another record’s', async () => {
    await here.run(pipeline);
    dated(here.clock.time);
    const [first, second] = deals();
    if (!first || !second) throw new Error('two deals were made');
    first['SYSTEM'] = 'pipe';
    second['MARK'] = 'of another record';
    const there = await machine({ clock: here.clock });
    expect(await there.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ unchanged: 2 }] });
  });
});
