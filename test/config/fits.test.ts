import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnySchemaObject } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { anything, fits } from '../../engine/config/fits.ts';
import type { Schema } from '../../engine/config/fits.ts';
import { lockSchema } from '../../engine/config/lock-schema.ts';
import { schemaAt } from '../../engine/config/schema-branch.ts';
import { pipelineSchema } from '../../engine/config/schema.ts';
import { connectorNames, loadConnector } from '../../engine/registry.ts';

const folder = join(import.meta.dirname, '../../pipelines');
const ajv = new Ajv2020({ strict: false, logger: false });
const written = readFileSync(join(folder, 'ident-to-bitrix.yaml'), 'utf8')
  .replaceAll(/\$\{env:\w+:-([^}]*)\}/g, '$1')
  .replaceAll(/(?<=first: )\$params\.first/g, '7d')
  .replaceAll(/(?<=batch: )\$params\.batch/g, '1000');
const pipeline: unknown = parse(written);
const lock: unknown = JSON.parse(readFileSync(join(folder, 'bitrix-dictionaries-to-mysql.lock.json'), 'utf8'));

/** Data with one value anywhere in it replaced, or taken away. */
function changed(data: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(data);
  const value = fc.constantFrom<unknown>(
    '',
    'x',
    '7d',
    '$params.first',
    0,
    -1,
    1.5,
    70_000,
    true,
    null,
    [],
    ['x'],
    {},
    { x: 1 },
    undefined,
  );
  return fc.tuple(fc.constantFrom(...paths), value).map(([path, one]) => asJson(withValue(data, path, one)));
}

/** Without what is undefined. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

type Path = readonly string[];

function pathsIn(data: unknown, path: Path = []): readonly Path[] {
  if (typeof data !== 'object' || data === null) return [path];
  return [path, [...path, 'x'], ...Object.entries(data).flatMap(([key, value]) => pathsIn(value, [...path, key]))];
}

function withValue(data: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(data))
    return data.map((item: unknown, index) => (String(index) === key ? withValue(item, rest, value) : item));
  const map = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  return { ...map, [key]: withValue(map[key], rest, value) };
}

describe('what fits is what Ajv takes', () => {
  it.each([
    ['a pipeline', pipelineSchema as AnySchemaObject, pipeline],
    ['a lock file', lockSchema as AnySchemaObject, lock],
  ])('of %s, whatever is changed in it', (_name, schema, data) => {
    const validate = ajv.compile(schema);
    expect(fits(data, schema as Schema)).toBe(true);
    fc.assert(
      fc.property(changed(data), (one) => {
        expect(fits(one, schema as Schema)).toBe(validate(one));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(connectorNames())('of the blocks of %s, whatever stands in them', async (name) => {
    const connector = await loadConnector(name);
    const schemas = [connector?.settings, connector?.source?.settings, connector?.sink?.settings];
    for (const schema of schemas.flatMap((one) => (one ? [one as AnySchemaObject] : []))) {
      const validate = ajv.compile(schema);
      fc.assert(
        fc.property(blockOf(schema), (block) => {
          expect(fits(block, schema as Schema)).toBe(validate(block));
        }),
        { numRuns: 300 },
      );
    }
  });
});

/** Blocks with keys of the schema, each with an example, a default or something that no key takes. */
function blockOf(schema: AnySchemaObject): fc.Arbitrary<unknown> {
  const keys = Object.keys((schema['properties'] ?? {}) as object);
  const values = keys.map((key) => {
    const { examples, default: usual, enum: words } = schemaAt(schema, [key]) as Readonly<Record<string, unknown>>;
    const known = [examples, words].flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []));
    return [
      key,
      fc.constantFrom<unknown>(...known, usual, 'x', '', 1, 0, -1, 1e9, true, null, [], [1], {}, { x: 1 }),
    ] as const;
  });
  return fc.record(Object.fromEntries([...values, ['x', fc.constant(1)]]), { requiredKeys: [] }).map(asJson);
}

it('a schema with words of its own is left to Ajv', () => {
  expect(fits('2026-01-01', { type: 'string' })).toBe(true);
  expect(fits('2026-01-01', { type: 'string', format: 'date' } as Schema)).toBe(false);
  expect(fits(['x'], { items: true } as unknown as Schema)).toBe(false);
});

it('what is not known yet fits wherever it is', () => {
  const schema: Schema = { type: 'object', properties: { port: { type: 'integer', maximum: 9 } }, required: ['port'] };
  expect(fits({ port: anything }, schema)).toBe(true);
  expect(fits({ port: 10 }, schema)).toBe(false);
  expect(fits({}, schema)).toBe(false);
});
