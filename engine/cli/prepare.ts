import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '../connector.ts';
import { loadPipeline } from '../config/load.ts';
import type { LoadOptions } from '../config/load.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { sortFindings } from '../diagnostics.ts';
import type { CompiledPipeline } from '../transform/compiled.ts';
import { compileLoaded, connectorsOf } from './compile-loaded.ts';
// A run leaves codes behind, in queue, history and journal: whoever looks at them has to know what they say.
import '../plan/errors.ts';
import '../run/errors.ts';
import { cliErrors } from './errors.ts';
import { FindingsError } from './findings-error.ts';
import { fromVault } from './from-vault.ts';
import { openFiles } from './open-files.ts';
import { requireFile } from './pipeline-files.ts';

export interface PrepareFlags {
  readonly param?: readonly string[] | undefined;
  readonly connection?: readonly string[] | undefined;
  readonly state?: string | undefined;
  readonly sandboxes?: LoadOptions['sandboxes'];
  readonly apart?: string;
}

/** A pipeline that passed every check, ready to run. */
export interface Prepared {
  readonly compiled: CompiledPipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly stateFolder: string;
  readonly warnings: readonly Diagnostic[];
  /** Files that say something else by now: what goes on for months is of the files it began with. */
  readonly changedFiles?: () => readonly string[];
  /** Folder of state, locks, portal book and log of a run that remembers nothing for later: it talks to sandboxes. */
  readonly apart?: string;
}

/** Loads and compiles a file, with the variables it asks for; throws all findings at once when one is an error. */
export async function prepare(file: string, flags: PrepareFlags, env: NodeJS.ProcessEnv): Promise<Prepared> {
  requireFile(file);
  const { pipeline, findings } = await loadPipeline(file, {
    env,
    vault: fromVault(),
    params: flags.param ?? [],
    connections: flags.connection ?? [],
    ...(flags.sandboxes && { sandboxes: flags.sandboxes }),
  });
  if (!pipeline) throw new FindingsError(findings);
  const { compiled, connectors, findings: inside } = await compileLoaded(pipeline, findings);
  const all = sortFindings([...findings, ...inside]);
  if (!compiled) throw new FindingsError(all);
  const { apart } = flags;
  const folder = stateFolder(pipeline, apart ?? flags.state);
  const warnings = [...all, ...openFiles(pipeline.name, folder, all)];
  return { compiled, connectors, stateFolder: folder, warnings, ...(apart && { apart }) };
}

export interface Looked {
  readonly pipeline: Pipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly stateFolder: string;
}

/** A look at a pipeline's name, flows and state, without the variables a run would need. */
export async function lookAt(file: string, state: string | undefined): Promise<Looked> {
  const { pipeline, findings } = await loadToLook(file, state, {});
  if (!pipeline || pipeline.name === '') throw new FindingsError(findings);
  return { pipeline, connectors: await connectorsOf(pipeline), stateFolder: stateFolder(pipeline, state) };
}

/** The same with every expression compiled; variables that only connections use may be missing. */
export async function compiledLook(
  file: string,
  { param: params = [], state }: Pick<PrepareFlags, 'param' | 'state'>,
): Promise<{ readonly looked: Looked; readonly flows: CompiledPipeline['flows'] }> {
  const { pipeline, findings } = await loadToLook(file, state, { vault: fromVault(), params });
  if (!pipeline) throw new FindingsError(findings);
  const { compiled, connectors, findings: inside } = await compileLoaded(pipeline, findings);
  if (!compiled) throw new FindingsError(sortFindings([...findings, ...inside]));
  return { looked: { pipeline, connectors, stateFolder: stateFolder(pipeline, state) }, flows: compiled.flows };
}

async function loadToLook(
  file: string,
  state: string | undefined,
  more: Pick<LoadOptions, 'vault' | 'params'>,
): ReturnType<typeof loadPipeline> {
  requireFile(file);
  if (state !== undefined && !existsSync(state)) throw cliErrors.no_state.error({ folder: state });
  return loadPipeline(file, { env: process.env, variables: 'optional', ...more });
}

function stateFolder(pipeline: Pipeline, given: string | undefined): string {
  return given ?? join(pipeline.folder, '.pipe');
}
