import { carryOut, itemsOf, objectOf, written, type Item } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import { customFields, oneOf, range, statuses, type Filters } from '../filter.ts';
import type { Json } from '../json.ts';
import { list, namesOf, type Listing } from '../listing.ts';
import { Problem, problem, problemBody, validationFailed } from '../problems.ts';
import { entityTypes, type EntityType, type Row } from '../rows.ts';
import { closestTask, readEntity } from '../shapes.ts';
import { nameOf, planCreate, planUpdate } from '../writing.ts';

const withs: Readonly<Record<EntityType, readonly string[]>> = {
  contacts: ['leads', 'customers', 'catalog_elements', 'social_profiles', 'only_deleted'],
  companies: ['leads', 'customers', 'contacts', 'catalog_elements', 'only_deleted'],
  leads: [
    'catalog_elements',
    'is_price_modified_by_robot',
    'loss_reason',
    'contacts',
    'only_deleted',
    'source_id',
    'source',
  ],
};

const orders: Readonly<Record<EntityType, readonly string[]>> = {
  contacts: ['updated_at', 'id', 'name'],
  companies: ['updated_at', 'id', 'name'],
  leads: ['created_at', 'updated_at', 'id'],
};

const value = (name: string) => (row: Row) => row.values[name] ?? null;

function filtersOf(call: Call, type: EntityType): Filters {
  return {
    id: oneOf(({ id }) => id),
    ...Object.fromEntries(
      ['name', 'responsible_user_id', 'created_by', 'updated_by'].map((name) => [name, oneOf(value(name))]),
    ),
    ...Object.fromEntries(['created_at', 'updated_at'].map((name) => [name, range(value(name))])),
    closest_task_at: range((row) => closestTask(call.store, type, row)),
    custom_fields_values: customFields,
    ...(type === 'leads' && {
      pipeline_id: oneOf(value('pipeline_id')),
      closed_at: range(value('closed_at')),
      price: range(value('price')),
      statuses,
    }),
  };
}

function listingOf(call: Call, type: EntityType): Listing {
  return {
    table: type,
    called: type,
    orders: orders[type],
    filters: filtersOf(call, type),
    withs: withs[type],
    gated: true,
    searched: true,
    // In lists the address of a row repeats the query of the list (reference §5).
    read: ({ store, search }, row, wanted) =>
      readEntity(store, type, row, `${addressOf(call, type, row)}${search === '' ? '' : `?${search}`}`, wanted),
  };
}

function addressOf({ base }: Call, type: EntityType, { id }: Row): string {
  return `${base}/${type}/${id}`;
}

function get(call: Call, type: EntityType): Answer {
  const { store } = call;
  const row = store.tables[type].get(idAt(call));
  const isSeen = store.visibility.look(type, 'id');
  if (row === undefined || row.deleted || !isSeen(row.id)) return nothing;
  const asked = namesOf(call, withs[type]);
  return ok(readEntity(store, type, row, addressOf(call, type, row), asked));
}

/** `{id, request_id, _links}` for each (reference §3.1). */
function create(call: Call, type: EntityType): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => planCreate(call.store, type, given, call),
    (row, { requestId }): Json => ({ id: row.id, request_id: requestId, _links: selfOf(call, type, row) }),
  );
  return written(call, type, rows);
}

/** Each with its `id`; what a batch does with one that is not there nobody knows (reference §12). */
function updateMany(call: Call, type: EntityType): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }: Item) => planUpdate(call.store, type, aliveRow(call, type, Number(given['id'])), given, call),
    (row, { requestId }) => updated(call, type, row, requestId),
  );
  return written(call, type, rows);
}

function updateOne(call: Call, type: EntityType): Answer {
  const row = aliveRow(call, type, idAt(call));
  if (row === undefined) throw problem(404, 'Entity not found');
  const { complaints, carryOut: act } = planUpdate(call.store, type, row, objectOf(call), call);
  if (complaints.length > 0) throw validationFailed([{ complaints }]);
  return ok(updated(call, type, act()));
}

/** A lead in the trash is 400 with the inner code 226, and not 404 (reference §6); where that code stands is a guess. */
function aliveRow({ store }: Call, type: EntityType, id: number): Row | undefined {
  const row = store.tables[type].get(id);
  if (row?.deleted !== true) return row;
  if (type === 'leads') throw new Problem(400, { ...problemBody(400, 'Entity deleted'), code: 226 });
  return undefined;
}

function updated(call: Call, type: EntityType, row: Row, requestId?: string): Json {
  return {
    id: row.id,
    name: nameOf(row),
    updated_at: row.values['updated_at'] ?? null,
    ...(requestId !== undefined && { request_id: requestId }),
    _links: selfOf(call, type, row),
  };
}

function selfOf(call: Call, type: EntityType, row: Row): Json {
  return { self: { href: addressOf(call, type, row) } };
}

/** There is no public way to delete (reference §3.1): 405 with nothing in it. */
export function noDelete(): Answer {
  throw new Problem(405, undefined);
}

export const entityRoutes: readonly Route[] = entityTypes.flatMap((type): readonly Route[] => [
  { verb: 'GET', path: `/${type}`, work: (call) => list(call, listingOf(call, type)) },
  { verb: 'GET', path: `/${type}/{id}`, work: (call) => get(call, type) },
  { verb: 'POST', path: `/${type}`, work: (call) => create(call, type) },
  { verb: 'PATCH', path: `/${type}`, work: (call) => updateMany(call, type) },
  { verb: 'PATCH', path: `/${type}/{id}`, work: (call) => updateOne(call, type) },
  { verb: 'DELETE', path: `/${type}`, work: noDelete },
  { verb: 'DELETE', path: `/${type}/{id}`, work: noDelete },
]);
