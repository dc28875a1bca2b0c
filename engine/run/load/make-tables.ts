import type { EntityDescription, Row, Sink, TableChange, WantedTable } from '../../connector.ts';
import { planErrors } from '../../plan/errors.ts';
import { restOf } from '../../plan/mapped-fields.ts';
import { markTaken } from '../../transform/compile-target.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { transformErrors } from '../../transform/errors.ts';
import { attempt } from '../attempt.ts';
import type { FlowContext, OpenConnection, RunContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import type { MappedRow } from '../read/map-batch.ts';
import { tellDelay } from '../tell-delay.ts';
import { columnsOfValues } from './wanted-table.ts';

/** Makes or widens the table of a target before anything is read of it (`ddl`); tells each change. */
export async function makeTable(
  context: RunContext,
  { name }: OpenConnection,
  sink: Sink,
  wanted: WantedTable | undefined,
): Promise<void> {
  const { tables } = sink;
  if (!tables || !wanted) return;
  const changes = await attempt(context, name, () => tables.plan(wanted, context.signal));
  if (changes.length === 0) return;
  context.lease.verify();
  const held = { connection: name, entity: wanted.entity, atomic: sink.atomic };
  await attempt(context, name, () => tellDelay(context, held, () => tables.change(changes, context.signal)));
  reach('ddl-done');
  tell(context, name, changes);
}

function tell(context: RunContext, connection: string, changes: readonly TableChange[]): void {
  for (const { kind, entity, column, type } of changes) {
    const facts = { entity, ...(column !== undefined && { column }), ...(type !== undefined && { columnType: type }) };
    context.emit({ type: 'table-changed', at: context.clock.now(), change: kind, connection, ...facts });
  }
}

/** Of every target that takes all fields. */
export async function meetAllFields(context: FlowContext, records: readonly MappedRow[]): Promise<void> {
  const targets = context.flow.targets.filter(({ target }) => target.everyField);
  for (const target of targets) {
    await meetFields(
      context,
      target,
      records.map(({ record }) => record),
    );
  }
}

/**
 * With `fields: all`, records may bring fields that the source did not foretell (a user field of this morning): with
 * `ddl: evolve` they get their column, otherwise the run ends before it would lose them.
 */
async function meetFields(context: FlowContext, target: CompiledTarget, records: readonly Row[]): Promise<void> {
  const { everyField, name, entity, connection, ddl, key, place } = target.target;
  const scope = context.scopes.of(name);
  if (!everyField) return;
  const { recordFields, description } = scope;
  for (const record of records) for (const field in record) recordFields.add(field);
  checkFolds(target, [...recordFields]);
  checkMark(target, [...recordFields]);
  if (description.openFields) return;
  const fields = restOf(target, [...recordFields]).filter(({ mapping }) => !scope.fields.has(mapping.field));
  const [first] = fields;
  if (!first) return;
  if (ddl !== 'evolve') throw missingColumn(description, first.mapping.field, connection, place);
  const columns = columnsOfValues(fields, records);
  await makeTable(context, scope.connection, scope.sink, { entity, key, columns, ddl });
  await context.scopes.reload();
}

/** Two fields that would be one in the target: the one would be lost. */
export function checkFolds(target: CompiledTarget, names: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const other of names) {
    const [rest] = restOf(target, [other]);
    if (!rest) continue;
    const { field, place } = rest.mapping;
    const one = taken.get(field);
    if (one !== undefined && one !== other)
      throw planErrors.fields_fold.error({ one, other, field, target: target.target.name }, { where: place });
    taken.set(field, other);
  }
}

/** What `validate` says where the columns are known without asking. */
export function checkMark(target: CompiledTarget, names: readonly string[]): void {
  const [taken] = markTaken(target, names);
  const { markPlace: where } = target.target;
  if (taken) throw transformErrors.mark_taken.error(taken, where && { where });
}

export function missingColumn(
  { entity, fields }: EntityDescription,
  field: string,
  connection: string,
  where: CompiledTarget['target']['place'],
): Error {
  const expected = fields.map(({ name }) => `"${name}"`).join(' | ');
  return planErrors.unknown_field.error({ field, entity, connection, expected }, { where });
}
