import type { Client, Reply } from './client.ts';
import { entityKinds } from './entities.ts';
import { errors } from './errors.ts';
import { isObject, type Along } from './schema.ts';

/** The newest id of each entity when the connection first needed one. */
export interface HighWaters extends Along {
  /** Undefined when there were no rows. */
  of(entity: string, signal: AbortSignal): Promise<string | undefined>;
}

const names: readonly string[] = Object.values(entityKinds).map(({ name }) => name);
const params = { select: ['ID'], order: { ID: 'DESC' }, start: -1 };
const commands = names.map((name) => ({ method: methodOf(name), params }));

/**
 * Of all entities at once, before the connection creates anything: they may go along with what describes them.
 * Ids only ever rise (reference 11.5, 16).
 */
export function createHighWaters(client: Client): HighWaters {
  let known: readonly Reply[] | undefined;
  return {
    commands,
    // What comes later is not the newest from before.
    take: (replies) => void (known ??= replies),
    async of(entity, signal) {
      known ??= await readNewest(client, signal);
      const reply = known[names.indexOf(entity)];
      if (reply && !reply.ok) {
        known = undefined;
        throw reply.error;
      }
      return idIn(reply?.value, client.host, methodOf(entity));
    },
  };
}

async function readNewest(client: Client, signal: AbortSignal): Promise<readonly Reply[]> {
  const batch = await client.batch(commands, { signal });
  if (!batch.ok) throw batch.error;
  return batch.replies;
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
