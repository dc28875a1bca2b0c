import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = resolve(import.meta.dirname, '../../../pipelines');
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));

const yaml = `version: 1
name: people
connections:
  desk: { connector: file }
  amo: { connector: amocrm, domain: "\${env:SUBDOMAIN}.amocrm.ru", token: "\${secret:TOKEN}", timeoutMs: "\${env:TIMEOUT:-1000}" }
flows:
  people:
    source: { connection: desk, file: people.csv }
    key: id
    targets:
      contact:
        connection: amo
        entity: contact
        key: [Карта]
        fields: { Карта: { value: id, field: text }, name: name }
`;

const lock = {
  version: 1,
  connections: {
    amo: {
      connector: 'amocrm',
      sources: {},
      entities: {
        contact: {
          id: 'id',
          lists: [],
          fields: [
            { name: 'id', type: 'id', readOnly: true },
            {
              name: 'Пол',
              type: 'enum',
              options: [
                { id: '1', text: 'Мужской' },
                { id: '2', text: 'Женский' },
              ],
            },
          ],
        },
      },
    },
  },
};

/** Where an editor would mark something. */
function marks(schema: object, text: string): readonly string[] {
  const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  validate(parse(text, { merge: true }));
  return [...new Set((validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))].filter(
    (mark) => mark.endsWith('/entity pattern') || !/ (if|anyOf|type|pattern)$/.test(mark),
  );
}

async function schemaOf(files: Readonly<Record<string, string>>): Promise<object> {
  const { pipe } = place(files);
  const { exit, stdout, stderr } = await pipe(['schema', 'people.yaml']);
  expect([exit, stderr, shapeErrors('schema', stdout)]).toEqual([0, '', []]);
  return JSON.parse(stdout);
}

describe('pipe schema', () => {
  it.each(shipped)('takes %s as it is shipped', async (name) => {
    const { pipe } = place();
    const { exit, stdout, stderr } = await pipe(['schema', join(folder, name)]);
    expect([exit, stderr]).toEqual([0, '']);
    const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(
      JSON.parse(stdout),
    );
    validate(parse(readFileSync(join(folder, name), 'utf8'), { merge: true }));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('marks the keys, words and types that the connector of just that connection does not know', async () => {
    const schema = await schemaOf({ 'people.yaml': yaml });
    expect(marks(schema, yaml)).toEqual([]);
    const target = '/flows/people/targets/contact';
    expect(marks(schema, yaml.replace('entity: contact', 'entity: deal'))).toEqual([`${target}/entity pattern`]);
    expect(marks(schema, yaml.replace('        entity: contact\n', ''))).toEqual([`${target} required`]);
    expect(marks(schema, yaml.replace('connection: amo', 'connection: desk'))).toEqual([`${target} required`]);
    expect(marks(schema, yaml.replace('connection: amo', 'connection: ammo'))).toEqual([`${target}/connection enum`]);
    expect(marks(schema, yaml.replace('field: text', 'field: txt'))).toEqual([`${target}/fields/Карта/field enum`]);
    expect(marks(schema, yaml.replace('file: people.csv', 'table: people'))).toEqual(['/flows/people/source required']);
  });

  it('tells of each field of a target what the lock file says, and leaves out what is only read', async () => {
    const schema = JSON.stringify(await schemaOf({ 'people.yaml': yaml, 'people.lock.json': JSON.stringify(lock) }));
    expect(schema).toContain('"fields":{"properties":{"Пол":{"description":"Пол (enum: Мужской, Женский)"}}}');
  });
});
