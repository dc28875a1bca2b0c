import { isMap } from './schema-branch.ts';

/** What our schemas say in JSON Schema; of a schema with other words nothing is certain. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
}

const words: ReadonlySet<string> = new Set(
  [
    '$ref $defs type const enum anyOf pattern minLength minimum exclusiveMinimum maximum items minItems',
    'required properties patternProperties additionalProperties',
    // For people and for the engine.
    'title description examples default secret columns orParam',
  ].flatMap((line) => line.split(' ')),
);

/** Stands for a value that is not known yet: it fits wherever it is. */
export const anything = Symbol('anything');

/**
 * Whether data is certainly what a schema wants; if not, Ajv says what is wrong. Most files are right, and to load Ajv
 * and have it compile the schemas takes longer than this takes for a hundred of them (docs/decisions/validate.md).
 */
export function fits(data: unknown, schema: Schema): boolean {
  return checkOf(schema, schema)(data);
}

type Check = (data: unknown) => boolean;

const made = new WeakMap<Schema, Check>();

function checkOf(schema: Schema, root: Schema): Check {
  // JSON Schema has `true` and `false` too.
  if (!isMap(schema)) return never;
  const known = made.get(schema);
  if (known) return known;
  const check = makeCheck(schema, root);
  made.set(schema, check);
  return check;
}

function makeCheck(schema: Schema, root: Schema): Check {
  if (!Object.keys(schema).every((word) => words.has(word))) return never;
  const checks = [
    ofAny(schema, root),
    ofText(schema),
    ofNumber(schema),
    ofList(schema, root),
    ofMap(schema, root),
  ].flat();
  return (data) => {
    if (data === anything) return true;
    for (const check of checks) if (!check(data)) return false;
    return true;
  };
}

const types: Readonly<Record<string, Check>> = {
  object: isMap,
  array: Array.isArray,
  string: (data) => typeof data === 'string',
  number: (data) => typeof data === 'number',
  integer: Number.isInteger,
  boolean: (data) => typeof data === 'boolean',
  null: (data) => data === null,
};

function ofAny({ $ref, type, anyOf, enum: values, ...rest }: Schema, root: Schema): readonly Check[] {
  const named = $ref === undefined ? undefined : root.$defs?.[$ref.replace('#/$defs/', '')];
  return [
    ...(typeof type === 'string'
      ? [types[type] ?? never]
      : type
        ? [oneOf(type.map((one) => types[one] ?? never))]
        : []),
    ...('const' in rest ? [(data: unknown) => data === rest.const] : []),
    ...(values ? [(data: unknown) => values.includes(data)] : []),
    ...(anyOf ? [oneOf(anyOf.map((one) => checkOf(one, root)))] : []),
    // Looked up when it is used: a definition may refer to itself.
    ...(named ? [(data: unknown) => checkOf(named, root)(data)] : $ref === undefined ? [] : [never]),
  ];
}

function ofText({ pattern, minLength = 0 }: Schema): readonly Check[] {
  const form = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  if (!form && minLength === 0) return [];
  const isLong = (text: string): boolean => text.length >= 2 * minLength || [...text].length >= minLength;
  return [(data) => typeof data !== 'string' || (isLong(data) && (!form || form.test(data)))];
}

function ofNumber({ minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }: Schema): readonly Check[] {
  if (minimum === -Infinity && exclusiveMinimum === -Infinity && maximum === Infinity) return [];
  return [(data) => typeof data !== 'number' || (data >= minimum && data > exclusiveMinimum && data <= maximum)];
}

function ofList({ items, minItems = 0 }: Schema, root: Schema): readonly Check[] {
  if (!items && minItems === 0) return [];
  const item = items ? checkOf(items, root) : always;
  return [(data) => !Array.isArray(data) || (data.length >= minItems && data.every(item))];
}

function ofMap(schema: Schema, root: Schema): readonly Check[] {
  if (!['required', 'properties', 'patternProperties', 'additionalProperties'].some((word) => word in schema))
    return [];
  const { required = [], properties = {}, patternProperties = {}, additionalProperties: others = true } = schema;
  const named = new Map(Object.entries(properties).map(([key, one]) => [key, checkOf(one, root)]));
  const alike = Object.entries(patternProperties).map(([pattern, one]) => {
    return { form: new RegExp(pattern, 'u'), check: checkOf(one, root) };
  });
  const other = others === true ? always : others === false ? never : checkOf(others, root);
  const fitsUnder = (key: string, data: unknown): boolean => {
    const own = named.get(key);
    const checks = alike.length === 0 ? alike : alike.filter(({ form }) => form.test(key));
    if (checks.length === 0) return (own ?? other)(data);
    return (!own || own(data)) && checks.every(({ check }) => check(data));
  };
  return [
    (data) => {
      if (!isMap(data)) return true;
      for (const key of required) if (data[key] === undefined) return false;
      for (const key of Object.keys(data)) if (!fitsUnder(key, data[key])) return false;
      return true;
    },
  ];
}

function oneOf(checks: readonly Check[]): Check {
  return (data) => checks.some((check) => check(data));
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}
