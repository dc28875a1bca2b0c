import type { Row, Value } from '../connector.ts';
import type { Maybe } from './functions.ts';

/** A result that is no data: JSONata allows functions, NaN and infinity, a record does not. */
export class NotData extends Error {
  /** `a function`, `Infinity`, `__proto__` */
  readonly type: string;

  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

/**
 * What JSONata gave, as plain data: its sequences become ordinary lists, its prototype-less objects ordinary ones, and
 * null, of which the language has none, the nothing it stands for. Throws NotData.
 */
export function plain(result: unknown): Maybe {
  switch (typeof result) {
    case 'string':
    case 'boolean':
      return result;
    case 'number':
      if (!Number.isFinite(result)) throw new NotData(String(result));
      return result + 0; // JSON has no -0
    case 'object':
      return result === null ? undefined : Array.isArray(result) ? plainList(result) : plainRow(result);
    case 'function':
      throw new NotData('function');
    default:
      return undefined;
  }
}

function plainList(list: readonly unknown[]): readonly Value[] {
  const values: Value[] = [];
  for (const item of list) {
    const value = plain(item);
    if (value !== undefined) values.push(value);
  }
  return values;
}

function plainRow(object: object): Row {
  if ('_jsonata_lambda' in object || '_jsonata_function' in object) throw new NotData('function');
  const row: Record<string, Value> = {};
  for (const [key, item] of Object.entries(object)) {
    if (key === '__proto__') throw new NotData('__proto__');
    const value = plain(item);
    if (value !== undefined) row[key] = value;
  }
  return row;
}

/** A copy that may be changed without harm to the original. */
export function copy<Kind extends Value>(value: Kind): Kind;
export function copy(value: Value | null): Value | null {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => copy(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

export function isList(value: Maybe): value is readonly Value[] {
  return Array.isArray(value);
}

/** How a type is called in messages, in words of the language (language.md §1, §4.1). */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return 'text';
  return Array.isArray(value) ? 'list' : typeof value;
}
