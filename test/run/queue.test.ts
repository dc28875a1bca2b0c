import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Row, Write } from '../../engine/connector.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
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
afterEach(() => {
  watchCrashPoints(undefined);
  return desk.close();
});

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

/** What fails is due again in the same run. */
const eagerText = pipelineText(1000, false).replace('delays: [30s, 60s, 300s]', 'delays: [0s, 0s, 0s]');

/** Like most tables behind a query: its rows cannot be read again by key. */
function withoutFetch(connector: Connector): Connector {
  return {
    ...connector,
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
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

  it('is left alone by a run over chosen rows, though it is due', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 30_000;
    await desk.run(pipeline, { only: (row: Row) => row['id'] === 2 });
    expect(await queue()).toEqual(['1 pending']);
    expect(rows('deal').map((deal) => deal['VISIT'])).toEqual(['2']);
  });

  it('is tried once in a run, though it is due again at once', async () => {
    const eager = await compiled(eagerText, [tables.connector]);
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

describe('the queue', () => {
  const deals = () => tables.writes.filter((write) => write.entity === 'deal');

  it('36. The queue is worked off at every run, also when the source has no new rows (T4)', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 30_000;
    tables.rows = [visit(1, 1, { stamp: -1 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ read: 1, created: 1 }] });
    expect(await queue()).toEqual(['1 superseded']);
  });

  it('T5 tries again what a killed process had taken and not ended', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 30_000;
    watchCrashPoints((point) => {
      if (point === 'queue-taken') throw new Error('killed');
    });
    await desk.run(pipeline);
    watchCrashPoints(undefined);
    expect(await queue()).toEqual(['1 pending']);
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([await queue(), deals().length]).toEqual([['1 completed'], 1]);
  });

  it('T7 leaves a failed record its attempts when a newer read brings it again', async () => {
    refuse(isDealOf(['1']), true);
    const attempts = async () => (await desk.state.queue({})).map((row) => [row.state, row.attempts]);
    tables.rows = [visit(1, 1)];
    for (const seconds of [0, 30, 60, 300]) {
      desk.clock.time += seconds * 1000;
      await desk.run(pipeline);
    }
    expect(await attempts()).toEqual([['failed', 4]]);
    tables.rows = [visit(1, 1, { stamp: 2, sum: 200 })];
    await desk.run(pipeline);
    expect(await attempts()).toEqual([['failed', 5]]);
  });

  it('DL-18 burns no attempt on data that are wrong, nor do they delay the retries that come after', async () => {
    refuse(isDealOf(['1']));
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    expect(await desk.state.queue({})).toMatchObject([{ state: 'failed', attempts: 0 }]);
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1, { stamp: 2, sum: 200 })];
    await desk.run(pipeline);
    expect(await desk.state.queue({})).toMatchObject([
      { state: 'pending', attempts: 1, dueAt: desk.clock.time + 30_000 },
    ]);
  });

  it('DL-18 stays empty when the target cannot be reached: the run stops, the checkpoint stays', async () => {
    tables.onWrite = () => ({ ok: false, applied: 'no', error: errors.broken.error({}) });
    tables.rows = [visit(1, 1), visit(2, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'simulated.broken' } });
    expect([await queue(), await desk.state.checkpoint('visits')]).toEqual([[], undefined]);
  });

  it('DL-17 writes nothing of a version that waits once a newer one was delivered', async () => {
    await desk.close();
    desk = await stand([withoutFetch(tables.connector)]);
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1, { sum: 100 })];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [visit(1, 1, { stamp: 2, sum: 200 })];
    await desk.run(pipeline);
    await desk.state.retryQueue({});
    desk.clock.time += 3_600_000;
    await desk.run(pipeline);
    expect([await queue(), deals().length, rows('deal')]).toMatchObject([['1 superseded'], 1, [{ SUM: 200 }]]);
  });

  it('DL-17 tries the row as the source has it now, else as it was read', async () => {
    const sums: unknown[] = [];
    for (const connector of [tables.connector, withoutFetch(tables.connector)]) {
      await desk.close();
      desk = await stand([connector]);
      entityOf(tables, 'deal').rows.clear();
      refuse(isDealOf(['1']), true);
      tables.rows = [visit(1, 1, { stamp: 5 })];
      await desk.run(pipeline);
      delete tables.onWrite;
      tables.rows = [visit(1, 1, { stamp: 0, sum: 200 })];
      desk.clock.time += 30_000;
      await desk.run(pipeline);
      sums.push(...rows('deal').map((row) => row['SUM']));
    }
    expect(sums).toEqual([200, 100]);
  });

  it('DL-17 keeps a row that is gone from the source for a person, who may have it written as it was read', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [];
    for (const _ of [1, 2]) {
      desk.clock.time += 3_600_000;
      await desk.run(pipeline);
    }
    expect((await desk.state.queue({})).map(({ state, error }) => [state, error.code])).toEqual([
      ['failed', 'run.row_gone'],
    ]);
    expect(rows('deal')).toEqual([]);
    await desk.state.retryQueue({});
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([await queue(), rows('deal').length]).toEqual([['1 completed'], 1]);
  });

  it('DL-17 takes up a row that was gone when the source shows it again, though nothing in it has changed', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [];
    desk.clock.time += 3_600_000;
    await desk.run(pipeline);
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(await queue()).toEqual(['1 completed']);
  });

  it('DL-21 asks a person about a row that is gone on the machine a state was copied to, too', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [];
    desk.clock.time += 3_600_000;
    await desk.run(pipeline);
    const there = await stand([tables.connector], 'test', { clock: desk.clock, state: desk.state });
    expect(await there.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect([await queue(), rows('deal')]).toEqual([['1 failed'], []]);
    await there.book.close();
  });

  it('37. A row is pending while it will be tried, completed once it arrived, failed once its attempts are used up', async () => {
    refuse(isDealOf(['1', '2']), true);
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(pipeline);
    expect(await queue()).toEqual(['1 pending', '2 pending']);
    refuse(isDealOf(['2']), true);
    for (const seconds of [30, 60, 300]) {
      desk.clock.time += seconds * 1000;
      await desk.run(pipeline);
    }
    expect(await queue()).toEqual(['1 completed', '2 failed']);
  });

  it('40. A record is tried after 30, 60 and 300 seconds, not before, and then fails for good', async () => {
    refuse(isDealOf(['1']), true);
    tables.rows = [visit(1, 1)];
    const attemptsAt = async (seconds: number) => {
      desk.clock.time = began + seconds * 1000;
      await desk.run(pipeline);
      const [row] = await desk.state.queue({});
      return `${seconds} s: ${row?.attempts} ${row?.state}`;
    };
    const began = desk.clock.time;
    const told: string[] = [];
    for (const seconds of [0, 29, 30, 89, 90, 389, 390, 10_000]) told.push(await attemptsAt(seconds));
    expect(told).toEqual([
      '0 s: 1 pending',
      '29 s: 1 pending',
      '30 s: 2 pending',
      '89 s: 2 pending',
      '90 s: 3 pending',
      '389 s: 3 pending',
      '390 s: 4 failed',
      '10000 s: 4 failed',
    ]);
  });

  it('38. Completed rows are forgotten after `keep`, and no other: what did not arrive stays', async () => {
    const brief = await compiled(`${pipelineText(1000, false)}    queue: { keep: 1d }\n`, [tables.connector]);
    refuse(isDealOf(['1', '2']), true);
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(brief);
    refuse(isDealOf(['2']));
    desk.clock.time += 30_000;
    await desk.run(brief);
    expect(await queue()).toEqual(['1 completed', '2 failed']);
    desk.clock.time += 86_400_000;
    await desk.run(brief);
    expect(await queue()).toEqual(['1 completed', '2 failed']);
    desk.clock.time += 1;
    await desk.run(brief);
    expect(await queue()).toEqual(['2 failed']);
  });
});

describe('a full queue', () => {
  const limited = (whenFull: string) =>
    compiled(`${pipelineText(1000, false)}    queue: { limit: 2, whenFull: ${whenFull} }\n`, [tables.connector]);

  it('39. A full queue stops the run before a record is lost, and the checkpoint stays before it', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    expect(await desk.run(await limited('stop'))).toMatchObject({ exitCode: 4, error: { code: 'run.queue_full' } });
    expect(await desk.state.checkpoint('visits')).toBeUndefined();
  });

  it('tells why the records failed that it had no room for: nobody else would', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    await desk.run(await limited('stop'));
    const told = desk.events.flatMap((event) => (event.type === 'warning' ? [[event.key, event.error.code]] : []));
    expect(told).toContainEqual(['1', 'simulated.refused']);
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

  it('T6 goes on from the record it had no room for, once there is room', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    const full = await limited('stop');
    const { error } = await desk.run(full);
    expect(error?.parameters).toEqual({ flow: 'visits', limit: 2, file: full.pipeline.file });
    delete tables.onWrite;
    expect(await desk.run(full)).toMatchObject({ exitCode: 0 });
    expect(rows('deal').map((deal) => deal['VISIT'])).toEqual(['1', '2', '3']);
  });

  it('DL-18 never drops a record in doubt: full of such it stops', async () => {
    const full = await limited('drop-oldest');
    tables.onWrite = (write) =>
      isDealOf(['1', '2'])(write) ? { ok: false, applied: 'unknown', error: errors.broken.error({}) } : undefined;
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(full);
    expect(await queue()).toEqual(['1 waiting', '2 waiting']);
    refuse(isDealOf(['3']));
    tables.rows = [visit(3, 3, { stamp: 9 })];
    expect(await desk.run(full)).toMatchObject({ exitCode: 4, error: { code: 'run.queue_full' } });
    expect(await queue()).toEqual(['1 waiting', '2 waiting']);
  });

  it('drops the oldest where the file says so, and says how many', async () => {
    refuse(isDealOf(['1', '2', '3']));
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(await limited('drop-oldest'));
    desk.clock.time += 1000;
    tables.rows = [...tables.rows, visit(3, 3)];
    expect(await desk.run(await limited('drop-oldest'))).toMatchObject({
      exitCode: 4,
      flows: [{ rejected: 1, purged: 1 }],
    });
    expect(await queue()).toEqual(['2 failed', '3 failed']);
    expect(desk.events.flatMap((event) => (event.type === 'warning' ? [event.error] : []))).toEqual([
      { code: 'run.queue_dropped', parameters: { flow: 'visits', count: 1, limit: 2 } },
    ]);
  });

  it('leaves no run green that gave a record up, though the one it made room for arrives after all', async () => {
    const tight = await compiled(`${eagerText}    queue: { limit: 1, whenFull: drop-oldest }\n`, [tables.connector]);
    refuse(isDealOf(['1']));
    tables.rows = [visit(1, 1)];
    await desk.run(tight);
    tables.rows = [...tables.rows, visit(2, 2, { stamp: 2 })];
    let refusals = 1;
    refuse((write) => isDealOf(['2'])(write) && refusals-- > 0, true);
    expect(await desk.run(tight)).toMatchObject({ exitCode: 4, flows: [{ queued: 0, rejected: 0, purged: 1 }] });
    expect(await queue()).toEqual(['2 completed']);
  });
});
