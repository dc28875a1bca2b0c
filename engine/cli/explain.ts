import type { MapValue } from '../config/pipeline.ts';
import type { Field, Row, Value } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import { systemClock } from '../state/clock.ts';
import { openToLook } from '../state/open-state.ts';
import type { QueueEntry, StateStore, StoredError, WrittenLink } from '../state/ports.ts';
import type { CompiledFlow, Variables } from '../transform/compiled.ts';
import { cliErrors } from './errors.ts';
import { findRow, variablesFor } from './explain-row.ts';
import type { FoundRow } from './explain-row.ts';
import { askLoaded, passesOf } from './explain-unkept.ts';
import type { Unkept } from './explain-unkept.ts';
import { flowNamed } from './flow-named.ts';
import { maskedRow } from './masked-row.ts';
import { maskedTrace } from './masked-trace.ts';
import type { MaskedTrace } from './masked-trace.ts';
import { personalFields } from './personal-fields.ts';
import { compiledLook } from './prepare.ts';
import type { Looked } from './prepare.ts';

/** The life of one record in one flow, over all runs that are kept; personal data masked unless asked for. */
export interface Explained extends MaskedTrace {
  readonly flow: string;
  readonly key: string;
  readonly row: FoundRow;
  /** What the map makes of that row now; empty where there is no row. */
  readonly record: readonly ExplainedField[];
  /** The guard of the flow that ends the record now. */
  readonly skip?: string;
  readonly queue?: Pick<QueueEntry, 'id' | 'state' | 'attempts' | 'error' | 'dueAt' | 'lastAt'>;
  /** Instead of a trace, where nothing was kept of its way. */
  readonly unkept?: Unkept;
  /** The version that was last read counts as delivered. */
  readonly delivered: boolean;
  readonly links: readonly WrittenLink[];
}

export interface ExplainedField {
  readonly field: string;
  readonly expression: string;
  readonly value?: Value;
  readonly error?: StoredError;
}

export interface ExplainFlags {
  readonly flow?: string | undefined;
  readonly param?: readonly string[] | undefined;
  readonly state?: string | undefined;
  readonly reveal: boolean;
}

export async function explainRecord(
  file: string,
  key: string,
  flags: ExplainFlags,
  signal: AbortSignal,
): Promise<readonly Explained[]> {
  const { looked, flows } = await compiledLook(file, flags);
  const { pipeline } = looked;
  if (flags.flow !== undefined) flowNamed(pipeline, flags.flow);
  const state = await openToLook(looked.stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    const lives: Explained[] = [];
    const failures: PipeError[] = [];
    for (const flow of flows.filter(({ flow: { name } }) => flags.flow === undefined || flags.flow === name)) {
      const life = await lifeOf(state, looked, flow, key, flags.reveal, signal);
      if (isKnown(life)) lives.push(life);
      else failures.push(...[life.row.error, life.unkept?.loaded?.error].filter((error) => error !== undefined));
    }
    if (lives.length > 0) return lives;
    // Who could not be asked may know of it.
    throw failures[0] ?? cliErrors.no_record.error({ key, file });
  } finally {
    await state.close();
  }
}

async function lifeOf(
  state: StateStore,
  looked: Looked,
  compiled: CompiledFlow,
  key: string,
  reveal: boolean,
  signal: AbortSignal,
): Promise<Explained> {
  const flow = compiled.flow.name;
  const trace = await state.trace(flow, key);
  const [queued] = await state.queue({ flow, key, limit: 1 });
  const links = await state.lastWritten(flow, key);
  const delivered = (await state.known(flow, [key])).has(key);
  const { row, columns } = await findRow(looked, compiled, { key, trace, queued }, signal);
  const personal = personalFields(compiled.flow, columns);
  const made = row.values && (await makeRecord(looked, compiled, row.values, reveal ? undefined : personal.record));
  const isKept = trace.asked.length + trace.writes.length > 0 || queued !== undefined;
  const unkept = isKept ? undefined : await unkeptOf(state, looked, compiled, { key, ...made }, signal);
  return {
    flow,
    key,
    row: row.values && !reveal ? { ...row, values: maskedRow(row.values, columns ?? []) } : row,
    record: made?.fields ?? [],
    ...(made?.skip !== undefined && { skip: made.skip }),
    ...maskedTrace(trace, reveal ? undefined : personal.target),
    ...(unkept && { unkept: reveal ? unkept : maskedUnkept(unkept, personal.target) }),
    ...(queued && { queue: standOf(queued) }),
    delivered,
    links,
  };
}

/** Something of it is kept, or it is there: in the source, or in the target. */
function isKnown({ row, asked, writes, queue, links, delivered, unkept }: Explained): boolean {
  const isKept = asked.length + writes.length + links.length > 0 || delivered || queue !== undefined;
  return isKept || row.from === 'source' || (unkept?.loaded?.rows?.length ?? 0) > 0;
}

async function unkeptOf(
  state: StateStore,
  looked: Looked,
  compiled: CompiledFlow,
  made: { readonly key: string; readonly made?: Row; readonly variables?: Variables; readonly skip?: string },
  signal: AbortSignal,
): Promise<Unkept> {
  const { key, made: record, variables } = made;
  const loaded = await askLoaded(looked, compiled, { key, ...(record && { record, variables }) }, signal);
  return { ...(await passesOf(state, compiled.flow.name)), ...(loaded && { loaded }) };
}

function maskedUnkept({ loaded, ...unkept }: Unkept, fieldsOf: (target: string) => readonly Field[]): Unkept {
  if (!loaded) return unkept;
  const masked = (row: Row): Row => maskedRow(row, fieldsOf(loaded.target));
  const { by, rows } = loaded;
  return { ...unkept, loaded: { ...loaded, ...(by && { by: masked(by) }), ...(rows && { rows: rows.map(masked) }) } };
}

function standOf({ id, state, attempts, error, dueAt, lastAt }: QueueEntry): NonNullable<Explained['queue']> {
  return { id, state, attempts, error, lastAt, ...(dueAt !== undefined && { dueAt }) };
}

/** Each field with its expression and what that gives today. */
async function makeRecord(
  looked: Looked,
  { flow, map, guards }: CompiledFlow,
  row: Row,
  personal: Parameters<typeof maskedRow>[1] | undefined,
) {
  const variables = variablesFor(looked, row);
  const { record, failures } = await map(row, variables);
  const shown = personal ? maskedRow(record, personal) : record;
  const skip = failures.length === 0 ? await skipOf(guards, record, variables) : undefined;
  const fields = [...(flow.map?.values() ?? [])].map(({ name, value }): ExplainedField => {
    const failure = failures.find(({ parameters }) => parameters['at'] === `${flow.name}.map.${name}`);
    const made = shown[name];
    return {
      field: name,
      expression: expressionOf(value),
      ...(made !== undefined && { value: made }),
      ...(failure && { error: { code: failure.code, parameters: failure.parameters } }),
    };
  });
  return { fields, variables, made: record, ...(skip !== undefined && { skip }) };
}

async function skipOf(guards: CompiledFlow['guards'], record: Row, variables: Variables): Promise<string | undefined> {
  for (const { test, skip } of guards) {
    try {
      if (await test(record, variables)) return skip;
    } catch {
      // The record waits in the queue with what is wrong with it.
      return undefined;
    }
  }
  return undefined;
}

function expressionOf(value: MapValue): string {
  if (value.kind === 'const') return JSON.stringify(value.value);
  return value.kind === 'table' ? `${value.from.text} → table` : value.expression.text;
}
