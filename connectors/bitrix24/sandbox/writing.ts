import { codedError, unknown, type ApiError } from './errors.ts';
import { isMultiFieldType, type Field } from './fields.ts';
import { itemEdits, legacyEdits, type MultiEdit } from './multi-fields.ts';
import { listOf, type PhpMap } from './php.ts';
import type { Schema } from './schema.ts';
import type { Store } from './store.ts';
import { isList, readValue, type Stored } from './values.ts';

/**
 * How a write came: through a legacy method, through crm.item.* with or without original user field names, or from a
 * person at the desk, who writes legacy names and may touch what the API may not.
 */
export type Dialect = 'legacy' | 'item' | 'itemOriginal' | 'desk';

/** The `fields` of a write, checked and in the form they are kept. */
export interface Changes {
  readonly values: Readonly<Record<string, Stored>>;
  readonly edits: readonly MultiEdit[];
}

export function readFields(store: Store, schema: Schema, raw: PhpMap, dialect: Dialect, adding: boolean): Changes {
  const values: Record<string, Stored> = {};
  const edits: MultiEdit[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (isItem(dialect) && key === 'fm' && schema.entity.hasMultiFields) {
      edits.push(...itemEdits(value));
      continue;
    }
    const field = isItem(dialect) ? schema.byItemName(key, dialect === 'itemOriginal') : schema.byName(key);
    if (field === undefined) {
      if (store.failings.lostField(schema.entity.name, key)) continue;
      store.unknownField(`the field ${key} of a ${schema.entity.name}`);
    } else if (isMultiFieldType(field.name)) {
      edits.push(...legacyEdits(field.name, value));
    } else if (mayWrite(field, dialect, adding)) {
      values[field.name] = checkedValue(store, field, value, key, dialect);
    }
  }
  return { values, edits };
}

export function isItem(dialect: Dialect): boolean {
  return dialect === 'item' || dialect === 'itemOriginal';
}

/** What one may not write is passed over in silence: LEAD_ID, a moved CATEGORY_ID (reference §5.2). */
function mayWrite({ access }: Field, dialect: Dialect, adding: boolean): boolean {
  if (access === 'free' || dialect === 'desk') return true;
  if (access === 'create') return adding || isItem(dialect);
  return access === 'item' && isItem(dialect);
}

function checkedValue(store: Store, field: Field, raw: unknown, key: string, dialect: Dialect): Stored {
  if (field.multiple && isItem(dialect) && listOf(raw) === undefined && raw !== '' && raw !== null)
    throw codedError(100, `Expected iterable value for multiple field, but got ${phpType(raw)} instead`);
  const value = readValue(field, raw, store.zone);
  if (value === undefined || !isListed(store, field, value)) throw badValue(key, raw, dialect);
  return value;
}

/** crm.item.* has a code for it (reference §1.5); what legacy methods do with a bad value is not described. */
export function badValue(key: string, raw: unknown, dialect: Dialect): ApiError {
  return isItem(dialect)
    ? codedError('CRM_FIELD_ERROR_VALUE_NOT_VALID', `Invalid value for field "${key}"`)
    : unknown(`the value ${JSON.stringify(raw)} of ${key}`);
}

function phpType(raw: unknown): string {
  if (typeof raw === 'number') return Number.isInteger(raw) ? 'int' : 'float';
  return typeof raw === 'boolean' ? 'bool' : 'string';
}

/** A status or a list item must be one the portal has; the stage is checked later, when its funnel is known. */
function isListed(store: Store, field: Field, value: Stored): boolean {
  const chosen = isList(value) ? value : [value];
  return chosen.every((one) => {
    if (one === null || one === '') return true;
    if (field.user !== undefined && field.type === 'enumeration')
      return field.user.items.some((item) => item.id === one);
    if (field.statusType === undefined || isStage(field)) return true;
    return store.statuses.find(field.statusType, String(one)) !== undefined;
  });
}

function isStage({ statusType }: Field): boolean {
  return statusType === 'DEAL_STAGE' || statusType === 'STATUS' || statusType?.startsWith('DYNAMIC_') === true;
}
