import type { Connection, Host } from '../../engine/index.ts';
import { check } from './check.ts';
import { createClient } from './client.ts';
import { accountOf, defaults, type Settings } from './config.ts';
import { isOrdered } from './entities.ts';
import { createCustomFields } from './custom-fields.ts';
import { find } from './find.ts';
import { createHighWaters } from './high-water.ts';
import { scan } from './scan.ts';
import { createSchemas } from './schema.ts';
import { createSeenRows } from './seen.ts';
import { createSource } from './source/source.ts';
import { createRoom, write } from './write.ts';

/** An account as the engine uses it. Nothing is sent before the first call that needs it. */
export function connect(settings: Settings, host: Host): Connection {
  const client = createClient(accountOf(settings), host);
  const schemas = createSchemas(client);
  const highWaters = createHighWaters(client);
  const customFields = createCustomFields(client, schemas);
  const room = createRoom(settings.writesPerRequest ?? defaults.writesPerRequest);
  const writer = { client, schemas, highWaters, room, seen: createSeenRows() };
  return {
    system: client.host,
    source: (block) => createSource({ client, schemas, host }, block),
    sink: ({ entity: name }) => ({
      describe: async (entity, signal) => (await schemas.of(entity, signal)).description,
      find: (entity, questions, fields, signal) => find(writer, entity, questions, fields, signal),
      // Elements of a list come in no order of their ids.
      ...(isOrdered(String(name)) && {
        async highWater(entity: string, signal: AbortSignal) {
          const highest = await highWaters.read(await schemas.of(entity, signal), signal);
          return highest === undefined ? undefined : String(highest);
        },
      }),
      async *scan(entity, fields, signal) {
        signal.throwIfAborted();
        yield* scan(client, await schemas.of(entity, signal), fields, signal);
      },
      write: (writes, signal, until) => write(writer, writes, { signal, ...(until !== undefined && { until }) }),
      get writesPerRequest() {
        return room.now;
      },
      // One after the other: what a refused request left behind is looked for above the ids of those before it.
      requestsInFlight: 1,
      settleMs: settings.settleMs ?? defaults.settleMs,
      customFields,
    }),
    check: (uses, signal) => check({ client, schemas, host }, uses, signal),
    close: () => client.close(),
  };
}
