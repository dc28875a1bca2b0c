import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '../connector.ts';
import { loadPipeline, loadPipelines } from '../config/load.ts';
import type { LoadOptions } from '../config/load.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { sortFindings } from '../diagnostics.ts';
import { loadConnector } from '../registry.ts';
import { compile } from '../transform/compile.ts';
import type { CompiledPipeline } from '../transform/compiled.ts';
import { systemClock } from '../state/clock.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/open-vault.ts';
import { vaultPlace } from '../vault/place.ts';
import { cliErrors } from './errors.ts';
import { FindingsError } from './findings-error.ts';
import { openFiles } from './open-files.ts';

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
  const connectors = await connectorsOf(pipeline);
  const compilation = compile(pipeline, knowledgeOf(pipeline, connectors));
  const all = sortFindings([...findings, ...compilation.findings]);
  if (!compilation.pipeline || hasErrors(findings)) throw new FindingsError(all);
  const { apart } = flags;
  const folder = stateFolder(pipeline, apart ?? flags.state);
  const warnings = [...all, ...openFiles(pipeline.name, folder, all)];
  return { compiled: compilation.pipeline, connectors, stateFolder: folder, warnings, ...(apart && { apart }) };
}

export interface Looked {
  readonly pipeline: Pipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly stateFolder: string;
}

/** A look at a pipeline's name, flows and state, without the variables a run would need. */
export async function lookAt(file: string, state: string | undefined): Promise<Looked> {
  requireFile(file);
  if (state !== undefined && !existsSync(state)) throw cliErrors.no_state.error({ folder: state });
  const { pipeline, findings } = await loadPipeline(file, { env: process.env, variables: 'optional' });
  if (!pipeline || pipeline.name === '') throw new FindingsError(findings);
  return { pipeline, connectors: await connectorsOf(pipeline), stateFolder: stateFolder(pipeline, state) };
}

export interface Validation {
  readonly files: readonly string[];
  readonly findings: readonly Diagnostic[];
}

/** Everything that can be said of files without a network; variables may be missing. */
export async function validateFiles(
  given: readonly string[],
  params: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Validation> {
  const files = given.length > 0 ? given : shippedFiles();
  for (const file of files) requireFile(file);
  const { pipelines, findings } = await loadPipelines(files, {
    env,
    vault: fromVault(),
    params,
    variables: 'optional',
  });
  const compiled: Diagnostic[] = [];
  for (const pipeline of pipelines) {
    compiled.push(...compile(pipeline, knowledgeOf(pipeline, await connectorsOf(pipeline))).findings);
  }
  return { files, findings: sortFindings([...findings, ...compiled]) };
}

/** Opened only for a secret that the environment lacks. */
function fromVault(): (name: string) => string | undefined {
  let vault: Vault | undefined;
  return (name) => {
    vault ??= openVault(vaultPlace(process.env), systemClock);
    return vault.get(name);
  };
}

function shippedFiles(): readonly string[] {
  const files = existsSync('pipelines') ? readdirSync('pipelines') : [];
  const pipelines = files.filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name)).sort();
  if (pipelines.length === 0) throw cliErrors.no_pipeline.error({ file: 'pipelines/*.yaml' });
  return pipelines.map((name) => join('pipelines', name));
}

function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) throw cliErrors.no_pipeline.error({ file });
}

async function connectorsOf(pipeline: Pipeline): Promise<ReadonlyMap<string, Connector>> {
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline.connections.values()) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  return connectors;
}

/** What connectors know offline: the columns of their sources. */
function knowledgeOf(pipeline: Pipeline, connectors: ReadonlyMap<string, Connector>) {
  return {
    columns: (flow: Pipeline['flows'][number]) => {
      const connection = pipeline.connections.get(flow.source.connection);
      return connection && connectors.get(connection.connector)?.source?.columns?.(flow.source.block);
    },
  };
}

function stateFolder(pipeline: Pipeline, given: string | undefined): string {
  return given ?? join(pipeline.folder, '.pipe');
}

function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
