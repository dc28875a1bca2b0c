import { toPipeError } from '../errors.ts';
import type { PipeError } from '../errors.ts';
import type { CheckResult, ConnectionUses } from '../connector.ts';
import { listed } from '../config/nearest.ts';
import { closeConnections, openConnections } from '../run/connections.ts';
import type { OpenConnection } from '../run/context.ts';
import { makeHost } from '../run/host.ts';
import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { openPortalBook } from '../state/portal-book.ts';
import { cliErrors } from './errors.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';

/** What one connection answered; `error`: it could not be reached at all. */
export interface CheckedConnection {
  readonly name: string;
  readonly results: readonly CheckResult[];
  readonly error?: PipeError;
}

/** Looks at each connection for just what the pipeline uses of it. */
export async function checkConnections(
  prepared: Prepared,
  only: string | undefined,
  signal: AbortSignal,
): Promise<readonly CheckedConnection[]> {
  const { pipeline } = prepared.compiled;
  const specs = [...pipeline.connections.values()].filter((spec) => only === undefined || spec.name === only);
  if (only !== undefined && specs.length === 0) {
    const expected = listed([...pipeline.connections.keys()]);
    throw cliErrors.unknown_connection.error({ connection: only, file: pipeline.file, expected });
  }
  const book = await openPortalBook(machineFolder(process.env), systemClock);
  const counter = { requests: 0 };
  const host = makeHost({ folder: pipeline.folder, clock: runClock, book, emit: () => undefined, counter });
  const open = openConnections(specs, prepared.connectors, host);
  try {
    return await Promise.all(
      [...open.values()].map((connection) => checkOne(connection, usesOf(prepared, connection.name), signal)),
    );
  } finally {
    await closeConnections(open);
    await book.close();
  }
}

async function checkOne(
  { name, connection }: OpenConnection,
  uses: ConnectionUses,
  signal: AbortSignal,
): Promise<CheckedConnection> {
  try {
    return { name, results: await connection.check(uses, signal) };
  } catch (thrown) {
    return { name, results: [], error: toPipeError(thrown) };
  }
}

function usesOf(prepared: Prepared, connection: string): ConnectionUses {
  const { flows } = prepared.compiled;
  const entities = new Map<string, Set<string>>();
  for (const target of flows.flatMap((flow) => flow.targets)) {
    if (target.target.connection !== connection) continue;
    const fields = entities.get(target.target.entity) ?? new Set();
    for (const field of target.select) fields.add(field);
    for (const rung of target.rungs) for (const by of rung.by) fields.add(by.field);
    for (const field of target.fields ?? []) fields.add(field.mapping.field);
    entities.set(target.target.entity, fields);
  }
  return {
    sources: flows.filter((flow) => flow.flow.source.connection === connection).map((flow) => flow.flow.source.block),
    entities: [...entities].map(([entity, fields]) => ({ entity, fields: [...fields] })),
  };
}
