import type { ApiError } from './errors.ts';
import { entriesOf, listOf } from './php.ts';
import { isList, type Scalar, type Stored } from './values.ts';

/** A field one can filter and sort by. `like` false: the vendor's substring search does not work on it (reference §4.2). */
export interface Column<Row> {
  readonly name: string;
  readonly comparison: 'any' | 'noLike' | 'exact';
  read(row: Row): Stored;
  /** The comparable form of a filter's value; null for an empty one, undefined for one this field does not take. */
  parse(raw: unknown): Scalar | null | undefined;
}

/** What differs between the methods: names, errors, and whether `logic` and NOT LIKE exist (reference §4.2). */
export interface FilterDialect<Row> {
  column(name: string): Column<Row> | undefined;
  readonly nested: boolean;
  readonly notLike: boolean;
  notAllowed(name: string): ApiError;
  notValid(name: string): ApiError;
}

type Test = 'equal' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual' | 'contains' | 'like';

export interface Condition<Row> {
  readonly column: Column<Row>;
  readonly test: Test;
  readonly negated: boolean;
  readonly values: readonly (Scalar | null)[];
}

export interface Filter<Row> {
  /** The conditions every row meets: what an index can answer. */
  readonly required: readonly Condition<Row>[];
  /** It is met by every row. */
  readonly isEmpty: boolean;
  matches(row: Row): boolean;
}

const operators: Readonly<Record<string, { readonly test: Test; readonly negated?: true; readonly list?: true }>> = {
  '': { test: 'equal' },
  '=': { test: 'equal' },
  '@': { test: 'equal', list: true },
  '!': { test: 'equal', negated: true },
  '!=': { test: 'equal', negated: true },
  '!@': { test: 'equal', negated: true, list: true },
  '>': { test: 'greater' },
  '>=': { test: 'greaterOrEqual' },
  '<': { test: 'less' },
  '<=': { test: 'lessOrEqual' },
  '%': { test: 'contains' },
  '!%': { test: 'contains', negated: true },
  '=%': { test: 'like' },
  '%=': { test: 'like' },
  '!=%': { test: 'like', negated: true },
  '!%=': { test: 'like', negated: true },
};

const keyPattern = /^(!=%|!%=|=%|%=|!%|!@|!=|>=|<=|[!><@%=])?(.*)$/s;

/** The field a key of a filter names, whatever its operator. */
export function fieldOfKey(key: string): string {
  const [, , name = ''] = keyPattern.exec(key) ?? [];
  return name;
}

/** Whether only rows of named ids can be meant. */
export function namesIds<Row>({ required }: Filter<Row>): boolean {
  return required.some(({ column, test, negated }) => column.name === 'ID' && test === 'equal' && !negated);
}

export function compileFilter<Row>(raw: unknown, dialect: FilterDialect<Row>): Filter<Row> {
  const entries = entriesOf(raw ?? {}) ?? [];
  const required: Condition<Row>[] = [];
  const tests: ((row: Row) => boolean)[] = [];
  let any = false;
  for (const [key, value] of entries) {
    if (dialect.nested && key === 'logic') {
      any = isOr(value, dialect);
    } else if (dialect.nested && /^\d+$/.test(key)) {
      tests.push(compileFilter(value, dialect).matches);
    } else {
      const condition = compileCondition(key, value, dialect);
      required.push(condition);
      tests.push((row) => meets(condition, row));
    }
  }
  const isEmpty = tests.length === 0;
  return any
    ? { required: [], isEmpty, matches: (row) => isEmpty || tests.some((test) => test(row)) }
    : { required, isEmpty, matches: (row) => tests.every((test) => test(row)) };
}

function isOr<Row>(value: unknown, dialect: FilterDialect<Row>): boolean {
  if (value === 'OR') return true;
  if (value === 'AND') return false;
  throw dialect.notValid('logic');
}

function compileCondition<Row>(key: string, value: unknown, dialect: FilterDialect<Row>): Condition<Row> {
  const [, prefix = '', name = ''] = keyPattern.exec(key) ?? [];
  const operator = operators[prefix];
  const column = dialect.column(name);
  if (operator === undefined || column === undefined) throw dialect.notAllowed(name);
  const allowed = operator.test === 'equal' || column.comparison === 'any';
  const ordered = column.comparison === 'noLike' && operator.test !== 'contains' && operator.test !== 'like';
  if (!allowed && !ordered) throw dialect.notAllowed(key);
  if (operator.negated && operator.test !== 'equal' && !dialect.notLike) throw dialect.notAllowed(key);
  const raws = listOf(value) ?? [value];
  if (raws.length === 0 || (raws.length > 1 && operator.test !== 'equal')) throw dialect.notValid(name);
  if (operator.list && listOf(value) === undefined) throw dialect.notValid(name);
  const values = raws.map((one) => column.parse(one));
  if (values.includes(undefined)) throw dialect.notValid(name);
  return {
    column,
    test: operator.test,
    negated: operator.negated ?? false,
    values: values.filter((one) => one !== undefined),
  };
}

function meets<Row>({ column, test, negated, values }: Condition<Row>, row: Row): boolean {
  const stored = column.read(row);
  if (!isList(stored) && values.length === 1) return compare(test, stored, values[0] ?? null) !== negated;
  const held: readonly (Scalar | null)[] = !isList(stored) ? [stored] : stored.length === 0 ? [null] : stored;
  return held.some((one) => values.some((value) => compare(test, one, value))) !== negated;
}

/** Nothing and "" are the same when compared for equality, and neither is below or above anything. */
function compare(test: Test, held: Scalar | null, wanted: Scalar | null): boolean {
  if (test === 'equal') return (held ?? '') === (wanted ?? '');
  if (held === null || wanted === null) return false;
  switch (test) {
    case 'greater':
      return held > wanted;
    case 'greaterOrEqual':
      return held >= wanted;
    case 'less':
      return held < wanted;
    case 'lessOrEqual':
      return held <= wanted;
    case 'contains':
      return String(held).includes(String(wanted));
    case 'like':
      return likePattern(String(wanted)).test(String(held));
  }
}

function likePattern(pattern: string): RegExp {
  const parts = pattern.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
