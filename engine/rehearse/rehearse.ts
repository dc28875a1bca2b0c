import { randomUUID } from 'node:crypto';
import type { EntityDescription, Field, Row } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import type { FlowRecord, TargetPlan } from '../plan/change.ts';
import { Answers } from '../run/ask/answers.ts';
import type { FlowContext, OpenConnection, RunClock, RunContext } from '../run/context.ts';
import { startTally } from '../run/counts.ts';
import { executeWave } from '../run/deliver/execute-wave.ts';
import { meetAllFields } from '../run/load/make-tables.ts';
import { mapBatch } from '../run/read/map-batch.ts';
import { planBatch } from '../run/deliver/plan-batch.ts';
import { openFlow } from '../run/open-flow.ts';
import { openState } from '../state/open-state.ts';
import { openPortalBook } from '../state/portal-book.ts';
import type { CompiledFlow, CompiledPipeline } from '../transform/compiled.ts';
import { inferEntity, withTag } from './infer-entity.ts';
import { memoryConnection } from './memory-connection.ts';
import type { MemoryEntity } from './memory-connection.ts';

/** A pipeline and the rows its systems are taken to hold: nothing is asked of anybody. */
export interface Rehearsal {
  readonly compiled: CompiledPipeline;
  /** The clock of the run, in milliseconds since 1970. */
  readonly now: number;
  /** What the targets hold to begin with, with their keys under the entity's own name for it. */
  readonly held: readonly HeldRows[];
  /** Each row finds what is held to begin with, and nothing of the rows before it. */
  readonly eachAlone?: true;
  readonly describe?: Describe;
  /** Columns of a flow's source, as far as they are known offline. */
  readonly columns?: (flow: CompiledFlow) => readonly Field[] | undefined;
}

export interface HeldRows {
  readonly connection: string;
  readonly entity: string;
  readonly rows: readonly Row[];
}

/** An entity as the lock file has it; undefined: not known. */
export type Describe = (connection: string, entity: string) => EntityDescription | undefined;

/** What became of one source row. */
export type Rehearsed = { readonly source: Row; readonly record: Row; readonly key?: string } & (
  | { readonly state: 'skipped'; readonly name: string }
  | { readonly state: 'refused'; readonly error: PipeError }
  | {
      readonly state: 'planned';
      readonly plans: ReadonlyMap<string, TargetPlan>;
      readonly failures: ReadonlyMap<string, PipeError>;
      /** The field that holds each target's own key. */
      readonly ids: ReadonlyMap<string, string>;
    }
);

/**
 * Takes rows through a flow with the code of a run, each as a run of its own over what the one before it left: map,
 * guards, plan, and writes that go into memory, so that later targets name the rows earlier ones made.
 */
export async function rehearse(
  rehearsal: Rehearsal,
  flow: CompiledFlow,
  rows: readonly Row[],
): Promise<readonly Rehearsed[]> {
  const clock = stoppedClock(rehearsal.now);
  const state = await openState(':memory:', { pipeline: rehearsal.compiled.pipeline.name, clock });
  const book = await openPortalBook(':memory:', clock);
  try {
    const run = randomUUID();
    const { hash } = rehearsal.compiled;
    const systems = systemsOf(rehearsal, flow);
    const epoch = await state.startRun({ run, startedAt: rehearsal.now, mapping: hash, pid: process.pid });
    const context: RunContext = {
      run,
      epoch,
      startedAt: rehearsal.now,
      compiled: rehearsal.compiled,
      options: { full: true, allow: new Set() },
      state,
      book,
      lease: { verify: () => undefined, release: () => undefined },
      clock,
      connections: systems.connections,
      creates: new Map(),
      usage: { requests: 0, limitedMs: 0 },
      lost: new Map(),
      signal: new AbortController().signal,
      emit: () => undefined,
      instance: { id: 'rehearsal', adopted: new Set() },
    };
    const { context: opened } = await openFlow(context, flow, startTally([]));
    await opened.scopes.load();
    const done: Rehearsed[] = [];
    for (const row of rows) {
      if (rehearsal.eachAlone) systems.reset();
      done.push(await rehearseRow(opened, row));
    }
    return done;
  } finally {
    await state.close();
    await book.close();
  }
}

async function rehearseRow(context: FlowContext, source: Row): Promise<Rehearsed> {
  const { seen, records, skipped, failed } = await mapBatch(context, [source]);
  const [shown] = seen;
  const mapped = { source, record: shown?.record ?? {}, ...(shown?.key !== undefined && { key: shown.key }) };
  const [skip] = skipped;
  if (skip) return { ...mapped, state: 'skipped', name: skip.name };
  const [failure] = failed;
  if (failure) return { ...mapped, state: 'refused', error: failure.error };
  await meetAllFields(context, records);
  const ids = context.flow.targets.map(
    ({ target: { name } }) => [name, context.scopes.of(name).description.id] as const,
  );
  return { ...mapped, state: 'planned', ...(await carryOut(context, records)), ids: new Map(ids) };
}

async function carryOut(context: FlowContext, records: readonly FlowRecord[]) {
  const answers = new Answers(context);
  const planned = await planBatch(context, records, answers);
  const [done] = await executeWave(context, planned, answers);
  return { plans: done?.plans ?? new Map(), failures: done?.failures ?? new Map() };
}

interface Systems {
  readonly connections: ReadonlyMap<string, OpenConnection>;
  /** Everything is as it was held to begin with. */
  reset(): void;
}

/** Each connection of the pipeline in memory; no connector is asked to connect. */
function systemsOf(rehearsal: Rehearsal, flow: CompiledFlow): Systems {
  const columns = rehearsal.columns?.(flow) ?? [];
  const entities = new Map<string, MemoryEntity & { readonly first: ReadonlyMap<string, Row> }>();
  const entityNamed = (connection: string, entity: string): MemoryEntity => {
    const id = `${connection}/${entity}`;
    const made = entities.get(id) ?? memoryEntity(rehearsal, connection, entity);
    entities.set(id, { ...made, first: entities.get(id)?.first ?? new Map(made.rows) });
    return made;
  };
  const names = [...rehearsal.compiled.pipeline.connections.keys()];
  return {
    connections: new Map(
      names.map((name) => {
        const connection = memoryConnection(columns, (entity) => entityNamed(name, entity));
        return [name, { name, identity: `memory:${name}`, connection }];
      }),
    ),
    reset: () => {
      for (const { rows, first } of entities.values()) {
        rows.clear();
        for (const [key, row] of first) rows.set(key, row);
      }
    },
  };
}

function memoryEntity({ compiled, held, describe }: Rehearsal, connection: string, entity: string): MemoryEntity {
  const given = held
    .filter((rows) => rows.connection === connection && rows.entity === entity)
    .flatMap(({ rows }) => rows);
  const name = { connection, entity };
  const description = withTag(compiled, name, describe?.(connection, entity) ?? inferEntity(compiled, name, given));
  const { id } = description;
  const keyed = given.map((row, index): [string, Row] => {
    const { [id]: key, ...values } = row;
    return [key === undefined ? String(index + 1) : String(key), values];
  });
  return { description, rows: new Map(keyed) };
}

function stoppedClock(now: number): RunClock {
  return {
    now: () => now,
    monotonic: () => now,
    bootId: 'rehearsal',
    sleep: async () => {
      throw new Error('a rehearsal waits for nothing');
    },
  };
}
