import type { Connection, Host } from '../../engine/index.ts';
import { check } from './check.ts';
import { createClient } from './client.ts';
import { defaults, portalOf, type Settings } from './config.ts';
import { createCustomFields } from './custom-fields.ts';
import { find } from './find.ts';
import { createHighWaters } from './high-water.ts';
import { scan } from './scan.ts';
import { createPace } from './pace.ts';
import { createSchemas } from './schema.ts';
import { readTogether } from './together.ts';
import { createSource } from './source/source.ts';
import { expectedWork, write, writeAndFind } from './write.ts';

/** A portal as the engine uses it. Nothing is sent before the first call that needs it. */
export function connect(settings: Settings, host: Host): Connection {
  const client = createClient(portalOf(settings), host);
  // A read of many pages chooses itself how many go into a request.
  const asking = readTogether(client);
  const highWaters = createHighWaters(asking);
  const schemas = createSchemas(asking);
  const customFields = createCustomFields(client, schemas);
  const pace = createPace();
  const requestsInFlight = settings.requestsInFlight ?? defaults.requestsInFlight;
  const reader = { client, schemas, host, requestsInFlight };
  return {
    system: client.host,
    source: (block) => createSource(reader, block),
    sink: () => ({
      describe: async (entity, signal) => (await schemas.of(entity, signal)).description,
      find: async (entity, questions, fields, signal) =>
        find(asking, await schemas.of(entity, signal), questions, fields, signal),
      highWater: (entity, signal) => highWaters.of(entity, signal),
      scan: (entity, fields, signal) => scan(client, schemas, entity, fields, signal),
      write: (writes, signal, until) =>
        write({ client, schemas, pace }, writes, { signal, ...(until !== undefined && { until }) }),
      writeAndFind: (writes, question, fields, signal, until) =>
        writeAndFind(
          { client, schemas, pace },
          writes,
          { question, fields },
          { signal, ...(until !== undefined && { until }) },
        ),
      expectedWork: (writes, signal) => expectedWork({ client, schemas }, writes, signal),
      get writesPerRequest() {
        return pace.usual;
      },
      requestsInFlight,
      settleMs: settings.settleMs ?? defaults.settleMs,
      customFields,
    }),
    check: (uses, signal) => check(reader, uses, signal),
    close: () => client.close(),
  };
}
