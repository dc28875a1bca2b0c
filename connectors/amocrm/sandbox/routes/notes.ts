import { carryOut, itemsOf, objectOf, written } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import { oneOf, range } from '../filter.ts';
import { isMap, type Json, type JsonMap } from '../json.ts';
import { list, type Listing } from '../listing.ts';
import { aboutComplaints, planPlain, plainStamps, type PlainKind } from '../plain-rows.ts';
import { notAChoice, problem, unknown, validationFailed } from '../problems.ts';
import { entityTypes, type EntityType, type Row } from '../rows.ts';
import { readPlain } from '../shapes.ts';
import { noDelete } from './entities.ts';

const note: PlainKind = {
  table: 'notes',
  keys: {
    ...plainStamps,
    entity_id: 'int',
    entity_type: 'text',
    note_type: 'text',
    params: 'map',
    responsible_user_id: 'user',
    is_need_to_trigger_digital_pipeline: 'flag',
  },
  required: ['entity_id', 'note_type', 'params'],
  defaults: {},
};

/** Types a client may write, and what their `params` hold (reference §3.7, Note). */
const params: Readonly<Record<string, readonly string[]>> = {
  common: ['text'],
  call_in: ['uniq', 'duration', 'source', 'link', 'phone', 'call_responsible', 'call_result', 'call_status'],
  call_out: ['uniq', 'duration', 'source', 'link', 'phone', 'call_responsible', 'call_result', 'call_status'],
  service_message: ['service', 'text'],
  extended_service_message: ['service', 'text'],
  message_cashier: ['status', 'text'],
  geolocation: ['text', 'address', 'longitude', 'latitude'],
  sms_in: ['text', 'phone'],
  sms_out: ['text', 'phone'],
  attachment: ['text', 'original_name', 'file_name', 'file_uuid', 'version_uuid'],
};

function listingOf(type: EntityType, id?: number): Listing {
  const value = (name: string) => (row: Row) => row.values[name] ?? null;
  return {
    table: 'notes',
    called: 'notes',
    orders: ['updated_at', 'id'],
    filters: {
      id: oneOf((row) => row.id),
      entity_id: oneOf(value('entity_id')),
      note_type: oneOf(value('note_type')),
      updated_at: range(value('updated_at')),
    },
    isIn: ({ values }) => values['entity_type'] === type && (id === undefined || values['entity_id'] === id),
    read: (call, row) => readNote(call, type, row),
  };
}

function readNote({ store, base }: Call, type: EntityType, row: Row): JsonMap {
  const { entity_type: _, ...shape } = readPlain(store, 'notes', row, `${base}/${type}/notes/${row.id}`);
  return { ...shape, group_id: 0 };
}

function plan(call: Call, type: EntityType, row: Row | undefined, item: JsonMap, entityId?: number) {
  const { entity_type: _, entity_id, ...rest } = item;
  const about = entityId ?? row?.values['entity_id'] ?? entity_id ?? null;
  const whole = { responsible_user_id: call.userId, ...row?.values, ...rest };
  const planned = planPlain(call, note, row, whole, { entity_type: type, entity_id: about });
  return {
    ...planned,
    complaints: [...planned.complaints, ...aboutComplaints(call, type, about), ...typeComplaints(whole)],
  };
}

function typeComplaints(item: JsonMap) {
  const known = params[String(item['note_type'])];
  if (known === undefined) return item['note_type'] === undefined ? [] : [notAChoice('note_type')];
  const given = item['params'] ?? null;
  const strange = isMap(given) ? Object.keys(given).find((key) => !known.includes(key)) : undefined;
  if (strange !== undefined) throw unknown(`the key params.${strange} of a note ${String(item['note_type'])}`);
  return [];
}

function create(call: Call, type: EntityType, entityId?: number): Answer {
  const rows = carryOut(
    call,
    itemsOf(call),
    ({ given }) => plan(call, type, undefined, given, entityId),
    (row, { requestId }): Json => ({
      id: row.id,
      entity_id: row.values['entity_id'] ?? null,
      request_id: requestId,
      _links: { self: { href: `${call.base}/${type}/notes/${row.id}` } },
    }),
  );
  return written(call, 'notes', rows);
}

function update(call: Call, type: EntityType): Answer {
  const row = noteOf(call, type, call.ids.length - 1);
  if (row === undefined) throw problem(404, 'Entity not found');
  const { complaints, carryOut: act } = plan(call, type, row, objectOf(call));
  if (complaints.length > 0) throw validationFailed([{ complaints }]);
  const changed = act();
  return ok({
    id: changed.id,
    entity_id: changed.values['entity_id'] ?? null,
    updated_at: changed.values['updated_at'] ?? null,
  });
}

function get(call: Call, type: EntityType): Answer {
  const row = noteOf(call, type, call.ids.length - 1);
  return row && call.store.visibility.look('notes', 'id')(row.id) ? ok(readNote(call, type, row)) : nothing;
}

function noteOf(call: Call, type: EntityType, place: number): Row | undefined {
  const row = call.store.tables.notes.get(idAt(call, place));
  return row?.values['entity_type'] === type ? row : undefined;
}

export const noteRoutes: readonly Route[] = entityTypes.flatMap((type): readonly Route[] => [
  { verb: 'GET', path: `/${type}/notes`, work: (call) => list(call, listingOf(type)) },
  { verb: 'GET', path: `/${type}/{id}/notes`, work: (call) => list(call, listingOf(type, idAt(call))) },
  { verb: 'GET', path: `/${type}/notes/{id}`, work: (call) => get(call, type) },
  { verb: 'GET', path: `/${type}/{id}/notes/{id}`, work: (call) => get(call, type) },
  { verb: 'POST', path: `/${type}/notes`, work: (call) => create(call, type) },
  { verb: 'POST', path: `/${type}/{id}/notes`, work: (call) => create(call, type, idAt(call)) },
  { verb: 'PATCH', path: `/${type}/notes/{id}`, work: (call) => update(call, type) },
  { verb: 'PATCH', path: `/${type}/{id}/notes/{id}`, work: (call) => update(call, type) },
  { verb: 'DELETE', path: `/${type}/notes/{id}`, work: noDelete },
  { verb: 'DELETE', path: `/${type}/{id}/notes/{id}`, work: noDelete },
]);
