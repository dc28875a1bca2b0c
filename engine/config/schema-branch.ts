import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { nearest } from './nearest.ts';

/**
 * The form among `anyOf` that the author began to write: of the same JSON type and, among several maps, the one most
 * of whose required keys are there. undefined: none of them, or all are words to choose from.
 */
export function branchFor(schema: AnySchemaObject, data: unknown): AnySchemaObject | undefined {
  const branches = branchesOf(schema);
  const fitting = branches.filter((branch) => typesOf(branch).includes(typeOf(data)));
  if (fitting.length === 0) return data === null || branches.every(isWord) ? undefined : branches[0];
  if (fitting.every(isWord)) return undefined;
  if (fitting.length === 1 || !isMap(data)) return fitting[0];
  const ranked = fitting
    .map((branch) => ({ branch, likeness: likeness(branch, data) }))
    .sort((a, b) => b.likeness - a.likeness);
  return ranked[0] && ranked[0].likeness > 0 ? ranked[0].branch : undefined;
}

export function branchesOf(schema: AnySchemaObject): readonly AnySchemaObject[] {
  const branches: unknown = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(branches) ? (branches as readonly AnySchemaObject[]) : [];
}

/** The JSON types a schema takes, through its forms; `integer` counts as `number`. */
export function typesOf(schema: AnySchemaObject): readonly string[] {
  const type: unknown = schema['type'];
  const named = Array.isArray(type) ? (type as readonly string[]) : typeof type === 'string' ? [type] : [];
  const types = named.map((each) => (each === 'integer' ? 'number' : each));
  if (types.length > 0) return types;
  const words = wordsOf(schema);
  return words.length > 0 ? [...new Set(words.map(typeOf))] : [...new Set(branchesOf(schema).flatMap(typesOf))];
}

/** The values of `enum` or `const`, also those of forms that are such. */
export function wordsOf(schema: AnySchemaObject): readonly unknown[] {
  if (Array.isArray(schema['enum'])) return schema['enum'] as readonly unknown[];
  return 'const' in schema ? [schema['const']] : branchesOf(schema).flatMap(wordsOf);
}

export function propertiesOf(schema: AnySchemaObject): Readonly<Record<string, AnySchemaObject>> {
  const properties: unknown = schema['properties'];
  return isMap(properties) ? (properties as Readonly<Record<string, AnySchemaObject>>) : {};
}

export function takesAnyKey(schema: AnySchemaObject): boolean {
  const others: unknown = schema['additionalProperties'];
  return others !== undefined && others !== false;
}

/** The schema of what lies under these keys, as far as it says anything about them. */
export function schemaAt(schema: AnySchemaObject, path: readonly (string | number)[]): AnySchemaObject | undefined {
  return path.reduce<AnySchemaObject | undefined>((at, key) => at && propertiesOf(at)[String(key)], schema);
}

/** Missing keys that have a `default` get it, in the map and in the maps that are there. */
export function withDefaults(
  data: Readonly<Record<string, unknown>>,
  schema: AnySchemaObject,
): Readonly<Record<string, unknown>> {
  const filled: Record<string, unknown> = { ...data };
  for (const [key, property] of Object.entries(propertiesOf(schema))) {
    const value = filled[key];
    if (value === undefined && property['default'] !== undefined) filled[key] = property['default'];
    else if (isMap(value)) filled[key] = withDefaults(value, property);
  }
  return filled;
}

export function typeOf(data: unknown): string {
  if (data === null) return 'null';
  return Array.isArray(data) ? 'array' : typeof data;
}

export function isMap(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

export function isWord(schema: AnySchemaObject): boolean {
  const branches = branchesOf(schema);
  return branches.length > 0 ? branches.every(isWord) : wordsOf(schema).length > 0;
}

function likeness(branch: AnySchemaObject, data: Readonly<Record<string, unknown>>): number {
  const required: unknown = branch['required'];
  const wanted = Array.isArray(required) ? (required as readonly string[]) : [];
  const known = Object.keys(propertiesOf(branch));
  // A map with names of the author's own takes any key, but nobody begins to write it on purpose.
  const open = known.length === 0 && isMap(branch['additionalProperties']) ? 1 : 0;
  const present = wanted.filter((key) => key in data).length;
  const misspelt = Object.keys(data).filter((key) => nearest(key, wanted) !== undefined).length;
  return present * 1000 + known.filter((key) => key in data).length * 100 + misspelt * 10 + open;
}
