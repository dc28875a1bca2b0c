import type { Answer, Call } from './call.ts';
import { nothing, ok } from './call.ts';
import { filterOf, type Filters, type Test } from './filter.ts';
import type { Json, JsonMap } from './json.ts';
import { mapAt, textAt } from './query.ts';
import { numberOf, textOf, type Row, type TableName } from './rows.ts';
import { searchOf } from './search.ts';

/** How the rows of one table are listed. */
export interface Listing {
  readonly table: TableName;
  /** Under which name they come: `contacts`, and for elements of a list `elements`. */
  readonly called: string;
  /** Fields `order` knows (reference §5). */
  readonly orders: readonly string[];
  readonly filters: Filters;
  /** Names `with` knows; any other is passed over (reference §5). */
  readonly withs?: readonly string[];
  /** Filters of it are the ones an account may not have (reference §5, "Availability"). */
  readonly gated?: true;
  /** `query` is known. */
  readonly searched?: true;
  /** Largest page, where it is not 250. */
  readonly limit?: number;
  /** Rows of this listing alone: notes of one contact, elements of one list. */
  isIn?(row: Row): boolean;
  read(call: Call, row: Row, wanted: ReadonlySet<string>): JsonMap;
}

/** Rows of a page nobody asked to be of another size: not in the reference. */
const usualLimit = 50;

export function list(call: Call, listing: Listing): Answer {
  const wanted = namesOf(call, listing.withs ?? []);
  const rows = sorted(call, listing, select(call, listing, wanted.has('only_deleted')));
  return pageAnswer(call, listing.called, rows, { limit: listing.limit ?? 250 }, (row) =>
    listing.read(call, row, wanted),
  );
}

function select(call: Call, { table, isIn, filters, gated, searched }: Listing, deleted: boolean): readonly Row[] {
  const { store, query } = call;
  const { apiFilter, ignoredFilters } = store.habits;
  const tests: Test[] = [(row) => row.deleted === deleted];
  if (isIn) tests.push(isIn);
  const isOff = gated === true && !apiFilter;
  const isIgnored = (name: string): boolean => isOff || ignoredFilters.includes(name);
  tests.push(filterOf(query, { filters, isIgnored, passOver: call.passOver }));
  const question = textAt(query, 'query') ?? '';
  const isAsked = searched === true && question !== '';
  if (isAsked) tests.push(searchOf(question, store.habits));
  const byId = mapAt(query, 'filter')['id'] !== undefined && !isIgnored('id');
  const isSeen = store.visibility.look(table, isAsked ? 'search' : byId ? 'id' : 'list');
  return store.tables[table].all().filter((row) => tests.every((test) => test(row)) && isSeen(row.id));
}

/** `with=a,b`: names nobody knows are passed over (reference §5). */
export function namesOf(call: Call, withs: readonly string[]): ReadonlySet<string> {
  const asked = (textAt(call.query, 'with') ?? '').split(',').filter((name) => name !== '');
  for (const name of asked) if (!withs.includes(name)) call.passOver(`with=${name}`);
  return new Set(asked.filter((name) => withs.includes(name)));
}

/** `order[id]=desc`; any other field or direction: by `updated_at`, the oldest first (reference §5). */
function sorted(call: Call, { orders }: Listing, rows: readonly Row[]): readonly Row[] {
  const asked = Object.entries(mapAt(call.query, 'order'));
  const [field, direction] = asked[0] ?? [];
  const isKnown = field !== undefined && orders.includes(field) && (direction === 'asc' || direction === 'desc');
  if (field !== undefined && !isKnown) call.passOver(`order[${field}]`);
  const [by, sign] =
    isKnown && !call.store.habits.ignoresOrder ? [field, direction === 'desc' ? -1 : 1] : ['updated_at', 1];
  return rows.toSorted((a, b) => sign * (compare(a, b, by) || a.id - b.id));
}

function compare(a: Row, b: Row, by: string): number {
  if (by === 'id') return a.id - b.id;
  return by === 'name' ? textOf(a, 'name').localeCompare(textOf(b, 'name'), 'ru') : numberOf(a, by) - numberOf(b, by);
}

/** A page of anything: 204 where it is empty, `next` where another one follows, no total (reference §5). */
export function pageAnswer<Kept>(
  call: Call,
  called: string,
  rows: readonly Kept[],
  { limit: most }: { readonly limit: number },
  read: (kept: Kept) => Json,
): Answer {
  const asked = count(call, 'page', 1);
  const page = call.twist.repeatPage === true ? Math.max(1, asked - 1) : asked;
  const limit = Math.min(count(call, 'limit', usualLimit), most, call.store.habits.pageLimit);
  const start = (page - 1) * limit;
  const shown = rows.slice(start, start + limit);
  if (shown.length === 0) return nothing;
  const link = (number: number): JsonMap => ({ href: pageAddress(call, number) });
  return ok({
    _page: asked,
    _links: {
      self: link(asked),
      ...(start + limit < rows.length && { next: link(asked + 1) }),
      ...(asked > 1 && { first: link(1), prev: link(asked - 1) }),
    },
    _embedded: { [called]: shown.map(read) },
  });
}

/** The same address with another `page`, all other parameters as they came (reference §11.7). */
function pageAddress({ base, path, search }: Call, page: number): string {
  const kept = search.split('&').filter((pair) => pair !== '' && !pair.startsWith('page='));
  return `${base}${path}?${[...kept, `page=${page}`].join('&')}`;
}

/** A page or limit that is no number above 0 is taken for the usual one; what a real account does is not known. */
function count(call: Call, name: 'page' | 'limit', usual: number): number {
  const text = textAt(call.query, name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  call.passOver(`${name}=${text}`);
  return usual;
}
