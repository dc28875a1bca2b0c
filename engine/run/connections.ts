import { createHash } from 'node:crypto';
import type { ConnectionSpec } from '../config/pipeline.ts';
import type { Connector, Host } from '../connector.ts';
import type { OpenConnection } from './context.ts';

/** Connects what the flows use; nothing is sent yet. */
export async function openConnections(
  specs: Iterable<ConnectionSpec>,
  connectors: ReadonlyMap<string, Connector>,
  host: Host,
): Promise<ReadonlyMap<string, OpenConnection>> {
  const open = new Map<string, OpenConnection>();
  for (const spec of specs) {
    const connector = connectors.get(spec.connector);
    if (!connector) throw new Error(`connector ${spec.connector} is not loaded`);
    open.set(spec.name, {
      name: spec.name,
      identity: identityOf(spec),
      connection: await connector.connect(spec.settings, host),
    });
  }
  return open;
}

/** Closes all, whatever the others do; the first failure is told after. */
export async function closeConnections(open: ReadonlyMap<string, OpenConnection>): Promise<void> {
  const results = await Promise.allSettled([...open.values()].map(({ connection }) => connection.close()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** The same settings are the same system for every pipeline of this machine; a hash, since settings hold secrets. */
function identityOf(spec: ConnectionSpec): string {
  const settings = JSON.stringify(Object.entries(spec.settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${spec.connector}:${createHash('sha256').update(settings).digest('base64url').slice(0, 16)}`;
}
