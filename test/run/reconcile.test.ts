import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, Write } from '../../engine/connector.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { killedAt as killed } from '../support/killed.ts';
import { applyWrite, entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { pipelineText, sourceRow, taggedDescriptions } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

const text = pipelineText(1000, false);
let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;

const compile = (yaml: string) => compiled(yaml, [tableSystem('tables', taggedDescriptions).connector]);

beforeAll(async () => {
  pipeline = await compile(text);
});
beforeEach(async () => {
  tables = tableSystem('tables', taggedDescriptions);
  tables.rises = true;
  desk = await stand([tables.connector]);
});
afterEach(() => {
  watchCrashPoints(undefined);
  return desk.close();
});

const visit = (id: number, more: object = {}) => ({
  ...sourceRow(id, id, { patient: id, doctor: 0, stage: 'NEW', sum: 100, items: 2 }, id, 0),
  ...more,
});
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];
const keys = (entity: string) => [...entityOf(tables, entity).rows.keys()];
const unknown: Outcome = { ok: false, applied: 'unknown', error: errors.broken.error({}) };
const queue = async () => (await desk.state.queue({})).map(({ key, state, error }) => `${key} ${state} ${error.code}`);

const killedAt = (point: CrashPoint, nth = 1) => killed(() => desk.run(pipeline), point, nth);

/** Creates of this entity get no answer; they arrive, or when they are let go, or never. */
function loseCreates(entity: string, arrives: 'at once' | 'when let go'): () => void {
  const held: Write[] = [];
  tables.onWrite = (write) => {
    if (write.entity !== entity || write.operation !== 'create') return undefined;
    if (arrives === 'at once') return 'lost';
    held.push(write);
    return unknown;
  };
  return () => {
    delete tables.onWrite;
    for (const write of held) applyWrite(tables, write);
  };
}

describe('DL-12 a create that got no answer', () => {
  it('is adopted in the same run when its row is there, found by its tag above the highest key before it', async () => {
    putRow(tables, 'deal', { VISIT: 'another' });
    const questions: unknown[] = [];
    tables.onFind = (entity, asked) => void (entity === 'deal' && questions.push(...asked));
    loseCreates('deal', 'at once');
    tables.rows = [visit(1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ read: 1, queued: 0 }] });
    expect(questions).toContainEqual({
      by: { MARK: { anyOf: [expect.stringMatching(/^[0-9a-f]{32}$/)] } },
      above: '1',
    });
    expect([rows('deal').length, rows('task').length, await desk.state.openIntents()]).toEqual([2, 1, []]);
    expect(tables.calls.filter((call) => call === 'write create')).toHaveLength(3);
  });

  it('of a process that was killed is adopted by the next run, and linked to its record', async () => {
    loseCreates('deal', 'at once');
    tables.rows = [visit(1)];
    await killedAt('receipts-before-commit', 2);
    delete tables.onWrite;
    await desk.run(pipeline);
    expect((await desk.state.links('visits', ['1'])).find(({ target }) => target === 'deal')).toMatchObject({
      row: '1',
    });
  });

  it('is not given up before the monotonic clock says so, though the wall clock jumps a day ahead', async () => {
    const arrives = loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    const { now } = desk.clock;
    desk.clock.now = () => now() + 86_400_000;
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 0, queued: 1 }] });
    arrives();
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect(rows('deal')).toHaveLength(1);
  });

  it('is given up when settle is over, though the wall clock went a day back', async () => {
    const arrives = loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    expect(arrives).toBeDefined();
    desk.clock.time += 91_000;
    const { now } = desk.clock;
    desk.clock.now = () => now() - 86_400_000;
    await desk.run(pipeline);
    expect(rows('deal')).toHaveLength(1);
  });

  it('settles anew after the machine was started anew: its monotonic clock says nothing of the time before', async () => {
    loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 91_000;
    Object.assign(desk.clock, { bootId: 'another boot' });
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ created: 0 }] });
    expect(rows('deal')).toEqual([]);
  });

  it('settles anew, and in settle’s time, where boots have no names and the monotonic clock began again', async () => {
    loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    const startedAt = desk.clock.time;
    desk.clock.monotonic = () => desk.clock.time - startedAt;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ created: 0 }] });
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
  });

  it('is not taken for a row its record was known to have before: it may arrive yet', async () => {
    const again = '- { name: visit, by: [VISIT], where: $not($found.STAGE = "LOST"), refused: create }\n';
    const secondDeal = await compile(pipelineText(1, false).replace('- { name: visit, by: [VISIT] }\n', again));
    const held: Write[] = [];
    tables.onWrite = (write) => {
      if (write.entity === 'task') entityOf(tables, 'deal').rows.set('1', { ...rows('deal')[0], STAGE: 'LOST' });
      if (write.entity !== 'deal' || write.operation !== 'create' || rows('deal').length === 0) return undefined;
      held.push(write);
      return unknown;
    };
    tables.rows = [visit(1), visit(1, { stamp: 2, sum: 200 })];
    expect(await desk.run(secondDeal)).toMatchObject({ exitCode: 4 });
    expect([held.length, await queue()]).toEqual([1, ['1 waiting run.in_doubt']]);
    delete tables.onWrite;
    for (const write of held) applyWrite(tables, write);
    expect(await desk.run(secondDeal)).toMatchObject({ exitCode: 0 });
    expect(rows('deal').map(({ STAGE }) => STAGE)).toEqual(['LOST', 'NEW']);
  });
});

describe('DL-13 a create that nobody can look up', () => {
  /** A mapping that writes the field our mark would go into, and matches by a field that has no value here. */
  const blind = text
    .replace(
      /( {8}entity: task\n)\s+key: \[VISIT\]\n(\s+match: ).*\n/,
      '$1$2[{ name: never, by: { VISIT: nobody } }]\n',
    )
    .replace('          VISIT: visit\n          DEAL_ID', '          MARK: visit\n          DEAL_ID')
    .replace('      stage: stage\n', '      stage: stage\n      nobody: nobody\n');

  it('is quarantined once it can arrive no more, and keeps what it touches', async () => {
    const undecidable = await compile(blind);
    tables.rises = false;
    tables.onWrite = (write) => (write.entity === 'task' ? unknown : undefined);
    tables.rows = [visit(1)];
    await desk.run(undecidable);
    delete tables.onWrite;
    // To try again whatever waits is no word about this one.
    await desk.state.retryQueue({});
    desk.clock.time += 91_000;
    expect(await desk.run(undecidable)).toMatchObject({ exitCode: 4 });
    expect(await queue()).toEqual(['1 quarantined run.undecidable']);
    expect([rows('task'), (await desk.state.openIntents()).length]).toEqual([[], 1]);
    tables.rows = [visit(1, { stamp: 8, sum: 300 })];
    expect(await desk.run(undecidable)).toMatchObject({ exitCode: 4 });
    expect(await queue()).toEqual(['1 quarantined run.undecidable']);
    tables.rows = [visit(2, { stamp: 9 })];
    expect(await desk.run(undecidable)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    const [row] = await desk.state.queue({ key: '1' });
    await desk.state.decideQueue(row?.id ?? 0, 'missing', desk.clock.now());
    expect(await desk.run(undecidable)).toMatchObject({ exitCode: 0 });
    expect([rows('task').length, await queue()]).toEqual([2, ['1 completed run.undecidable']]);
  });
});

describe('DL-22 a write that the system cannot finish in the time it has', () => {
  const isTooLong = ({ entity, operation }: Write): Outcome | undefined =>
    entity === 'deal' && operation === 'update'
      ? { ok: false, applied: 'unknown', error: errors.refused.error({}) }
      : undefined;

  it('holds up what comes after it no longer once a person says that it arrived', async () => {
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    entityOf(tables, 'task').rows.clear();
    tables.onWrite = isTooLong;
    tables.rows = [visit(1, { stamp: 5, sum: 300 })];
    await desk.run(pipeline);
    desk.clock.time += 91_000;
    await desk.run(pipeline);
    expect([await queue(), rows('task')]).toEqual([['1 quarantined run.undecidable'], []]);
    delete tables.onWrite;
    entityOf(tables, 'deal').rows.set('1', { ...rows('deal')[0], SUM: 300 });
    const [row] = await desk.state.queue({ key: '1' });
    await desk.state.decideQueue(row?.id ?? 0, 'arrived', desk.clock.now());
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([rows('deal').length, rows('task').length, await queue()]).toEqual([1, 1, ['1 completed run.undecidable']]);
  });

  it('is quarantined when it is not there after settle: sent again, it would end the same way', async () => {
    const tooLong: Outcome = { ok: false, applied: 'unknown', error: errors.refused.error({}) };
    tables.onWrite = (write) => (write.entity === 'deal' ? tooLong : undefined);
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    tables.calls.length = 0;
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4 });
    expect([await queue(), tables.calls.filter((call) => call.startsWith('write'))]).toEqual([
      ['1 quarantined run.undecidable'],
      [],
    ]);
  });
});

describe('DL-14 a create given up for lost', () => {
  it('that arrives a day late beside the one made since is told with both keys, once', async () => {
    const arrives = loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    arrives();
    desk.clock.time += 3_600_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect(await desk.state.queue({ state: 'failed' })).toMatchObject([
      { key: '1', error: { code: 'run.doubled', parameters: { target: 'deal', rows: '1, 2' } } },
    ]);
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ rejected: 0 }] });
  });

  it('is told of the version that waits, where a newer one does: what was sent then is not written over it', async () => {
    const arrives = loseCreates('deal', 'when let go');
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    desk.clock.time += 91_000;
    await desk.run(pipeline);
    arrives();
    tables.onWrite = ({ operation }) =>
      operation === 'update'
        ? { ok: false, applied: 'no', error: errors.refused.error({}, { retry: true }) }
        : undefined;
    tables.rows = [visit(1, { stamp: 5, sum: 300 })];
    await desk.run(pipeline);
    expect(await desk.state.queue({})).toMatchObject([
      { key: '1', state: 'failed', error: { code: 'run.doubled' }, source: { sum: 300 } },
    ]);
  });
});

describe('DL-15 the child rows of a row', () => {
  const prices = () => rows('deal').map((deal) => JSON.stringify(deal['products'] ?? []));
  const both = '[{"PRICE":1},{"PRICE":2}]';

  it('that was created in a final stage are written after a kill between the two, though a guard keeps everybody off it', async () => {
    tables.rows = [visit(1, { stage: 'WON' })];
    await killedAt('rows-before');
    expect(prices()).toEqual(['[]']);
    await desk.run(pipeline);
    expect(prices()).toEqual([both]);
    expect(await desk.state.owed('visits', ['1'])).toEqual([]);
  });

  it('are written after a kill between the two, though `write` speaks of new rows alone', async () => {
    const once = await compile(text.replace('products: rows', 'products: { value: rows, write: create }'));
    tables.rows = [visit(1)];
    await killed(() => desk.run(once), 'rows-before');
    expect(prices()).toEqual(['[]']);
    await desk.run(once);
    expect(prices()).toEqual([both]);
  });

  it('are left alone where somebody has changed the row since: the guard is theirs', async () => {
    tables.rows = [visit(1, { stage: 'NEW' })];
    await killedAt('rows-before');
    entityOf(tables, 'deal').rows.set('1', { ...rows('deal')[0], STAGE: 'WON' });
    await desk.run(pipeline);
    expect(prices()).toEqual(['[]']);
  });

  it('are written before the row moves to where a guard would keep them out', async () => {
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    tables.rows = [visit(1, { stamp: 5, stage: 'WON', items: [{ price: 7 }] })];
    await killedAt('rows-after');
    await desk.run(pipeline);
    expect(rows('deal')).toMatchObject([{ STAGE: 'WON', products: [{ PRICE: 7 }] }]);
  });
});

describe('DL-2 a row this record was written to before', () => {
  const linked = text.replace(
    '- { name: visit, by: [VISIT] }\n',
    '- { name: visit, by: [VISIT] }\n          - { name: link, by: link }\n',
  );

  it('is matched by a rung `by: link` while it carries our tag, whatever else was changed in it', async () => {
    const byLink = await compile(linked);
    tables.rows = [visit(1)];
    await desk.run(byLink);
    entityOf(tables, 'deal').rows.set('1', { ...rows('deal')[0], VISIT: 'by hand' });
    tables.rows = [visit(1, { stamp: 5, sum: 300 })];
    expect(await desk.run(byLink)).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(rows('deal')).toMatchObject([{ VISIT: '1', SUM: 300 }]);
  });

  it('is no candidate when its tag is gone and no rung would ask for it', async () => {
    const byLink = await compile(linked);
    tables.rows = [visit(1)];
    await desk.run(byLink);
    entityOf(tables, 'deal').rows.set('1', { VISIT: 'another', STAGE: 'NEW', CONTACT_ID: '77' });
    tables.rows = [visit(1, { stamp: 5, sum: 300 })];
    await desk.run(byLink);
    expect(rows('deal')).toMatchObject([{ VISIT: 'another' }, { VISIT: '1', SUM: 300 }]);
  });

  it('that has lost what it is matched by is not made a second time without such a rung', async () => {
    const strict = await compile(text.replace(/ {10}- \{ name: АВТОПРИВЯЗКА.*\n/, ''));
    tables.rows = [visit(1)];
    await desk.run(strict);
    const { VISIT: _lost, ...rest } = rows('deal')[0] ?? {};
    entityOf(tables, 'deal').rows.set('1', rest);
    tables.rows = [visit(1, { stamp: 5, sum: 300 })];
    expect(await desk.run(strict)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect([await queue(), keys('deal')]).toEqual([['1 failed plan.own_row_unmatched'], ['1']]);
  });
});

describe('DL-20 the book of the machine', () => {
  it('tells one pipeline what another has just made, though the system does not list it yet', async () => {
    tables.rises = false;
    tables.rows = [visit(1)];
    await desk.run(pipeline);
    tables.unindexed.add('contact#1').add('deal#1').add('task#1');
    const another = await compile(text.replace('name: test', 'name: another'));
    const { clock, book } = desk;
    const beside = await stand([tables.connector], 'another', { clock, book });
    expect(await beside.run(another)).toMatchObject({ exitCode: 0, flows: [{ created: 0, unchanged: 1 }] });
    await beside.state.close();
  });
});

describe('a target without key and match', () => {
  it('has our tag for its identity: what it made it finds again, though the state is gone', async () => {
    const tagged = await compile(text.replace(/( {8}entity: task\n)\s+key: \[VISIT\]\n\s+match: \[.*\]\n/, '$1'));
    tables.rows = [visit(1)];
    await desk.run(tagged);
    await desk.state.close();
    desk = await stand([tables.connector], 'test', { book: desk.book, clock: desk.clock });
    expect(await desk.run(tagged)).toMatchObject({ exitCode: 0, flows: [{ created: 0, unchanged: 1 }] });
    expect(rows('task')).toHaveLength(1);
  });
});

describe('DL-3 the first create of a run', () => {
  it('goes alone and is found by its own question before the others follow', async () => {
    tables.writesPerRequest = 50;
    tables.rows = [visit(1), visit(2), visit(3)];
    await desk.run(pipeline);
    const contacts = tables.calls.filter((call) => /contact|write/.test(call)).slice(0, 6);
    expect(contacts).toEqual([
      'describe contact',
      'find contact 3',
      'find contact 3',
      'highWater contact',
      'write create',
      'find contact 1',
    ]);
    expect(tables.calls).toContain('write create,create');
  });

  it('is found by the request that makes it, where the system takes both together', async () => {
    tables.findsWithWrite = true;
    tables.rows = [visit(1), visit(2)];
    await desk.run(pipeline);
    const calls = tables.calls.slice(tables.calls.indexOf('highWater contact'));
    expect(calls.slice(0, 3)).toEqual(['highWater contact', 'write create and find', 'write create']);
  });

  it('is asked for again when the request that made it did not find it yet', async () => {
    tables.findsWithWrite = true;
    tables.unindexed.add('contact#1');
    tables.onFind = () => {
      if (rows('contact').length > 0) tables.unindexed.clear();
    };
    tables.rows = [visit(1), visit(2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 2 }] });
    const calls = tables.calls.slice(tables.calls.indexOf('highWater contact'));
    expect(calls.slice(0, 3)).toEqual(['highWater contact', 'write create and find', 'find contact 1']);
  });

  it('is the next one where the first was refused: nothing follows a create that made no row', async () => {
    tables.rows = [visit(1), visit(2), visit(3), visit(4)];
    for (const key of ['1', '2', '3']) tables.unindexed.add(`contact#${key}`);
    tables.onWrite = (write) => {
      if (write.entity !== 'contact') return undefined;
      delete tables.onWrite;
      return { ok: false, applied: 'no', error: errors.refused.error({}) };
    };
    const { exitCode, error } = await desk.run(pipeline);
    expect([exitCode, error?.code, rows('contact').length]).toEqual([3, 'run.create_not_found', 1]);
  });

  it('is the last where the run is to stop', async () => {
    const stop = new AbortController();
    tables.rows = [visit(1), visit(2), visit(3)];
    tables.onWrite = () => {
      stop.abort('SIGTERM');
      return { ok: false, applied: 'no', error: errors.refused.error({}) };
    };
    expect(await desk.run(pipeline, {}, stop.signal)).toMatchObject({ exitCode: 143 });
    expect(tables.calls.filter((call) => call.startsWith('write'))).toEqual(['write create']);
  });

  it('stops the run with 3 when it is not found though it holds its values: a filter is passed over', async () => {
    tables.rows = [visit(1), visit(2)];
    for (const key of ['1', '2']) tables.unindexed.add(`contact#${key}`);
    const { exitCode, error } = await desk.run(pipeline);
    expect([exitCode, error?.code, error?.parameters]).toEqual([
      3,
      'run.create_not_found',
      { entity: 'contact', connection: 'tables', row: '1', fields: 'ORIGIN' },
    ]);
    expect(rows('contact')).toHaveLength(1);
  });

  it('stops the run with 3 when the target did not keep the value it is matched by', async () => {
    tables.onWrite = (write) => {
      if (write.entity !== 'contact' || write.operation !== 'create') return undefined;
      const { ORIGIN: _dropped, ...values } = write.values;
      delete tables.onWrite;
      return applyWrite(tables, { ...write, values });
    };
    tables.rows = [visit(1), visit(2)];
    const { exitCode, error } = await desk.run(pipeline);
    expect([exitCode, error?.code, error?.parameters]).toEqual([
      3,
      'run.value_not_kept',
      { entity: 'contact', connection: 'tables', row: '1', fields: 'ORIGIN' },
    ]);
    expect(rows('contact')).toHaveLength(1);
  });
});
