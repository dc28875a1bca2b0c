import type { Cursor, Field, Load, LoadColumn, LoadCounts, Row, Value } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import { planErrors } from '../../plan/errors.ts';
import { fieldValue, noReferences, restOf } from '../../plan/mapped-fields.ts';
import type { References } from '../../plan/mapped-fields.ts';
import { fieldNamed } from '../../plan/question.ts';
import { canonical, emptied, isEmpty } from '../../plan/value.ts';
import type { CompiledField, CompiledTarget, Variables } from '../../transform/compiled.ts';
import type { FlowContext, Scope } from '../context.ts';
import type { Tally } from '../counts.ts';
import { reach } from '../crash-points.ts';
import { commitAtomic } from './fence.ts';
import { versionHash } from '../read/map-batch.ts';
import type { MappedBatch, MappedRow } from '../read/map-batch.ts';
import { resolveReferences } from '../ask/references.ts';
import type { Referred } from '../ask/references.ts';
import { isByKeyAlone, isUnique } from './row-by-row.ts';
import type { Failure } from '../failures.ts';

/** A flow whose records go into one table in bulk: the target compares them, and keeps the checkpoint (DL-23). */
export interface Loading {
  readonly target: CompiledTarget;
  /** The number of the last batch. */
  sequence: number;
}

/** Whether what becomes of a row depends on the record alone, so that no row has to be read before it is written. */
export function loadingOf({ flow, connections, scopes, fences }: FlowContext): Loading | undefined {
  const [target, another] = flow.targets;
  if (!target || another || !isByKeyAlone(target)) return undefined;
  const { name, connection, block } = target.target;
  if (!connections.get(connection)?.connection.sink?.(block).atomic) return undefined;
  const { description } = scopes.of(name);
  return isUnique(target, description) ? { target, sequence: fences.get(name)?.sequence ?? 0 } : undefined;
}

/** What became of a batch's records. */
export interface Loaded {
  readonly failures: readonly Failure[];
  /** Records that waited in the queue and have arrived: their row there is closed. */
  readonly delivered: readonly { readonly key: string; readonly hash: string }[];
}

/** Writes the records of a batch and the checkpoint behind them in one transaction of the target; counts what it says. */
export async function loadBatch(
  context: FlowContext,
  loading: Loading,
  { records, waiting }: Pick<MappedBatch, 'records' | 'waiting'>,
  cursor: Cursor | undefined,
  tally: Tally,
): Promise<Loaded> {
  const { target } = loading;
  const scope = context.scopes.of(target.target.name);
  const { atomic } = scope.sink;
  if (!atomic) throw new Error(`target ${target.target.name} cannot be loaded`);
  const table = await tableOf(context, target, scope, records);
  const { failures, skipped } = table;
  if (table.rows.length > 0) {
    const load = {
      entity: scope.description.entity,
      key: target.target.key,
      columns: table.columns,
      rows: table.rows,
    };
    loading.sequence += 1;
    const batch = {
      sequence: loading.sequence,
      ...(cursor && { cursor }),
      load,
      writes: [],
    };
    const { loaded, refused } = await commitAtomic(context, scope, atomic, target.target.name, batch);
    reach('load-committed');
    const errors = new Map(refused.map(({ index, error }) => [index, error]));
    for (const [index, place] of table.places.entries()) {
      const [record, error] = [records[index], errors.get(place)];
      if (record && error) failures.push(failureOf(context, record, error));
    }
    count(tally, target, loaded, table, errors);
  }
  tell(context, target, tally, skipped);
  const failed = new Set(failures.map(({ key }) => key));
  const delivered = records
    .filter(({ key }) => waiting.has(key) && !failed.has(key))
    .map(({ key, source, record }) => ({ key, hash: versionHash(context, source, record) }));
  return { failures, delivered };
}

const nowhere = -1;

interface LoadTable {
  readonly columns: readonly LoadColumn[];
  readonly rows: Load['rows'];
  /** By record the index of its row, or none. Records with one key in the target share the row, which is the last one's. */
  readonly places: readonly number[];
  readonly failures: Failure[];
  readonly skipped: readonly { readonly key: string; readonly name: string }[];
}

async function tableOf(
  context: FlowContext,
  target: CompiledTarget,
  scope: Scope,
  records: readonly MappedRow[],
): Promise<LoadTable> {
  const fields = [...(target.fields ?? []), ...restOf(target, [...scope.recordFields])];
  const unmarked = unmarkedOf(target, fields);
  const columns = [...fields.map(columnOf), ...unmarked.map((name) => ({ name, write: 'always' as const }))];
  const key = target.target.key.map((name) => ({
    index: columns.findIndex((column) => column.name === name),
    field: fieldNamed(scope.fields, name),
  }));
  const described = fields.map(({ mapping }) => fieldNamed(scope.fields, mapping.field));
  const referred = await referredBy(context, target, fields, records);
  const rows: (readonly (Value | null)[])[] = [];
  const places: number[] = [];
  const byKey = new Map<string, number>();
  const failures: Failure[] = [];
  const skipped: { key: string; name: string }[] = [];
  for (const [index, record] of records.entries()) {
    const { references = noReferences, skip } = referred[index] ?? {};
    places[index] = nowhere;
    if (skip !== undefined) {
      skipped.push({ key: record.key, name: skip });
      continue;
    }
    try {
      const made = await valuesOf(fields, described, record.record, variablesOf(context, record), references);
      const values = unmarked.length > 0 ? [...made, ...unmarked.map(() => null)] : made;
      const id = identityOf(target, key, values);
      const place = byKey.get(id) ?? rows.length;
      byKey.set(id, place);
      rows[place] = values;
      places[index] = place;
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (error.kind !== 'data') throw error;
      failures.push(failureOf(context, record, error));
    }
  }
  return { columns, rows, places, failures, skipped };
}

/** By record what its `ref` fields take; none where no field is one. */
async function referredBy(
  context: FlowContext,
  target: CompiledTarget,
  fields: readonly CompiledField[],
  records: readonly MappedRow[],
): Promise<readonly Referred[]> {
  if (!fields.some(({ mapping }) => mapping.reference)) return [];
  const referring = records.map((record) => ({ record, variables: variablesOf(context, record) }));
  return resolveReferences(context, target, referring);
}

async function valuesOf(
  fields: readonly CompiledField[],
  described: readonly Field[],
  record: Row,
  variables: Variables,
  references: References,
): Promise<readonly (Value | null)[]> {
  const values: (Value | null)[] = [];
  for (const [index, field] of fields.entries()) {
    const made = fieldValue(field, record, variables, references);
    const value = made instanceof Promise ? await made : made;
    const column = described[index];
    values.push(!isEmpty(value) ? value : column ? emptied(column, value) : null);
  }
  // A list that grew keeps room for half as much again, its copy does not.
  return values.slice();
}

/** The column that marks absent rows, where no field is written to it: a row with a record is not marked. */
function unmarkedOf({ target: { absent } }: CompiledTarget, fields: readonly CompiledField[]): readonly string[] {
  const mark = typeof absent === 'object' ? [absent.mark] : [];
  return mark.filter((name) => !fields.some(({ mapping }) => mapping.field === name));
}

function columnOf({ mapping: { field, write } }: CompiledField): LoadColumn {
  // What is added to has to be read first: such a target is planned (`isByKeyAlone`).
  if (write === 'add') throw new Error(`field ${field} cannot be loaded`);
  return { name: field, write };
}

function identityOf(
  target: CompiledTarget,
  key: readonly { readonly index: number; readonly field: Field }[],
  values: readonly (Value | null)[],
): string {
  const parts = key.map(({ index, field }) => {
    const value = values[index];
    if (isEmpty(value)) throw planErrors.no_target_key.error({ field: field.name, target: target.target.name });
    return canonical(field, value);
  });
  return parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts);
}

function variablesOf(context: FlowContext, { source }: MappedRow): Readonly<Record<string, Row>> {
  return { ...context.variables, source };
}

function failureOf(context: FlowContext, { key, source, record }: MappedRow, error: PipeError): Failure {
  return { key, source, error, hash: versionHash(context, source, record) };
}

/** Of records with one key in the target, the last one is written and the others change nothing. */
function count(
  tally: Tally,
  target: CompiledTarget,
  { created, updated, unchanged }: LoadCounts,
  { rows, places }: LoadTable,
  refused: ReadonlyMap<number, PipeError>,
): void {
  const placed = places.filter((place) => place !== nowhere && !refused.has(place)).length;
  const replaced = placed - (rows.length - refused.size);
  tally.created += created;
  tally.updated += updated;
  tally.unchanged += unchanged + replaced;
  const counts = tally.targets.get(target.target.name);
  if (!counts) return;
  counts.created += created;
  counts.updated += updated;
  counts.unchanged += unchanged;
}

function tell(
  context: FlowContext,
  { target: { name: target } }: CompiledTarget,
  tally: Tally,
  skipped: readonly { readonly key: string; readonly name: string }[],
): void {
  tally.skipped += skipped.length;
  const counts = tally.targets.get(target);
  if (counts) counts.skipped += skipped.length;
  const flow = context.flow.flow.name;
  for (const { key, name } of skipped) {
    context.emit({ type: 'record-named', at: context.clock.now(), flow, key, target, name, rows: [], warn: true });
  }
}
