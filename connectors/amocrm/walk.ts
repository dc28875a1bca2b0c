import { idOf, type VendorObject } from './answer.ts';
import type { Client, Query } from './client.ts';
import type { EntityKind } from './entities.ts';
import { pageSize, readPage, repeatedPage } from './page.ts';

/** How far a walk has come: so many rows, down to this one. */
export interface Position {
  readonly last: number;
  readonly rows: number;
}

interface Step {
  readonly rows: readonly VendorObject[];
  /** After these rows: where a walk that is broken off goes on. */
  readonly position: Position;
}

/**
 * Every row by ascending id, each once, whatever is changed, made or deleted meanwhile. Pages have numbers and no key
 * (reference 5), and a row that goes to the trash moves all behind it down by one, over the edge of a page. So each page is
 * cut to begin with a row that was read before; one that begins behind it has a gap in front, and is asked for further
 * to the front. Limits that were cut, orders and pages that are passed over show in the ids (reference 5, 10.1).
 */
export async function* walkById(
  client: Client,
  kind: EntityKind,
  query: Query,
  from: Position | undefined,
  signal: AbortSignal,
): AsyncGenerator<Step> {
  let { last, rows: read } = from ?? { last: 0, rows: 0 };
  let most = pageSize;
  let known = 0;
  for (;;) {
    const { page, limit } = windowAt(read, most);
    const answer = await readPage(client, kind, [...query, ...paged('id', 'asc', page, limit)], signal);
    const ids = answer.rows.map((row) => idOf(row) ?? 0);
    const isCut = !answer.isLast && ids.length < limit;
    if (ids.length > limit || ids.some((id, place) => id <= (ids[place - 1] ?? 0))) throw repeatedPage(client, kind);
    if (isCut) most = Math.max(1, ids.length);
    const start = (page - 1) * limit;
    const fresh = answer.rows.filter((_, place) => (ids[place] ?? 0) > last);
    if (start > 0 && start < read && fresh.length === ids.length) {
      read = start;
      continue;
    }
    // A page that was cut begins elsewhere than it was asked to.
    if (isCut && fresh.length === 0) continue;
    read = start + ids.length;
    last = Math.max(last, ids.at(-1) ?? 0);
    if (fresh.length > 0) yield { rows: fresh, position: { last, rows: read } };
    if (answer.isLast) return;
    if (fresh.length > 0) continue;
    // Rows that came back from the trash, or a longer list than it was: as long as it goes on, it comes to new ones.
    const reached = ids.at(-1) ?? 0;
    if (reached <= known) throw repeatedPage(client, kind);
    known = reached;
  }
}

/**
 * Rows by their last change, the newest first, down to those older than `from`: what is asked of an account without
 * filters, rather than all it has. What is changed meanwhile comes to the front and is for the next read; pages overlap as
 * above. An order that is passed over shows in the stamps.
 */
export async function* walkByChange(
  client: Client,
  kind: EntityKind,
  query: Query,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<readonly VendorObject[]> {
  const met = new Set<number>();
  let [read, most] = [0, pageSize];
  let [newest, oldest] = [Number.NaN, Infinity];
  for (;;) {
    const { page, limit } = windowAt(read, most);
    const answer = await readPage(client, kind, [...query, ...paged('updated_at', 'desc', page, limit)], signal);
    const stamps = answer.rows.map((row) => Number(row['updated_at']));
    if (stamps.some((stamp, place) => !(stamp <= (stamps[place - 1] ?? Infinity)))) throw repeatedPage(client, kind);
    if (!answer.isLast && stamps.length < limit) most = Math.max(1, stamps.length);
    const start = (page - 1) * limit;
    const fresh = answer.rows.filter((row) => !met.has(idOf(row) ?? 0));
    if (start > 0 && start < read && fresh.length === answer.rows.length) {
      read = start;
      continue;
    }
    const [first = Number.NaN, last = oldest] = [stamps[0], stamps.at(-1)];
    if (Number.isNaN(newest)) newest = first;
    // Nothing new below what was read: a number of a page that is passed over would have no end.
    if (!answer.isLast && fresh.length === 0) throw repeatedPage(client, kind);
    for (const row of fresh) met.add(idOf(row) ?? 0);
    read = start + stamps.length;
    oldest = Math.min(oldest, last);
    const wanted = fresh.filter((row) => Number(row['updated_at']) >= from);
    if (wanted.length > 0) yield wanted;
    // Of one and the same second nobody sees in which order they came.
    if (answer.isLast || (oldest < from && newest > oldest)) return;
  }
}

function paged(by: string, direction: 'asc' | 'desc', page: number, limit: number): Query {
  return [
    [`order[${by}]`, direction],
    ['page', String(page)],
    ['limit', String(limit)],
  ];
}

/** The page that begins at or before the last row that was read, and reaches furthest beyond it. */
export function windowAt(read: number, most: number): { readonly page: number; readonly limit: number } {
  let best: { readonly page: number; readonly limit: number } | undefined;
  let reach = read;
  for (let limit = most; limit > 0 && read - 1 + limit > reach; limit--) {
    const before = Math.floor(Math.max(0, read - 1) / limit);
    const end = (before + 1) * limit;
    if (end <= reach) continue;
    reach = end;
    best = { page: before + 1, limit };
  }
  // Only pages of a few rows have no such place: there it begins right behind the last one.
  return best ?? { page: read / most + 1, limit: most };
}
