import { carryOut, itemsOf, objectOf, written } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import { readChanges } from '../changes.ts';
import { oneOf } from '../filter.ts';
import type { Json, JsonMap } from '../json.ts';
import { list, type Listing } from '../listing.ts';
import { planPlain, plainStamps, type PlainKind } from '../plain-rows.ts';
import { notAChoice, problem, validationFailed } from '../problems.ts';
import type { Row } from '../rows.ts';
import { readPlain } from '../shapes.ts';
import { fieldsAfter } from '../writing.ts';
import { noDelete } from './entities.ts';

/** Lists (reference §3.7, Catalogs). */
const catalog: PlainKind = {
  table: 'catalogs',
  keys: {
    ...plainStamps,
    name: 'text',
    type: 'text',
    sort: 'int',
    can_add_elements: 'flag',
    can_link_multiple: 'flag',
    can_show_in_cards: 'passed over',
    can_be_deleted: 'passed over',
    sdk_widget_code: 'passed over',
    widgets: 'passed over',
  },
  required: ['name'],
  defaults: { type: 'regular', sort: 10, can_add_elements: true, can_link_multiple: true },
};

const catalogs: Listing = {
  table: 'catalogs',
  called: 'catalogs',
  orders: [],
  filters: {},
  read: (call, row) => readPlain(call.store, 'catalogs', row, `${call.base}/catalogs/${row.id}`),
};

function elementsOf(catalogId: number): Listing {
  return {
    table: 'elements',
    called: 'elements',
    orders: [],
    filters: { id: oneOf(({ id }) => id) },
    searched: true,
    isIn: ({ values }) => values['catalog_id'] === catalogId,
    read: readElement,
  };
}

function readElement({ store, base }: Call, row: Row): JsonMap {
  const address = `${base}/catalogs/${String(row.values['catalog_id'])}/elements/${row.id}`;
  return { ...readPlain(store, 'elements', row, address), is_deleted: false };
}

function planElement(call: Call, row: Row | undefined, item: JsonMap) {
  const { store, userId } = call;
  const catalogId = idAt(call);
  const changes = readChanges(store, 'elements', item, catalogId);
  const isThere = store.tables.catalogs.get(catalogId) !== undefined;
  return {
    complaints: [...changes.complaints, ...(isThere ? [] : [notAChoice('catalog_id')])],
    carryOut(): Row {
      const now = store.now();
      const held = row && store.tables.elements.get(row.id);
      const before = held?.values ?? { name: '', created_by: userId, created_at: now };
      const values = { ...before, updated_by: userId, updated_at: now, ...changes.values, catalog_id: catalogId };
      const id = held?.id ?? store.tables.elements.nextId();
      const after = { id, values, fields: fieldsAfter(held?.fields ?? new Map(), changes), tags: [], deleted: false };
      store.tables.elements.put(after);
      return after;
    },
  };
}

function elementOf(call: Call, id: number): Row | undefined {
  const row = call.store.tables.elements.get(id);
  return row?.deleted === false && row.values['catalog_id'] === idAt(call) ? row : undefined;
}

function writeElements(call: Call, isNew: boolean): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => {
      const row = isNew ? undefined : elementOf(call, Number(given['id']));
      const planned = planElement(call, row, given);
      return isNew || row ? planned : { ...planned, complaints: [notAChoice('id')] };
    },
    // A PATCH answers the id where the client's own mark ought to stand (reference §3.1).
    (row, { requestId }): Json => ({ ...readElement(call, row), request_id: isNew ? requestId : String(row.id) }),
  );
  return written(call, 'elements', rows);
}

function updateElement(call: Call): Answer {
  const row = elementOf(call, idAt(call, 1));
  if (row === undefined) throw problem(404, 'Entity not found');
  const { complaints, carryOut: act } = planElement(call, row, objectOf(call));
  if (complaints.length > 0) throw validationFailed([{ complaints }]);
  return ok(readElement(call, act()));
}

function getElement(call: Call): Answer {
  const row = elementOf(call, idAt(call, 1));
  return row && call.store.visibility.look('elements', 'id')(row.id) ? ok(readElement(call, row)) : nothing;
}

function writeCatalogs(call: Call, isNew: boolean): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => {
      const row = isNew ? undefined : call.store.tables.catalogs.get(Number(given['id']));
      const planned = planPlain(call, catalog, row, given);
      return isNew || row ? planned : { ...planned, complaints: [notAChoice('id')] };
    },
    (row, { requestId }): Json => ({ ...catalogs.read(call, row, new Set()), request_id: requestId }),
  );
  return written(call, 'catalogs', rows);
}

function getCatalog(call: Call): Answer {
  const row = call.store.tables.catalogs.get(idAt(call));
  return row ? ok(catalogs.read(call, row, new Set())) : nothing;
}

export const catalogRoutes: readonly Route[] = [
  { verb: 'GET', path: '/catalogs', work: (call) => list(call, catalogs) },
  { verb: 'POST', path: '/catalogs', work: (call) => writeCatalogs(call, true) },
  { verb: 'PATCH', path: '/catalogs', work: (call) => writeCatalogs(call, false) },
  { verb: 'GET', path: '/catalogs/{id}', work: getCatalog },
  { verb: 'GET', path: '/catalogs/{id}/elements', work: (call) => list(call, elementsOf(idAt(call))) },
  { verb: 'POST', path: '/catalogs/{id}/elements', work: (call) => writeElements(call, true) },
  { verb: 'PATCH', path: '/catalogs/{id}/elements', work: (call) => writeElements(call, false) },
  { verb: 'GET', path: '/catalogs/{id}/elements/{id}', work: getElement },
  { verb: 'PATCH', path: '/catalogs/{id}/elements/{id}', work: updateElement },
  { verb: 'DELETE', path: '/catalogs/{id}/elements/{id}', work: noDelete },
];
