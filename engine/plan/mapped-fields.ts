import type { Row, Value } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import type { CompiledField, CompiledTarget, Evaluate, Variables } from '../transform/compiled.ts';
import { isEmpty, listOf } from './value.ts';

/** What `ref` fields of a record take from other tables, by field; an error where the row cannot be told. */
export type References = ReadonlyMap<string, Value | PipeError | undefined>;

export const noReferences: References = new Map();

/**
 * The fields of a target for this record: those mapped by name and, with `fields: all`, every field that it or the
 * records of the flow have and no mapping takes by its bare name.
 */
export function fieldsFor(
  target: CompiledTarget,
  record: Row,
  recordFields: ReadonlySet<string> = noFields,
): readonly CompiledField[] {
  const mapped = target.fields ?? [];
  if (!target.target.everyField) return mapped;
  return [...mapped, ...restOf(target, [...new Set([...recordFields, ...Object.keys(record)])])];
}

const noFields: ReadonlySet<string> = new Set();

/** With `fields: all`, what these record fields are written to; none for those that `fields` names or takes itself. */
export function restOf(target: CompiledTarget, names: readonly string[]): readonly CompiledField[] {
  const { everyField, place } = target.target;
  if (!everyField) return [];
  const mapped = new Set((target.fields ?? []).map(({ mapping }) => mapping.field));
  return names.flatMap((name) => {
    const field = everyField.columnOf(name);
    if (target.taken.includes(name) || mapped.has(field)) return [];
    return {
      mapping: { field, place, write: everyField.write, items: [] },
      items: [{ evaluate: (row: Row) => row[name], shape: { field: name } }],
    };
  });
}

/** What a mapped field would hold: one value, or the list of its items that have one. Most are there at once. */
export function fieldValue(
  field: CompiledField,
  record: Row,
  variables: Variables,
  references: References = noReferences,
): ReturnType<Evaluate> {
  if (field.mapping.reference) return taken(references.get(field.mapping.field));
  const [only] = field.items;
  if (field.items.length === 1 && only && only.type === undefined) return only.evaluate(record, variables);
  return listValue(field, record, variables);
}

function taken(reference: Value | PipeError | undefined): Value | undefined {
  if (reference instanceof Error) throw reference;
  return reference;
}

async function listValue(field: CompiledField, record: Row, variables: Variables): Promise<Value | undefined> {
  const entries: Value[] = [];
  for (const item of field.items) {
    for (const value of listOf(await item.evaluate(record, variables))) {
      if (!isEmpty(value)) entries.push(item.type === undefined ? value : { value: textOf(value), type: item.type });
    }
  }
  return entries.length > 0 ? entries : undefined;
}

function textOf(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
