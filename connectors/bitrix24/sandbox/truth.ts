import type { LegacyRecord } from './desk.ts';
import type { EntityName } from './entities/index.ts';
import type { Overlap, Version } from './history.ts';
import { elementRow } from './methods/list-elements.ts';
import { shapeOf } from './list-place.ts';
import { departmentRow, userRow } from './methods/people.ts';
import { legacyRow } from './product-rows.ts';
import { legacyRecord } from './record-shapes.ts';
import type { Store } from './store.ts';

/** One version of a record, by whom and when. */
export interface HistoryEntry {
  readonly entity: EntityName;
  readonly id: number;
  /** Its place in the one count all moments of the portal share: journal, requests, versions. */
  readonly tick: number;
  /** Milliseconds by the portal's clock. */
  readonly at: number;
  readonly by: 'api' | 'desk' | 'robot';
  /** The number of the request and the place of the command in it, where it came through the API. */
  readonly request?: number;
  readonly command?: number;
  /** The record as crm.<entity>.get answers it; null: it was removed. */
  readonly record: LegacyRecord | null;
  /** Where its goods changed: what they became. */
  readonly productRows?: readonly LegacyRecord[];
}

/** What the portal really holds and held, read past the API: copies. */
export interface Truth {
  contacts(): readonly LegacyRecord[];
  deals(): readonly LegacyRecord[];
  leads(): readonly LegacyRecord[];
  companies(): readonly LegacyRecord[];
  /** Rows of a deal, `D`, or a lead, `L`. */
  productRows(ownerType: string, ownerId: number): readonly LegacyRecord[];
  /** Of any entity, with the names of its fields in upper case. */
  records(entity: EntityName): readonly LegacyRecord[];
  users(): readonly LegacyRecord[];
  departments(): readonly LegacyRecord[];
  /** The elements of a list, as lists.element.get answers them; none when there is no such list. */
  list(id: number): readonly LegacyRecord[];
  /** Every version of one record, or of all of an entity, in the order they came about. */
  history(entity: EntityName, id?: number): readonly HistoryEntry[];
  /** Requests that wrote one record while both were in flight: from their arrival until the portal was done. */
  overlaps(): readonly Overlap[];
}

export function createTruth(store: Store): Truth {
  const all = (name: EntityName): readonly LegacyRecord[] => {
    store.robots.act();
    return [...store.tables[name].rows()].map((row) => legacyRecord(store, store.schemas[name], row));
  };
  return {
    contacts: () => all('contact'),
    deals: () => all('deal'),
    leads: () => all('lead'),
    companies: () => all('company'),
    productRows: (ownerType, ownerId) => store.productRows.of(ownerType, ownerId).map(legacyRow),
    records: all,
    users: () => [...store.people.users.within([])].map((user) => userRow(store, user)),
    departments: () => [...store.people.departments.within([])].map(departmentRow),
    list(id) {
      const list = store.lists.of(id);
      return list === undefined
        ? []
        : [...list.elements.within([])].map((element) => elementRow(list, element, shapeOf(store)));
    },
    history(entity, id) {
      store.robots.act();
      return store.history.versions(entity, id).map((version) => entryOf(store, version));
    },
    overlaps: () => store.history.overlaps(),
  };
}

function entryOf(store: Store, { entity, id, tick, at, author, row, productRows }: Version): HistoryEntry {
  const through = author.by === 'api' ? { request: author.request.number, command: author.command } : {};
  return {
    entity,
    id,
    tick,
    at,
    by: author.by,
    ...through,
    record: row && legacyRecord(store, store.schemas[entity], row),
    ...(productRows && { productRows: productRows.map(legacyRow) }),
  };
}
