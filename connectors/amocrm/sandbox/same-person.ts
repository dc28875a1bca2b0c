import { isList, isMap, type Json } from './json.ts';
import type { Row } from './rows.ts';
import { digitsOf } from './search.ts';
import type { Store } from './store.ts';

/** Phones by their last ten digits, mails in lower case: of a contact that is kept, or that is being written. */
export function phonesAndMails(store: Store, of: Row | Json | undefined): readonly string[] {
  const texts = store.fields
    .of('contacts')
    .filter(({ code }) => code === 'PHONE' || code === 'EMAIL')
    .flatMap(({ id, code }) => valuesIn(of, id, code));
  return texts.map((text) => (text.includes('@') ? text.toLowerCase() : digitsOf(text).slice(-10)));
}

function valuesIn(of: Row | Json | undefined, fieldId: number, code: string | null): readonly string[] {
  if (isRow(of)) return textsOf(of.fields.get(fieldId) ?? []);
  const entries = isMap(of) && isList(of['custom_fields_values']) ? of['custom_fields_values'] : [];
  return entries.flatMap((entry) => {
    if (!isMap(entry) || (entry['field_id'] !== fieldId && entry['field_code'] !== code)) return [];
    return isList(entry['values']) ? textsOf(entry['values']) : [];
  });
}

function textsOf(values: readonly Json[]): readonly string[] {
  return values.flatMap((one) => (isMap(one) && typeof one['value'] === 'string' ? [one['value']] : []));
}

function isRow(of: Row | Json | undefined): of is Row {
  return typeof of === 'object' && of !== null && 'fields' in of && of.fields instanceof Map;
}
