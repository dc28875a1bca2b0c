import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningSandbox, Sandbox } from '../connector.ts';
import type { LoadOptions } from '../config/load.ts';
import { choicesFor } from '../config/nearest.ts';
import type { Flow } from '../config/pipeline.ts';
import type { Language } from '../messages/template.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';
import type { Looked } from './prepare.ts';
import { heldText, standInText } from './render/stand-ins.ts';

/** What a run is told besides its own flags; nothing without `--sandbox`. */
export interface StandIns {
  readonly sandboxes?: NonNullable<LoadOptions['sandboxes']>;
  readonly apart?: string;
}

export interface StandInFlags {
  /** Names of connections. */
  readonly sandbox?: readonly string[] | undefined;
  readonly state?: string | undefined;
  readonly connection?: readonly string[] | undefined;
  readonly 'dry-run'?: boolean;
}

/** In a sandbox that is read from; one that is written to begins empty. */
const inventedRows = 100;

/** Rows by entity. */
export type Counts = Readonly<Record<string, number>>;

interface StandIn {
  readonly connection: string;
  readonly connector: string;
  readonly running: RunningSandbox;
  readonly before: Counts;
}

/**
 * Starts the sandboxes of connections on loopback, uses them in their places and ends them. What a run remembers lies
 * apart meanwhile and goes with them: what is known of the real system is neither asked nor touched.
 */
export async function withStandIns<Result>(
  file: string,
  flags: StandInFlags,
  tell: (line: string) => void,
  language: Language,
  use: (standIns: StandIns) => Promise<Result>,
): Promise<Result> {
  if (!flags.sandbox) return use({});
  if (flags.state !== undefined) throw cliErrors.flag_beside.error({ flag: '--sandbox', other: '--state' });
  const looked = await lookAt(file, undefined);
  const names = [...new Set(flags.sandbox)];
  const sandboxes = new Map<string, Sandbox>();
  for (const name of names) sandboxes.set(name, await sandboxOf(looked, name, file));
  if (flags['dry-run'] !== true) refuseRealTargets(looked, names, flags.connection ?? []);
  const folder = await mkdtemp(join(tmpdir(), 'pipe-apart-'));
  const started: StandIn[] = [];
  try {
    for (const [connection, sandbox] of sandboxes) {
      const connector = looked.pipeline.connections.get(connection)?.connector ?? '';
      const isRead = looked.pipeline.flows.some(({ source }) => source.connection === connection);
      const running = await sandbox.start({ unlimited: true, ...(isRead && { size: inventedRows }) });
      started.push({ connection, connector, running, before: (await running.counts?.()) ?? {} });
      tell(standInText(connection, connector, running.facts, language));
    }
    const settings = Object.fromEntries(started.map(({ connection, running }) => [connection, running.settings]));
    const result = await use({ sandboxes: settings, apart: folder });
    for (const { connection, connector, running, before } of started)
      tell(heldText({ connection, connector, before, after: (await running.counts?.()) ?? {} }, language));
    return result;
  } finally {
    for (const { running } of started) await running.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sandboxOf({ pipeline, connectors }: Looked, name: string, file: string): Promise<Sandbox> {
  const known = [...pipeline.connections.values()];
  const names = known.map((one) => one.name);
  const connection = pipeline.connections.get(name);
  if (!connection)
    throw cliErrors.unknown_connection.error({ connection: name, file, choices: choicesFor(name, names) });
  const sandbox = await connectors.get(connection.connector)?.sandbox?.();
  if (sandbox) return sandbox;
  const having = known.filter(({ connector }) => connectors.get(connector)?.sandbox !== undefined);
  const others = having.map((one) => one.name);
  const { connector } = connection;
  if (others.length === 0) throw cliErrors.no_connection_with_sandbox.error({ connection: name, connector, file });
  throw cliErrors.connection_without_sandbox.error({ connection: name, connector, choices: choicesFor('', others) });
}

/** Invented patients have no business in a real CRM, unless the command line itself says where to. */
function refuseRealTargets({ pipeline }: Looked, sandboxes: readonly string[], given: readonly string[]): void {
  const isReal = (name: string): boolean =>
    !sandboxes.includes(name) && !given.some((setting) => setting.startsWith(`${name}.`));
  for (const { source, targets } of pipeline.flows) {
    if (!sandboxes.includes(source.connection)) continue;
    const target = targets.find((one) => isReal(one.connection) && writes(one));
    if (target) throw cliErrors.sandbox_into_real.error({ source: source.connection, target: target.connection });
  }
}

function writes({ fields, everyField, rows }: Flow['targets'][number]): boolean {
  return fields !== undefined || everyField !== undefined || rows.length > 0;
}
