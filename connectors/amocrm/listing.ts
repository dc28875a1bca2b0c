import { idOf, rowsIn, type VendorObject } from './answer.ts';
import type { Client, Query } from './client.ts';
import { errors } from './errors.ts';
import { pageSize, readPage, repeatedPage } from './page.ts';
import { readByPasses } from './passes.ts';
import type { Schema } from './schema.ts';

/** Ids in one filter: an address may not be of any length. */
const idsPerFilter = 100;

export interface Listing {
  readonly query: Query;
  readonly direction: 'asc' | 'desc';
}

/**
 * Page after page to the end, ordered by id: in the vendor's own order, by the time of the last change, a row that is
 * changed meanwhile moves others over the edge of a page. What may be ignored in silence is looked at: ids that do not
 * go on from page to page mean that order or page was, and nobody knows what was left out. How many rows a page really
 * holds is not relied on (reference 5, 10.1).
 */
export async function* readPages(
  client: Client,
  { kind }: Schema,
  { query, direction }: Listing,
  signal: AbortSignal,
): AsyncGenerator<readonly VendorObject[]> {
  if (!kind.ordered) {
    yield* readByPasses(client, kind, query, signal);
    return;
  }
  let last: number | undefined;
  for (let page = 1; ; page++) {
    const { rows, isLast } = await readPage(client, kind, [...query, ...pageOf(page, direction)], signal);
    // On one page alone no order matters.
    const isOnly = page === 1 && isLast && direction === 'asc';
    for (const row of isOnly ? [] : rows) {
      const id = idOf(row);
      const goesOn = id !== undefined && (last === undefined || (direction === 'asc' ? id > last : id < last));
      if (!goesOn) throw repeatedPage(client, kind);
      last = id;
    }
    yield rows;
    if (isLast) return;
  }
}

function pageOf(page: number, direction: Listing['direction']): Query {
  return [
    ['order[id]', direction],
    ['page', String(page)],
    ['limit', String(pageSize)],
  ];
}

export function withOf(withs: ReadonlySet<string>): Query {
  return withs.size === 0 ? [] : [['with', [...withs].join(',')]];
}

/** A request for some rows by their ids: many at once where filters work, one by one elsewhere. */
export function idRequests(
  client: Client,
  schema: Schema,
  ids: readonly string[],
  withs: ReadonlySet<string>,
): readonly { readonly ids: readonly string[]; read(signal: AbortSignal): Promise<readonly VendorObject[]> }[] {
  const known = [...new Set(ids)].filter((id) => /^[1-9]\d{0,15}$/.test(id));
  if (!schema.filters)
    return known.map((id) => ({ ids: [id], read: (signal) => readOne(client, schema, id, withs, signal) }));
  return chunks(known, idsPerFilter).map((some) => ({
    ids: some,
    async read(signal) {
      const query = [...some.map((id) => ['filter[id][]', id] as const), ...withOf(withs)];
      const asked = new Set(some);
      const found: VendorObject[] = [];
      for await (const rows of readPages(client, schema, { query, direction: 'asc' }, signal)) {
        if (rows.some((row) => !asked.has(String(row['id'])))) throw filterIgnored(client, schema, 'id');
        found.push(...rows);
      }
      return found;
    },
  }));
}

/** 204 where there is none (reference 3.1); a lead in the trash may come as a row of nulls. */
async function readOne(
  client: Client,
  { kind }: Schema,
  id: string,
  withs: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly VendorObject[]> {
  const reply = await client.get(`${kind.path}/${id}`, withOf(withs), signal);
  if (!reply.ok && reply.error.code === errors.no_such_row.code) return [];
  if (!reply.ok) throw reply.error;
  if (reply.value === undefined) return [];
  const [row] = rowsIn({ _embedded: { one: [reply.value] } }, 'one') ?? [];
  if (row === undefined || String(row['id']) !== id)
    throw errors.unexpected_result.error({ host: client.host, method: `GET ${kind.path}` });
  return row['is_deleted'] === true ? [] : [row];
}

export function filterIgnored({ host }: Client, { kind }: Schema, fields: string): Error {
  return errors.filter_ignored.error({ host, entity: kind.name, fields });
}

export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
