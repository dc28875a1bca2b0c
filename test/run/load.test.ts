import { once } from 'node:events';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { Field, Row } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import { atomicTables } from '../support/atomic-tables.ts';
import type { AtomicTables } from '../support/atomic-tables.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow } from '../support/table-connector.ts';

const errors = defineErrors('tables', {
  lost: { kind: 'environment', en: 'lost', ru: 'потеряно', fix: { en: 'wait', ru: 'ждите' } },
  too_long: { kind: 'data', en: 'too long', ru: 'слишком длинно', fix: { en: 'cut', ru: 'сократите' } },
});

const people = {
  entity: 'people',
  id: 'row_id',
  lists: [],
  keys: [['id']],
  fields: ['id', 'name', 'phone', 'note', 'deleted_at'].map((name): Field => ({ name, type: 'text' })),
};

const yaml = (target: string, flow = '') => `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  people:
    source: { connection: tables, cursor: { field: stamp, first: all }, batch: 2 }
    key: id
${flow}    targets:
      people:
        connection: tables
        entity: people
        key: [id]
${target}`;

const everything = '        fields: { "*": all, stamp: { const: x } }\n'.replace(', stamp: { const: x }', '');

let tables: AtomicTables;
let desk: Stand;
beforeEach(async () => {
  tables = atomicTables('tables', [people]);
  desk = await stand([tables.connector]);
});
afterEach(() => desk.close());

const person = (id: number, more: Row = {}): Row => ({ id: String(id), stamp: id, name: `Имя${id}`, ...more });
const mapped = '    map: { id: id, name: name, phone: phone }\n';
const plain = '        fields: { id: id, name: name, phone: phone }\n';

async function run(text: string, options: Parameters<Stand['run']>[1] = {}) {
  return desk.run(await compiled(text, [tables.connector]), options);
}

const rowsOf = (entity = 'people') => [...entityOf(tables, entity).rows.values()];

describe('DL-23 a flow whose rows are told apart by their key alone', () => {
  it('is loaded a batch at a time, with the checkpoint in the same transaction, and without a question', async () => {
    tables.rows = [person(1), person(2), person(3)];
    const result = await run(yaml(plain, mapped));
    expect(result.flows[0]).toMatchObject({ read: 3, created: 3, updated: 0, unchanged: 0 });
    expect(tables.batches.map(({ sequence, cursor, load }) => [sequence, cursor, load?.rows.length])).toEqual([
      [1, { stamp: 2 }, 2],
      [2, { stamp: 3 }, 1],
    ]);
    expect(tables.calls).toEqual(['describe people', 'take over people people']);
  });

  it('writes an empty text into a column that cannot hold nothing, and nothing into any other', async () => {
    const [id, name, ...rest] = people.fields;
    const strict = { ...people, fields: [id, { ...name, optional: false }, ...rest] as readonly Field[] };
    tables = atomicTables('tables', [strict]);
    await desk.close();
    desk = await stand([tables.connector]);
    tables.rows = [person(1, { name: '', phone: '' })];
    await run(yaml(plain, mapped));
    expect(tables.batches[0]?.load?.rows).toEqual([['1', '', null]]);
  });

  it('counts what the target says: created, updated, unchanged', async () => {
    tables.rows = [person(1), person(2), person(3)];
    await run(yaml(plain, mapped));
    tables.rows = [person(1), person(2, { name: 'Другое' }), person(3), person(4)];
    const result = await run(yaml(plain, mapped), { full: true });
    expect(result.flows[0]).toMatchObject({ created: 1, updated: 1, unchanged: 2 });
    expect(result.flows[0]?.targets).toEqual([
      { name: 'people', created: 1, updated: 1, unchanged: 2, skipped: 0, deleted: 0 },
    ]);
  });

  it('writes of two records with one key the last, and loses neither of them', async () => {
    tables.rows = [person(1, { id: 'A' }), person(2, { id: 'B' })];
    const result = await run(
      yaml(plain, '    map: { id: id, name: name, phone: phone, one: $source.one }\n')
        .replace('key: [id]', 'key: [id]')
        .replace('fields: { id: id', 'fields: { id: { const: same }'),
    );
    expect(result.flows[0]).toMatchObject({ read: 2, created: 1, unchanged: 1 });
    expect(rowsOf()).toEqual([{ id: 'same', name: 'Имя2' }]);
  });

  it('honours the policy of each field', async () => {
    putRow(tables, 'people', { id: '1', name: 'старое', phone: '1', note: 'старая' });
    tables.rows = [{ id: '1', stamp: 1, name: 'новое', note: 'новая' }];
    await run(
      yaml(
        '        fields: { id: id, name: { value: name, write: fill }, phone: { value: phone, write: always }, note: { value: note, write: create } }\n',
      ),
    );
    expect(rowsOf()).toEqual([{ id: '1', name: 'старое', note: 'старая' }]);
  });

  it('G4 queues a row that the target refuses, and the others are there', async () => {
    tables.refuses = ({ name }) => (name === 'Имя2' ? errors.too_long.error({}) : undefined);
    tables.rows = [person(1), person(2), person(3)];
    const result = await run(yaml(plain, mapped));
    expect(result).toMatchObject({ exitCode: 4, flows: [{ read: 3, created: 2, rejected: 1 }] });
    expect((await desk.state.queue({})).map(({ key, error }) => [key, error.code])).toEqual([['2', 'tables.too_long']]);
    expect(rowsOf().map((row) => row['id'])).toEqual(['1', '3']);
  });

  it('takes a queued record out of the queue when a later version of it is loaded', async () => {
    tables.refuses = ({ name }) => (name === 'Имя2' ? errors.too_long.error({}) : undefined);
    tables.rows = [person(2)];
    await run(yaml(plain, mapped));
    tables.rows = [person(2, { name: 'Имя', stamp: 5 })];
    const result = await run(yaml(plain, mapped));
    expect(result).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect((await desk.state.queue({})).map(({ state }) => state)).toEqual(['superseded']);
  });

  it('queues a record without a value for the key of the target', async () => {
    tables.rows = [person(1)];
    const result = await run(yaml(plain.replace('id: id', 'id: phone'), mapped));
    expect(result).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
    expect((await desk.state.queue({}))[0]?.error.code).toBe('plan.no_target_key');
  });

  it('tries again after a lost answer, and counts truly what the lost commit did', async () => {
    let lost = 0;
    tables.onCommit = (_batch, committed) => {
      if (committed && lost++ === 0) throw errors.lost.error({}, { retry: true });
    };
    tables.rows = [person(1), person(2)];
    const result = await run(yaml(plain, mapped));
    expect(result).toMatchObject({ exitCode: 0, flows: [{ created: 2, unchanged: 0 }] });
    expect(tables.calls.filter((call) => call.startsWith('take over'))).toHaveLength(2);
    expect(rowsOf()).toHaveLength(2);
  });

  it('goes on from its own checkpoint where a process died between the two commits', async () => {
    tables.rows = [person(1), person(2), person(3)];
    await run(yaml(plain, mapped));
    const stored = tables.checkpoints.get('people people');
    if (!stored) throw new Error('no checkpoint');
    tables.checkpoints.set('people people', { ...stored, sequence: 9, cursor: { stamp: 99 } });
    tables.rows.push(person(4));
    expect(await run(yaml(plain, mapped))).toMatchObject({ flows: [{ read: 2, created: 1, unchanged: 1 }] });
  });

  it('goes back to the checkpoint of a target that was restored from a backup', async () => {
    tables.rows = [person(1), person(2), person(3), person(4), person(5)];
    await run(yaml(plain, mapped));
    tables.checkpoints.set('people people', {
      epoch: 1,
      sequence: 1,
      cursor: { stamp: 2 },
      loaded: { created: 2, updated: 0, unchanged: 0 },
    });
    for (const key of ['3', '4', '5']) entityOf(tables, 'people').rows.delete(key);
    expect(await run(yaml(plain, mapped))).toMatchObject({ flows: [{ read: 4, created: 3, unchanged: 1 }] });
    expect(rowsOf()).toHaveLength(5);
  });

  it('goes on from the checkpoint of the target where our own state was deleted', async () => {
    tables.rows = [person(1), person(2), person(3)];
    await run(yaml(plain, mapped));
    await run(yaml(plain, mapped));
    await desk.close();
    desk = await stand([tables.connector]);
    tables.rows.push(person(4));
    expect(await run(yaml(plain, mapped))).toMatchObject({
      exitCode: 0,
      flows: [{ read: 2, created: 1, unchanged: 1 }],
    });
  });

  it('marks a row absent, and takes the mark away when its record is back', async () => {
    const text = yaml(`${plain}        absent: { mark: deleted_at }\n`, mapped);
    tables.rows = [person(1), person(2)];
    await run(text);
    tables.rows = [person(1)];
    await run(text, { full: true, allow: new Set(['deletes']) });
    expect(rowsOf().map((row) => 'deleted_at' in row)).toEqual([false, true]);
    tables.rows = [person(1), person(2)];
    expect(await run(text, { full: true })).toMatchObject({ flows: [{ updated: 1, unchanged: 1 }] });
    expect(rowsOf().map((row) => 'deleted_at' in row)).toEqual([false, false]);
  });

  it('leaves the checkpoint alone with --only and with a window', async () => {
    tables.rows = [person(1), person(2)];
    await run(yaml(plain, mapped), { only: (row) => row['id'] === '2' });
    expect(tables.batches.map(({ cursor, load }) => [cursor, load?.rows.length])).toEqual([[undefined, 1]]);
  });

  it.each([
    ['a guard', `${plain}        guard: [{ if: $found.name = "x", skip: NO }]\n`],
    ['a ladder', `${plain}        match: [{ name: id, by: [id] }, { name: name, by: [name] }]\n`],
    ['`missing: skip`', `${plain}        missing: skip\n`],
    ['a field that reads $found', '        fields: { id: id, name: $found.name & "!" }\n'],
  ])('is planned row by row with %s', async (_what, target) => {
    tables.rows = [person(1)];
    await run(yaml(target, mapped));
    expect(tables.calls).toContain('find people 1');
    expect(tables.batches.every(({ load }) => load === undefined)).toBe(true);
  });
});

describe('DL-23 a load that is not had though nothing in the mapping is against it', () => {
  const said = () => desk.events.flatMap((event) => (event.type === 'warning' ? [event.error] : []));
  const twice = `${plain}      others:
        connection: tables
        entity: people
        key: [id]
${plain}`;

  it('is said once in a run: the key is not unique, and the index that would help', async () => {
    tables = atomicTables('tables', [{ ...people, keys: [['name']] }]);
    await desk.close();
    desk = await stand([tables.connector]);
    tables.rows = [person(1), person(2), person(3)];
    await run(yaml(plain, mapped));
    expect(said()).toMatchObject([
      {
        code: 'run.key_not_unique',
        parameters: { table: 'people', columns: 'id', index: 'people_id_key', names: 'id' },
      },
    ]);
  });

  it('is not said where the system does not tell its keys', async () => {
    const { keys: _keys, ...untold } = people;
    tables = atomicTables('tables', [untold]);
    await desk.close();
    desk = await stand([tables.connector]);
    tables.rows = [person(1)];
    await run(yaml(plain, mapped));
    expect(said()).toEqual([]);
  });

  it('is said of a flow with two targets, unless one needs what the other wrote', async () => {
    tables.rows = [person(1)];
    await run(yaml(twice, mapped));
    expect(said()).toMatchObject([
      { code: 'run.several_loads', parameters: { flow: 'people', targets: 'people, others' } },
    ]);
    await run(yaml(twice.replace(/name: name, phone: phone \}\n$/, 'name: $people.name }\n'), mapped));
    expect(said()).toEqual([]);
  });

  it('is not said of a mapping that asks for it', async () => {
    tables.rows = [person(1)];
    await run(yaml(`${plain}        missing: skip\n`, mapped));
    expect(said()).toEqual([]);
  });
});

describe('DL-23 rows that are planned one by one', () => {
  const ladder = `${plain}        match: [{ name: id, by: [id] }, { name: name, by: [name] }]\n`;

  it('are planned anew after a lost answer, and are not there twice', async () => {
    let lost = 0;
    tables.onCommit = ({ writes }, committed) => {
      if (committed && writes.length > 0 && lost++ === 0) throw errors.lost.error({}, { retry: true });
    };
    tables.rows = [person(1), person(2)];
    expect(await run(yaml(ladder, mapped))).toMatchObject({ exitCode: 0, flows: [{ queued: 0, rejected: 0 }] });
    expect(rowsOf()).toHaveLength(2);
  });

  it('are watched while they are written, so that a wait for a lock is told as that of a load is', async () => {
    let watching = 0;
    const alarm = async (_ms: number, over: AbortSignal): Promise<void> => {
      watching += 1;
      await once(over, 'abort');
      watching -= 1;
    };
    Object.assign(desk.clock, { alarm });
    const watched: number[] = [];
    tables.onCommit = ({ writes }, committed) => {
      if (!committed && writes.length > 0) watched.push(watching);
    };
    tables.rows = [person(1), person(2)];
    await run(yaml(ladder, mapped));
    expect(watched).toEqual([1]);
  });

  it('leave nothing in doubt when the process that wrote them died', async () => {
    tables.onCommit = (_batch, committed) => {
      if (committed) throw new Error('killed');
    };
    tables.rows = [person(1)];
    await run(yaml(ladder, mapped));
    delete tables.onCommit;
    expect(await run(yaml(ladder, mapped))).toMatchObject({ exitCode: 0 });
    expect(await desk.state.openIntents()).toEqual([]);
    expect(rowsOf()).toHaveLength(1);
  });
});

describe('`ddl`', () => {
  const evolve = (ddl: string) =>
    yaml(`        ddl: ${ddl}\n${everything}`).replace('entity: people', 'entity: mirror');

  beforeEach(() => {
    tables.fields = [
      { name: 'ID', type: 'id' },
      { name: 'TITLE', type: 'text' },
      { name: 'stamp', type: 'integer' },
    ];
    tables.rows = [{ id: 'x', ID: '1', TITLE: 'Первая', stamp: 1 }];
  });

  const idKey = (text: string) => text.replace('    key: id\n', '    key: ID\n');

  it('makes a table with the columns of the source, named as the target names them', async () => {
    tables.rows = [{ ID: '1', TITLE: 'Первая', stamp: 1 }];
    const result = await run(idKey(evolve('create')));
    expect(result).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(tables.changes).toEqual([
      { kind: 'create-table', entity: 'mirror', type: 'id id, title text, stamp integer key id', sql: 'create mirror' },
    ]);
    expect(rowsOf('mirror')).toEqual([{ id: '1', title: 'Первая', stamp: 1 }]);
    expect(desk.events.filter(({ type }) => type === 'table-changed')).toMatchObject([
      { change: 'create-table', connection: 'tables', entity: 'mirror' },
    ]);
  });

  it('95. gives a new field of the source a column of its own, and keeps the data', async () => {
    tables.rows = [{ ID: '1', TITLE: 'Первая', stamp: 1 }];
    await run(idKey(evolve('evolve')));
    tables.fields = [...tables.fields, { name: 'UF_CRM_1', type: 'number' }];
    tables.rows = [{ ID: '2', TITLE: 'Вторая', stamp: 2, UF_CRM_1: 1.5 }];
    await run(idKey(evolve('evolve')));
    expect(tables.changes.at(-1)).toMatchObject({ kind: 'add-column', column: 'uf_crm_1', type: 'number' });
    expect(rowsOf('mirror')).toEqual([
      { id: '1', title: 'Первая', stamp: 1 },
      { id: '2', title: 'Вторая', stamp: 2, uf_crm_1: 1.5 },
    ]);
  });

  it('gives a field that no description foretold a column when its first record comes', async () => {
    tables.rows = [
      { ID: '1', stamp: 1 },
      { ID: '2', stamp: 2 },
      { ID: '3', stamp: 3, Late: true },
    ];
    expect(await run(idKey(evolve('evolve')))).toMatchObject({ exitCode: 0, flows: [{ created: 3 }] });
    expect(tables.changes.at(-1)).toMatchObject({ kind: 'add-column', column: 'late', type: 'boolean' });
    expect(rowsOf('mirror').at(-1)).toEqual({ id: '3', stamp: 3, late: true });
  });

  it.each([
    ['loaded', ''],
    ['planned', '        guard: [{ if: $found.title = "never", keep: [title] }]\n'],
  ])('clears, with `fields: all`, what the source no longer has in any record of a batch: %s', async (_how, guard) => {
    const text = idKey(evolve('evolve')) + guard;
    await run(text);
    tables.rows = [{ ID: '1', stamp: 2 }];
    await run(text);
    expect(rowsOf('mirror')).toEqual([{ id: '1', stamp: 2 }]);
  });

  it.each([
    ['loaded', ''],
    ['planned', '        guard: [{ if: $found.title = "never", keep: [title] }]\n'],
  ])('clears a field that no description foretold once a later record lacks it: %s', async (_how, guard) => {
    tables.rows = [
      { ID: '1', stamp: 1, UF_NEW: 'было' },
      { ID: '2', stamp: 2 },
      { ID: '1', stamp: 3 },
    ];
    await run(idKey(evolve('evolve')).replace('batch: 2', 'batch: 1') + guard);
    expect(rowsOf('mirror')).toEqual([
      { id: '1', stamp: 3 },
      { id: '2', stamp: 2 },
    ]);
  });

  it('names both fields of the source that would be one column, before anything is written', async () => {
    tables.fields = [...tables.fields, { name: 'Title', type: 'text' }];
    const result = await run(idKey(evolve('evolve')));
    expect(result).toMatchObject({
      exitCode: 2,
      error: {
        code: 'plan.fields_fold',
        parameters: { one: 'TITLE', other: 'Title', field: 'title', target: 'people' },
      },
    });
    expect(tables.changes).toEqual([]);
    expect(tables.batches).toEqual([]);
  });

  it('stops before it would write two fields into one column, where no description foretold them', async () => {
    tables.rows = [
      { ID: '1', stamp: 1, TITLE: 'Первая' },
      { ID: '2', stamp: 2, title: 'Вторая' },
    ];
    const result = await run(idKey(evolve('evolve')).replace('batch: 2', 'batch: 1'));
    expect(result).toMatchObject({
      exitCode: 2,
      error: { code: 'plan.fields_fold', parameters: { one: 'TITLE', other: 'title' } },
    });
    expect(rowsOf('mirror')).toEqual([{ id: '1', stamp: 1, title: 'Первая' }]);
  });

  it('67. with `never` names the column that lacks, and writes nothing', async () => {
    const result = await run(idKey(yaml(`        ddl: never\n${everything}`)));
    expect(result).toMatchObject({
      exitCode: 2,
      error: { code: 'plan.unknown_field', parameters: { field: 'title' } },
    });
    expect(tables.batches).toEqual([]);
    expect(tables.changes).toEqual([]);
  });

  it('types mapped columns by what the mapping shows of them', async () => {
    const map =
      '    map: { id: ID, title: TITLE, size: $length(TITLE), double: stamp * 2, open: stamp > 1, kind: { const: 7 } }\n';
    await run(
      idKey(
        yaml(
          `        ddl: create\n        fields: { id: id, title: title, size: size, double: double, open: open, kind: kind, sure: { value: title, field: date } }\n`,
          map,
        ),
      )
        .replace('entity: people', 'entity: mirror')
        .replace('key: ID\n', 'key: id\n'),
    );
    expect(tables.changes[0]?.type).toBe(
      'id id, title text, size integer, double number, open boolean, kind integer, sure date key id',
    );
  });
});
