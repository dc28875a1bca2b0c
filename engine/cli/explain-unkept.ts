import type { EntityDescription, Question, Row, Sink, Wanted } from '../connector.ts';
import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import { fieldsFor, fieldValue } from '../plan/mapped-fields.ts';
import { asRow } from '../plan/question.ts';
import { isEmpty } from '../plan/value.ts';
import { isByKeyAlone, isUnique } from '../run/load/row-by-row.ts';
import type { Checkpoint, StateStore } from '../state/ports.ts';
import type { CompiledFlow, CompiledTarget, Variables } from '../transform/compiled.ts';
import { pastRun } from './history.ts';
import type { PastRun } from './history.ts';
import type { Looked } from './prepare.ts';
import { withConnections } from './with-connections.ts';

/** What is known of a record of which nothing is kept: it was loaded in bulk, ended by a guard, or left as it was. */
export interface Unkept {
  /** Runs that took the flow up, of those that are kept, and the last of them. */
  readonly runs: number;
  readonly last?: PastRun;
  readonly checkpoint?: Checkpoint;
  /** Present where rows go into the target in bulk: it was asked just now. */
  readonly loaded?: Loaded;
}

export interface Loaded {
  readonly target: string;
  readonly connection: string;
  readonly entity: string;
  /** Absent: nobody knows what to ask by, or the target did not answer. */
  readonly by?: Row;
  readonly rows?: readonly Row[];
  readonly error?: PipeError;
}

/** How many runs are looked through. */
const runsLookedAt = 500;

export async function passesOf(state: StateStore, flow: string): Promise<Omit<Unkept, 'loaded'>> {
  const runs = (await state.runs(runsLookedAt)).map((run) => pastRun(run, false));
  const passes = runs
    .filter(({ flows }) => flows.some(({ name }) => name === flow))
    .map((run) => ({ ...run, flows: run.flows.filter(({ name }) => name === flow) }));
  const [last] = passes;
  const checkpoint = await state.checkpoint(flow);
  return { runs: passes.length, ...(last && { last }), ...(checkpoint && { checkpoint }) };
}

/** Asks the target of a flow that is loaded (DL-23) for the row of a record; undefined where the flow is planned. */
export async function askLoaded(
  looked: Looked,
  { flow, targets }: CompiledFlow,
  made: { readonly key: string; readonly record?: Row; readonly variables?: Variables },
  signal: AbortSignal,
): Promise<Loaded | undefined> {
  const [target, another] = targets;
  if (!target || another || !isByKeyAlone(target)) return undefined;
  const { name, connection, entity, block } = target.target;
  if (!looked.pipeline.connections.has(connection)) return undefined;
  const facts = { target: name, connection, entity };
  try {
    return await withConnections(looked, [connection], async (open) => {
      const sink = open.get(connection)?.connection.sink?.(block);
      if (!sink?.atomic) return undefined;
      const description = await sink.describe(entity, signal);
      if (!isUnique(target, description)) return undefined;
      const record = made.record ?? (isNamedBy(target, flow.key) ? { [flow.key]: made.key } : undefined);
      const by = record && (await keyOf(target, record, made.variables ?? {}));
      if (!by) return facts;
      return { ...facts, by, rows: await rowsOf(sink, target, description, by, signal) };
    });
  } catch (thrown) {
    signal.throwIfAborted();
    return { ...facts, error: toPipeError(thrown) };
  }
}

/** Whether the key of the target is the record's, so that a row can be asked for without the record. */
function isNamedBy(target: CompiledTarget, key: string): boolean {
  const [name, another] = target.target.key;
  const field = fieldsFor(target, { [key]: '' }).find(({ mapping }) => mapping.field === name);
  const [item] = field?.mapping.items ?? [];
  const isMapped = item?.value.kind === 'expression' && item.value.expression.text.trim() === key;
  return another === undefined && field !== undefined && (item === undefined || isMapped);
}

async function keyOf(target: CompiledTarget, record: Row, variables: Variables): Promise<Row | undefined> {
  const fields = fieldsFor(target, record);
  const by: Record<string, Row[string]> = {};
  for (const name of target.target.key) {
    const field = fields.find(({ mapping }) => mapping.field === name);
    const value = field && !field.mapping.reference ? await fieldValue(field, record, variables) : undefined;
    if (value === undefined || isEmpty(value)) return undefined;
    by[name] = value;
  }
  return by;
}

async function rowsOf(
  sink: Sink,
  target: CompiledTarget,
  description: EntityDescription,
  key: Row,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const by: Record<string, Wanted> = {};
  for (const [name, value] of Object.entries(key)) if (typeof value !== 'object') by[name] = { anyOf: [value] };
  const question: Question = { by };
  const fields = target.target.everyField ? description.fields.map(({ name }) => name) : target.select;
  const wanted = fields.filter((name) => name !== description.id);
  const [answer] = await sink.find(description.entity, [question], wanted, signal);
  if (!answer?.ok) throw answer?.error ?? new Error('a question got no answer');
  return answer.rows.map((found) => asRow(description, found));
}
