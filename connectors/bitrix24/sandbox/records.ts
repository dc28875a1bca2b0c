import type { Entity } from './entities/index.ts';
import { applyEdits, presence } from './multi-fields.ts';
import { amountOf } from './product-rows.ts';
import { recordDefaults, type Values } from './record-defaults.ts';
import type { Schema } from './schema.ts';
import { semanticOf, stageBook } from './statuses.ts';
import type { Store } from './store.ts';
import { compactValues, type Row } from './row.ts';
import { isList, sameStored, type Stored } from './values.ts';
import { badValue, isItem, type Changes, type Dialect } from './writing.ts';

/** Adds a record; a duplicate is never looked for (reference §5.5). */
export function addRecord(store: Store, { entity }: Schema, changes: Changes, userId: number, dialect: Dialect): Row {
  const table = store.tables[entity.name];
  const id = table.nextId();
  const values: Values = { ...recordDefaults(store, entity, id, userId), ...changes.values };
  const empty: Row = { id, values: {}, multi: [] };
  link(values, changes.values, empty);
  moveStage(store, entity, values, empty, userId, dialect);
  const multi = applyEdits([], changes.edits, () => store.nextId('multi'));
  if (entity.hasMultiFields) Object.assign(values, presence(multi));
  const row = { id, values: compactValues(values), multi };
  table.put(row);
  return row;
}

/**
 * Changes a record. crm.item.update that changes nothing is not a save: nothing is stamped (reference §5.2 "no-op
 * update"). What a legacy update that changes nothing does is not described; here it is a save.
 */
export function updateRecord(
  store: Store,
  { entity }: Schema,
  row: Row,
  changes: Changes,
  userId: number,
  dialect: Dialect,
): Row {
  const values: Values = { ...row.values, ...changes.values };
  link(values, changes.values, row);
  moveStage(store, entity, values, row, userId, dialect);
  if (entity.hasAmount && values['IS_MANUAL_OPPORTUNITY'] !== 'Y') recalculate(store, entity, row.id, values);
  const multi = applyEdits(row.multi, changes.edits, () => store.nextId('multi'));
  if (entity.hasMultiFields) Object.assign(values, presence(multi));
  if (isItem(dialect) && multi === row.multi && isSame(values, row.values)) return row;
  const now = store.now();
  const { changed: changedTime, changedBy } = entity.stamps;
  if (changes.values[changedTime] === undefined) values[changedTime] = now;
  values[changedBy] = userId;
  const changed = { id: row.id, values: compactValues(values), multi };
  store.tables[entity.name].put(changed);
  return changed;
}

/** Makes the amount follow the product rows unless it is kept by hand; the record is not stamped (reference §5.9). */
export function followProductRows(store: Store, entity: Entity, row: Row): void {
  if (!entity.hasAmount || row.values['IS_MANUAL_OPPORTUNITY'] === 'Y') return;
  const amount = amountOf(store.productRows.of(entity.letter, row.id));
  store.tables[entity.name].put({ ...row, values: { ...row.values, OPPORTUNITY: amount } });
}

/**
 * One of CONTACT_ID and CONTACT_IDS follows the other, as COMPANY_ID and COMPANY_IDS do: the list replaces all, the
 * single one takes the first place (reference §5.8; that the other links stay then is an assumption).
 */
function link(values: Values, written: Readonly<Record<string, Stored>>, row: Row): void {
  for (const [one, many] of links) {
    const list = written[many];
    const single = written[one];
    const held = idsOf(row.values[many]);
    if (list !== undefined) values[one] = idsOf(list)[0] ?? null;
    else if (typeof single === 'number')
      values[many] = [single, ...held.filter((id) => id !== single && id !== held[0])];
    else if (single === null) {
      values[many] = held.slice(1);
      values[one] = held[1] ?? null;
    }
  }
}

const links = [
  ['CONTACT_ID', 'CONTACT_IDS'],
  ['COMPANY_ID', 'COMPANY_IDS'],
] as const;

export function idsOf(value: Stored | undefined): readonly number[] {
  return isList(value) ? value.filter((id) => typeof id === 'number') : [];
}

/** Checks the stage against its funnel, and sets what follows from it (reference §5.6, §11.5.11). */
function moveStage(store: Store, entity: Entity, values: Values, row: Row, userId: number, dialect: Dialect): void {
  if (entity.stage === undefined) return;
  const { field, semantic } = entity.stage;
  const categoryId = Number(values['CATEGORY_ID'] ?? 0);
  if (entity.hasFunnels && !hasFunnel(store, entity, categoryId)) throw badValue('CATEGORY_ID', categoryId, dialect);
  const book = stageBook(entity, categoryId);
  const funnelChanged = row.values['CATEGORY_ID'] !== undefined && row.values['CATEGORY_ID'] !== categoryId;
  const untouched = values[field] === row.values[field];
  const wanted = untouched && funnelChanged ? undefined : values[field];
  const first = store.statuses.of(book)[0];
  const stage = wanted === undefined ? first : store.statuses.find(book, String(wanted));
  if (stage === undefined) throw badValue(isItem(dialect) ? 'stageId' : field, wanted, dialect);
  if (stage.statusId === row.values[field]) return;
  const now = store.now();
  const isOpen = semanticOf(stage) === 'P';
  Object.assign(values, { [field]: stage.statusId, [entity.stamps.movedBy]: userId, [entity.stamps.moved]: now });
  if (semantic !== undefined) values[semantic] = semanticOf(stage);
  if (entity.process !== undefined) values['PREVIOUS_STAGE_ID'] = row.values[field] ?? null;
  else if (entity.name === 'deal')
    Object.assign(values, { CLOSED: isOpen ? 'N' : 'Y', IS_NEW: stage === first ? 'Y' : 'N' });
  else values['DATE_CLOSED'] = isOpen ? null : now;
}

function hasFunnel({ statuses }: Store, { typeId }: Entity, categoryId: number): boolean {
  return statuses.categories.some(({ id, entityTypeId }) => id === categoryId && entityTypeId === typeId);
}

/** Without IS_MANUAL_OPPORTUNITY the amount written does not survive product rows (reference §5.9, §10.16). */
function recalculate(store: Store, entity: Entity, id: number, values: Values): void {
  const rows = store.productRows.of(entity.letter, id);
  if (rows.length > 0) values['OPPORTUNITY'] = amountOf(rows);
}

function isSame(left: Readonly<Values>, right: Readonly<Record<string, Stored>>): boolean {
  return Object.keys(left).every((key) => sameStored(left[key] ?? null, right[key] ?? null));
}
