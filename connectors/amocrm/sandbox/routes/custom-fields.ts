import { carryOut, itemsOf, objectOf, written, type Item } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import type { FieldHome } from '../field-types.ts';
import { planField, planFieldUpdate } from '../field-writing.ts';
import type { CustomField } from '../fields.ts';
import type { JsonMap } from '../json.ts';
import { pageAnswer } from '../listing.ts';
import { notAChoice, problem, validationFailed } from '../problems.ts';
import { mapAt, valuesOf } from '../query.ts';
import { entityTypes } from '../rows.ts';

/** Whose fields an address means: those of an entity, or of one list. */
interface Place {
  readonly home: FieldHome;
  readonly address: string;
  readonly catalogId: number | null;
}

/** A field as it is read (reference §4, "Creating fields"). */
function read({ store, base }: Call, { home, address }: Place, field: CustomField): JsonMap {
  const { id, name, type, code, sort, apiOnly, predefined, options, currency, catalogId } = field;
  const hasOptions = options.length > 0;
  return {
    id,
    name,
    type,
    account_id: store.accountId,
    code,
    sort,
    is_api_only: apiOnly,
    enums: hasOptions
      ? options.map((option) => ({
          id: option.id,
          value: option.value,
          sort: option.sort,
          code: option.code,
        }))
      : null,
    group_id: null,
    required_statuses: [],
    is_deletable: !predefined,
    is_predefined: predefined,
    entity_type: home === 'elements' ? 'catalogs' : home,
    tracking_callback: null,
    remind: null,
    triggers: [],
    currency,
    hidden_statuses: [],
    chained_lists: null,
    search_in: null,
    ...(home === 'elements' && {
      catalog_id: catalogId,
      is_visible: true,
      is_required: false,
    }),
    _links: { self: { href: `${base}${address}/${id}` } },
  };
}

/** At most fifty a page (reference §2, §4). */
function list(call: Call, place: Place): Answer {
  const filter = mapAt(call.query, 'filter');
  const [types, ids] = [valuesOf(filter['type']), valuesOf(filter['id'])];
  const { sort, id } = mapAt(call.query, 'order');
  const fields = call.store.fields
    .of(place.home, place.catalogId)
    .filter((field) => types.length === 0 || types.includes(field.type))
    .filter((field) => ids.length === 0 || ids.includes(String(field.id)))
    .toSorted((a, b) => (sort === undefined ? 0 : a.sort - b.sort) || a.id - b.id);
  const isDown = sort === 'desc' || id === 'desc';
  return pageAnswer(call, 'custom_fields', isDown ? fields.toReversed() : fields, { limit: 50 }, (field) =>
    read(call, place, field),
  );
}

function fieldOf(call: Call, { home, catalogId }: Place, id: number): CustomField | undefined {
  return call.store.fields.of(home, catalogId).find((field) => field.id === id);
}

function create(call: Call, place: Place): Answer {
  const rows = carryOut<CustomField>(
    call,
    itemsOf(call),
    ({ given }) => planField(call.store, place.home, place.catalogId, given),
    (field, { requestId }) => ({ ...read(call, place, field), request_id: requestId }),
  );
  return written(call, 'custom_fields', rows);
}

function updateMany(call: Call, place: Place): Answer {
  const rows = carryOut<CustomField>(
    call,
    itemsOf(call),
    ({ given }: Item) => {
      const field = fieldOf(call, place, Number(given['id']));
      if (field) return planFieldUpdate(call.store, field, given);
      return { complaints: [notAChoice('id')], carryOut: gone };
    },
    (field, { requestId }) => ({ ...read(call, place, field), request_id: requestId }),
  );
  return written(call, 'custom_fields', rows);
}

function gone(): never {
  throw new RangeError('there is no such field');
}

function updateOne(call: Call, place: Place): Answer {
  const field = fieldOf(call, place, idOf(call));
  if (field === undefined) throw problem(404, 'Entity not found');
  const { complaints, carryOut: act } = planFieldUpdate(call.store, field, objectOf(call));
  if (complaints.length > 0) throw validationFailed([{ complaints }]);
  return ok(read(call, place, act()));
}

function get(call: Call, place: Place): Answer {
  const field = fieldOf(call, place, idOf(call));
  return field ? ok(read(call, place, field)) : nothing;
}

/** With the field goes all it held (reference §3.1: a public DELETE; §4: its id is unknown afterwards). */
function remove(call: Call, place: Place): Answer {
  const field = fieldOf(call, place, idOf(call));
  if (field === undefined || field.predefined) throw validationFailed([{ complaints: [notAChoice('id')] }]);
  call.store.fields.remove(field.id);
  return nothing;
}

/** The last id of the address is the field's. */
function idOf(call: Call): number {
  return idAt(call, call.ids.length - 1);
}

function routesOf(path: string, placeOf: (call: Call) => Place): readonly Route[] {
  return [
    { verb: 'GET', path, work: (call) => list(call, placeOf(call)) },
    { verb: 'POST', path, work: (call) => create(call, placeOf(call)) },
    { verb: 'PATCH', path, work: (call) => updateMany(call, placeOf(call)) },
    { verb: 'GET', path: `${path}/{id}`, work: (call) => get(call, placeOf(call)) },
    { verb: 'PATCH', path: `${path}/{id}`, work: (call) => updateOne(call, placeOf(call)) },
    { verb: 'DELETE', path: `${path}/{id}`, work: (call) => remove(call, placeOf(call)) },
  ];
}

export const customFieldRoutes: readonly Route[] = [
  ...entityTypes.flatMap((home) => {
    const address = `/${home}/custom_fields`;
    return routesOf(address, () => ({ home, address, catalogId: null }));
  }),
  ...routesOf('/catalogs/{id}/custom_fields', (call) => {
    const catalogId = idAt(call);
    return { home: 'elements', address: `/catalogs/${catalogId}/custom_fields`, catalogId };
  }),
];
