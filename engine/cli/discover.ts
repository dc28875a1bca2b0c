import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadPipeline } from '../config/load.ts';
import { drift } from '../config/lock-drift.ts';
import type { Difference } from '../config/lock-drift.ts';
import { lockedEntity, lockFileOf, lockText, readLock } from '../config/lock-file.ts';
import type { Lock, LockedConnection } from '../config/lock-file.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Connector } from '../connector.ts';
import type { OpenConnection } from '../run/context.ts';
import { discover } from '../run/discover.ts';
import { othersLeftOut } from './check-connections.ts';
import { cliErrors } from './errors.ts';
import { FindingsError } from './findings-error.ts';
import { connectorsOf } from './compile-loaded.ts';
import { fromVault } from './from-vault.ts';
import { requireFile } from './pipeline-files.ts';
import { withConnections } from './with-connections.ts';

export interface DiscoverFlags {
  /** Look at this connection alone. */
  readonly connection?: string | undefined;
  /** Look at this entity alone, whether the pipeline uses it or not. */
  readonly entity?: string | undefined;
  readonly param?: readonly string[] | undefined;
  /** `name.key=value` */
  readonly settings?: readonly string[] | undefined;
}

export interface Discovery {
  /** The systems as they are. */
  readonly live: Lock;
  readonly file: string;
  readonly lockFile: string;
  /** All that the pipeline has. */
  readonly connections: readonly string[];
  /** What the lock file says; absent: there is none. */
  readonly locked?: Lock;
}

/** One entity is no lock file, and what is written cannot be compared. */
export function refuseTogether(flags: Readonly<Partial<Record<'lock' | 'drift' | 'entity', unknown>>>): void {
  const [flag, other] = (['lock', 'drift', 'entity'] as const).filter((name) => flags[name]);
  if (flag && other) throw cliErrors.flag_beside.error({ flag: `--${flag}`, other: `--${other}` });
}

/** Asks the systems of a pipeline what they are like. Reads no rows and changes nothing. */
export async function discoverSystems(file: string, flags: DiscoverFlags, signal: AbortSignal): Promise<Discovery> {
  requireFile(file);
  const pipeline = await load(file, flags);
  const { lock } = readLock(file);
  const connections: Record<string, LockedConnection> = {};
  const { connection, entity } = flags;
  const connectors = await connectorsOf(pipeline);
  await withConnections({ pipeline, connectors }, connection === undefined ? [] : [connection], async (open) => {
    for (const each of open.values()) {
      const connector = connectors.get(pipeline.connections.get(each.name)?.connector ?? '');
      if (entity === undefined) connections[each.name] = await discover(pipeline, each, signal);
      else if (connector) connections[each.name] = await entityOf(connector, each, entity, signal);
    }
  });
  const live: Lock = { version: 1, connections };
  const names = [...pipeline.connections.keys()];
  return { live, file, lockFile: lockFileOf(file), connections: names, ...(lock && { locked: lock }) };
}

/** Writes what was found; a connection that was not looked at keeps what the lock file has of it. Whether it differs. */
export function writeLock({ live, locked, lockFile, connections }: Discovery): boolean {
  const kept = Object.entries(locked?.connections ?? {}).filter(([name]) => connections.includes(name));
  const text = lockText({ version: 1, connections: { ...Object.fromEntries(kept), ...live.connections } });
  if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') === text) return false;
  writeFileSync(lockFile, text);
  return true;
}

/** What differs between the lock file and the systems. Throws where there is no lock file. */
export function driftOf({ live, locked, lockFile, file }: Discovery): readonly Difference[] {
  if (!locked) throw cliErrors.no_lock.error({ lock: lockFile, file });
  return drift(locked, live);
}

async function load(file: string, { connection, param = [], settings = [] }: DiscoverFlags): Promise<Pipeline> {
  const sandboxes = await othersLeftOut(file, connection === undefined ? [] : [connection]);
  const options = { env: process.env, vault: fromVault(), params: param, connections: settings, sandboxes };
  const { pipeline, findings } = await loadPipeline(file, options);
  // What expressions and fields are is not asked: a lock file that is out of date is renewed here.
  if (!pipeline || findings.some(({ severity }) => severity === 'error')) throw new FindingsError(findings);
  return pipeline;
}

/** An entity that can be written to, or else what a source may read. */
async function entityOf(
  { name: connector, source: ability }: Connector,
  { name, connection }: OpenConnection,
  entity: string,
  signal: AbortSignal,
): Promise<LockedConnection> {
  const none = { connector, entities: {}, sources: {} };
  const sink = connection.sink?.({ entity, table: entity });
  if (sink) return { ...none, entities: { [entity]: lockedEntity(await sink.describe(entity, signal)) } };
  const settings = ability?.settings.properties ?? {};
  const key = sourceKeys.find((one) => one in settings);
  if (key) refuseUnknown(settings[key], name, entity);
  const source = key && connection.source?.({ [key]: entity });
  if (!source) return none;
  return { ...none, sources: { [entity]: { of: { [key]: entity }, fields: (await source.describe(signal)).fields } } };
}

/** What source blocks call that which they read. */
const sourceKeys = ['stream', 'table'] as const;

function refuseUnknown(schema: object | undefined, connection: string, entity: string): void {
  const choices: unknown = schema && 'enum' in schema ? schema.enum : undefined;
  if (!Array.isArray(choices) || choices.includes(entity)) return;
  throw cliErrors.unknown_source.error({ connection, entity, choices: choices.join(' | ') });
}
