import type { EntityName } from './entities/index.ts';
import { namesIds, type Filter } from './filter.ts';
import { listPage, type Page, type SortKey, type Source } from './listing.ts';
import type { Row } from './row.ts';
import type { Store } from './store.ts';

/** A page of one entity as this call sees it: without what is hidden from it, or from the webhook's owner (§10.14). */
export function seenPage(
  store: Store,
  name: EntityName,
  filter: Filter<Row>,
  order: readonly SortKey<Row>[],
  start: number,
): Page<Row> {
  return listPage(seenRows(store, name, filter), filter, order, start, store.failings.sizes.pageSize);
}

function seenRows(store: Store, name: EntityName, filter: Filter<Row>): Source<Row> {
  const table = store.tables[name];
  if (store.failings.mayNot(name, 'read')) return { candidates: () => [] };
  const seen = store.visibility.look(name, namesIds(filter) ? 'id' : 'list');
  if (seen === undefined) return table;
  return { candidates: (...asked) => [...table.candidates(...asked)].filter(({ id }) => seen(id)) };
}

/** The record as a get sees it. */
export function seenRow(store: Store, name: EntityName, id: number): Row | undefined {
  const seen = store.visibility.look(name, 'id');
  return seen === undefined || seen(id) ? store.tables[name].get(id) : undefined;
}

/** The record itself: a write by id meets it whether or not it can be seen. */
export function storedRow(store: Store, name: EntityName, id: number): Row | undefined {
  return store.tables[name].get(id);
}
