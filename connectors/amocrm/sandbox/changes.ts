import type { CustomField } from './fields.ts';
import { readValue } from './field-values.ts';
import type { FieldHome } from './field-types.ts';
import { isList, isMap, isWhole, type Json, type JsonMap } from './json.ts';
import { fieldMissing, notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import { rulesOf, type Rule } from './keys.ts';
import type { Store } from './store.ts';
import { readTagRefs, type TagRef } from './tags.ts';

/** What one item of a write says, and what is wrong with it. */
export interface Changes {
  readonly complaints: readonly Complaint[];
  readonly values: Readonly<Record<string, Json>>;
  /** null clears the field. */
  readonly fields: ReadonlyMap<number, readonly Json[] | null>;
  /** The whole set; absent: it stays (reference §3.7, Tags). */
  readonly tags?: readonly TagRef[];
  readonly addTags: readonly TagRef[];
  readonly deleteTags: readonly TagRef[];
}

/** Reads an item by the rules of its kind; throws at a key the reference does not know. */
export function readChanges(store: Store, home: FieldHome, item: JsonMap, catalogId: number | null = null): Changes {
  const complaints: Complaint[] = [];
  const values: Record<string, Json> = {};
  const rules = rulesOf(home);
  for (const [key, value] of Object.entries(item)) {
    if (structured.has(key)) continue;
    const rule = rules[key];
    if (rule === undefined) throw unknown(`the key ${key} of ${home}`);
    if (rule === 'passed over') continue;
    const wrong = checkValue(store, rule, key, value);
    if (wrong) complaints.push(wrong);
    else values[key] = rule === 'time' && typeof value === 'number' ? Math.floor(value) : value;
  }
  const { fields, wrong } = readFieldValues(store, home, catalogId, item['custom_fields_values'] ?? null);
  const tagged = readTags(store, home, item);
  return { values, fields, ...tagged, complaints: [...complaints, ...wrong, ...tagged.complaints] };
}

const structured = new Set(['id', 'request_id', 'custom_fields_values', 'tags_to_add', 'tags_to_delete', '_embedded']);

function checkValue(store: Store, rule: Exclude<Rule, 'passed over'>, key: string, value: Json): Complaint | undefined {
  switch (rule) {
    case 'text':
      return typeof value === 'string' ? undefined : notOfType(key, 'string');
    case 'optional':
      return value === null || isWhole(value) ? undefined : notOfType(key, 'int');
    case 'time':
      // Clients send them with a fraction (reference §9.1, §11.10).
      return value === null || typeof value === 'number' ? undefined : notOfType(key, 'int');
    case 'price': {
      const isPrice = typeof value === 'number' && (store.habits.minorUnits || Number.isInteger(value));
      return isPrice ? undefined : notOfType(key, 'int');
    }
    case 'user':
    case 'maker': {
      if (!isWhole(value)) return notOfType(key, 'int');
      // 0 stands for a robot (reference §3.2).
      if (rule === 'maker' && value === 0) return undefined;
      return store.users.get(value)?.isDeleted === false ? undefined : notAChoice(key);
    }
    default:
      return rule satisfies never;
  }
}

interface FieldValues {
  readonly fields: ReadonlyMap<number, readonly Json[] | null>;
  readonly wrong: readonly Complaint[];
}

const fieldKeys = new Set(['field_id', 'field_code', 'field_name', 'field_type', 'values']);

/** Only the fields that are listed change; the values of one replace all it had (reference §4). */
export function readFieldValues(store: Store, home: FieldHome, catalogId: number | null, given: Json): FieldValues {
  const fields = new Map<number, readonly Json[] | null>();
  if (given === null) return { fields, wrong: [] };
  if (!isList(given)) return { fields, wrong: [notOfType('custom_fields_values', 'array')] };
  const wrong: Complaint[] = [];
  for (const [place, entry] of given.entries()) {
    const path = `custom_fields_values.${place}`;
    if (!isMap(entry)) throw unknown(`an entry of ${path} that is no object`);
    const strange = Object.keys(entry).find((key) => !fieldKeys.has(key));
    if (strange !== undefined) throw unknown(`the key ${strange} of ${path}`);
    const field = fieldOf(store, home, catalogId, entry, path);
    if ('complaint' in field) wrong.push(field.complaint);
    else {
      const read = readValues(store, field.field, entry['values'] ?? null, `${path}.values`);
      if ('complaints' in read) wrong.push(...read.complaints);
      else fields.set(field.field.id, read.values);
    }
  }
  return { fields, wrong };
}

/** By `field_id`, and by `field_code` where that is null (reference §4, §11.10). */
function fieldOf(
  store: Store,
  home: FieldHome,
  catalogId: number | null,
  entry: JsonMap,
  path: string,
): { readonly field: CustomField } | { readonly complaint: Complaint } {
  const [id, code] = [entry['field_id'] ?? null, entry['field_code'] ?? null];
  const all = store.fields.of(home, catalogId);
  const field = id === null ? all.find((one) => code !== null && one.code === code) : all.find((one) => one.id === id);
  if (field) return { field };
  if (id === null && code === null) return { complaint: fieldMissing(`${path}.field_id`) };
  return { complaint: notAChoice(`${path}.${id === null ? 'field_code' : 'field_id'}`) };
}

type Values = { readonly values: readonly Json[] | null } | { readonly complaints: readonly Complaint[] };

const many = new Set(['choices', 'multitext', 'address', 'object', 'chained']);

function readValues(store: Store, field: CustomField, given: Json, path: string): Values {
  if (given === null) return { values: null };
  if (!isList(given)) return { complaints: [notOfType(path, 'array')] };
  // What an empty list does nobody says; null is the way to clear (reference §4).
  if (given.length === 0) throw unknown(`an empty list of values of ${field.name}`);
  const rule = store.fields.ruleOf(field);
  if (given.length > 1 && !many.has(rule.shape)) throw unknown(`${given.length} values of ${field.name}`);
  const read = given.map((one, place) => readValue(store.zone, field, rule, one, `${path}.${place}`));
  const complaints = read.flatMap((one) => ('complaints' in one ? one.complaints : []));
  if (complaints.length > 0) return { complaints };
  return { values: read.flatMap((one) => ('value' in one ? [one.value] : [])) };
}

type TagChanges = Pick<Changes, 'complaints' | 'tags' | 'addTags' | 'deleteTags'>;

function readTags(store: Store, home: FieldHome, item: JsonMap): TagChanges {
  const none: TagChanges = { complaints: [], addTags: [], deleteTags: [] };
  if (home === 'elements') return none;
  const embedded = isMap(item['_embedded']) ? item['_embedded'] : {};
  const tags = readTagRefs(store, home, embedded['tags'] ?? null, '_embedded.tags');
  const add = readTagRefs(store, home, item['tags_to_add'] ?? null, 'tags_to_add');
  const remove = readTagRefs(store, home, item['tags_to_delete'] ?? null, 'tags_to_delete');
  return {
    complaints: [...tags.complaints, ...add.complaints, ...remove.complaints],
    ...(tags.refs && { tags: tags.refs }),
    addTags: add.refs ?? [],
    deleteTags: remove.refs ?? [],
  };
}
