import { unknown, type ApiError } from './errors.ts';
import type { Column, Condition, Filter } from './filter.ts';
import { entriesOf } from './php.ts';

/** Fixed by the vendor (reference §4.1). */
export const pageSize = 50;

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  /** Offset of the next page; absent on the last one and when counting was switched off. */
  readonly next?: number;
}

/** Where rows come from, in ascending order of their ids. */
export interface Source<Row> {
  /** The rows that can meet these conditions, at the price of as few as possible. */
  candidates(required: readonly Condition<Row>[], descending?: boolean): Iterable<Row>;
  /** Every row by its place, where that is cheap. */
  readonly all?: { readonly size: number; slice(from: number, count: number): readonly Row[] };
}

export interface SortKey<Row> {
  readonly column: Column<Row>;
  readonly descending: boolean;
}

export interface OrderDialect<Row> {
  column(name: string): Column<Row> | undefined;
  notSortable(name: string): ApiError;
  badDirection(name: string, direction: string): ApiError;
}

export function compileOrder<Row>(raw: unknown, dialect: OrderDialect<Row>): readonly SortKey<Row>[] {
  return (entriesOf(raw ?? {}) ?? []).map(([name, direction]) => {
    const column = dialect.column(name);
    if (column === undefined || column.comparison === 'exact') throw dialect.notSortable(name);
    const upper = String(direction).toUpperCase();
    if (upper !== 'ASC' && upper !== 'DESC') throw dialect.badDirection(name, String(direction));
    return { column, descending: upper === 'DESC' };
  });
}

/** The offset of a page, or -1: no count, no `next` (reference §4.1). */
export function readStart(raw: unknown): number {
  if (raw === undefined) return 0;
  const start = /^-?\d+$/.test(String(raw)) ? Number(raw) : Number.NaN;
  if (Number.isNaN(start) || start < -1) throw unknown(`start=${String(raw)}`);
  return start;
}

/** One page; without an order the rows come by ascending id (reference §11.5.7). */
export function listPage<Row>(
  source: Source<Row>,
  filter: Filter<Row>,
  order: readonly SortKey<Row>[],
  start: number,
  size = pageSize,
): Page<Row> {
  const counted = start >= 0;
  const byId = idOrder(order);
  if (counted && byId === 'ascending' && filter.isEmpty && source.all !== undefined)
    return pageOf(source.all.slice(start, size), source.all.size, start + size);
  const found: Row[] = [];
  for (const row of source.candidates(filter.required, byId === 'descending')) {
    if (!filter.matches(row)) continue;
    found.push(row);
    if (!counted && byId !== undefined && found.length === size) break;
  }
  if (byId === undefined) found.sort((a, b) => compareRows(order, a, b));
  if (!counted) return { rows: found.slice(0, size), total: 0 };
  return pageOf(found.slice(start, start + size), found.length, start + size);
}

function pageOf<Row>(rows: readonly Row[], total: number, next: number): Page<Row> {
  return next < total ? { rows, total, next } : { rows, total };
}

/** Whether the rows are asked for in an order they can be walked in. */
function idOrder<Row>([first]: readonly SortKey<Row>[]): 'ascending' | 'descending' | undefined {
  if (first === undefined) return 'ascending';
  if (first.column.name !== 'ID') return undefined;
  return first.descending ? 'descending' : 'ascending';
}

/** Sorting is stable, so rows that compare equal stay in the order of their ids. */
function compareRows<Row>(order: readonly SortKey<Row>[], a: Row, b: Row): number {
  for (const { column, descending } of order) {
    const left = column.read(a) ?? '';
    const right = column.read(b) ?? '';
    if (left < right) return descending ? 1 : -1;
    if (left > right) return descending ? -1 : 1;
  }
  return 0;
}
