import { lockedEntity, sourceIdentity } from '../config/lock-file.ts';
import type { LockedConnection, LockedEntity, LockedSource } from '../config/lock-file.ts';
import type { Pipeline, Target } from '../config/pipeline.ts';
import { toPipeError } from '../errors.ts';
import type { OpenConnection } from './context.ts';

/** What a system says of the sources and entities that the pipeline uses of it. Reads descriptions alone, no rows. */
export async function discover(
  pipeline: Pipeline,
  { name, connection }: OpenConnection,
  signal: AbortSignal,
): Promise<LockedConnection> {
  const entities: Record<string, LockedEntity> = {};
  const sources: Record<string, LockedSource> = {};
  for (const { name: flow, source } of pipeline.flows) {
    const described = source.connection === name ? await connection.source?.(source.block).describe(signal) : undefined;
    if (!described) continue;
    const { fields, askable } = described;
    sources[flow] = { of: sourceIdentity(source.block), fields, ...(askable && { askable }) };
  }
  for (const target of pipeline.flows.flatMap(({ targets }) => targets)) {
    if (target.connection !== name) continue;
    const sink = connection.sink?.(target.block);
    for (const entity of [target.entity, ...referencesOf(target)]) {
      if (!sink || entity in entities) continue;
      try {
        entities[entity] = lockedEntity(await sink.describe(entity, signal));
      } catch (thrown) {
        // A table that the next run makes.
        if (entity !== target.entity || !isMadeByRuns(target) || toPipeError(thrown).kind !== 'input') throw thrown;
      }
    }
  }
  const connector = pipeline.connections.get(name)?.connector ?? '';
  return { connector, entities, sources };
}

/** Other tables or entities that fields of the target refer to. */
function referencesOf({ fields = [] }: Target): readonly string[] {
  return fields.flatMap(({ reference }) => (reference ? [reference.table] : []));
}

function isMadeByRuns({ ddl }: Target): boolean {
  return ddl === 'create' || ddl === 'evolve';
}
