import type { Field, Row, Value } from '../../../engine/index.ts';
import { localeDate } from './locale-dates.ts';
import type { PortalField, VendorObject } from '../schema.ts';
import { exactNumber, isList, listOf, readValue } from '../values.ts';

/**
 * Rows of a source differ from those a sink finds in what a mapping or a table would stumble over: a day is ten
 * characters, money is a number with its currency beside it, and a list's option has its text beside its id.
 */
export function sourceValues(
  fields: ReadonlyMap<string, PortalField>,
  given: VendorObject,
  onUnlisted: (field: string) => void,
): Row {
  const row: Record<string, Value> = {};
  for (const [name, raw] of Object.entries(given)) {
    const field = fields.get(name);
    if (field === undefined) {
      if (isOfPeople(name, raw)) onUnlisted(name);
      continue;
    }
    const value = field.property === true ? propertyValue(field, raw) : readValue(field, raw);
    if (value === undefined) continue;
    if (field.vendorType === 'money') Object.assign(row, named(name, '_CURRENCY', value, moneyOf, currencyOf));
    else if (field.withText === true) Object.assign(row, named(name, '_TEXT', value, asIs, textOf(field)));
    else row[name] = field.type === 'date' ? (each(value, dayOf) ?? value) : value;
  }
  return row;
}

/** A field that people made, with something in it. Others that no method lists are the vendor's own business. */
function isOfPeople(name: string, raw: unknown): boolean {
  const isNothing = raw === null || raw === '' || raw === false || (Array.isArray(raw) && raw.length === 0);
  return name.startsWith('UF_') && !isNothing;
}

/** The fields of such rows. What a create asks for says nothing of rows that are there. */
export function sourceFields(fields: readonly PortalField[], key: string): readonly Field[] {
  const taken = new Set(fields.map(({ name }) => name));
  return fields.flatMap((field): readonly Field[] => {
    const { vendorType, required: _r, readOnly: _o, property: _p, withText, ...plain } = field;
    const shown: Field = { ...plain, ...(plain.name !== key && { optional: true }) };
    const title = field.title ?? field.name;
    const multiple = field.multiple === true && { multiple: true };
    const beside = (suffix: string, word: string): readonly Field[] => {
      const name = `${field.name}${suffix}`;
      return taken.has(name) ? [] : [{ name, type: 'text', title: `${title} (${word})`, optional: true, ...multiple }];
    };
    if (vendorType === 'money') return [{ ...shown, type: 'number' }, ...beside('_CURRENCY', 'currency')];
    return withText === true ? [shown, ...beside('_TEXT', 'text')] : [shown];
  });
}

type One = (value: Value) => Value | undefined;

function named(name: string, suffix: string, value: Value, own: One, beside: One): Row {
  const [first, second] = [each(value, own), each(value, beside)];
  return {
    ...(first !== undefined && { [name]: first }),
    ...(second !== undefined && { [`${name}${suffix}`]: second }),
  };
}

function each(value: Value, make: One): Value | undefined {
  if (!isList(value)) return make(value);
  const made = value.flatMap((one) => make(one) ?? []);
  return made.length > 0 ? made : undefined;
}

function asIs(value: Value): Value {
  return value;
}

/** Read back at midnight of the server's zone, it is the day that was written. */
function dayOf(value: Value): Value {
  return typeof value === 'string' ? value.slice(0, 10) : value;
}

/** `300|RUB` (https://apidocs.bitrix24.com/api-reference/crm/data-types.html). */
function moneyOf(value: Value): Value | undefined {
  const [amount = ''] = String(value).split('|');
  return amount === '' ? undefined : exactNumber(amount);
}

function currencyOf(value: Value): Value | undefined {
  const [, currency] = String(value).split('|');
  return currency === undefined || currency === '' ? undefined : currency;
}

function textOf({ options = [] }: PortalField): One {
  const texts = new Map(options.map(({ id, text }) => [id, text]));
  return (value) => texts.get(String(value));
}

/**
 * The value of a list's or a product's field. They come keyed by the number of the value, and as a list, `{ value }` or
 * bare where an older portal gives them so (T17).
 */
export function propertyValue(field: PortalField, raw: unknown): Value | undefined {
  const values = unwrapped(raw).flatMap((one) => listed(field, one));
  if (field.multiple === true) return values.length > 0 ? values : undefined;
  return values[0];
}

function unwrapped(raw: unknown): readonly unknown[] {
  if (isKeyed(raw, 'value')) return [raw['value']];
  if (isKeyed(raw, 'TEXT')) return [raw['TEXT']];
  return listOf(raw).flatMap((one) => (typeof one === 'object' && one !== null ? unwrapped(one) : [one]));
}

function isKeyed(raw: unknown, key: string): raw is VendorObject {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && key in raw;
}

function listed(field: PortalField, raw: unknown): readonly Value[] {
  const { multiple: _multiple, ...single } = field;
  const value = readValue(single, raw);
  if (value === undefined) return [];
  if (typeof value !== 'string' || (field.type !== 'date' && field.type !== 'datetime')) return [value];
  return [localeDate(value)];
}
