import type { Json, JsonMap } from './json.ts';
import { numberOf, textOf, type EntityType, type Row, type TableName } from './rows.ts';
import type { FieldHome } from './field-types.ts';
import { endOf, type LinkEnd } from './links.ts';
import type { Store } from './store.ts';

/** `custom_fields_values` as it is read: null and not `[]` where there is none (reference §4). */
export function readFields(store: Store, row: Row, home: FieldHome, catalogId: number | null = null): Json {
  const values = store.fields.of(home, catalogId).flatMap((field): readonly Json[] => {
    const held = row.fields.get(field.id);
    if (held === undefined) return [];
    const { id, name, code, type } = field;
    return [{ field_id: id, field_name: name, field_code: code, field_type: type, values: held }];
  });
  return values.length === 0 ? null : values;
}

const stamps = ['responsible_user_id', 'created_by', 'updated_by', 'created_at', 'updated_at'] as const;

/** What contacts, companies and leads have in common (reference §3.2, §3.3). */
function common(store: Store, type: EntityType, row: Row): JsonMap {
  return {
    id: row.id,
    name: textOf(row, 'name'),
    ...Object.fromEntries(stamps.map((name) => [name, row.values[name] ?? null])),
    group_id: 0,
    closest_task_at: closestTask(store, type, row),
    account_id: store.accountId,
    custom_fields_values: readFields(store, row, type),
  };
}

function ownOf(store: Store, type: EntityType, row: Row): JsonMap {
  if (type === 'companies') return { is_deleted: false };
  if (type === 'contacts') {
    const { first_name = '', last_name = '' } = row.values;
    return { first_name, last_name, is_deleted: false, is_unsorted: false };
  }
  const price = numberOf(row, 'price');
  const { status_id = null, pipeline_id = null, loss_reason_id = null, closed_at = null } = row.values;
  return {
    price: Math.trunc(price),
    status_id,
    pipeline_id,
    loss_reason_id,
    closed_at,
    is_deleted: row.deleted,
    score: null,
    labor_cost: null,
    ...(store.habits.minorUnits && { price_with_minor_units: price }),
  };
}

/** The earliest end of a task that is still open; null: none. */
export function closestTask(store: Store, type: EntityType, { id }: Row): number | null {
  const ends = store.tables.tasks
    .all()
    .filter((task) => !task.deleted && task.values['is_completed'] !== true)
    .filter((task) => task.values['entity_type'] === type && task.values['entity_id'] === id)
    .map((task) => numberOf(task, 'complete_till'));
  return ends.length === 0 ? null : Math.min(...ends);
}

/** One entity as it is read; `href` is what its `self` says, `wanted` the known names of `with`. */
export function readEntity(
  store: Store,
  type: EntityType,
  row: Row,
  href: string,
  wanted: ReadonlySet<string> = new Set(),
): JsonMap {
  // A lead in the trash is a row of nulls (reference §5, only_deleted).
  if (type === 'leads' && row.deleted) return { ...emptied(common(store, type, row)), id: row.id, is_deleted: true };
  const linked = (end: LinkEnd): readonly Json[] => readLinked(store, type, row, end);
  const embedded: JsonMap = {
    tags: row.tags.map((id) => ({ id, name: store.tags.get(id)?.name ?? '', color: null })),
    ...(type === 'companies' ? {} : { companies: linked('companies') }),
    ...(wanted.has('contacts') && { contacts: linked('contacts') }),
    ...(wanted.has('leads') && { leads: linked('leads') }),
    ...(wanted.has('catalog_elements') && { catalog_elements: linked('elements') }),
    ...(wanted.has('customers') && { customers: [] }),
    ...(wanted.has('social_profiles') && { social_profiles: [] }),
    ...(wanted.has('loss_reason') && { loss_reason: lossReason(store, row) }),
  };
  return {
    ...common(store, type, row),
    ...ownOf(store, type, row),
    ...(wanted.has('source_id') && { source_id: null }),
    ...(wanted.has('is_price_modified_by_robot') && { is_price_modified_by_robot: false }),
    _links: { self: { href } },
    _embedded: embedded,
  };
}

function emptied(shape: JsonMap): JsonMap {
  return Object.fromEntries(Object.keys(shape).map((key) => [key, null]));
}

function readLinked(store: Store, type: EntityType, row: Row, end: LinkEnd): readonly Json[] {
  return store.links
    .of(endOf(type, row))
    .filter((linked) => linked.type === end && store.tables[end].get(linked.id)?.deleted === false)
    .map(({ id, metadata }): Json => {
      if (end === 'elements') return { id, metadata };
      return type === 'leads' && end === 'contacts' ? { id, is_main: metadata?.['is_main'] === true } : { id };
    });
}

function lossReason(store: Store, row: Row): readonly Json[] {
  const reason = store.lossReasons.find(({ id }) => id === row.values['loss_reason_id']);
  return reason === undefined ? [] : [{ ...reason }];
}

/** Tasks, notes, lists and their elements: their values as they are kept. */
export function readPlain(store: Store, table: Exclude<TableName, EntityType>, row: Row, href: string): JsonMap {
  const own = { id: row.id, ...row.values, account_id: store.accountId, _links: { self: { href } } };
  if (table !== 'elements') return own;
  return { ...own, custom_fields_values: readFields(store, row, 'elements', numberOf(row, 'catalog_id')) };
}
