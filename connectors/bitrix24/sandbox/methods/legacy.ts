import { columnOf } from '../columns.ts';
import { describeLegacy } from '../describe.ts';
import { entities, legacyNames, type EntityName } from '../entities/index.ts';
import { legacyError, unknown } from '../errors.ts';
import type { Failings, Verb } from '../failings.ts';
import { isMultiFieldType, type Field } from '../fields.ts';
import { compileFilter, fieldOfKey } from '../filter.ts';
import { compileOrder, readStart } from '../listing.ts';
import { pageAnswer, type Answer, type Method, type Methods } from '../method.ts';
import { entriesOf, mapOf, listOf, type PhpMap } from '../php.ts';
import { addRecord, updateRecord } from '../records.ts';
import { isPlain, legacyFields, legacyRecord, multiRecord } from '../record-shapes.ts';
import type { Schema } from '../schema.ts';
import { seenPage, seenRow, storedRow } from '../seen.ts';
import type { Store } from '../store.ts';
import type { Row } from '../row.ts';
import { readFields } from '../writing.ts';

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'fields']);

/**
 * crm.{lead,deal,contact,company}.{add,update,get,list,delete,fields} (reference §5.2, left column), and what reads
 * products, whose pages show no answers (reference §5.9).
 */
export const legacyMethods: Methods = Object.fromEntries(
  [
    ...legacyNames.map((name) => [name, Object.entries(methodsOf(name))] as const),
    ['product', Object.entries(methodsOf('product')).filter(([verb]) => readingVerbs.has(verb))] as const,
  ].flatMap(([name, methods]) => methods.map(([verb, method]) => [`crm.${name}.${verb}`, method] as const)),
);

function methodsOf(name: EntityName): Readonly<Record<string, Method>> {
  return {
    add: { scope: 'crm', params: ['fields', 'params'], run: (store, params) => add(store, name, params) },
    update: { scope: 'crm', params: ['id', 'fields', 'params'], run: (store, params) => update(store, name, params) },
    get: {
      scope: 'crm',
      params: ['id'],
      run: (store, { id }) => get(store, name, id),
    },
    list: {
      scope: 'crm',
      params: ['select', 'filter', 'order', 'start'],
      run: (store, params) => list(store, name, params),
    },
    delete: { scope: 'crm', params: ['id'], run: (store, { id }) => remove(store, name, id) },
    fields: { scope: 'crm', params: [], run: (store) => ({ result: describeLegacy(store.schemas[name]) }) },
  };
}

function get(store: Store, name: EntityName, id: unknown): Answer {
  checkRight(store, name, 'read');
  const row = existing(store, name, id, seenRow);
  return { result: legacyRecord(store, store.schemas[name], row) };
}

/** Lists are cut in silence, everything else is refused (reference §1.4, §10.14). */
function checkRight({ failings }: Store, name: EntityName, verb: Verb): void {
  if (failings.mayNot(name, verb)) throw legacyError('Access denied.');
}

function add(store: Store, name: EntityName, params: PhpMap): Answer {
  checkRight(store, name, 'add');
  const fields = mapParam(params, 'fields');
  checkSaveParams(params);
  const changes = readFields(store, store.schemas[name], fields, 'legacy', true);
  return { result: addRecord(store, store.schemas[name], changes, store.userId, 'legacy').id };
}

function update(store: Store, name: EntityName, params: PhpMap): Answer {
  checkRight(store, name, 'update');
  const row = existing(store, name, params['id']);
  const fields = mapParam(params, 'fields');
  checkSaveParams(params);
  const changes = readFields(store, store.schemas[name], fields, 'legacy', false);
  updateRecord(store, store.schemas[name], row, changes, store.userId, 'legacy');
  return { result: true };
}

function remove(store: Store, name: EntityName, id: unknown): Answer {
  checkRight(store, name, 'delete');
  const row = existing(store, name, id);
  store.tables[name].remove(row.id);
  store.productRows.replace(entities[name].letter, row.id, []);
  return { result: true };
}

/** The record, or one of the two legacy errors, told apart by text alone (reference §1.4). */
export function existing(store: Store, name: EntityName, id: unknown, find = storedRow): Row {
  if (!/^[1-9]\d*$/.test(String(id))) throw legacyError('ID is not defined or invalid.');
  const row = find(store, name, Number(id));
  if (row === undefined) throw legacyError('Not found');
  return row;
}

function mapParam(params: PhpMap, name: string): PhpMap {
  const value = mapOf(params[name]);
  if (value === undefined) throw legacyError(`Parameter '${name}' must be array.`);
  return value;
}

/** `params` of add and update: switches without effect here (vendor's crm-contact-add.md). */
function checkSaveParams(params: PhpMap): void {
  if (params['params'] === undefined) return;
  const stranger = Object.keys(mapParam(params, 'params')).find(
    (key) => key !== 'REGISTER_SONET_EVENT' && key !== 'IMPORT',
  );
  if (stranger !== undefined) throw unknown(`params[${stranger}]`);
}

function list(store: Store, name: EntityName, params: PhpMap): Answer {
  const schema = store.schemas[name];
  for (const key of ['filter', 'order'] as const) if (params[key] !== undefined) mapParam(params, key);
  const column = (key: string): ReturnType<typeof columnOf> => {
    const field = schema.byName(key);
    return field === undefined || isLinkList(field) ? undefined : columnOf(field, store.zone, false);
  };
  const filter = compileFilter<Row>(heededFilter(store, name, params['filter']), {
    column,
    nested: false,
    notLike: false,
    notAllowed: (key) => unknown(`the filter ${key} of a ${name}`),
    notValid: (key) => unknown(`the value of the filter ${key}`),
  });
  const order = compileOrder<Row>(params['order'], {
    column,
    notSortable: (key) => unknown(`the order ${key} of a ${name}`),
    badDirection: (key, direction) => unknown(`the order ${key} ${direction}`),
  });
  const selected = select(store, schema, params['select']);
  const plain = selected.filter(isPlain);
  const multi = selected.filter((field) => !isPlain(field)).map((field) => field.name);
  const page = seenPage(store, name, filter, order, readStart(params['start']));
  const result = page.rows.map((row) => ({ ...legacyFields(store, row, plain), ...multiRecord(row, multi) }));
  return pageAnswer(page, result);
}

/** Without the filters the portal passes over (reference §11.5.7: an unknown one, of a user field that is gone). */
function heededFilter({ failings, schemas }: Store, name: EntityName, raw: unknown): unknown {
  const entries = entriesOf(raw);
  if (entries === undefined) return raw;
  const isHeeded = (field: string): boolean =>
    !failings.ignoresFilter(name, field) && !isGone(failings, schemas[name], field);
  const heeded = entries.filter(([key]) => isHeeded(fieldOfKey(key)));
  return heeded.length === entries.length ? raw : Object.fromEntries(heeded);
}

function isGone(failings: Failings, schema: Schema, field: string): boolean {
  return failings.lostField(schema.entity.name, field) && schema.byName(field) === undefined;
}

/** `*` has no user fields, `UF_*` has them; phones and mails must be named; the default is both masks (reference §4.3). */
function select({ failings }: Store, schema: Schema, raw: unknown): readonly Field[] {
  const names = listOf(raw ?? ['*', 'UF_*']);
  if (names === undefined) throw unknown('a selection that is not a list');
  const fields = names.flatMap((name): readonly Field[] => {
    if (name === '*') return schema.fields.filter((field) => field.user === undefined && isPlain(field));
    if (name === 'UF_*') return schema.fields.filter((field) => field.user !== undefined);
    const field = schema.byName(String(name));
    if (isGone(failings, schema, String(name))) return [];
    if (field === undefined || isLinkList(field)) throw unknown(`the selected field ${String(name)}`);
    return [field];
  });
  return [...new Set(fields)];
}

/** CONTACT_IDS is not in legacy answers (reference §4.3). */
function isLinkList(field: Field): boolean {
  return !isPlain(field) && !isMultiFieldType(field.name);
}
