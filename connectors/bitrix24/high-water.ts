import type { Client, Reply } from './client.ts';
import { entityKinds } from './entities.ts';
import { errors } from './errors.ts';
import { isObject } from './schema.ts';

/** The newest id of each entity when the connection first needed one. */
export interface HighWaters {
  /** Undefined when there were no rows. */
  of(entity: string, signal: AbortSignal): Promise<string | undefined>;
}

const names = Object.keys(entityKinds);

/** Asked for all entities in one request, before the connection creates anything; ids only ever rise (reference 11.5, 16). */
export function createHighWaters(client: Client): HighWaters {
  let asked: Promise<ReadonlyMap<string, Reply | undefined>> | undefined;
  return {
    async of(entity, signal) {
      asked ??= readNewest(client, signal);
      try {
        const reply = (await asked).get(entity);
        if (reply && !reply.ok) throw reply.error;
        return idIn(reply?.value, client.host, methodOf(entity));
      } catch (thrown) {
        asked = undefined;
        throw thrown;
      }
    },
  };
}

async function readNewest(client: Client, signal: AbortSignal): Promise<ReadonlyMap<string, Reply | undefined>> {
  const params = { select: ['ID'], order: { ID: 'DESC' }, start: -1 };
  const batch = await client.batch(
    names.map((name) => ({ method: methodOf(name), params })),
    { signal },
  );
  if (!batch.ok) throw batch.error;
  return new Map(names.map((name, index) => [name, batch.replies[index]]));
}

function methodOf(entity: string): string {
  return `crm.${entity}.list`;
}

function idIn(rows: unknown, host: string, method: string): string | undefined {
  if (!Array.isArray(rows)) throw errors.unexpected_result.error({ host, method });
  const newest: unknown = rows[0];
  if (newest === undefined) return undefined;
  const id = isObject(newest) ? newest['ID'] : undefined;
  if (typeof id !== 'string' && typeof id !== 'number') throw errors.unexpected_result.error({ host, method });
  return String(id);
}
