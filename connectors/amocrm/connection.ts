import type { Connection, Host } from '../../engine/index.ts';
import { check } from './check.ts';
import { createClient } from './client.ts';
import { accountOf, defaults, type Settings } from './config.ts';
import { createCustomFields } from './custom-fields.ts';
import { find } from './find.ts';
import { createHighWaters } from './high-water.ts';
import { createSchemas } from './schema.ts';
import { createSeenRows } from './seen.ts';
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
    sink: () => ({
      describe: async (entity, signal) => (await schemas.of(entity, signal)).description,
      find: (entity, questions, fields, signal) => find(writer, entity, questions, fields, signal),
      async highWater(entity, signal) {
        const highest = await highWaters.read(await schemas.of(entity, signal), signal);
        return highest === undefined ? undefined : String(highest);
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
    check: (uses, signal) => check(client, schemas, uses, signal),
    close: () => client.close(),
  };
}
