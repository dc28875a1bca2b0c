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
  candidates(required: readonly Condition<Row>[]): Iterable<Row>;
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
  const ascending = isById(order);
  const found: Row[] = [];
  for (const row of source.candidates(filter.required)) {
    if (!filter.matches(row)) continue;
    found.push(row);
    if (!counted && ascending && found.length === size) break;
  }
  if (!ascending) found.sort((a, b) => compareRows(order, a, b));
  if (!counted) return { rows: found.slice(0, size), total: 0 };
  const rows = found.slice(start, start + size);
  const next = start + size;
  return next < found.length ? { rows, total: found.length, next } : { rows, total: found.length };
}

function isById<Row>(order: readonly SortKey<Row>[]): boolean {
  const [first] = order;
  return first === undefined || (first.column.name === 'ID' && !first.descending);
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
