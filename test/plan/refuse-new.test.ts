import { describe, expect, it } from 'vitest';
import type { EntityDescription, Row } from '../../engine/connector.ts';
import { fieldsOf } from '../../engine/plan/question.ts';
import { refusesNew } from '../../engine/plan/refuse-new.ts';
import { compiled } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';

const contact: EntityDescription = {
  entity: 'contact',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'PHONE', type: 'phones' },
    { name: 'NAME', type: 'text' },
    { name: 'ORIGIN', type: 'text' },
    { name: 'BORN', type: 'date' },
    { name: 'STATUS', type: 'text' },
    { name: 'SITE', type: 'text' },
    { name: 'TAGS', type: 'text', multiple: true },
  ],
};
const tables = tableSystem('tables', [contact]);

/** Whether Anna's ladder refuses the new row of Boris, who has her phone. */
async function refuses(match: string, values: Row = {}): Promise<boolean> {
  const yaml = `
version: 1
name: test
connections: { tables: { connector: tables } }
flows:
  people:
    source: { connection: tables }
    key: id
    map: { id: id, name: name, phone: phone, born: born, site: site }
    targets:
      contact:
        connection: tables
        entity: contact
        match: ${match}
        fields: { PHONE: phone, NAME: name, ORIGIN: id, BORN: born, SITE: site, TAGS: '[name]' }
`;
  const [target] = (await compiled(yaml, [tables.connector])).flows[0]?.targets ?? [];
  if (!target) throw new Error('no target');
  const entity = { description: contact, fields: fieldsOf(contact) };
  const record = { id: 'A', name: 'Анна', phone: '+79991234567', born: '1990-01-01' };
  const question = { by: { PHONE: { anyOf: ['+79991234567'] } } };
  const row = { PHONE: [{ value: '+79991234567' }], NAME: 'Борис', ORIGIN: 'B', ...values };
  return refusesNew({ target, entity, record, variables: {} }, question, row);
}

const rung = (where: string, more = '') => `[{ name: phone, by: { PHONE: phone }, where: '${where}'${more} }]`;

describe('a new row that would answer the question of another record', () => {
  it('is refused where the rung tells by what the target writes as text', async () => {
    expect(await refuses(rung('$found.NAME = name'))).toBe(true);
    expect(await refuses(rung('$found.NAME = name'), { NAME: 'Анна' })).toBe(false);
    expect(await refuses(rung('$empty($found.ORIGIN) or $found.ORIGIN = id'))).toBe(true);
    expect(await refuses(rung('$empty($found.ORIGIN) or $found.ORIGIN = id'), { ORIGIN: '' })).toBe(false);
  });

  it('is refused by what the rung looks at first, whatever else it would read', async () => {
    expect(await refuses(rung('$found.NAME = name and $found.STATUS = "P"'))).toBe(true);
    expect(await refuses(rung('$found.STATUS = "P" and $found.NAME = name'))).toBe(false);
    expect(await refuses(rung('($name := $found.NAME; $name = name and $found.STATUS = "P")'))).toBe(true);
  });

  it.each([
    ['it has no value for, so that the system may fill it in', 'SITE', {}],
    ['may be trimmed', 'NAME', { NAME: 'web ' }],
    ['is a number and comes back as text', 'NAME', { NAME: 5 }],
  ])('is not refused by a field that %s', async (_what, field, values) => {
    expect(await refuses(rung(`$found.${field} = "web" or $found.${field} = "5"`), values)).toBe(false);
  });

  it.each([
    ['takes every row', '[{ name: phone, by: { PHONE: phone } }]'],
    ['tells by a field that the system may fill in', rung('$found.STATUS = "P"')],
    ['tells by a field that the system may hold in another form', rung('$found.BORN = born')],
    ['tells by a list', rung('name in $found.TAGS')],
    ['creates where all rows are refused', rung('$found.NAME = name', ', refused: create')],
    ['cannot say', rung('$assert($found.NAME = name, "another person")')],
  ])('is not refused by a rung that %s', async (_what, match) => {
    expect(await refuses(match)).toBe(false);
  });

  it('is not refused where one of two rungs that ask for it would take it, or none asks for it', async () => {
    const second = '{ name: origin, by: { PHONE: phone }, where: $found.ORIGIN = "B" }';
    expect(await refuses(`[{ name: name, by: { PHONE: phone }, where: $found.NAME = name }, ${second}]`)).toBe(false);
    expect(await refuses('[{ name: name, by: { NAME: name }, where: $found.NAME = name }]')).toBe(false);
  });
});
