import { unknown } from './errors.ts';
import { compileFilter, type Column, type FilterDialect } from './filter.ts';
import { compileOrder, listPage, pageSize, type Page, type Source } from './listing.ts';
import type { Scalar } from './values.ts';

/** Columns of small lists that are not records: statuses, user fields, people, product rows. */
export function columns<Row>(
  numbers: Readonly<Record<string, (row: Row) => number | null>>,
  texts: Readonly<Record<string, (row: Row) => string | null>>,
): ReadonlyMap<string, Column<Row>> {
  const column = (name: string, read: (row: Row) => Scalar | null, parse: Column<Row>['parse']): Column<Row> => ({
    name,
    comparison: 'any',
    read,
    parse,
  });
  return new Map([
    ...Object.entries(numbers).map(([name, read]) => [name, column(name, read, readNumber)] as const),
    ...Object.entries(texts).map(([name, read]) => [name, column(name, read, readText)] as const),
  ]);
}

function readNumber(raw: unknown): number | null | undefined {
  if (raw === null || raw === '') return null;
  const value = typeof raw === 'string' || typeof raw === 'number' ? Number(raw) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

function readText(raw: unknown): string | null | undefined {
  if (raw === null) return null;
  return typeof raw === 'string' || typeof raw === 'number' ? String(raw) : undefined;
}

export interface PlainQuery {
  readonly filter: unknown;
  readonly order: unknown;
  /** Absent: the method is not paged and answers everything. */
  readonly start?: number;
  readonly size?: number | undefined;
  readonly notLike?: boolean;
  readonly nested?: boolean;
}

/** Filters and sorts such a list, whose rows come by ascending id. */
export function listPlainly<Row>(
  rows: Iterable<Row> | Source<Row>,
  known: ReadonlyMap<string, Column<Row>>,
  query: PlainQuery,
): Page<Row> {
  const column = (name: string): Column<Row> | undefined => known.get(name);
  const dialect: FilterDialect<Row> = {
    column,
    nested: query.nested ?? false,
    notLike: query.notLike ?? false,
    notAllowed: (name) => unknown(`the filter ${name}`),
    notValid: (name) => unknown(`the value of the filter ${name}`),
  };
  const filter = compileFilter(query.filter, dialect);
  const order = compileOrder(query.order, {
    column,
    notSortable: (name) => unknown(`the order ${name}`),
    badDirection: (name, direction) => unknown(`the order ${name} ${direction}`),
  });
  const source = 'candidates' in rows ? rows : sourceOf(rows);
  if (query.start !== undefined) return listPage(source, filter, order, query.start, query.size);
  return everything((start) => listPage(source, filter, order, start));
}

function sourceOf<Row>(rows: Iterable<Row>): Source<Row> {
  return { candidates: (_, descending = false) => (descending ? [...rows].reverse() : rows) };
}

function everything<Row>(page: (start: number) => Page<Row>): Page<Row> {
  const rows: Row[] = [];
  for (let start = 0; ; start += pageSize) {
    const { rows: some, total, next } = page(start);
    rows.push(...some);
    if (next === undefined) return { rows, total };
  }
}
