import { idOf, rowsIn } from './answer.ts';
import type { Client } from './client.ts';
import { errors } from './errors.ts';
import type { Schema } from './schema.ts';

/** The highest id of each entity that is known of: what is created later stands above it. */
export interface HighWaters {
  /** Asks the account; undefined when there are no rows. */
  read(schema: Schema, signal: AbortSignal): Promise<number | undefined>;
  /** What is known without asking; undefined: nothing yet. */
  known(schema: Schema): number | undefined;
  rose(schema: Schema, id: number): void;
}

/** More than one row, so that an order that is ignored shows: `updated_at` ascending is the usual one (reference 5). */
const looked = 5;

export function createHighWaters(client: Client): HighWaters {
  const highest = new Map<string, number>();
  function rose({ kind }: Schema, id: number): void {
    highest.set(kind.name, Math.max(highest.get(kind.name) ?? 0, id));
  }
  return {
    rose,
    known: ({ kind }) => highest.get(kind.name),
    async read(schema, signal) {
      const { collection, name, path } = schema.kind;
      const query = [
        ['order[id]', 'desc'],
        ['limit', String(looked)],
      ] as const;
      const reply = await client.get(path, query, signal);
      if (!reply.ok) throw reply.error;
      const ids = rowsIn(reply.value, collection)?.map((row) => idOf(row) ?? Number.NaN);
      if (ids === undefined) throw errors.unexpected_result.error({ host: client.host, method: `GET ${path}` });
      if (ids.some((id, place) => place > 0 && !(id < (ids[place - 1] ?? 0))))
        throw errors.page_repeated.error({ host: client.host, entity: name }, { retry: true });
      rose(schema, ids[0] ?? 0);
      return ids[0];
    },
  };
}
