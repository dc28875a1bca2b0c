import { carryOut, itemsOf } from '../batch.ts';
import { ok, type Answer, type Call, type Route } from '../call.ts';
import { isList, isMap, type Json, type JsonMap } from '../json.ts';
import { endOf } from '../links.ts';
import { unknown, type Complaint } from '../problems.ts';
import { phonesAndMails } from '../same-person.ts';
import { numberOf, type Row } from '../rows.ts';
import { planCreate, touch, type Planned } from '../writing.ts';

/** Most leads of a request, and most values of custom fields of one entity (reference §2, §10.8). */
const most = { leads: 50, fields: 40 };

interface Made {
  readonly id: number;
  readonly contact: Row | undefined;
  readonly company: Row | undefined;
  readonly merged: boolean;
}

/** Leads with their contact and company, new or known, in one request; answered by a bare list (reference §3.4). */
function create(call: Call): Answer {
  const before = new Set(call.store.tables.leads.all().map(({ id }) => id));
  const rows = carryOut<Made>(
    call,
    itemsOf(call, most.leads),
    ({ given, requestId }) => plan(call, given, requestId, before),
    ({ id, contact, company, merged }, { requestId }): Json => ({
      id,
      contact_id: contact?.id ?? null,
      company_id: company?.id ?? null,
      request_id: [requestId],
      merged,
    }),
  );
  return ok(collapsed(rows));
}

function plan(
  call: Call,
  item: JsonMap,
  requestId: string,
  before: ReadonlySet<number>,
): { readonly complaints: readonly Complaint[]; carryOut(): Made } {
  const { store } = call;
  const embedded = isMap(item['_embedded']) ? item['_embedded'] : {};
  const { contacts, companies, metadata, ...rest } = embedded;
  checkCount(item, requestId);
  const lead = planCreate(store, 'leads', { ...item, _embedded: rest }, call);
  const contact = planPart(call, 'contacts', contacts);
  const company = planPart(call, 'companies', companies);
  const complaints = [...lead.complaints, ...(contact?.complaints ?? []), ...(company?.complaints ?? [])];
  return {
    complaints,
    carryOut() {
      const same = store.habits.duplicateControl ? sameLead(call, item, contacts, before) : undefined;
      if (same) return { id: same.lead.id, contact: same.contact, company: undefined, merged: true };
      const [person, firm] = [contact?.carryOut(), company?.carryOut()];
      const made = incoming(call, lead.carryOut(), metadata);
      const end = endOf('leads', made);
      if (person) store.links.link(end, endOf('contacts', person), { is_main: true });
      if (firm) store.links.link(end, endOf('companies', firm), null);
      if (person && firm) store.links.link(endOf('contacts', person), endOf('companies', firm), null);
      return { id: made.id, contact: person, company: firm, merged: false };
    },
  };
}

/** What more values than that come to is not described (reference §10.8). */
function checkCount(item: JsonMap, requestId: string): void {
  const { custom_fields_values: values } = item;
  if (isList(values) && values.length > most.fields)
    throw unknown(`${values.length} custom fields of the item ${requestId} of leads/complex`);
}

/** One contact and one company each: new ones whole, known ones by their id. */
function planPart(call: Call, type: 'contacts' | 'companies', given: Json | undefined): Planned | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isList(given) || given.length > 1) throw unknown(`_embedded.${type} of a lead that is not a list of one`);
  const [item] = given;
  if (item === undefined) return undefined;
  if (!isMap(item)) throw unknown(`_embedded.${type} of something that is not an object`);
  checkCount(item, type);
  const held = typeof item['id'] === 'number' ? call.store.tables[type].get(item['id']) : undefined;
  if (held && !held.deleted) return { complaints: [], carryOut: () => held };
  const { id, ...rest } = item;
  const planned = planCreate(call.store, type, rest, call);
  const path = (inner: string): string => `_embedded.${type}.0.${inner}`;
  const complaints = planned.complaints.map((complaint) => ({ ...complaint, path: path(complaint.path) }));
  const gone: readonly Complaint[] =
    id === undefined
      ? []
      : [{ code: 'NotSupportedChoice', path: path('id'), detail: 'The value you selected is not a valid choice.' }];
  return { ...planned, complaints: [...complaints, ...gone] };
}

/** `metadata` makes it an incoming lead: the first stage of all (reference §3.4). */
function incoming({ store }: Call, lead: Row, metadata: Json | undefined): Row {
  if (metadata === undefined || metadata === null) return lead;
  const pipeline = store.pipelines.find(({ id }) => id === lead.values['pipeline_id']);
  const status = pipeline?.statuses.find(({ type }) => type === 1);
  const changed = { ...lead, values: { ...lead.values, status_id: status?.id ?? null } };
  store.tables.leads.put(changed);
  return changed;
}

/** A lead that was stored before this request, in the same pipeline, of somebody with the same phone or mail (§3.4, §7). */
function sameLead(
  call: Call,
  item: JsonMap,
  contacts: Json | undefined,
  before: ReadonlySet<number>,
): { readonly lead: Row; readonly contact: Row } | undefined {
  const { store } = call;
  const wanted = new Set(phonesAndMails(store, isList(contacts) ? contacts[0] : undefined));
  const main = store.pipelines.find(({ isMain }) => isMain)?.id;
  const pipeline = item['pipeline_id'] ?? main;
  for (const lead of store.tables.leads.all()) {
    if (lead.deleted || numberOf(lead, 'pipeline_id') !== pipeline || !before.has(lead.id)) continue;
    for (const { type, id } of store.links.of(endOf('leads', lead))) {
      const contact = type === 'contacts' ? store.tables.contacts.get(id) : undefined;
      if (contact && phonesAndMails(store, contact).some((one) => wanted.has(one))) {
        touch(store, 'leads', lead, call);
        return { lead, contact };
      }
    }
  }
  return undefined;
}

/** Several items may have become one: then it is answered once, with all their `request_id`s (reference §3.4). */
function collapsed(rows: readonly Json[]): readonly Json[] {
  const merged = new Map<Json, { [key: string]: Json }>();
  return rows.flatMap((row): readonly Json[] => {
    if (!isMap(row) || row['merged'] !== true) return [row];
    const held = merged.get(row['id'] ?? null);
    if (held === undefined) {
      const first = { ...row };
      merged.set(row['id'] ?? null, first);
      return [first];
    }
    held['request_id'] = [...listOf(held['request_id']), ...listOf(row['request_id'])];
    return [];
  });
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

export const complexRoutes: readonly Route[] = [{ verb: 'POST', path: '/leads/complex', work: create }];
