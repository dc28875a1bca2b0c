import { fieldTypes, type FieldHome } from './field-types.ts';
import type { CustomField, EnumOption } from './fields.ts';
import { isList, isMap, isWhole, type Json, type JsonMap } from './json.ts';
import { fieldMissing, notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import type { Store } from './store.ts';

interface PlannedField {
  readonly complaints: readonly Complaint[];
  carryOut(): CustomField;
}

/** Keys of a field that is written (reference §4, "Creating fields"); the last ones are read and sent back. */
const keys = new Set([
  'id',
  'request_id',
  'type',
  'name',
  'code',
  'sort',
  'group_id',
  'is_api_only',
  'required_statuses',
  'enums',
  'is_deletable',
  'is_visible',
  'is_required',
  'search_in',
  'tracking_callback',
  'remind',
  'currency',
  'account_id',
  'is_predefined',
  'entity_type',
  'triggers',
  'hidden_statuses',
  'chained_lists',
  'catalog_id',
  '_links',
]);

export function planField(store: Store, home: FieldHome, catalogId: number | null, item: JsonMap): PlannedField {
  checkKeys(item);
  const { type, name } = item;
  const code = item['code'] ?? null;
  const rule = typeof type === 'string' ? fieldTypes.get(type) : undefined;
  const complaints: Complaint[] = [...nameComplaints(name), ...codeComplaints(store, home, catalogId, code)];
  if (type === undefined) complaints.push(fieldMissing('type'));
  else if (rule === undefined || !rule.homes.includes(home)) complaints.push(notAChoice('type'));
  const options = readOptions(store, [], item['enums'] ?? null);
  return {
    complaints: [...complaints, ...options.complaints],
    carryOut() {
      const born = store.fields.create({
        home,
        name: String(name),
        type: String(type),
        apiOnly: item['is_api_only'] === true,
        ...(catalogId !== null && { catalogId }),
        ...(typeof code === 'string' && { code }),
      });
      const field = { ...born, ...ownOf(item), ...(options.made && { options: options.made() }) };
      store.fields.put(field);
      return field;
    },
  };
}

/** Options are sent as a whole list: what is not in it goes (reference §4). */
export function planFieldUpdate(store: Store, field: CustomField, item: JsonMap): PlannedField {
  checkKeys(item);
  const { name, type } = item;
  const complaints: Complaint[] = name === undefined ? [] : [...nameComplaints(name)];
  // A type stays what it is: not described, and so refused like any other wrong choice.
  if (type !== undefined && type !== field.type) complaints.push(notAChoice('type'));
  if (field.predefined && item['enums'] !== undefined) complaints.push(notAChoice('enums'));
  const options = readOptions(store, field.options, item['enums'] ?? null);
  return {
    complaints: [...complaints, ...options.complaints],
    carryOut() {
      const changed = {
        ...field,
        ...ownOf(item),
        ...(typeof name === 'string' && { name }),
        ...(options.made && { options: options.made() }),
      };
      store.fields.put(changed);
      return changed;
    },
  };
}

function ownOf(item: JsonMap): Partial<CustomField> {
  const { sort, currency, is_api_only: apiOnly } = item;
  return {
    ...(isWhole(sort) && { sort }),
    ...(typeof currency === 'string' && { currency }),
    ...(typeof apiOnly === 'boolean' && { apiOnly }),
  };
}

function checkKeys(item: JsonMap): void {
  const strange = Object.keys(item).find((key) => !keys.has(key));
  if (strange !== undefined) throw unknown(`the key ${strange} of a custom field`);
}

function nameComplaints(name: Json | undefined): readonly Complaint[] {
  if (name === undefined) return [fieldMissing('name')];
  return typeof name === 'string' && name !== '' ? [] : [notOfType('name', 'string')];
}

/** A code is given once (reference §4). */
function codeComplaints(store: Store, home: FieldHome, catalogId: number | null, code: Json): readonly Complaint[] {
  if (code === null) return [];
  if (typeof code !== 'string') return [notOfType('code', 'string')];
  return store.fields.of(home, catalogId).some((field) => field.code === code) ? [notAChoice('code')] : [];
}

interface ReadOptions {
  readonly complaints: readonly Complaint[];
  readonly made?: () => readonly EnumOption[];
}

function readOptions(store: Store, held: readonly EnumOption[], given: Json): ReadOptions {
  if (given === null) return { complaints: [] };
  if (!isList(given)) return { complaints: [notOfType('enums', 'array')] };
  const complaints = given.flatMap((one, place) =>
    isMap(one) && typeof one['value'] === 'string' ? [] : [notOfType(`enums.${place}.value`, 'string')],
  );
  const made = (): readonly EnumOption[] =>
    given.flatMap((one, place): readonly EnumOption[] => {
      if (!isMap(one)) return [];
      const value = String(one['value']);
      const sort = isWhole(one['sort']) ? one['sort'] : (place + 1) * 10;
      const code = typeof one['code'] === 'string' ? one['code'] : null;
      const old = held.find(({ id }) => id === one['id']);
      return [old ? { ...old, value, sort, code } : store.fields.option(value, sort, code)];
    });
  return { complaints, made };
}
