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

const checked =
  '$ref $defs type const enum anyOf pattern minLength minimum exclusiveMinimum maximum items minItems required properties patternProperties additionalProperties';
/** For people and for the engine. */
const silent = 'title description examples default secret columns orParam';
const words: ReadonlySet<string> = new Set(`${checked} ${silent}`.split(' '));

/** Stands for a value that is not known yet: it fits wherever it is. */
export const anything = Symbol('anything');

/**
 * Whether data is certainly what a schema wants; if not, Ajv says what is wrong. Most files are right, and to load Ajv
 * and have it compile the schemas takes longer than this takes for a hundred of them (docs/decisions/dependencies.md).
 */
export function fits(data: unknown, schema: Schema): boolean {
  return checkOf(schema, schema)(data);
}

type Check = (data: unknown) => boolean;

const made = new WeakMap<Schema, Check>();

function checkOf(schema: Schema, root: Schema): Check {
  const check = made.get(schema) ?? makeCheck(schema, root);
  made.set(schema, check);
  return check;
}

function makeCheck(schema: Schema, root: Schema): Check {
  if (!Object.keys(schema).every((word) => words.has(word))) return never;
  const checks = [
    ...ofAny(schema, root),
    ...ofText(schema),
    ...ofNumber(schema),
    ...ofList(schema, root),
    ...ofMap(schema, root),
  ];
  return (data) => data === anything || checks.every((check) => check(data));
}

function ofAny({ $ref, type = [], anyOf, enum: values, ...rest }: Schema, root: Schema): readonly Check[] {
  const types = typeof type === 'string' ? [type] : type;
  const named = $ref === undefined ? undefined : root.$defs?.[$ref.replace('#/$defs/', '')];
  const forms = anyOf?.map((one) => checkOf(one, root));
  return [
    ...(types.length > 0 ? [(data: unknown) => types.some((one) => isOf(data, one))] : []),
    ...('const' in rest ? [(data: unknown) => data === rest.const] : []),
    ...(values ? [(data: unknown) => values.includes(data)] : []),
    ...(forms ? [(data: unknown) => forms.some((form) => form(data))] : []),
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
  const { required = [], properties = {}, patternProperties = {}, additionalProperties: others = true } = schema;
  const named = new Map(Object.entries(properties).map(([key, one]) => [key, checkOf(one, root)]));
  const alike = Object.entries(patternProperties).map(([pattern, one]) => {
    return { form: new RegExp(pattern, 'u'), check: checkOf(one, root) };
  });
  const other = others === true ? always : others === false ? never : checkOf(others, root);
  const checkFor = (key: string): Check => {
    const own = named.get(key);
    if (alike.length === 0) return own ?? other;
    const checks = [...(own ? [own] : []), ...alike.flatMap(({ form, check }) => (form.test(key) ? [check] : []))];
    return checks.length === 0 ? other : (data) => checks.every((check) => check(data));
  };
  return [
    (data) =>
      !isMap(data) ||
      (required.every((key) => data[key] !== undefined) && Object.keys(data).every((key) => checkFor(key)(data[key]))),
  ];
}

function isOf(data: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isMap(data);
    case 'array':
      return Array.isArray(data);
    case 'integer':
      return Number.isInteger(data);
    case 'null':
      return data === null;
    default:
      return typeof data === type;
  }
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}
