import type { CustomField } from './fields.ts';
import type { Overlap, Version } from './history.ts';
import type { Json, JsonMap } from './json.ts';
import type { Link } from './links.ts';
import { tableNames, type EntityType, type Row, type TableName } from './rows.ts';
import { readEntity, readPlain } from './shapes.ts';
import type { Store, Tag } from './store.ts';

/** One version of a row, by whom and when. */
export interface HistoryEntry {
  readonly table: TableName;
  readonly id: number;
  /** Its place in the one count all moments of the account share: requests, versions. */
  readonly tick: number;
  /** Milliseconds by the account's clock. */
  readonly at: number;
  readonly by: 'api' | 'desk';
  /** The number of the request, where it came through the API. */
  readonly request?: number;
  /** The row as it is read; null: it went to the trash. */
  readonly row: JsonMap | null;
}

/** What the account really holds and held, read past the API: copies. */
export interface Truth {
  /** Rows as they are read with everything that is linked, without those in the trash. */
  rows(table: TableName): readonly JsonMap[];
  /** By the names of the custom fields: their values without kinds and ids, a list where there are several. */
  values(type: EntityType, id: number): Readonly<Record<string, Json>>;
  /** Every version of one row, or of all of a table, in the order they came about. */
  history(table: TableName, id?: number): readonly HistoryEntry[];
  /** Requests that wrote one row while both were in flight: from their arrival until the account was done. */
  overlaps(): readonly Overlap[];
  fields(): readonly CustomField[];
  tags(): readonly Tag[];
  links(): readonly Omit<Link, 'id'>[];
}

const everything = new Set(['contacts', 'leads', 'catalog_elements', 'loss_reason']);

export function createTruth(store: Store): Truth {
  const read = (table: TableName, row: Row): JsonMap =>
    structuredClone(
      table === 'contacts' || table === 'companies' || table === 'leads'
        ? readEntity(store, table, row, '', everything)
        : readPlain(store, table, row, ''),
    );
  const entryOf = ({ table, id, tick, at, author, row }: Version): HistoryEntry => ({
    table,
    id,
    tick,
    at,
    by: author.by,
    ...(author.by === 'api' && { request: author.request.number }),
    row: row.deleted ? null : read(table, row),
  });
  return {
    rows: (table) =>
      store.tables[table]
        .all()
        .filter(({ deleted }) => !deleted)
        .map((row) => read(table, row)),
    values: (type, id) => valuesOf(store, type, store.tables[type].get(id)),
    history: (table, id) => store.history.versions(table, id).map(entryOf),
    overlaps: () => store.history.overlaps(),
    fields: () => store.fields.all(),
    tags: () => store.tags.all(),
    links: () => linksOf(store),
  };
}

function valuesOf(store: Store, type: EntityType, row: Row | undefined): Readonly<Record<string, Json>> {
  const values = store.fields.of(type).flatMap((field): readonly (readonly [string, Json])[] => {
    const held = (row?.fields.get(field.id) ?? []).map((one): Json => {
      const inner = typeof one === 'object' && one !== null && 'value' in one ? one.value : undefined;
      return inner ?? one;
    });
    return held.length === 0 ? [] : [[field.name, held.length === 1 ? (held[0] ?? null) : held]];
  });
  return Object.fromEntries(values);
}

function linksOf(store: Store): readonly Omit<Link, 'id'>[] {
  const seen = new Map<string, Omit<Link, 'id'>>();
  for (const type of ['leads', 'contacts', 'companies'] as const) {
    for (const { id } of store.tables[type].all()) {
      for (const to of store.links.of({ type, id })) {
        const ends = [
          { type, id },
          { type: to.type, id: to.id },
        ] as const;
        const key = ends
          .map((end) => `${end.type} ${end.id}`)
          .sort()
          .join();
        if (!seen.has(key)) seen.set(key, { ends, metadata: to.metadata });
      }
    }
  }
  return [...seen.values()];
}

export function isTable(name: string | undefined): name is TableName {
  return tableNames.some((one) => one === name);
}
