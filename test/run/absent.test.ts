import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../engine/connector.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { killedAt as killed } from '../support/killed.ts';
import { applyWrite, entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { errors } from './simulation-world.ts';

const plain = `
version: 1
name: test
connections: { desk: { connector: tables } }
flows:
  visits:
    source: { connection: desk, batch: 2 }
    key: visit
    map: { visit: '"V" & id', note: note, phone: $phone(phone) }
    guard: [{ if: note = "private", skip: PRIVATE }]
    targets:
      deal:
        connection: desk
        entity: deal
        key: [VISIT]
        absent: delete
        within: $found.OURS = "Y"
        guard: [{ if: $found.STAGE = "WON", skip: PROTECTED }]
        fields: { VISIT: visit, NOTE: note, OURS: { const: "Y" } }
`;

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;

beforeEach(async () => {
  tables = tableSystem('tables', [
    {
      entity: 'deal',
      id: 'ID',
      lists: [],
      fields: ['VISIT', 'NOTE', 'OURS', 'STAGE', 'GONE'].map((name) => ({ name, type: 'text' })),
    },
  ]);
  desk = await stand([tables.connector]);
  pipeline = await compiled(plain, [tables.connector]);
});
afterEach(() => {
  watchCrashPoints(undefined);
  return desk.close();
});

const visit = (id: number, more: Row = {}): Row => ({ id, note: `визит ${id}`, ...more });
const visits = (...ids: readonly number[]) => ids.map((id) => visit(id));
const run = (options: Partial<RunOptions> = {}, changed = pipeline) => desk.run(changed, options);
const held = () => [...entityOf(tables, 'deal').rows.values()].map((row) => String(row['VISIT'])).sort(byText);
const byText = (a: string, b: string) => (a < b ? -1 : 1);
const rowOf = (name: string) => [...entityOf(tables, 'deal').rows.values()].find((row) => row['VISIT'] === name);
const warnings = () => desk.events.flatMap((event) => (event.type === 'warning' ? [event.error.code] : []));
const changedTo = (from: string, to: string) => compiled(plain.replace(from, to), [tables.connector]);
const wait = (seconds: number) => {
  desk.clock.time += seconds * 1000;
};

/** Three visits were delivered; the second is gone from the source now. */
async function delivered(): Promise<void> {
  tables.rows = visits(1, 2, 3);
  await run();
  tables.rows = visits(1, 3);
  tables.calls.length = 0;
  tables.writes.length = 0;
}

const killedAt = (point: CrashPoint, nth = 1) => killed(() => run(), point, nth);

describe('DL-7 a row whose record is gone', () => {
  it('is deleted, through the journal, and counted by itself', async () => {
    await delivered();
    expect(await run()).toMatchObject({
      exitCode: 0,
      flows: [{ read: 2, unchanged: 2, deleted: 1, targets: [{ name: 'deal', deleted: 1 }] }],
    });
    expect(tables.writes).toEqual([{ operation: 'delete', entity: 'deal', key: '2' }]);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('is listed before the source is read', async () => {
    await delivered();
    const order: string[] = [];
    watchCrashPoints((point) => void (point === 'absent-scan-half' && order.push(tables.calls.at(-1) ?? '')));
    await run();
    expect(order[0]).toBe('scan deal');
  });

  it('comes back with its record, though that is what it was before', async () => {
    await delivered();
    await run();
    tables.rows = visits(1, 2, 3);
    expect(await run()).toMatchObject({ flows: [{ created: 1, unchanged: 2, deleted: 0 }] });
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });

  it('comes back with its record, though the target names it otherwise than the flow', async () => {
    const renamed = await changedTo('VISIT: visit,', `VISIT: '"W" & visit',`);
    tables.rows = visits(1, 2, 3);
    await run({}, renamed);
    tables.rows = visits(1, 3);
    expect(await run({}, renamed)).toMatchObject({ flows: [{ deleted: 1 }] });
    expect(await desk.state.links('visits', ['WV2'])).toEqual([]);
    tables.rows = visits(1, 2, 3);
    expect(await run({}, renamed)).toMatchObject({ flows: [{ created: 1, unchanged: 2 }] });
  });

  it('stays when its record comes back under another row of the source', async () => {
    await delivered();
    tables.rows = [visit(1), visit(3), visit(2, { note: 'другая' })];
    await run();
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });

  it('is another record’s by the time it is looked at, and stays', async () => {
    await delivered();
    tables.onFind = () => void Object.assign(entityOf(tables, 'deal').rows.get('2') ?? {}, { VISIT: 'V9' });
    await run();
    expect(held()).toEqual(['V1', 'V3', 'V9']);
  });
});

describe('DL-7 rows that are not this flow’s', () => {
  it('stay when `within` is not true of them', async () => {
    await delivered();
    putRow(tables, 'deal', { VISIT: 'by hand', OURS: 'N' });
    await run();
    expect(held()).toEqual(['V1', 'V3', 'by hand']);
  });

  it('stay when `within` cannot judge them, which is said once', async () => {
    const vague = await changedTo('$found.OURS = "Y"', '$found.STAGE');
    await delivered();
    for (const row of entityOf(tables, 'deal').rows.values()) row['STAGE'] = 'NEW';
    expect(await run({}, vague)).toMatchObject({ exitCode: 0, flows: [{ deleted: 0 }] });
    expect(warnings()).toEqual(['transform.not_boolean']);
  });

  it('stay when they have no key', async () => {
    await delivered();
    putRow(tables, 'deal', { NOTE: 'без ключа', OURS: 'Y' });
    await run();
    expect(held()).toEqual(['V1', 'V3', 'undefined']);
  });

  it('stay when a manager’s guard protects them (G7)', async () => {
    await delivered();
    Object.assign(entityOf(tables, 'deal').rows.get('2') ?? {}, { STAGE: 'WON' });
    expect(await run()).toMatchObject({ flows: [{ deleted: 0, targets: [{ skipped: 1 }] }] });
    expect(desk.events).toContainEqual(expect.objectContaining({ type: 'record-named', key: 'V2', name: 'PROTECTED' }));
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });

  it('stay when a guard keeps any of their fields: a deletion keeps none', async () => {
    const keeping = await changedTo('skip: PROTECTED', 'keep: [NOTE]');
    await delivered();
    Object.assign(entityOf(tables, 'deal').rows.get('2') ?? {}, { STAGE: 'WON' });
    expect(await run({}, keeping)).toMatchObject({ flows: [{ deleted: 0 }] });
  });
});

describe('DL-7 a record that is there', () => {
  it('though a guard of the flow skips it', async () => {
    await delivered();
    tables.rows = [visit(1), visit(2, { note: 'private' }), visit(3)];
    expect(await run()).toMatchObject({ flows: [{ skipped: 1, deleted: 0 }] });
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });

  it('though it cannot be mapped whole, as long as its key can be told', async () => {
    await delivered();
    tables.rows = [visit(1), visit(2, { phone: '12' }), visit(3)];
    expect(await run()).toMatchObject({ exitCode: 4, flows: [{ rejected: 1, deleted: 0 }] });
    expect([held(), warnings()]).toEqual([['V1', 'V2', 'V3'], []]);
  });

  it('though it waits in the queue and has left the source since', async () => {
    tables.rows = [visit(1), visit(2, { phone: '12' }), visit(3)];
    await run();
    putRow(tables, 'deal', { VISIT: 'V2', OURS: 'Y' });
    tables.rows = visits(1, 3);
    expect(await run()).toMatchObject({ flows: [{ deleted: 0 }] });
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });
});

describe('DL-7 no row is taken for absent', () => {
  it.each<[string, Partial<RunOptions>]>([
    ['--limit', { limit: 1 }],
    ['--only', { only: (row) => row['id'] === 1 }],
    ['--since', { since: '2026' }],
    ['--until', { until: '2027' }],
  ])('with %s', async (_name, options) => {
    await delivered();
    expect(await run(options)).toMatchObject({ exitCode: 0, flows: [{ deleted: 0 }] });
    expect([held(), tables.calls.filter((call) => call.startsWith('scan'))]).toEqual([['V1', 'V2', 'V3'], []]);
  });

  it('when the source returned nothing, which is said (G10)', async () => {
    await delivered();
    tables.rows = [];
    expect(await run({ allow: new Set(['deletes']) })).toMatchObject({ exitCode: 0, flows: [{ deleted: 0 }] });
    expect(warnings()).toEqual(['run.absent_empty']);
  });

  it('when the key of one row could not be told, which is said', async () => {
    const strict = await changedTo(`'"V" & id'`, `'"V" & $phone(id)'`);
    await delivered();
    tables.rows = [{ id: '+79160000001' }, { id: '12' }];
    expect(await run({ allow: new Set(['deletes']) }, strict)).toMatchObject({ exitCode: 4, flows: [{ deleted: 0 }] });
    expect([held().length, warnings()]).toEqual([4, ['run.absent_unreadable']]);
  });

  it('when a part of a key could not be mapped: what is left of it is another key', async () => {
    const composed = await changedTo('VISIT: visit,', `VISIT: 'visit & "/" & phone',`);
    tables.rows = [visit(1), visit(2, { phone: '+79160000002' })];
    await run({}, composed);
    tables.rows = [visit(1), visit(2, { phone: '12' })];
    expect(await run({}, composed)).toMatchObject({ exitCode: 4, flows: [{ deleted: 0 }] });
    expect([held(), warnings()]).toEqual([['V1/', 'V2/+79160000002'], ['run.absent_unreadable']]);
  });

  it('when the read ended early', async () => {
    await delivered();
    tables.rows = visits(1, 3, 4, 5);
    let batches = 0;
    watchCrashPoints((point) => {
      if (point === 'batch-read' && ++batches === 2) throw errors.broken.error({});
    });
    expect(await run()).toMatchObject({ exitCode: 3, flows: [{ deleted: 0 }] });
    expect(held()).toContain('V2');
  });

  it('when the run was stopped', async () => {
    await delivered();
    const stop = new AbortController();
    watchCrashPoints((point) => void (point === 'absent-scan-half' && stop.abort('SIGINT')));
    expect(await desk.run(pipeline, {}, stop.signal)).toMatchObject({ exitCode: 130, flows: [{ deleted: 0 }] });
    expect(held()).toContain('V2');
  });

  it('unless the read began at the beginning: with a cursor only in full', async () => {
    const windowed = await changedTo('batch: 2', 'batch: 2, cursor: { field: stamp, first: all }');
    await delivered();
    expect(await run({}, windowed)).toMatchObject({ flows: [{ deleted: 0 }] });
    expect(await run({ full: true }, windowed)).toMatchObject({ flows: [{ deleted: 1 }] });
  });

  it('when a full read does not go back to the beginning, which is said', async () => {
    const windowed = await changedTo('batch: 2', 'batch: 2, cursor: { field: stamp, first: all, full: 90d }');
    await delivered();
    expect(await run({ full: true }, windowed)).toMatchObject({ flows: [{ deleted: 0 }] });
    expect(warnings()).toEqual(['run.absent_bounded']);
  });
});

describe('DL-7 too many at once', () => {
  const many = async (before: number, after: number) => {
    tables.rows = Array.from({ length: before }, (_, index) => visit(index + 1));
    await run();
    tables.rows = tables.rows.slice(0, after);
  };

  it('are refused: more than ten, and more than a tenth; --allow deletes lifts it', async () => {
    await many(20, 9);
    expect(await run()).toMatchObject({
      exitCode: 3,
      error: {
        code: 'plan.too_many_deletes',
        parameters: { target: 'deal', count: 11, rows: 20, allowed: 10 },
      },
    });
    expect(held()).toHaveLength(20);
    expect(await run({ allow: new Set(['deletes']) })).toMatchObject({ exitCode: 0, flows: [{ deleted: 11 }] });
  });

  it('are not: ten, or a tenth', async () => {
    await many(20, 10);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ deleted: 10 }] });
    await many(130, 117);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ deleted: 13 }] });
  });

  it('are counted over the rows of the scope alone', async () => {
    for (let index = 0; index < 200; index++) putRow(tables, 'deal', { VISIT: `other ${index}`, OURS: 'N' });
    await many(20, 9);
    expect(await run()).toMatchObject({ exitCode: 3 });
  });

  it('are what the pipeline’s own brake says, and then nothing at all is written', async () => {
    await many(20, 19);
    tables.rows = [...tables.rows, visit(99)];
    const braked = await changedTo('connections:', 'brakes: { deletes: 0 }\nconnections:');
    expect(await run({}, braked)).toMatchObject({ exitCode: 3, error: { code: 'plan.too_many_deletes' } });
    expect([held().length, rowOf('V99')]).toEqual([20, undefined]);
    expect(await run({ allow: new Set(['deletes']) }, braked)).toMatchObject({ flows: [{ deleted: 1, created: 1 }] });
  });
});

describe('DL-7 `absent: { mark: FIELD }`', () => {
  const marking = () => changedTo('absent: delete', 'absent: { mark: GONE }');

  it('marks the row with the time of the run, once, and takes the mark away when its record is back', async () => {
    const marked = await marking();
    await delivered();
    const at = new Date(desk.clock.time).toISOString();
    expect(await run({}, marked)).toMatchObject({ flows: [{ deleted: 1 }] });
    expect(rowOf('V2')).toMatchObject({ GONE: at });
    wait(60);
    expect(await run({}, marked)).toMatchObject({ flows: [{ deleted: 0 }] });
    expect(rowOf('V2')).toMatchObject({ GONE: at });
    tables.rows = visits(1, 2, 3);
    expect(await run({}, marked)).toMatchObject({ flows: [{ updated: 1, unchanged: 2 }] });
    expect(rowOf('V2')).toEqual({ VISIT: 'V2', NOTE: 'визит 2', OURS: 'Y' });
  });

  it('does not count rows that are marked already', async () => {
    const marked = await marking();
    tables.rows = Array.from({ length: 20 }, (_, index) => visit(index + 1));
    await run({}, marked);
    tables.rows = tables.rows.slice(0, 10);
    await run({}, marked);
    tables.rows = tables.rows.slice(0, 1);
    expect(await run({}, marked)).toMatchObject({ exitCode: 0, flows: [{ deleted: 9 }] });
  });

  it('is refused where `fields: all` would write a column of the source there, before anything is written', async () => {
    const all = plain
      .replace('    map: { visit: \'"V" & id\', note: note, phone: $phone(phone) }\n', '')
      .replace('key: visit', 'key: VISIT')
      .replace('    guard: [{ if: note = "private", skip: PRIVATE }]\n', '')
      .replace('absent: delete', 'absent: { mark: GONE }')
      .replace('fields: { VISIT: visit, NOTE: note, OURS: { const: "Y" } }', 'fields: all');
    tables.columns = ['VISIT', 'OURS', 'GONE'].map((name) => ({ name, type: 'text' }));
    tables.rows = [{ VISIT: 'V1', OURS: 'Y', GONE: 'yesterday' }];
    expect(await run({}, await compiled(all, [tables.connector]))).toMatchObject({
      exitCode: 2,
      error: { code: 'transform.mark_taken', parameters: { mark: 'GONE', name: 'GONE' } },
    });
    expect(held()).toEqual([]);
    // A column that no description foretold, in a later batch: the row would look gone.
    tables.columns = tables.columns.slice(0, 2);
    tables.rows = [
      { VISIT: 'V1', OURS: 'Y' },
      { VISIT: 'V2', OURS: 'Y' },
      { VISIT: 'V3', OURS: 'Y', GONE: 'yesterday' },
    ];
    const late = await run({}, await compiled(all, [tables.connector]));
    expect(late).toMatchObject({ exitCode: 2, error: { code: 'transform.mark_taken' } });
    expect(held()).toEqual(['V1', 'V2']);
    tables.rows = [{ VISIT: 'V9', OURS: 'Y', GONE: 'yesterday' }];
    const apart = all.replace('fields: all', 'fields: { "*": all, STAGE: GONE }');
    expect(await run({}, await compiled(apart, [tables.connector]))).toMatchObject({
      exitCode: 0,
      flows: [{ created: 1 }],
    });
  });

  it('leaves a row whose mark a guard keeps', async () => {
    const text = plain.replace('absent: delete', 'absent: { mark: GONE }').replace('skip: PROTECTED', 'only: [NOTE]');
    await delivered();
    Object.assign(entityOf(tables, 'deal').rows.get('2') ?? {}, { STAGE: 'WON' });
    expect(await run({}, await compiled(text, [tables.connector]))).toMatchObject({ flows: [{ deleted: 0 }] });
  });
});

describe('DL-7 a run that was killed', () => {
  it('amid the read is repeated: what came back meanwhile stays', async () => {
    tables.rows = visits(1, 2, 3, 4);
    await run();
    tables.rows = visits(1, 3, 4);
    await killedAt('absent-scan-half');
    tables.rows = visits(2, 3, 4);
    expect(await run()).toMatchObject({ flows: [{ deleted: 1 }] });
    expect(held()).toEqual(['V2', 'V3', 'V4']);
  });

  it('amid the deletes is repeated: what came back meanwhile stays, the rest goes', async () => {
    tables.rows = visits(1, 2, 3, 4, 5, 6);
    await run();
    tables.rows = visits(1);
    await killedAt('absent-delete');
    expect(held()).toEqual(['V1', 'V4', 'V5', 'V6']);
    tables.rows = visits(1, 2, 4);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1, deleted: 2 }] });
    expect(held()).toEqual(['V1', 'V2', 'V4']);
  });
});

describe('DL-13 a delete without an answer', () => {
  const loseDeletes = (applied: boolean) => {
    tables.onWrite = (write) =>
      write.operation !== 'delete'
        ? undefined
        : applied
          ? 'lost'
          : { ok: false, applied: 'unknown', error: errors.broken.error({}) };
  };

  it('was applied when its row is gone', async () => {
    await delivered();
    loseDeletes(true);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ deleted: 1, queued: 0 }] });
    expect([held(), await desk.state.openIntents()]).toEqual([['V1', 'V3'], []]);
  });

  it('is not sent again while it may take effect, and no run is green; then the row is judged anew', async () => {
    await delivered();
    loseDeletes(false);
    expect(await run()).toMatchObject({ exitCode: 4, flows: [{ deleted: 0, queued: 1 }] });
    delete tables.onWrite;
    wait(60);
    expect(await run()).toMatchObject({ exitCode: 4, flows: [{ deleted: 0, queued: 1 }] });
    expect(tables.writes).toEqual([]);
    wait(31);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ deleted: 1, queued: 0 }] });
  });

  it('holds its row: a record that comes back meanwhile waits, and is delivered after a late effect', async () => {
    await delivered();
    await killedAt('intents-durable');
    expect(await desk.state.openIntents()).toMatchObject([{ key: 'V2', absent: true }]);
    tables.rows = visits(1, 2, 3);
    expect(await run()).toMatchObject({ exitCode: 4, flows: [{ created: 0, updated: 0, deleted: 0 }] });
    applyWrite(tables, { operation: 'delete', entity: 'deal', key: '2' });
    wait(91);
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(held()).toEqual(['V1', 'V2', 'V3']);
  });

  it('is one that a killed process left: gone is gone, at once', async () => {
    await delivered();
    await killedAt('answer-received');
    expect([held(), (await desk.state.openIntents()).length]).toEqual([['V1', 'V3'], 1]);
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ queued: 0 }] });
    expect(await desk.state.openIntents()).toEqual([]);
  });
});

describe('DL-7 a delete that is refused', () => {
  it('leaves the row, is said and makes no green run; the next one tries again', async () => {
    await delivered();
    tables.onWrite = (write) =>
      write.operation === 'delete' ? { ok: false, applied: 'no', error: errors.refused.error({}) } : undefined;
    expect(await run()).toMatchObject({ exitCode: 4, flows: [{ deleted: 0, queued: 1 }] });
    expect(warnings()).toEqual(['simulated.refused']);
    delete tables.onWrite;
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ deleted: 1 }] });
  });

  it('is none when the row was gone already', async () => {
    await delivered();
    tables.onWrite = (write) => {
      if (write.operation !== 'delete') return undefined;
      entityOf(tables, 'deal').rows.delete(write.key);
      return { ok: false, applied: 'no', error: errors.refused.error({}) };
    };
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ queued: 0 }] });
  });
});

describe('DL-7 the key', () => {
  it('is made of the record: one that looks at a target is refused', async () => {
    const wrong = changedTo('{ VISIT: visit,', '{ VISIT: $found.NOTE & visit,');
    await expect(wrong).rejects.toThrow(/transform.key_not_of_record absent compares rows by "VISIT"/);
  });
});
