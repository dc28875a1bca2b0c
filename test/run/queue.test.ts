import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Row, Write } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, tableSystem } from '../support/table-connector.ts';
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

const visit = (id: number, patient: number, more: object = {}): Row => ({
  ...sourceRow(id, id, { patient, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, patient, 0),
  ...more,
});
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];
const refuse = (chosen: (write: Write) => boolean, retry = false) => {
  tables.onWrite = (write) =>
    chosen(write) ? { ok: false, applied: 'no', error: errors.refused.error({}, { retry }) } : undefined;
};
const queue = async () => (await desk.state.queue({})).map(({ key, state }) => `${key} ${state}`);
const isDealOf = (visits: readonly string[]) => (write: Write) =>
  write.entity === 'deal' && write.operation === 'create' && visits.includes(String(write.values['VISIT']));

/** Like most tables behind a query: its rows cannot be read again by key. */
function withoutFetch(connector: Connector): Connector {
  return {
    ...connector,
    connect: (settings, host) => {
      const connection = connector.connect(settings, host);
      return {
        ...connection,
        source: (block) => {
          const { describe: describeRows, read } = connection.source?.(block) ?? {};
          if (!describeRows || !read) throw new Error('no source');
          return { describe: describeRows, read };
        },
      };
    },
  };
}

describe('a record in the queue', () => {
  it('is given up when a guard skips a newer version of it, also where the source cannot read it again', async () => {
    await desk.close();
    desk = await stand([withoutFetch(tables.connector)]);
    refuse((write) => write.entity === 'deal', true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect([await queue(), desk.clock.slept]).toEqual([['1 pending'], []]);
    delete tables.onWrite;
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'HIDDEN' })];
    await desk.run(pipeline);
    desk.clock.time += 3_600_000;
    await desk.run(pipeline);
    expect(await queue()).toEqual(['1 superseded']);
    expect(rows('deal')).toEqual([]);
  });

  it('is tried once in a run, though it is due again at once', async () => {
    const eager = await compiled(
      pipelineText(1000, false).replace('delays: [30s, 60s, 300s]', 'delays: [0s, 0s, 0s]'),
      [tables.connector],
    );
    refuse((write) => write.entity === 'deal', true);
    tables.rows = [visit(1, 1)];
    await desk.run(eager);
    expect(await desk.state.queue({})).toMatchObject([{ key: '1', attempts: 2 }]);
  });

  it('that had no key is one row, whatever else changes in it, and goes when it has one', async () => {
    const keyed = await compiled(
      pipelineText(1000, false).replace('$string(id)', '$exists(number) ? $string(number)'),
      [tables.connector],
    );
    tables.rows = [visit(1, 1)];
    await desk.run(keyed);
    tables.rows = [visit(1, 1, { stamp: 2, sum: 200 })];
    await desk.run(keyed);
    expect(await desk.state.queueCounts()).toMatchObject({ failed: 1 });
    tables.rows = [visit(1, 1, { stamp: 3, number: 7 })];
    await desk.state.retryQueue({});
    expect(await desk.run(keyed)).toMatchObject({ exitCode: 0 });
    expect(await desk.state.queueCounts()).toMatchObject({ failed: 0, superseded: 1 });
    expect(rows('deal')).toMatchObject([{ VISIT: '7' }]);
    desk.clock.time += 60_000;
    expect(await desk.run(keyed)).toMatchObject({ flows: [{ read: 1, unchanged: 1 }] });
  });
});

describe('a full queue', () => {
  const limited = (whenFull: string) =>
    compiled(`${pipelineText(1000, false)}    queue: { limit: 2, whenFull: ${whenFull} }\n`, [tables.connector]);

  it('stops the run before a record is lost, and the checkpoint stays before it', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    expect(await desk.run(await limited('stop'))).toMatchObject({ exitCode: 4, error: { code: 'run.queue_full' } });
    expect(await desk.state.checkpoint('visits')).toBeUndefined();
  });

  it('has room for the records that are in it already', async () => {
    const full = await limited('stop');
    refuse(isDealOf(['1', '2']));
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(full);
    await desk.state.retryQueue({});
    const again = await desk.run(full);
    expect(again.error).toBeUndefined();
    expect(again).toMatchObject({ exitCode: 4, flows: [{ rejected: 2 }] });
  });

  it('drops the oldest where the file says so, and says how many', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(await limited('drop-oldest'));
    desk.clock.time += 1000;
    tables.rows = [...tables.rows, visit(3, 3)];
    await desk.run(await limited('drop-oldest'));
    expect(await queue()).toEqual(['2 failed', '3 failed']);
    expect(desk.events.flatMap((event) => (event.type === 'warning' ? [event.error] : []))).toEqual([
      { code: 'run.queue_dropped', parameters: { flow: 'visits', count: 1, limit: 2 } },
    ]);
  });
});
