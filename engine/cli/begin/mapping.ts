import type { EntityDescription, Field, FieldOption } from '../../connector.ts';
import { choicesFor } from '../../config/nearest.ts';
import { initErrors } from './errors.ts';
import { conversion, pairFields, reference, writable } from './pair-fields.ts';
import type { Pair } from './pair-fields.ts';
import { folded, isProgress } from './words.ts';

/** What the two systems say of the rows that are to be read and of what they become. */
export interface Seen {
  readonly columns: readonly Field[];
  /** Columns that name a row; empty: the source knows of none. */
  readonly key: readonly string[];
  /** undefined: a table that the first run makes. */
  readonly entity: EntityDescription | undefined;
  /** It keeps rows in tables, and is told by columns of its own. */
  readonly isTable: boolean;
  columnOf(field: string): string;
}

/** A field of the record, and how it is made. */
export interface Entry {
  readonly name: string;
  readonly column: Field;
  readonly value: string | Table;
}

/** What a column says → a stage of the target. */
export interface Table {
  readonly from: string;
  readonly rows: readonly (readonly [string, string])[];
  readonly otherwise: string;
}

export interface Written {
  readonly field: Field;
  /** Field of the record; of a constant its value. */
  readonly value: string | { readonly const: string };
  /** People change it from then on. */
  readonly once?: true;
}

export interface Mapping {
  /** Field of the record that is its key. */
  readonly key: string;
  /** Nobody said that this column names a row. */
  readonly isKeyGuessed: boolean;
  /** Absent: the record is the row. */
  readonly map?: readonly Entry[];
  readonly require: readonly string[];
  /** Identity in the target; empty: the engine's own mark. */
  readonly targetKey: readonly string[];
  /** `all`: every column under the target's name for it. */
  readonly fields: 'all' | readonly Written[];
  /** Beside `all`: the field that takes the key of the source. */
  readonly renamedKey?: string;
  /** Fields that nothing goes into yet. */
  readonly free: readonly Field[];
  /** Those of them that a new row must have. */
  readonly lacking: readonly Field[];
  /** Columns that go nowhere yet. */
  readonly idle: readonly Field[];
  readonly funnel?: { readonly value: string; readonly others: readonly string[] };
}

export function mappingOf(seen: Seen, funnel: string | undefined): Mapping {
  const { entity, columns } = seen;
  const keys = seen.key.length > 0 ? seen.key : [guessedKey(columns)];
  const [key = ''] = keys;
  const hasFunnels = entity?.fields.some(({ options = [] }) => options.some(({ within }) => within));
  if (funnel !== undefined && !hasFunnels) throw unknownFunnel(funnel, []);
  if (keys.length === 1 && (!entity || entity.openFields)) return everything(seen, key);
  const target = entity ?? madeFrom(columns, keys, seen);
  const isKnown = seen.key.length > 0 || columns.some(({ name, optional }) => name === key && optional === false);
  return pairByPair({ ...seen, key: keys, entity: target }, !isKnown, funnel);
}

function guessedKey(columns: readonly Field[]): string {
  const likely = ['id', 'key', 'uid', 'guid', 'code', 'ид', 'ключ', 'код', 'номер'];
  const found = likely.flatMap((name) => columns.find((column) => folded(column.name) === name) ?? []);
  return (found[0] ?? columns[0])?.name ?? '';
}

function everything({ key: known, entity, columnOf }: Seen, key: string): Mapping {
  const own = entity?.id || columnOf(key);
  return {
    key,
    isKeyGuessed: known.length === 0,
    require: [],
    targetKey: [own],
    fields: 'all',
    ...(own !== columnOf(key) && { renamedKey: own }),
    free: [],
    lacking: [],
    idle: [],
  };
}

/** A table that is to hold what the source has. */
function madeFrom(columns: readonly Field[], keys: readonly string[], { columnOf }: Seen): EntityDescription {
  const fields = columns.map((column) => ({ ...column, name: columnOf(column.name) }));
  return { entity: '', fields, id: '', lists: [], keys: [keys.map(columnOf)] };
}

interface Known extends Seen {
  readonly entity: EntityDescription;
}

function pairByPair(seen: Known, isKeyGuessed: boolean, funnel: string | undefined): Mapping {
  const { entity, columns, isTable } = seen;
  const fields = writable(entity, isTable).filter((field) => !isFilledByItself(field, entity, isTable));
  const stage = fields.find(({ type, options }) => type !== 'id' && options?.some(({ within }) => within));
  const steps = stage && stageOf(stage, fields, columns, funnel);
  const apart = [stage, steps?.funnelField];
  const found = pairFields(
    columns.filter((column) => column !== steps?.column),
    fields.filter((field) => !apart.includes(field)),
  );
  const identity = isTable ? identityOf(entity, fields, found, columnNamed(seen)) : { key: [], pairs: found };
  const names = recordNames([columnNamed(seen), ...identity.pairs.map(({ column }) => column)]);
  const entries = identity.pairs.map(({ column, expression }): Entry => ({
    name: names(column),
    column,
    value: expression,
  }));
  const written = identity.pairs.map(({ field, column }): Written => ({ field, value: names(column) }));
  const key = keyEntry(seen, names, entries);
  const taken = new Set([...written.map(({ field }) => field), ...(steps ? apart : [])]);
  const free = fields.filter((field) => !taken.has(field));
  const mustHave = identity.pairs.filter(
    ({ field, column }) => column.optional !== false && (field.required || identity.key.includes(field.name)),
  );
  const used = new Set([...entries.map(({ column }) => column), steps?.column]);
  return {
    key: key.name,
    isKeyGuessed,
    map: [...(entries.includes(key) ? [] : [key]), ...entries, ...(steps?.entry ? [steps.entry] : [])],
    require: [...new Set([key.name, ...mustHave.map(({ column }) => names(column))])],
    targetKey: identity.key,
    fields: [...written, ...(steps?.written ?? [])],
    free,
    lacking: free.filter(({ required }) => required),
    idle: columns.filter((column) => !used.has(column) && !seen.key.includes(column.name)),
    ...(steps && { funnel: steps.funnel }),
  };
}

function columnNamed({ columns, key }: Seen): Field {
  return columns.find(({ name }) => name === key[0]) ?? { name: key[0] ?? '', type: 'text' };
}

/** The number a data base gives a row, where another key can tell rows apart. */
function isFilledByItself({ name, required }: Field, { id, keys = [] }: EntityDescription, isTable: boolean): boolean {
  return isTable && name === id && required !== true && keys.some((key) => !key.includes(name));
}

/** Whole where it is one column and goes somewhere as it is; several make a text. */
function keyEntry({ key, columns }: Seen, names: (column: Field) => string, entries: readonly Entry[]): Entry {
  const column = columns.find(({ name }) => name === key[0]) ?? { name: key[0] ?? '', type: 'text' };
  const own = entries.find((entry) => entry.column === column);
  if (key.length === 1) return own ?? { name: names(column), column, value: reference(column.name) };
  const parts = key.map((name) => `$string(${reference(name)})`);
  return { name: 'rowKey', column, value: parts.join(' & "/" & ') };
}

/** A unique key the pairs fill; else the first one, filled with the key of the source. */
function identityOf(
  { keys = [] }: EntityDescription,
  fields: readonly Field[],
  pairs: readonly Pair[],
  column: Field,
): { readonly key: readonly string[]; readonly pairs: readonly Pair[] } {
  const isFilled = (name: string): boolean => pairs.some(({ field }) => field.name === name);
  const filled = keys.find((key) => key.every(isFilled));
  if (filled) return { key: filled, pairs };
  const open = keys
    .flatMap((key) => (key.length === 1 ? key : []))
    .map((name) => fields.find((one) => one.name === name));
  const field =
    open.find((one) => one && conversion(column, one) !== undefined) ??
    pairs.find((pair) => pair.column === column)?.field ??
    fields[0];
  if (!field) return { key: [], pairs };
  const others = pairs.filter((pair) => pair.field !== field);
  const expression = conversion(column, field) ?? `$string(${reference(column.name)})`;
  return { key: [field.name], pairs: [{ column, field, expression }, ...others] };
}

// ---- stages ---------------------------------------------------------------------------------------------------------

function stageOf(stage: Field, fields: readonly Field[], columns: readonly Field[], wanted: string | undefined) {
  const options = stage.options ?? [];
  const within = options.find((option) => option.within)?.within?.field;
  const funnelField = fields.find(({ name }) => name === within);
  const funnels = [...new Set(options.flatMap((option) => option.within?.value ?? []))];
  const called = (id: string): string => funnelField?.options?.find((option) => option.id === id)?.text ?? id;
  const chosen = funnels.find((id) => id === wanted || called(id) === wanted);
  if (wanted !== undefined && chosen === undefined) throw unknownFunnel(wanted, funnels.map(called));
  const value = chosen ?? funnels[0] ?? '';
  const stages = options.filter((option) => !option.within || option.within.value === value);
  const telling = columns.filter((one) => isProgress(one) && !one.multiple && one.type !== 'json');
  const column = telling.find(({ type }) => type !== 'id') ?? telling[0];
  const funnel = { value: called(value), others: funnels.filter((id) => id !== value).map(called) };
  const written: Written[] = [];
  if (funnelField) written.push({ field: funnelField, value: { const: called(value) }, once: true });
  if (column) written.push({ field: stage, value: 'stage', once: true });
  const entry: Entry | undefined = column && { name: 'stage', column, value: tableOf(column, stages) };
  return { funnelField, column, funnel, written, entry };
}

/** Its own words where it has some, else those of the target: to be filled in. */
function tableOf(column: Field, stages: readonly FieldOption[]): Table {
  const otherwise = stages[0]?.id ?? '';
  const from = reference(column.name);
  const named = (text: string): string => stages.find((stage) => folded(stage.text) === folded(text))?.id ?? otherwise;
  const own = column.options?.map(({ id, text }): readonly [string, string] => [id, named(text)]) ?? [];
  const rows = own.length > 0 ? own : stages.map(({ id, text }): readonly [string, string] => [text, id]);
  return { from, otherwise, rows: [...new Map(rows)] };
}

function unknownFunnel(funnel: string, funnels: readonly string[]): Error {
  return initErrors.unknown_funnel.error({ funnel, choices: choicesFor(funnel, funnels) });
}

// ---- names ----------------------------------------------------------------------------------------------------------

const reserved = new Set(['found', 'source', 'params', 'run', 'stage', 'rowKey']);

/** A column's own name where a record field may be called so. */
function recordNames(columns: readonly Field[]): (column: Field) => string {
  const names = new Map<Field, string>();
  for (const column of columns) {
    if (names.has(column)) continue;
    const plain = column.name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_').replace(/^(?=\p{N}|$)/u, '_');
    const taken = new Set([...names.values(), ...reserved]);
    let name = plain;
    for (let number = 2; taken.has(name); number += 1) name = `${plain}${number}`;
    names.set(column, name);
  }
  return (column) => names.get(column) ?? column.name;
}
