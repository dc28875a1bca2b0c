import type { Json } from './json.ts';
import { isMap } from './json.ts';
import { mapAt, textAt, valuesOf, type QueryMap, type QueryValue } from './query.ts';
import type { Row } from './rows.ts';

export type Test = (row: Row) => boolean;

/** One filter of a list, by its name; undefined: it says nothing, and a real account passes over it (reference §5). */
export type Filter = (value: QueryValue) => Test | undefined;

export type Filters = Readonly<Record<string, Filter>>;

/** `filter[id]=1`, `filter[id][]=1`, `filter[id][0]=1` (reference §5). */
export function oneOf(read: (row: Row) => Json): Filter {
  return (value) => {
    const wanted = new Set(valuesOf(value).filter((text) => text !== ''));
    return wanted.size === 0 ? undefined : (row) => wanted.has(String(read(row)));
  };
}

/** `filter[created_at][from]=…&filter[created_at][to]=…`, both ends included. */
export function range(read: (row: Row) => Json): Filter {
  return (value) => {
    if (typeof value === 'string') return undefined;
    const within = bounds(value);
    return within && ((row) => within(read(row)));
  };
}

function bounds(value: QueryMap): ((held: Json) => boolean) | undefined {
  const [from, to] = [textAt(value, 'from'), textAt(value, 'to')];
  if (from === undefined && to === undefined) return undefined;
  return (held) => {
    if (held === null || held === '') return false;
    const number = Number(held);
    return (from === undefined || number >= Number(from)) && (to === undefined || number <= Number(to));
  };
}

/** `filter[statuses][0][pipeline_id]=…&filter[statuses][0][status_id]=…`: both are needed (reference §5). */
export const statuses: Filter = (value) => {
  if (typeof value === 'string') return undefined;
  const pairs = Object.values(value).flatMap((one) => {
    if (typeof one === 'string') return [];
    const [pipeline, status] = [textAt(one, 'pipeline_id'), textAt(one, 'status_id')];
    return pipeline === undefined || status === undefined ? [] : [`${pipeline} ${status}`];
  });
  if (pairs.length === 0) return undefined;
  return ({ values }) => pairs.includes(`${String(values['pipeline_id'])} ${String(values['status_id'])}`);
};

/** `filter[custom_fields_values][501][]=text or enum_id`, or `[from]` and `[to]` (reference §5). */
export const customFields: Filter = (value) => {
  if (typeof value === 'string') return undefined;
  const tests = Object.entries(value).flatMap(([id, wanted]): readonly Test[] => {
    const test = customField(Number(id), wanted);
    return test ? [test] : [];
  });
  return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row));
};

function customField(id: number, wanted: QueryValue): Test | undefined {
  const within = typeof wanted === 'string' ? undefined : bounds(wanted);
  if (within)
    return ({ fields }) => (fields.get(id) ?? []).some((held) => within(isMap(held) ? (held['value'] ?? null) : null));
  const texts = new Set(valuesOf(wanted).filter((text) => text !== ''));
  if (texts.size === 0) return undefined;
  return ({ fields }) => (fields.get(id) ?? []).some((held) => textsOf(held).some((text) => texts.has(text)));
}

function textsOf(held: Json): readonly string[] {
  if (!isMap(held)) return [];
  const { value = null, enum_id = null } = held;
  return [value, enum_id].filter((one) => one !== null && typeof one !== 'object').map(String);
}

export interface Filtering {
  readonly filters: Filters;
  /** Passed over although known: no reference to the account's habits here. */
  isIgnored(name: string): boolean;
  passOver(what: string): void;
}

/** All filters of a query in one; unknown names are passed over in silence, and the whole comes back (reference §5). */
export function filterOf(query: QueryMap, { filters, isIgnored, passOver }: Filtering): Test {
  const tests: Test[] = [];
  for (const [name, value] of Object.entries(mapAt(query, 'filter'))) {
    const filter = filters[name];
    if (filter === undefined) passOver(`filter[${name}]`);
    else if (!isIgnored(name)) {
      const test = filter(value);
      if (test) tests.push(test);
      else passOver(`an empty filter[${name}]`);
    }
  }
  return (row) => tests.every((test) => test(row));
}
