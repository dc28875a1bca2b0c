import { closeConnections, openConnections } from '../run/connections.ts';
import type { OpenConnection } from '../run/context.ts';
import { makeHost } from '../run/host.ts';
import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { openPortalBook } from '../state/portal-book.ts';
import type { Looked } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { ownTokens } from './secrets.ts';

/** Opens the connections of these names, or all where there are none, within the limits of this machine. */
export async function withConnections<Result>(
  { pipeline, connectors }: Pick<Looked, 'pipeline' | 'connectors'>,
  names: readonly string[],
  use: (open: ReadonlyMap<string, OpenConnection>) => Promise<Result>,
): Promise<Result> {
  const specs = [...pipeline.connections.values()].filter(({ name }) => names.length === 0 || names.includes(name));
  const book = await openPortalBook(machineFolder(process.env), systemClock);
  const host = makeHost({
    folder: pipeline.folder,
    clock: runClock,
    book,
    tokens: ownTokens(),
    priority: 'incremental',
    emit: () => undefined,
    usage: { requests: 0, limitedMs: 0 },
  });
  const open = await openConnections(specs, connectors, host);
  try {
    return await use(open);
  } finally {
    await closeConnections(open);
    await book.close();
  }
}
