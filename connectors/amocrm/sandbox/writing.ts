import { readChanges, type Changes } from './changes.ts';
import type { Json, JsonMap } from './json.ts';
import { readLinksOnCreate, type LinksOnCreate } from './links-on-create.ts';
import { endOf } from './links.ts';
import { stageAfter, stageComplaints } from './leads.ts';
import { notAChoice, type Complaint } from './problems.ts';
import { textOf, type EntityType, type Row } from './rows.ts';
import type { Store } from './store.ts';
import { heldTagIds, tagIds } from './tags.ts';

/** One item of a write that was read: what is wrong with it, and what carries it out where nothing is. */
export interface Planned {
  readonly complaints: readonly Complaint[];
  carryOut(): Row;
}

/** Whoever writes: on whose behalf, and in whose name where nothing else is said. */
export interface Writer {
  readonly userId: number;
}

/** Always another one: nothing is looked for that might be the same (reference §7). */
export function planCreate(store: Store, type: EntityType, item: JsonMap, writer: Writer): Planned {
  const changes = readChanges(store, type, item);
  const links = readLinksOnCreate(store, type, item);
  const stage = type === 'leads' ? stageComplaints(store, changes.values, undefined) : [];
  return {
    complaints: [...changes.complaints, ...links.complaints, ...stage],
    carryOut: () => create(store, type, changes, links, writer),
  };
}

export function planUpdate(
  store: Store,
  type: EntityType,
  row: Row | undefined,
  item: JsonMap,
  writer: Writer,
): Planned {
  const changes = readChanges(store, type, item);
  if (row === undefined) return { complaints: [notAChoice('id')], carryOut: () => missing(type) };
  const stage = type === 'leads' ? stageComplaints(store, changes.values, row) : [];
  return {
    complaints: [...changes.complaints, ...stage],
    // The row as it is by then: one batch may name it twice.
    carryOut: () => update(store, type, store.tables[type].get(row.id) ?? row, changes, writer),
  };
}

function missing(type: EntityType): never {
  throw new RangeError(`there is no such row of ${type}`);
}

function create(store: Store, type: EntityType, changes: Changes, links: LinksOnCreate, { userId }: Writer): Row {
  const id = store.tables[type].nextId();
  const now = store.now();
  const stamps = { created_by: userId, updated_by: userId, created_at: now, updated_at: now };
  const values: Record<string, Json> = { ...defaults(type, id), responsible_user_id: userId, ...stamps };
  Object.assign(values, said(changes.values), names(type, changes.values, {}));
  if (type === 'leads') Object.assign(values, stageAfter(store, changes.values, undefined));
  const tags = tagIds(store, type, [...(changes.tags ?? []), ...changes.addTags]);
  const row: Row = { id, values, fields: fieldsAfter(new Map(), changes), tags: [...new Set(tags)], deleted: false };
  store.tables[type].put(row);
  for (const { to, metadata } of links.links) store.links.link(endOf(type, row), to, metadata);
  return row;
}

function update(store: Store, type: EntityType, row: Row, changes: Changes, { userId }: Writer): Row {
  const before = Number(row.values['updated_at'] ?? 0);
  const sent = Number(changes.values['updated_at'] ?? store.now());
  const values: Record<string, Json> = { ...row.values, updated_by: userId, ...said(changes.values) };
  // It never goes back (reference §11.17).
  Object.assign(values, { updated_at: Math.max(before, sent) }, names(type, changes.values, row.values));
  if (type === 'leads') Object.assign(values, stageAfter(store, changes.values, row));
  const changed = {
    ...row,
    values,
    fields: fieldsAfter(row.fields, changes),
    tags: tagsAfter(store, type, row, changes),
  };
  store.tables[type].put(changed);
  return changed;
}

function defaults(type: EntityType, id: number): Readonly<Record<string, Json>> {
  if (type === 'leads') return { name: `Сделка #${id}`, price: 0 };
  return type === 'contacts' ? { name: '', first_name: '', last_name: '' } : { name: '' };
}

/** Nothing that is said to be nothing. */
function said(values: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** A name is put together of the two parts where one of them is said; how a real account does is not verified (§3.3). */
function names(type: EntityType, given: Readonly<Record<string, Json>>, held: Readonly<Record<string, Json>>): JsonMap {
  if (type !== 'contacts' || given['name'] !== undefined) return {};
  if (given['first_name'] === undefined && given['last_name'] === undefined) return {};
  const part = (name: string): string => String(given[name] ?? held[name] ?? '');
  return { name: [part('first_name'), part('last_name')].filter((text) => text !== '').join(' ') };
}

export function fieldsAfter(
  held: ReadonlyMap<number, readonly Json[]>,
  { fields }: Pick<Changes, 'fields'>,
): ReadonlyMap<number, readonly Json[]> {
  const after = new Map(held);
  for (const [id, values] of fields) {
    if (values === null) after.delete(id);
    else after.set(id, values);
  }
  return after;
}

function tagsAfter(store: Store, type: EntityType, row: Row, changes: Changes): readonly number[] {
  const base = changes.tags ? tagIds(store, type, changes.tags) : row.tags;
  const removed = new Set(heldTagIds(store, type, changes.deleteTags));
  const all = [...base, ...tagIds(store, type, changes.addTags)].filter((id) => !removed.has(id));
  return [...new Set(all)];
}

/** Marks that something about a row changed that is not in it: a link. */
export function touch(store: Store, type: EntityType, row: Row, { userId }: Writer): void {
  const updated_at = Math.max(Number(row.values['updated_at'] ?? 0), store.now());
  store.tables[type].put({ ...row, values: { ...row.values, updated_at, updated_by: userId } });
}

export function nameOf(row: Row): string {
  return textOf(row, 'name');
}
