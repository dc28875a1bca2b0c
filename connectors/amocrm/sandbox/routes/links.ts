import { carryOut, itemsOf } from '../batch.ts';
import { idAt, nothing, ok, type Answer, type Call, type Route } from '../call.ts';
import { isMap, isWhole, type Json, type JsonMap } from '../json.ts';
import type { End, Linked } from '../links.ts';
import { fieldMissing, notAChoice, notOfType, unknown, type Complaint } from '../problems.ts';
import { mapAt, valuesOf } from '../query.ts';
import { entityTypes, type EntityType } from '../rows.ts';
import { touch } from '../writing.ts';

/** What `to_entity_type` may say (reference §3.5). */
const ends: Readonly<Record<string, End['type']>> = {
  leads: 'leads',
  contacts: 'contacts',
  companies: 'companies',
  catalog_elements: 'elements',
};

function nameOf(type: End['type']): string {
  return type === 'elements' ? 'catalog_elements' : type;
}

interface Asked {
  readonly id: number;
  readonly from: End;
  readonly to: End;
  readonly metadata: JsonMap | null;
}

/** Links or unlinks, one entity by its address or many with `entity_id` in each item (reference §3.5). */
function change(call: Call, type: EntityType, act: 'link' | 'unlink', fromId?: number): Answer {
  const links = carryOut(
    call,
    itemsOf(call),
    ({ given }) => plan(call, type, act, given, fromId),
    ({ from, to, metadata }): Json => ({
      entity_id: from.id,
      entity_type: type,
      to_entity_id: to.id,
      to_entity_type: nameOf(to.type),
      metadata,
    }),
  );
  if (act === 'unlink') return nothing;
  return ok({ _links: { self: { href: `${call.base}${call.path}` } }, _embedded: { links } });
}

const known = new Set(['entity_id', 'to_entity_id', 'to_entity_type', 'metadata', 'request_id']);

function plan(call: Call, type: EntityType, act: 'link' | 'unlink', given: JsonMap, fromId?: number) {
  const strange = Object.keys(given).find((key) => !known.has(key));
  if (strange !== undefined) throw unknown(`the key ${strange} of a link`);
  const { store } = call;
  const complaints: Complaint[] = [];
  const from = readEnd(call, type, fromId ?? given['entity_id'] ?? null, 'entity_id', complaints);
  const toType = ends[String(given['to_entity_type'])];
  if (toType === undefined) complaints.push(notAChoice('to_entity_type'));
  const to = readEnd(call, toType ?? 'contacts', given['to_entity_id'] ?? null, 'to_entity_id', complaints);
  const metadata = isMap(given['metadata']) ? given['metadata'] : null;
  return {
    complaints,
    carryOut(): Asked {
      store.links[act](from, to, ...([metadata] as [JsonMap | null]));
      const row = store.tables[type].get(from.id);
      if (row) touch(store, type, row, call);
      return { id: from.id, from, to, metadata };
    },
  };
}

function readEnd({ store }: Call, type: End['type'], id: Json, path: string, complaints: Complaint[]): End {
  if (id === null) complaints.push(fieldMissing(path));
  else if (!isWhole(id)) complaints.push(notOfType(path, 'int'));
  else if (store.tables[type].get(id)?.deleted !== false) complaints.push(notAChoice(path));
  return { type, id: isWhole(id) ? id : 0 };
}

/** Links of one, or of all that `filter[entity_id]` names (reference §3.5). */
function read(call: Call, type: EntityType, ids: readonly number[]): Answer {
  const filter = mapAt(call.query, 'filter');
  const [toIds, toTypes] = [valuesOf(filter['to_entity_id']), valuesOf(filter['to_entity_type'])];
  for (const name of Object.keys(filter))
    if (!['entity_id', 'to_entity_id', 'to_entity_type'].includes(name)) call.passOver(`filter[${name}]`);
  const isWanted = ({ type: to, id }: Linked): boolean =>
    (toIds.length === 0 || toIds.includes(String(id))) && (toTypes.length === 0 || toTypes.includes(nameOf(to)));
  const links = ids.flatMap((id) =>
    call.store.links
      .of({ type, id })
      .filter((linked) => isWanted(linked))
      .map(({ type: to, id: toId, metadata }) => ({
        entity_id: id,
        entity_type: type,
        to_entity_id: toId,
        to_entity_type: nameOf(to),
        metadata,
      })),
  );
  if (links.length === 0) return nothing;
  return ok({ _links: { self: { href: `${call.base}${call.path}` } }, _embedded: { links } });
}

export const linkRoutes: readonly Route[] = entityTypes.flatMap((type): readonly Route[] => [
  { verb: 'POST', path: `/${type}/link`, work: (call) => change(call, type, 'link') },
  { verb: 'POST', path: `/${type}/unlink`, work: (call) => change(call, type, 'unlink') },
  { verb: 'POST', path: `/${type}/{id}/link`, work: (call) => change(call, type, 'link', idAt(call)) },
  { verb: 'POST', path: `/${type}/{id}/unlink`, work: (call) => change(call, type, 'unlink', idAt(call)) },
  { verb: 'GET', path: `/${type}/{id}/links`, work: (call) => read(call, type, [idAt(call)]) },
  {
    verb: 'GET',
    path: `/${type}/links`,
    work: (call) => read(call, type, valuesOf(mapAt(call.query, 'filter')['entity_id']).map(Number)),
  },
]);
