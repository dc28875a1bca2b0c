import type { Sandbox } from '../connector.ts';
import { choicesFor } from '../config/nearest.ts';
import { connectorNames, loadConnector } from '../registry.ts';
import { cliErrors } from './errors.ts';

export async function findSandbox(connector: string): Promise<Sandbox> {
  const loaded = connectorNames().includes(connector) ? await loadConnector(connector) : undefined;
  const sandbox = await loaded?.sandbox?.();
  if (sandbox) return sandbox;
  throw cliErrors.no_sandbox.error({ connector, choices: choicesFor(connector, await withSandbox()) });
}

async function withSandbox(): Promise<readonly string[]> {
  const load = (name: string) => loadConnector(name).catch(() => undefined);
  const connectors = await Promise.all(connectorNames().map(load));
  return connectors.flatMap((connector) => (connector?.sandbox ? [connector.name] : []));
}

/** Node's own word for a port that somebody else listens on. */
export function portError(port: number): (thrown: unknown) => never {
  return (thrown) => {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES') throw cliErrors.port_taken.error({ port }, { cause: thrown });
    throw thrown;
  };
}
