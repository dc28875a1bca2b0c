import type { EntityDescription, Field, FieldType, Row, Value } from '../connector.ts';
import type { CompiledField, CompiledPipeline, CompiledTarget } from '../transform/compiled.ts';

/** The entity of a connection. */
export interface EntityName {
  readonly connection: string;
  readonly entity: string;
}

/** Where the engine leaves its own mark when a target has neither key nor match; no mapping can name these. */
const tag = { origin: '\u0000origin', key: '\u0000key' };

/**
 * An entity as far as the mapping and the rows at hand tell: which fields there are, and which hold lists of phones or
 * e-mails. Where a lock file describes it there is no need to guess.
 */
export function inferEntity(compiled: CompiledPipeline, name: EntityName, rows: readonly Row[]): EntityDescription {
  const targets = targetsOn(compiled, name);
  const lists = new Set(targets.flatMap(({ target }) => target.rows.map(({ list }) => list)));
  const names = fieldsNamed(compiled, name, targets).filter((field) => !lists.has(field));
  const given = rows.flatMap((row) => Object.keys(row)).filter((field) => !lists.has(field));
  const written = new Set(targets.flatMap((target) => (target.fields ?? []).map(({ mapping }) => mapping.field)));
  const id = idAmong([...names, ...given], written);
  const fields = [...new Set([...names, ...given])].filter((field) => field !== id);
  return {
    entity: name.entity,
    id,
    openFields: true,
    lists: [...lists].map((list) => ({ name: list, fields: [] })),
    fields: fields.map((field) => inferField(field, targets, rows)),
  };
}

/** With room for the engine's own mark where a target has nothing else to be told by. */
export function withTag(
  compiled: CompiledPipeline,
  name: EntityName,
  description: EntityDescription,
): EntityDescription {
  const needsTag = targetsOn(compiled, name).some(({ rungs, fields }) => fields && rungs.length === 0);
  if (!needsTag) return description;
  const marks = Object.values(tag).map((field): Field => ({ name: field, type: 'text' }));
  return { ...description, fields: [...description.fields, ...marks], tag };
}

/** Whether a field is the engine's own mark. */
export function isTagField(name: string): boolean {
  return name === tag.origin || name === tag.key;
}

export function targetsOn({ flows }: CompiledPipeline, { connection, entity }: EntityName): readonly CompiledTarget[] {
  return flows
    .flatMap(({ targets }) => targets)
    .filter(({ target }) => target.connection === connection && target.entity === entity);
}

/** Every field of the entity that the mapping reads, writes or refers to. */
export function fieldsNamed(
  { flows }: CompiledPipeline,
  { connection, entity }: EntityName,
  targets: readonly CompiledTarget[],
): readonly string[] {
  const referring = flows
    .flatMap((flow) => flow.targets)
    .filter(({ target }) => target.connection === connection)
    .flatMap(({ fields = [] }) => fields)
    .filter(({ mapping }) => mapping.reference?.table === entity);
  const referred = referring.flatMap(({ mapping: { reference }, by = [] }) => [
    ...(reference ? [reference.take] : []),
    ...by.map(({ field }) => field),
  ]);
  return [...new Set([...targets.flatMap(({ select }) => select), ...referred])];
}

/** `ID` in Bitrix24, `id` elsewhere; one that the mapping writes is the system's own key only where there is no other. */
function idAmong(names: readonly string[], written: ReadonlySet<string>): string {
  const called = names.filter((name) => name.toLowerCase() === 'id');
  return called.find((name) => !written.has(name)) ?? called[0] ?? 'id';
}

function inferField(name: string, targets: readonly CompiledTarget[], rows: readonly Row[]): Field {
  const mapped = targets.flatMap(({ fields = [] }) => fields).filter(({ mapping }) => mapping.field === name);
  const values = rows.flatMap((row) => row[name] ?? []);
  if (isMulti(mapped, rows, name)) return { name, type: isMail(name, values) ? 'emails' : 'phones' };
  const lists = rows.some((row) => Array.isArray(row[name]));
  const isSet = lists || mapped.some(({ mapping }) => mapping.write === 'add' || mapping.items.length > 1);
  return { name, type: commonType(values), ...(isSet && { multiple: true }) };
}

/** An entry with a type, as `{ value: phone, type: MOBILE }` writes it, or rows that hold such entries. */
function isMulti(mapped: readonly CompiledField[], rows: readonly Row[], name: string): boolean {
  if (mapped.some(({ items }) => items.some(({ type }) => type !== undefined))) return true;
  return rows.some((row) => {
    const value = row[name];
    const [first] = Array.isArray(value) ? (value as readonly Value[]) : [];
    return typeof first === 'object' && !Array.isArray(first) && 'value' in first;
  });
}

function isMail(name: string, values: readonly Value[]): boolean {
  return /mail|почта/i.test(name) || values.some((value) => JSON.stringify(value).includes('@'));
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function commonType(values: readonly Value[]): FieldType {
  const types = new Set(values.map(typeOf));
  const [only] = types;
  return types.size === 1 && only ? only : 'text';
}

function typeOf(value: Value): FieldType {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return instant.test(value) ? 'datetime' : 'text';
  return 'json';
}
