import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { editorSchema, schemaFiles } from '../../engine/config/generate-schemas.ts';
import { changed, environment, sound, testConnectors } from './fixture.ts';

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(editorSchema(testConnectors));

it('the editor takes a sound file', () => {
  expect(validate(parse(sound.replaceAll('"${secret:WEBHOOK}"', environment.WEBHOOK)))).toBe(true);
});

it('the editor checks a connection against the connector it names', () => {
  expect(validate(parse(changed(['server: localhost', 'server: localhost, port: 70000'])))).toBe(false);
  expect(validate.errors?.map(({ instancePath }) => instancePath)).toContain('/connections/clinic/port');
});

it('every key of a pipeline file is described', () => {
  expect(undescribed(editorSchema([]), 'pipeline')).toEqual([]);
});

it('there is a schema for the file, for its tests and one for each connector', () => {
  const names = schemaFiles(testConnectors).flatMap(({ path, text }) =>
    text === undefined ? [] : path.split('/schemas/'),
  );
  expect(names.filter((name) => name.endsWith('.json'))).toEqual([
    'pipeline.schema.json',
    'lock.schema.json',
    'test.schema.json',
    'lock.schema.json',
    'connectors/clinic.schema.json',
    'connectors/crm.schema.json',
    'connectors/log.schema.json',
    'connectors/sql.schema.json',
  ]);
});

/** Paths of properties without a description. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: readonly [string, unknown]) => {
    if (key === 'examples' || key === 'default') return [];
    if (key !== 'properties' || typeof value !== 'object' || value === null)
      return undescribed(value, `${path}/${key}`);
    return Object.entries(value).flatMap(([name, property]: readonly [string, unknown]) => [
      ...(typeof property === 'object' && property !== null && 'description' in property ? [] : [`${path}/${name}`]),
      ...undescribed(property, `${path}/${name}`),
    ]);
  });
}
