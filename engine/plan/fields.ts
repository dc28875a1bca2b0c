import type { Row, Value, WriteValues } from '../connector.ts';
import type { CompiledField, CompiledTarget, Variables } from '../transform/compiled.ts';
import type { FlowRecord } from './change.ts';
import { allows } from './guard.ts';
import type { Verdict } from './guard.ts';
import { fieldsFor, fieldValue } from './mapped-fields.ts';
import type { References } from './mapped-fields.ts';
import type { TargetEntity } from './match.ts';
import { multiFieldAfter, multiFieldUpdate, uniqueEntries } from './multi-field.ts';
import { fieldNamed } from './question.ts';
import { canonical, emptied, isEmpty, isMultiField, listOf, multiValues } from './value.ts';

/** A record bound for one target, and all that its fields there are made from. */
export interface TargetRecord {
  readonly target: CompiledTarget;
  readonly entity: TargetEntity;
  readonly record: FlowRecord;
  /** `$params`, `$source`, `$run` and the rows of earlier targets; `$found` where a row was found. */
  readonly variables: Variables;
  readonly references: References;
}

/** The values of a new row: everything mapped that has a value, `fill` and `create` too. */
export async function createValues(bound: TargetRecord): Promise<Record<string, Value>> {
  const { target, entity, record, variables, references } = bound;
  const values: Record<string, Value> = {};
  for (const field of fieldsFor(target, record.record, entity.recordFields)) {
    const given = fieldValue(field, record.record, variables, references);
    const made = given instanceof Promise ? await given : given;
    const described = fieldNamed(entity.fields, field.mapping.field);
    const value = isEmpty(made) ? emptied(described, made) : made;
    if (value === null) continue;
    values[described.name] = isMultiField(described) ? uniqueEntries(described, multiValues(value)) : value;
  }
  return values;
}

/** What has to be sent so that the found row is as mapped: only fields that differ; null clears one. */
export async function updateValues(bound: TargetRecord, found: Row, verdict: Verdict): Promise<WriteValues> {
  const { target, entity, record } = bound;
  const values: Record<string, Value | null> = {};
  for (const field of fieldsFor(target, record.record, entity.recordFields)) {
    if (!allows(verdict, field.mapping.field)) continue;
    const value = await differing(bound, field, found);
    if (value !== undefined) values[field.mapping.field] = value;
  }
  return { ...unmarked(target, found, verdict), ...values };
}

/** A row that has its record again is absent no longer. */
function unmarked({ target }: CompiledTarget, found: Row, verdict: Verdict): WriteValues {
  const { absent } = target;
  if (typeof absent !== 'object' || isEmpty(found[absent.mark]) || !allows(verdict, absent.mark)) return {};
  return { [absent.mark]: null };
}

/** What is to be sent of a field; null clears it, undefined leaves it as it is. */
async function differing(
  { entity, record, variables, references }: TargetRecord,
  field: CompiledField,
  found: Row,
): Promise<Value | null | undefined> {
  const { write } = field.mapping;
  if (write === 'create') return undefined;
  const described = fieldNamed(entity.fields, field.mapping.field);
  const held = found[described.name];
  const mapped = await fieldValue(field, record.record, variables, references);
  if (isMultiField(described)) return multiFieldUpdate(described, write, mapped, held);
  if (isEmpty(mapped)) return write === 'always' && !isEmpty(held) ? emptied(described, mapped) : undefined;
  if (isEmpty(held)) return mapped;
  if (write === 'fill') return undefined;
  if (write === 'add')
    return added(listOf(held), listOf(mapped), (value) => canonical({ ...described, multiple: false }, value));
  return canonical(described, mapped) === canonical(described, held) ? undefined : mapped;
}

/** A set with what it lacks; undefined when it lacks nothing. */
function added(
  held: readonly Value[],
  mapped: readonly Value[],
  identity: (value: Value) => string,
): Value | undefined {
  const known = new Set(held.map(identity));
  const missing = mapped.filter((value) => !isEmpty(value) && !known.has(identity(value)));
  return missing.length > 0 ? [...held, ...missing] : undefined;
}

/** A new row of these values. */
export function presentValues(values: WriteValues): Row {
  if (isRow(values)) return values;
  const row: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) if (value !== null) row[name] = value;
  return row;
}

function isRow(values: WriteValues): values is Row {
  return !Object.values(values).includes(null);
}

/** The found row once `values` were written: what later targets see. */
export function rowAfter(entity: TargetEntity, found: Row, values: WriteValues): Row {
  const after: Record<string, Value> = { ...found };
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete after[name];
    else
      after[name] = isMultiField(fieldNamed(entity.fields, name))
        ? multiFieldAfter(found[name], multiValues(value))
        : value;
  }
  return after;
}
