import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, Write } from '../../engine/connector.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { killedAt as killed } from '../support/killed.ts';
import { applyWrite, entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;
let twoFlows: CompiledPipeline;

beforeAll(async () => {
  const { connector } = tableSystem('tables', descriptions);
  pipeline = await compiled(pipelineText(1000, false), [connector]);
  twoFlows = await compiled(pipelineText(1000, true), [connector]);
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
  ...sourceRow(id, id, { patient, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, patient, 0),
  ...more,
});
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];
const unknown: Outcome = { ok: false, applied: 'unknown', error: errors.broken.error({}) };
const refused: Outcome = { ok: false, applied: 'no', error: errors.refused.error({}) };
const queue = async () => (await desk.state.queue({})).map(({ key, state, error }) => `${key} ${state} ${error.code}`);

function refuseFor(id: number, retry: boolean): void {
  tables.onWrite = (write) =>
    write.operation === 'create' && write.values['VISIT'] === String(id)
      ? { ok: false, applied: 'no', error: errors.refused.error({}, { retry }) }
      : undefined;
}

const killedAt = (point: CrashPoint, nth = 1) => killed(() => desk.run(pipeline), point, nth);

/** The next write of this kind is under way until it is let go. */
function holdBack(chosen: (write: Write) => boolean): () => void {
  const held: Write[] = [];
  tables.onWrite = (write) => {
    if (!chosen(write)) return undefined;
    held.push(write);
    return unknown;
  };
  return () => {
    delete tables.onWrite;
    for (const write of held) applyWrite(tables, write);
  };
}

const wait = (seconds: number) => {
  desk.clock.time += seconds * 1000;
};

describe('DL-13 a write in doubt', () => {
  it('holds what it touches for the other flows too: they make no second contact', async () => {
    const arrives = holdBack((write) => write.entity === 'contact');
    tables.rows = [visit(1, 1)];
    expect(await desk.run(twoFlows)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }, { queued: 1 }] });
    arrives();
    wait(91);
    expect(await desk.run(twoFlows)).toMatchObject({ exitCode: 0 });
    expect([rows('contact').length, rows('deal').length]).toEqual([1, 1]);
  });

  it('holds what it touches for the runs to come too: the next visit of the new patient makes no second contact', async () => {
    const arrives = holdBack((write) => write.operation === 'create' && write.values['ORIGIN'] === 'P1');
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }] });
    wait(10);
    tables.rows = [visit(1, 1), visit(2, 1, { stamp: 2 }), visit(3, 2, { stamp: 3 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ queued: 2, created: 1 }] });
    arrives();
    wait(91);
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([rows('contact').length, rows('deal').length]).toEqual([2, 3]);
  });

  it('holds what the write touches, not what its record only looked at', async () => {
    tables.onWrite = (write) =>
      write.entity === 'deal' && write.operation === 'create' && write.values['VISIT'] === '1' ? unknown : undefined;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 2, queued: 1 }] });
  });

  it('holds what the record itself will write after it: another does not take it meanwhile', async () => {
    const shared = await compiled(
      pipelineText(1000, false).replace(
        /( {8}entity: task\n\s+key: )\[VISIT\](\n\s+match: \[\{ name: )visit, by: \[VISIT\]/,
        '$1[CONTACT_ID]$2contact, by: [CONTACT_ID]',
      ),
      [tables.connector],
    );
    tables.onWrite = (write) =>
      write.entity === 'deal' && write.operation === 'create' && write.values['VISIT'] === '1' ? unknown : undefined;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    expect(await desk.run(shared)).toMatchObject({ flows: [{ created: 1, queued: 2 }] });
    expect(rows('task')).toMatchObject([{ VISIT: '3' }]);
  });

  it('makes a record wait that would write what the lost row may answer, though it did not ask for it', async () => {
    tables.rows = [visit(2, 2)];
    await desk.run(pipeline);
    tables.onWrite = (write) => (write.entity === 'contact' && write.operation === 'create' ? unknown : undefined);
    const { phone } = visit(1, 1);
    tables.rows = [visit(1, 1, { stamp: 3 }), visit(2, 2, { stamp: 4, phone })];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ queued: 2, updated: 0 }] });
  });

  it('makes a record wait that needs no change as things are: a late effect may yet change them', async () => {
    tables.rows = [visit(1, 1), visit(2, 1)];
    await desk.run(pipeline);
    const arrives = holdBack((write) => write.entity === 'contact');
    tables.rows = [visit(1, 1, { stamp: 3, name: 'Другое' }), visit(2, 1, { stamp: 4, stage: 'NEW' })];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ queued: 2, unchanged: 0 }] });
    arrives();
    wait(91);
    await desk.run(pipeline);
    expect(rows('contact')).toMatchObject([{ NAME: visit(2, 1)['name'] }]);
  });
});

describe('DL-13 a record whose own write is in doubt', () => {
  it('is not asked about again when its source brings it anew: it waits in that version, for the same reason', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? unknown : undefined);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    tables.calls.length = 0;
    tables.rows = [visit(1, 1, { stamp: 2, sum: 300 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4 });
    expect(tables.calls.filter((call) => /^(find|write)/.test(call))).toEqual([]);
    expect(await desk.state.queue({})).toMatchObject([
      { state: 'waiting', error: { code: 'run.unanswered' }, source: { sum: 300 } },
    ]);
  });
});

describe('DL-12 settle', () => {
  it('begins anew with each write: one that is lost at the retry is not settled by the wait for the first', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? unknown : undefined);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    wait(91);
    await killedAt('intents-durable');
    const sent = tables.onWrite;
    delete tables.onWrite;
    expect(sent).toBeDefined();
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ created: 0, queued: 1 }] });
    expect(rows('deal')).toEqual([]);
    wait(91);
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
  });

  it('is not taken from a wait for something else', async () => {
    const strict = pipelineText(1000, false).replace('entity: doctor', 'entity: doctor\n        missing: error');
    const waiting = await compiled(strict, [tables.connector]);
    tables.rows = [visit(1, 1)];
    await desk.run(waiting);
    expect(await queue()).toEqual(['1 waiting plan.missing_row']);
    wait(31);
    await killedAt('intents-durable');
    wait(1);
    await desk.run(waiting);
    expect(await queue()).toEqual(['1 waiting run.unanswered']);
  });

  it('once over, is over: a record that is refused then is not held again', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? unknown : undefined);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    tables.onWrite = (write) => (write.entity === 'deal' ? refused : undefined);
    wait(91);
    await desk.run(pipeline);
    expect(await queue()).toEqual(['1 failed simulated.refused']);
    await desk.run(pipeline);
    expect(await queue()).toEqual(['1 failed simulated.refused']);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('ends for a record that a guard skips by then', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? unknown : undefined);
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [visit(1, 1, { stage: 'HIDDEN' })];
    wait(91);
    await desk.run(pipeline);
    expect(await queue()).toEqual(['1 superseded run.unanswered']);
    wait(91);
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect(await queue()).toEqual(['1 superseded run.unanswered']);
  });
});

describe('a process that was killed', () => {
  it('leaves no green run behind it, though the source brings its record no more', async () => {
    tables.onWrite = (write) => (write.entity === 'task' ? refused : undefined);
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(pipeline);
    delete tables.onWrite;
    await desk.state.retryQueue({ key: '1' });
    await killedAt('intents-durable');
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ read: 2, queued: 1, skipped: 1 }] });
  });

  it('leaves its record the attempts it has had', async () => {
    refuseFor(1, true);
    tables.rows = [visit(1, 1), visit(2, 2)];
    await desk.run(pipeline);
    delete tables.onWrite;
    wait(31);
    await killedAt('intents-durable');
    await desk.run(pipeline);
    expect(await desk.state.queue({})).toMatchObject([{ state: 'waiting', attempts: 1 }]);
  });

  it('leaves its record to the current version of its row', async () => {
    tables.rows = [visit(1, 1)];
    await killedAt('intents-durable', 2);
    await killedAt('batch-read');
    tables.rows = [visit(1, 1, { stamp: 0, sum: 200 })];
    wait(91);
    await desk.run(pipeline, { since: '2027' });
    expect(rows('deal')).toMatchObject([{ SUM: 200 }]);
  });

  it('leaves a record whose row has another key by now to that key', async () => {
    tables.rows = [visit(1, 1)];
    await killedAt('intents-durable');
    await desk.run(pipeline);
    tables.rows = [visit(7, 1, { id: 1 })];
    const renamed = await compiled(pipelineText(1000, false).replace('$string(id)', `'"V" & id'`), [tables.connector]);
    wait(91);
    expect(await desk.run(renamed)).toMatchObject({ exitCode: 0 });
    expect(await desk.state.queueCounts()).toMatchObject({ waiting: 0, pending: 0, failed: 0 });
  });
});

describe('a record with a missing answer and another failure', () => {
  it('waits for the answer', async () => {
    const text = pipelineText(1000, false)
      .replace('$deal.CONTACT_ID', '$contact.ID')
      .replace('DEAL_ID: $deal.ID', 'DEAL_ID: visit');
    const apart = await compiled(text, [tables.connector]);
    tables.onWrite = (write) => (write.entity === 'deal' ? refused : write.entity === 'task' ? unknown : undefined);
    tables.rows = [visit(1, 1)];
    await desk.run(apart);
    expect(await queue()).toEqual(['1 waiting run.in_doubt']);
  });
});
