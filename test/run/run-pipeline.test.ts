import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiled, stand } from '../support/harness.ts';
import { entityOf, putRow } from '../support/table-connector.ts';
import { openVisits, visit, visitsYaml } from './visits.ts';
import type { Visits } from './visits.ts';

let tables: Visits['tables'];
let pipeline: Visits['pipeline'];
let desk: Visits['desk'];
let deals: Visits['deals'];
let contacts: Visits['contacts'];
let flow: Visits['flow'];

beforeEach(async () => {
  ({ tables, pipeline, desk, deals, contacts, flow } = await openVisits());
});
afterEach(() => desk.close());

describe('a first run', () => {
  it('DL-16: creates each contact before the deal that names it, and child rows after the deal', async () => {
    tables.rows = [visit(1, 1, { items: [{ price: 100 }] })];
    const counts = await flow();
    expect(tables.writes.map((write) => `${write.operation} ${write.entity}`)).toEqual([
      'create contact',
      'create deal',
      'rows deal',
    ]);
    expect(deals()).toEqual([{ VISIT: 'V1', CONTACT_ID: '1', STAGE: 'NEW', SUM: 100, products: [{ PRICE: 100 }] }]);
    expect(counts).toMatchObject({ read: 1, mapped: 1, created: 1, updated: 0, unchanged: 0, queued: 0, rejected: 0 });
  });

  it('DL-1: makes one contact of two visits of one new patient', async () => {
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    const counts = await flow();
    expect(contacts()).toHaveLength(2);
    expect(deals().map((row) => [row['VISIT'], row['CONTACT_ID']])).toEqual([
      ['V1', '1'],
      ['V2', '1'],
      ['V3', '2'],
    ]);
    expect(counts?.targets).toEqual([
      { name: 'contact', created: 2, updated: 0, unchanged: 1, skipped: 0, deleted: 0 },
      { name: 'deal', created: 3, updated: 0, unchanged: 0, skipped: 0, deleted: 0 },
    ]);
  });

  it('makes a contact for each member of a family on one phone', async () => {
    tables.rows = [visit(1, 1, { phone: '+79990000000' }), visit(2, 2, { phone: '89990000000' })];
    await flow();
    expect(contacts().map((row) => row['NAME'])).toEqual(['Имя1', 'Имя2']);
  });

  it('DL-1: links one hand-made deal to one visit, the next visit gets a deal of its own', async () => {
    const person = putRow(tables, 'contact', { ORIGIN: 'P1', NAME: 'Имя1', PHONE: [{ value: '+79990000001' }] });
    putRow(tables, 'deal', { CONTACT_ID: person, STAGE: 'NEW' });
    tables.rows = [visit(1, 1), visit(2, 1)];
    await flow();
    expect(deals().map((row) => row['VISIT'])).toEqual(['V1', 'V2']);
    expect(desk.events.filter((event) => event.type === 'record-named')).toMatchObject([
      { name: 'АВТОПРИВЯЗКА', key: 'V1', rows: ['1'] },
    ]);
  });

  it('asks each question once, however many records put it, and describes each entity once', async () => {
    tables.rows = [visit(1, 1), visit(2, 2)];
    await flow();
    expect(tables.calls).toEqual([
      'describe contact',
      'describe deal',
      'find contact 2',
      'find deal 2',
      'find contact 2',
      'write create,create',
      'write create,create',
    ]);
  });
});

describe('a second run', () => {
  it('asks nobody anything when nothing has changed', async () => {
    tables.rows = [visit(1, 1), visit(2, 2)];
    await flow();
    tables.calls.length = 0;
    expect(await flow()).toMatchObject({ read: 1, unchanged: 1, created: 0, updated: 0 });
    expect(tables.calls).toEqual([]);
  });

  it('writes nothing when its state is gone: the ladder finds everything again', async () => {
    tables.rows = [visit(1, 1, { items: [{ price: 5 }] }), visit(2, 1), visit(3, 2)];
    await flow();
    tables.writes.length = 0;
    const again = await stand([tables.connector]);
    const { flows } = await again.run(pipeline);
    await again.close();
    expect(flows[0]).toMatchObject({ read: 3, unchanged: 3, created: 0, updated: 0 });
    expect(tables.writes).toEqual([]);
  });

  it('sends only the fields that differ', async () => {
    tables.rows = [visit(1, 1)];
    await flow();
    tables.writes.length = 0;
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'DONE', sum: '100.00' })];
    await flow();
    expect(tables.writes).toEqual([{ operation: 'update', entity: 'deal', key: '1', values: { STAGE: 'DONE' } }]);
  });

  it('DL-15 sends child rows that differ once, before what the row itself is to become', async () => {
    tables.rows = [visit(1, 1, { items: [{ price: 5 }] })];
    await flow();
    tables.writes.length = 0;
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'DONE', items: [{ price: 6 }] })];
    await flow();
    expect(tables.writes).toEqual([
      { operation: 'rows', entity: 'deal', key: '1', list: 'products', rows: [{ PRICE: 6 }] },
      { operation: 'update', entity: 'deal', key: '1', values: { STAGE: 'DONE' } },
    ]);
  });

  it('DL-5 looks at a row again that another mapping has delivered, though it is the same', async () => {
    tables.rows = [visit(1, 1)];
    await flow();
    tables.writes.length = 0;
    const edited = await compiled(visitsYaml.replace('STAGE: stage', 'STAGE: \'stage & "!"\''), [tables.connector]);
    expect((await desk.run(edited)).flows[0]).toMatchObject({ read: 1, updated: 1, unchanged: 0 });
    expect(tables.writes).toEqual([{ operation: 'update', entity: 'deal', key: '1', values: { STAGE: 'NEW!' } }]);
  });

  it('leaves a closed deal alone and a protected stage as it is', async () => {
    tables.rows = [visit(1, 1), visit(2, 2)];
    await flow();
    Object.assign(entityOf(tables, 'deal').rows.get('1') ?? {}, { STAGE: 'WON' });
    Object.assign(entityOf(tables, 'deal').rows.get('2') ?? {}, { STAGE: 'HOLD' });
    tables.writes.length = 0;
    tables.rows = [visit(1, 1, { stamp: 3, sum: 7 }), visit(2, 2, { stamp: 4, sum: 7, stage: 'DONE' })];
    const counts = await flow();
    expect(tables.writes).toEqual([{ operation: 'update', entity: 'deal', key: '2', values: { SUM: 7 } }]);
    expect(counts).toMatchObject({ updated: 1, skipped: 1 });
    expect(
      desk.events.flatMap((event) => (event.type === 'record-named' ? [`${event.name} ${event.key}`] : [])),
    ).toEqual(['IGNORE V1', 'PROTECTED V2']);
  });

  it('is refused when a param of the map has another value, and goes on with --full', async () => {
    const withParam = visitsYaml
      .replace('connections:', 'params: { branch: { type: string, env: BRANCH } }\nconnections:')
      .replace('"V" & id', '$params.branch & id');
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(withParam, [tables.connector], { BRANCH: 'A' }));
    const other = await compiled(withParam, [tables.connector], { BRANCH: 'B' });
    expect(await desk.run(other)).toMatchObject({ exitCode: 2, error: { code: 'run.other_params' } });
    expect(await desk.run(other, { full: true })).toMatchObject({ exitCode: 0 });
  });
});

describe('what a run is asked to do', () => {
  beforeEach(() => {
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
  });

  it('brakes stop a run before it writes anything, and --allow lifts them', async () => {
    const braked = await compiled(visitsYaml.replace('flows:', 'brakes: { creates: 5 }\nflows:'), [tables.connector]);
    expect(await desk.run(braked)).toMatchObject({
      exitCode: 3,
      error: { code: 'plan.too_many_changes', parameters: { count: 6, allowed: '5' } },
    });
    expect(tables.writes).toEqual([]);
    expect(await desk.run(braked, { allow: new Set(['creates']) })).toMatchObject({
      exitCode: 0,
      flows: [{ created: 3 }],
    });
  });

  it('G10: the first run of an edited mapping is braked without being asked to, until somebody has said that it is right', async () => {
    tables.rows = Array.from({ length: 150 }, (_, index) => visit(index + 1, index + 1, { stamp: 1 }));
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 150 }] });
    const edited = await compiled(visitsYaml.replace('\'"V" & id\'', '\'"W" & id\''), [tables.connector]);
    const before = tables.writes.length;
    expect(await desk.run(edited)).toMatchObject({
      exitCode: 3,
      error: { code: 'plan.too_many_after_edit', parameters: { count: 150, operation: 'creates', allowed: 100 } },
    });
    expect(tables.writes).toHaveLength(before);
    expect(await desk.run(edited)).toMatchObject({ exitCode: 3 });
    expect(await desk.run(edited, { allow: new Set(['creates']) })).toMatchObject({ exitCode: 0 });
    tables.rows = Array.from({ length: 150 }, (_, index) => visit(index + 1001, index + 1, { stamp: 1 }));
    expect(await desk.run(edited)).toMatchObject({ exitCode: 0, flows: [{ created: 150 }] });
  });

  it('--limit reads no more rows than that', async () => {
    expect(await flow({ limit: 2 })).toMatchObject({ read: 2, created: 2 });
  });

  it('--only takes the rows for which it is true and leaves the checkpoint alone', async () => {
    expect(await flow({ only: (row: object) => 'id' in row && row.id === 2 })).toMatchObject({ read: 1, created: 1 });
    expect(await desk.state.checkpoint('visits')).toBeUndefined();
  });

  it('--only that matches nothing exits 2', async () => {
    expect(await desk.run(pipeline, { only: () => false })).toMatchObject({
      exitCode: 2,
      error: { code: 'run.only_matched_nothing', parameters: { rows: 3 } },
    });
  });

  it('--only may match nothing in one flow when it does in another', async () => {
    const second = visitsYaml.slice(visitsYaml.indexOf('  visits:')).replace('  visits:', '  again:');
    const both = await compiled(visitsYaml + second, [tables.connector]);
    let asked = 0;
    expect(await desk.run(both, { only: () => (asked += 1) > 3 })).toMatchObject({
      exitCode: 0,
      flows: [
        { name: 'visits', read: 0 },
        { name: 'again', read: 3 },
      ],
    });
  });

  it('--full looks at the target again though nothing has changed', async () => {
    await flow();
    Object.assign(entityOf(tables, 'deal').rows.get('1') ?? {}, { SUM: 1 });
    expect(await flow()).toMatchObject({ unchanged: 1, updated: 0 });
    expect(await flow({ full: true })).toMatchObject({ read: 3, updated: 1, unchanged: 2 });
  });

  it('an unknown flow is an error that names the known ones', async () => {
    await expect(desk.run(pipeline, { flows: ['visit'] })).rejects.toMatchObject({
      code: 'run.unknown_flow',
      parameters: { expected: '"visits"' },
    });
  });

  it('a stop ends after the request in flight, loses nothing, and says 143', async () => {
    const stop = new AbortController();
    tables.onWrite = () => {
      stop.abort('SIGTERM');
      return undefined;
    };
    expect(await desk.run(pipeline, {}, stop.signal)).toMatchObject({ exitCode: 143 });
    expect(tables.calls.filter((call) => call.startsWith('write'))).toEqual(['write create,create']);
    delete tables.onWrite;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([contacts().length, deals().length]).toEqual([3, 3]);
  });
});
