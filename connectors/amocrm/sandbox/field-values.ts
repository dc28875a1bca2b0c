import type { CustomField, EnumOption } from './fields.ts';
import type { TypeRule } from './field-types.ts';
import { isMap, isWhole, type Json, type JsonMap } from './json.ts';
import { notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import { momentOf, type Zone } from './zone.ts';

/** A value as kept, which is as it is read; or what is wrong with it. */
export type ReadValue = { readonly value: Json } | { readonly complaints: readonly Complaint[] };

const metadata = ['value', 'enum_id', 'enum_code', 'enum'];

/** Reads one of the `values` of a field, by its type (reference §4). */
export function readValue(zone: Zone, field: CustomField, rule: TypeRule, given: Json, path: string): ReadValue {
  if (!isMap(given)) return { complaints: [notOfType(path, 'array')] };
  checkKeys(field, rule, given);
  const value = given['value'] ?? null;
  switch (rule.shape) {
    case 'text':
      return typeof value === 'string' ? { value: { value } } : wrong(path, 'string');
    case 'number':
      return numberValue(value, path);
    case 'flag':
      return typeof value === 'boolean' ? { value: { value } } : wrong(path, 'bool');
    case 'day':
    case 'birthday':
    case 'moment':
      return momentValue(zone, rule, value, path);
    case 'choice':
    case 'choices':
      return choiceValue(field, given, path);
    case 'multitext':
    case 'address':
      return kindValue(field, given, path);
    case 'object':
      return isMap(value) ? { value: { value } } : wrong(path, 'array');
    case 'chained':
      return chainedValue(given, path);
    default:
      return rule.shape satisfies never;
  }
}

function wrong(path: string, type: string): ReadValue {
  return { complaints: [notOfType(`${path}.value`, type)] };
}

/** A number or a text of one; read as a text (reference §4, numeric). */
function numberValue(value: Json, path: string): ReadValue {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+([.,]\d+)?$/.test(value));
  return isNumber ? { value: { value: String(value).replace(',', '.') } } : wrong(path, 'numeric');
}

/** Unix seconds or RFC 3339; a birthday before 1970 by the latter alone (reference §4, §10.3). */
function momentValue(zone: Zone, { shape }: TypeRule, value: Json, path: string): ReadValue {
  const given = typeof value === 'number' ? Math.floor(value) : typeof value === 'string' ? momentOf(value) : undefined;
  const isBeforeCount = typeof value === 'number' && value < 0 && shape === 'birthday';
  if (given === undefined || isBeforeCount) return wrong(path, 'int');
  return { value: { value: shape === 'moment' ? given : zone.midnightOf(given) } };
}

/** By `enum_id`, `enum_code` or the exact text; options are never made on the way (reference §4, "Enum matching"). */
function choiceValue({ options }: CustomField, given: JsonMap, path: string): ReadValue {
  const named = namedOption(options, given, path);
  if (named !== undefined)
    return 'complaint' in named ? complain(named.complaint) : { value: readOption(named.option) };
  const option = options.find(({ value }) => value === given['value']);
  return option === undefined ? complain(notAChoice(`${path}.value`)) : { value: readOption(option) };
}

/** A text and its kind, WORK where none is said; in an address the kind must be said (reference §4). */
function kindValue({ options, type }: CustomField, given: JsonMap, path: string): ReadValue {
  const value = given['value'] ?? null;
  if (typeof value !== 'string') return wrong(path, 'string');
  const named = namedOption(options, given, path);
  if (named !== undefined && 'complaint' in named) return complain(named.complaint);
  if (named === undefined && type === 'smart_address') throw unknown('a line of an address without its kind');
  const option = named?.option ?? options[0];
  return { value: { value, enum_id: option?.id ?? null, enum_code: option?.code ?? null } };
}

type Named = { readonly option: EnumOption } | { readonly complaint: Complaint };

function namedOption(options: readonly EnumOption[], given: JsonMap, path: string): Named | undefined {
  const [id, code] = [given['enum_id'] ?? null, given['enum_code'] ?? null];
  if (id !== null) {
    const option = options.find((one) => one.id === Number(id));
    return option ? { option } : { complaint: notAChoice(`${path}.enum_id`) };
  }
  if (code === null) return undefined;
  const option = options.find((one) => one.code === code);
  return option ? { option } : { complaint: notAChoice(`${path}.enum_code`) };
}

function readOption({ id, value, code }: EnumOption): Json {
  return { value, enum_id: id, enum_code: code };
}

function complain(complaint: Complaint): ReadValue {
  return { complaints: [complaint] };
}

function chainedValue(given: JsonMap, path: string): ReadValue {
  const { catalog_id, catalog_element_id } = given;
  if (!isWhole(catalog_id)) return { complaints: [notOfType(`${path}.catalog_id`, 'int')] };
  if (!isWhole(catalog_element_id)) return { complaints: [notOfType(`${path}.catalog_element_id`, 'int')] };
  return { value: { catalog_id, catalog_element_id } };
}

function checkKeys({ name, type }: CustomField, { shape, keys = [] }: TypeRule, given: JsonMap): void {
  const known = shape === 'chained' ? ['catalog_id', 'catalog_element_id', 'value'] : metadata;
  const strange = Object.keys(given).find((key) => !known.includes(key));
  if (strange !== undefined) throw unknown(`the key ${strange} of a value of ${name}`);
  const { value } = given;
  const inside = shape === 'object' && isMap(value) ? Object.keys(value).find((key) => !keys.includes(key)) : undefined;
  if (inside !== undefined) throw unknown(`the key ${inside} of a value of type ${type}`);
}

/** Texts of a value: what `query=` searches (reference §11.12). */
export function textsOf(value: Json): readonly string[] {
  if (!isMap(value)) return [];
  const { value: held } = value;
  return typeof held === 'string' ? [held] : [];
}
