import type { EntityDescription, Field, FoundRow, Question, Row, Wanted } from '../connector.ts';
import { canonical, isEmpty, isMultiField, listOf, multiKey, multiValues } from './value.ts';

/** The fields of an entity by name, its own key among them. */
export type Fields = ReadonlyMap<string, Field>;

export function fieldsOf(description: EntityDescription): Fields {
  const fields = new Map(description.fields.map((field) => [field.name, field]));
  if (!fields.has(description.id)) fields.set(description.id, { name: description.id, type: 'id' });
  for (const list of description.lists) fields.set(list.name, { name: list.name, type: 'json' });
  return fields;
}

/** A field nobody described compares as text. */
export function fieldNamed(fields: Fields, name: string): Field {
  return fields.get(name) ?? { name, type: 'text' };
}

/** Every value of a field a question could ask for, in canonical form. */
export function askable(field: Field, row: Row): readonly string[] {
  const value = row[field.name];
  if (isEmpty(value)) return [];
  if (isMultiField(field)) return multiValues(value).map((entry) => multiKey(field, entry));
  const single = singly(field);
  return listOf(value).map((item) => canonical(single, item));
}

/** Whether a row is an answer to a question: by the same idea of equality as everything else. */
export function satisfies(fields: Fields, question: Question, row: Row): boolean {
  return Object.entries(question.by).every(([name, wanted]) => {
    const held = askable(fieldNamed(fields, name), row);
    return 'empty' in wanted
      ? held.length === 0
      : canonicals(fields, name, wanted).some((value) => held.includes(value));
  });
}

/** Whether a new row of these values may come to answer a question: what they leave open the system may fill itself. */
export function mayAnswer(
  entity: { readonly fields: Fields; readonly description: EntityDescription },
  question: Question,
  row: Row,
): boolean {
  return Object.entries(question.by).every(([name, wanted]) => {
    if (name === entity.description.id) return false;
    const held = askable(fieldNamed(entity.fields, name), row);
    return held.length === 0 || satisfies(entity.fields, { by: { [name]: wanted } }, row);
  });
}

/** The values a question wants of one field, in canonical form, sorted, each once. */
export function canonicals(fields: Fields, name: string, wanted: Wanted): readonly string[] {
  if ('empty' in wanted) return [];
  const field = singly(fieldNamed(fields, name));
  const values = wanted.anyOf.map((value) =>
    isMultiField(field) ? multiKey(field, { value: String(value) }) : canonical(field, value),
  );
  return values.length > 1 ? [...new Set(values)].sort() : values;
}

/** The field of one of its values. */
function singly(field: Field): Field {
  return field.multiple === true ? { ...field, multiple: false } : field;
}

/** The row a target knows under its key, as expressions see it: `$found.ID` is there too. */
export function asRow(description: EntityDescription, found: FoundRow): Row {
  return { ...found.values, [description.id]: found.key };
}
