import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Field } from '../../engine/connector.ts';
import { atomicTables } from '../support/atomic-tables.ts';
import type { AtomicTables } from '../support/atomic-tables.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow } from '../support/table-connector.ts';

const fields = (...names: readonly string[]) => names.map((name): Field => ({ name, type: 'text' }));
const cities = { entity: 'cities', id: 'id', lists: [], keys: [['btxid']], fields: fields('btxid', 'name') };
const objects = {
  entity: 'objects',
  id: 'id',
  lists: [],
  keys: [['btxid']],
  fields: fields('btxid', 'name', 'city_id'),
};

let tables: AtomicTables;
let desk: Stand;
beforeEach(async () => {
  tables = atomicTables('tables', [cities, objects]);
  desk = await stand([tables.connector]);
  putRow(tables, 'cities', { btxid: '10', name: 'Казань' });
  putRow(tables, 'cities', { btxid: '20', name: 'Уфа' });
  tables.rows = [
    { id: '1', name: 'Школа', city: '20' },
    { id: '2', name: 'Сад', city: '20' },
    { id: '3', name: 'Парк' },
    { id: '4', name: 'Пруд', city: '99' },
  ];
});
afterEach(() => desk.close());

const text = (ref: string, more = '') => `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  objects:
    source: { connection: tables }
    key: id
    targets:
      objects:
        connection: tables
        entity: objects
        key: [btxid]
${more}        fields: { btxid: id, name: name, city_id: { ref: cities, by: { btxid: city }, take: id${ref} } }
`;
const ladder = '        match: [{ name: btxid, by: [btxid] }, { name: name and city, by: [name, city_id] }]\n';

async function run(yaml: string) {
  return desk.run(await compiled(yaml, [tables.connector]));
}

const rowsOf = () => [...entityOf(tables, 'objects').rows.values()];

describe.each([
  ['in bulk', ''],
  ['row by row', ladder],
])('`ref`, %s', (_how, more) => {
  it('takes the value of the row it names, all of a batch asked for at once, each row once', async () => {
    tables.rows = tables.rows.slice(0, 3);
    expect(await run(text('', more))).toMatchObject({ exitCode: 0, flows: [{ created: 3 }] });
    expect(rowsOf()).toEqual([
      { btxid: '1', name: 'Школа', city_id: '2' },
      { btxid: '2', name: 'Сад', city_id: '2' },
      { btxid: '3', name: 'Парк' },
    ]);
    expect(tables.calls.filter((call) => call.startsWith('find cities'))).toEqual(['find cities 1']);
  });

  it('DL-8: keeps a record waiting for a row that is yet to come, by default', async () => {
    expect(await run(text('', more))).toMatchObject({ exitCode: 4, flows: [{ created: 3, queued: 1 }] });
    expect((await desk.state.queue({})).map(({ key, state, error }) => [key, state, error.code])).toEqual([
      ['4', 'waiting', 'plan.missing_reference'],
    ]);
    putRow(tables, 'cities', { btxid: '99', name: 'Омск' });
    desk.clock.time += 31_000;
    expect(await run(text('', more))).toMatchObject({ exitCode: 0 });
    expect(rowsOf().at(-1)).toEqual({ btxid: '4', name: 'Пруд', city_id: '3' });
  });

  it('leaves the target alone for want of the row with `missing: skip`, aloud', async () => {
    expect(await run(text(', missing: skip', more))).toMatchObject({
      exitCode: 0,
      flows: [{ created: 3, skipped: 1 }],
    });
    expect(desk.events.filter(({ type }) => type === 'record-named')).toMatchObject([
      { key: '4', name: 'NO cities', warn: true },
    ]);
    expect(rowsOf()).toHaveLength(3);
  });

  it('gives the field no value with `missing: null`, and clears what it had', async () => {
    putRow(tables, 'objects', { btxid: '4', name: 'Пруд', city_id: '7' });
    expect(await run(text(', missing: null', more))).toMatchObject({
      exitCode: 0,
      flows: [{ created: 3, updated: 1 }],
    });
    expect(rowsOf()[0]).toEqual({ btxid: '4', name: 'Пруд' });
  });

  it('refuses rows that differ in what is taken', async () => {
    putRow(tables, 'cities', { btxid: '20', name: 'Вторая Уфа' });
    expect(await run(text('', more))).toMatchObject({ exitCode: 4, flows: [{ rejected: 2 }] });
    expect((await desk.state.queue({}))[0]?.error.code).toBe('plan.many_referred');
  });

  it('says that the table has no such column before anything is written', async () => {
    expect(await run(text('', more).replace('take: id', 'take: key'))).toMatchObject({
      exitCode: 2,
      error: { code: 'plan.unknown_field', parameters: { field: 'key', entity: 'cities' } },
    });
    expect(rowsOf()).toEqual([]);
  });
});

describe('a rung by a `ref`', () => {
  it('finds the row by name and parent, and fills its key', async () => {
    putRow(tables, 'objects', { name: 'Школа', city_id: '1' });
    putRow(tables, 'objects', { name: 'Школа', city_id: '2' });
    tables.rows = tables.rows.slice(0, 1);
    expect(await run(text('', ladder))).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(rowsOf()).toEqual([
      { name: 'Школа', city_id: '1' },
      { name: 'Школа', city_id: '2', btxid: '1' },
    ]);
  });
});
