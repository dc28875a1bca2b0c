import type { MapValue } from '../config/pipeline.ts';
import type { Row, Value } from '../connector.ts';
import { systemClock } from '../state/clock.ts';
import { openState } from '../state/open-state.ts';
import type { QueueEntry, StateStore, StoredError, WrittenLink } from '../state/ports.ts';
import type { RecordTrace } from '../state/trace-ports.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { cliErrors } from './errors.ts';
import { findRow } from './explain-row.ts';
import { flowNamed } from './flow-named.ts';
import type { FoundRow } from './explain-row.ts';
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
  const state = await openState(looked.stateFolder, { pipeline: pipeline.name, clock: systemClock });
  try {
    const lives: Explained[] = [];
    for (const flow of flows.filter(({ flow: { name } }) => flags.flow === undefined || flags.flow === name)) {
      const life = await lifeOf(state, looked, flow, key, flags.reveal, signal);
      if (life) lives.push(life);
    }
    if (lives.length === 0) throw cliErrors.no_record.error({ key, file });
    return lives;
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
): Promise<Explained | undefined> {
  const flow = compiled.flow.name;
  const trace = await state.trace(flow, key);
  const [queued] = await state.queue({ flow, key, limit: 1 });
  const links = await state.lastWritten(flow, key);
  const delivered = (await state.known(flow, [key])).has(key);
  if (isUnknown(trace) && !queued && links.length === 0 && !delivered) return undefined;
  const { row, columns } = await findRow(looked, compiled, trace, queued, signal);
  const personal = personalFields(compiled.flow, columns);
  const made = row.values && (await makeRecord(looked, compiled, row.values, reveal ? undefined : personal.record));
  return {
    flow,
    key,
    row: row.values && !reveal ? { ...row, values: maskedRow(row.values, columns ?? []) } : row,
    record: made?.fields ?? [],
    ...(made?.skip !== undefined && { skip: made.skip }),
    ...maskedTrace(trace, reveal ? undefined : personal.target),
    ...(queued && { queue: standOf(queued) }),
    delivered,
    links,
  };
}

function isUnknown({ asked, writes }: RecordTrace): boolean {
  return asked.length + writes.length === 0;
}

function standOf({ id, state, attempts, error, dueAt, lastAt }: QueueEntry): NonNullable<Explained['queue']> {
  return { id, state, attempts, error, lastAt, ...(dueAt !== undefined && { dueAt }) };
}

/** Each field with its expression and what that gives today. */
async function makeRecord(
  { pipeline }: Looked,
  { flow, map, guards }: CompiledFlow,
  row: Row,
  personal: Parameters<typeof maskedRow>[1] | undefined,
) {
  const variables = {
    params: pipeline.values,
    source: row,
    run: { id: 'explain', startedAt: new Date(systemClock.now()).toISOString() },
  };
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
  return { fields, ...(skip !== undefined && { skip }) };
}

async function skipOf(
  guards: CompiledFlow['guards'],
  record: Row,
  variables: Parameters<CompiledFlow['map']>[1],
): Promise<string | undefined> {
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
