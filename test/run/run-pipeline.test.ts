import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, EntityDescription, Sink } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import type { RecentRow } from '../../engine/state/machine-ports.ts';

import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const errors = defineErrors('testing', {
  refused: { kind: 'data', en: 'refused', ru: 'отказано', fix: { en: 'mend it', ru: 'исправьте' } },
  busy: { kind: 'environment', en: 'busy', ru: 'занято', fix: { en: 'wait', ru: 'подождите' } },
});

const contact: EntityDescription = {
  entity: 'contact',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'ORIGIN', type: 'text' },
    { name: 'NAME', type: 'text' },
    { name: 'PHONE', type: 'phones' },
  ],
};
const deal: EntityDescription = {
  entity: 'deal',
  id: 'ID',
  lists: [{ name: 'products', fields: [{ name: 'PRICE', type: 'number' }] }],
  fields: [
    { name: 'VISIT', type: 'text' },
    { name: 'CONTACT_ID', type: 'id' },
    { name: 'STAGE', type: 'text' },
    { name: 'SUM', type: 'number' },
  ],
};

const yaml = `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  visits:
    source: { connection: tables, cursor: { field: stamp, first: all } }
    key: visit
    map:
      visit: '"V" & id'
      patient: '"P" & patient'
      name: name
      phone: phone
      stage: stage
      sum: sum
      rows: '[items.{ "PRICE": price }]'
    targets:
      contact:
        connection: tables
        entity: contact
        key: [ORIGIN]
        match:
          - { name: origin, by: [ORIGIN] }
          - { name: phone and name, by: { PHONE: phone }, where: '$sameName($found.NAME, name)' }
        fields:
          ORIGIN: { value: patient, write: fill }
          NAME: name
          PHONE: [{ value: phone, type: MOBILE }]
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        match:
          - { name: visit, by: [VISIT] }
          - { name: АВТОПРИВЯЗКА, by: { CONTACT_ID: $contact.ID, VISIT: { empty: true } }, many: newest }
        guard:
          - { if: $found.STAGE = "WON", skip: IGNORE }
          - { if: $found.STAGE = "HOLD", keep: [STAGE], log: PROTECTED }
        fields:
          VISIT: visit
          CONTACT_ID: $contact.ID
          STAGE: stage
          SUM: sum
        rows:
          products: rows
    retry: { delays: [30s, 60s] }
`;

const visit = (id: number, patient: number, more: object = {}) => ({
  id,
  patient,
  stamp: id,
  name: `Имя${patient}`,
  phone: `+7999000000${patient}`,
  stage: 'NEW',
  sum: 100,
  ...more,
});

let tables: TableSystem;
let pipeline: CompiledPipeline;
let desk: Stand;

beforeEach(async () => {
  tables = tableSystem('tables', [contact, deal]);
  desk = await stand([tables.connector]);
  pipeline = await compiled(yaml, [tables.connector]);
});
afterEach(() => desk.close());

const deals = () => [...entityOf(tables, 'deal').rows.values()];
const contacts = () => [...entityOf(tables, 'contact').rows.values()];
const flow = async (options = {}) => (await desk.run(pipeline, options)).flows[0];

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
      'find contact 2',
      'find deal 2',
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
    const withParam = yaml
      .replace('connections:', 'params: { branch: { type: string, env: BRANCH } }\nconnections:')
      .replace('"V" & id', '$params.branch & id');
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(withParam, [tables.connector], { BRANCH: 'A' }));
    const other = await compiled(withParam, [tables.connector], { BRANCH: 'B' });
    expect(await desk.run(other)).toMatchObject({ exitCode: 2, error: { code: 'run.other_params' } });
    expect(await desk.run(other, { full: true })).toMatchObject({ exitCode: 0 });
  });
});

describe('a record that fails', () => {
  it('goes to the queue with its source row, and the rest goes on', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['VISIT'] === 'V2'
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
    const result = await desk.run(pipeline);
    expect(result).toMatchObject({ exitCode: 4, flows: [{ created: 2, rejected: 1, queued: 0 }] });
    expect(await desk.state.queue({})).toMatchObject([
      { key: 'V2', state: 'failed', source: { id: 2 }, error: { code: 'testing.refused' }, attempts: 0 },
    ]);
  });

  it('is not rejected again by the next run while it is the same', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['VISIT'] === 'V1'
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    const result = await desk.run(pipeline);
    expect(result).toMatchObject({ exitCode: 0, flows: [{ read: 1, skipped: 1, rejected: 0 }] });
  });

  it('is delivered when it was mended, and its queue row is closed', async () => {
    tables.onWrite = (write) =>
      write.operation === 'create' && write.values['SUM'] === 13
        ? { ok: false, applied: 'no', error: errors.refused.error({}) }
        : undefined;
    tables.rows = [visit(1, 1, { sum: 13 })];
    await desk.run(pipeline);
    tables.rows = [visit(1, 1, { stamp: 2, sum: 14 })];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(await desk.state.queue({})).toMatchObject([{ key: 'V1', state: 'superseded' }]);
  });

  it('tells a value its table does not know without the value', async () => {
    const table = yaml.replace(
      'stage: stage',
      'stage: { from: name, table: { Имя2: NEW }, otherwise: { const: NEW, warn: true } }',
    );
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(table, [tables.connector]));
    const warnings = desk.events.flatMap((event) =>
      event.type === 'warning' ? [[event.key, event.error.parameters]] : [],
    );
    expect(warnings).toEqual([['V1', { field: 'stage', value: 'И****' }]]);
  });

  it('names the field that has no value, and keeps its key', async () => {
    const strict = await compiled(yaml.replace('    targets:', '    require: [name, phone]\n    targets:'), [
      tables.connector,
    ]);
    const { name: _name, ...nameless } = visit(1, 1);
    tables.rows = [nameless];
    expect(await desk.run(strict)).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect(await desk.state.queue({})).toMatchObject([
      { key: 'V1', error: { code: 'run.required_empty', parameters: { fields: 'name' } } },
    ]);
  });

  it('waits for its retries, one after the other, and fails for good after the last', async () => {
    const missing = yaml.replace('key: [ORIGIN]', 'key: [ORIGIN]\n        missing: error');
    const waiting = await compiled(missing, [tables.connector]);
    tables.rows = [visit(1, 1)];
    const states: unknown[] = [];
    for (const minutes of [0, 0.5, 1, 5]) {
      desk.clock.time += minutes * 60_000;
      await desk.run(waiting);
      const [entry] = await desk.state.queue({});
      states.push([
        entry?.state,
        entry?.attempts,
        entry?.dueAt === undefined ? undefined : entry.dueAt - desk.clock.time,
      ]);
    }
    expect(states).toEqual([
      ['waiting', 1, 30_000],
      ['waiting', 2, 60_000],
      ['failed', 3, undefined],
      ['failed', 3, undefined],
    ]);
  });

  it('does not stop targets that do not name the failed one', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' ? { ok: false, applied: 'no', error: errors.refused.error({}) } : undefined;
    const independent = yaml
      .replace('CONTACT_ID: $contact.ID, VISIT', 'SUM: sum, VISIT')
      .replace('          CONTACT_ID: $contact.ID\n', '');
    tables.rows = [visit(1, 1)];
    await desk.run(await compiled(independent, [tables.connector]));
    expect([contacts().length, deals().length]).toEqual([0, 1]);
  });
});

describe('the system', () => {
  it('DL-11: is tried again while it says it is busy, and nothing is written twice', async () => {
    let refusals = 2;
    tables.onWrite = () =>
      refusals-- > 0
        ? { ok: false, applied: 'no', error: errors.busy.error({}, { retry: true, retryAfterMs: 5_000 }) }
        : undefined;
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(desk.clock.slept).toEqual([5_000, 5_000]);
    const waits = desk.events.flatMap((event) =>
      event.type === 'waiting' ? [[event.for, event.ms, event.error?.code]] : [],
    );
    expect(waits).toEqual([
      ['tables', 5_000, 'testing.busy'],
      ['tables', 5_000, 'testing.busy'],
    ]);
    expect([contacts().length, deals().length]).toEqual([1, 1]);
  });

  it('DL-18: stops the run when it refuses us, instead of filling the queue, and the next run loses nothing', async () => {
    tables.onWrite = () => ({ ok: false, applied: 'no', error: errors.busy.error({}) });
    tables.rows = [visit(1, 1), visit(2, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'testing.busy' } });
    expect(await desk.state.queue({})).toEqual([]);
    delete tables.onWrite;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ read: 2, created: 2 }] });
  });

  it('DL-3: is not believed when it answers with a row that does not match', async () => {
    putRow(tables, 'contact', { ORIGIN: 'P9', NAME: 'Чужой' });
    const { connect } = tables.connector;
    const lying = {
      ...tables.connector,
      connect: async (...given: Parameters<typeof connect>) => {
        const connection = await connect(...given);
        const sink = connection.sink?.({});
        if (!sink) return connection;
        return {
          ...connection,
          sink: () => ({
            ...sink,
            find: async (entity: string, questions: readonly unknown[]) =>
              questions.map(() => ({ ok: true as const, rows: [{ key: '1', values: { ORIGIN: `${entity}-P9` } }] })),
          }),
        };
      },
    };
    const other = await stand([lying]);
    tables.rows = [visit(1, 1)];
    expect(await other.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'run.filter_ignored' } });
    expect(tables.writes).toEqual([]);
    await other.close();
  });
});

describe('an answer that is lost', () => {
  it('DL-11: leaves the record waiting, and after the settle time the row that was made is found, not doubled', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? 'lost' : undefined);
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }] });
    delete tables.onWrite;
    desk.clock.time += 60_000;
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 0 }] });
    expect(await desk.state.openIntents()).toHaveLength(1);
    desk.clock.time += 60_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect(deals()).toHaveLength(1);
    expect(await desk.state.openIntents()).toEqual([]);
    expect(await desk.state.queue({})).toMatchObject([{ key: 'V1', state: 'completed' }]);
  });

  it('is waited for even when the source takes the change back: a late effect would undo it', async () => {
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    tables.onWrite = () => ({ ok: false, applied: 'unknown', error: errors.busy.error({}) });
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'DONE' })];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [visit(1, 1, { stamp: 3 })];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ queued: 1, unchanged: 0 }] });
    Object.assign(entityOf(tables, 'deal').rows.get('1') ?? {}, { STAGE: 'DONE' });
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(deals()).toMatchObject([{ STAGE: 'NEW' }]);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('holds what it touches: another visit of that patient waits, other patients go on', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' && write.operation === 'create' && write.values['ORIGIN'] === 'P1'
        ? 'lost'
        : undefined;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 1, queued: 2 }] });
    expect(contacts()).toHaveLength(2);
    delete tables.onWrite;
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([contacts().length, deals().length]).toEqual([2, 3]);
  });
});

describe('DL-2 rows made lately', () => {
  it('are found though the vendor does not list them yet', async () => {
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [visit(1, 1), visit(2, 1)];
    await flow();
    expect([contacts().length, deals().length]).toEqual([1, 2]);
    const again = await stand([tables.connector]);
    await desk.run(pipeline, { full: true });
    await again.close();
    expect([contacts().length, deals().length]).toEqual([1, 2]);
  });
});

describe('DL-2 a sink that finds at once what was written', () => {
  const kept = async (sinkExtra: Partial<Sink>) => {
    tables = tableSystem('tables', [contact, deal]);
    const connector: Connector = {
      ...tables.connector,
      connect: async (settings, host) => {
        const connection = await tables.connector.connect(settings, host);
        const sink = connection.sink;
        return { ...connection, ...(sink && { sink: (block) => ({ ...sink(block), ...sinkExtra }) }) };
      },
    };
    tables.rows = [visit(1, 1)];
    const saved: string[] = [];
    const book = {
      ...(await openPortalBook(':memory:', desk.clock)),
      saveRecent: async (rows: readonly RecentRow[]) => void saved.push(...rows.map(({ entity }) => entity)),
    };
    const watched = await stand([connector], 'test', { book });
    await watched.run(await compiled(yaml, [connector]));
    await watched.close();
    return saved;
  };

  it('has no rows in the book, another has those it made', async () => {
    expect(await kept({})).toEqual(['contact', 'deal']);
    expect(await kept({ findsAtOnce: true })).toEqual([]);
  });
});

describe('what a run is asked to do', () => {
  beforeEach(() => {
    tables.rows = [visit(1, 1), visit(2, 2), visit(3, 3)];
  });

  it('brakes stop a run before it writes anything, and --allow lifts them', async () => {
    const braked = await compiled(yaml.replace('flows:', 'brakes: { creates: 5 }\nflows:'), [tables.connector]);
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
    const edited = await compiled(yaml.replace('\'"V" & id\'', '\'"W" & id\''), [tables.connector]);
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
    const second = yaml.slice(yaml.indexOf('  visits:')).replace('  visits:', '  again:');
    const both = await compiled(yaml + second, [tables.connector]);
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
