import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '../connector.ts';
import { loadPipeline } from '../config/load.ts';
import type { LoadOptions } from '../config/load.ts';
import { readLock } from '../config/lock-file.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { sortFindings } from '../diagnostics.ts';
import { loadConnector } from '../registry.ts';
import { compile } from '../transform/compile.ts';
import { knowledgeFrom } from '../transform/knowledge.ts';
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
}

/** A pipeline that passed every check, ready to run. */
export interface Prepared {
  readonly compiled: CompiledPipeline;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly stateFolder: string;
  readonly warnings: readonly Diagnostic[];
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
  const { lock, findings: ofLock } = readLock(file);
  const compilation = compile(pipeline, knowledgeFrom(pipeline, connectors, lock));
  const all = sortFindings([...findings, ...ofLock, ...compilation.findings]);
  if (!compilation.pipeline || hasErrors([...findings, ...ofLock])) throw new FindingsError(all);
  const folder = stateFolder(pipeline, flags.state);
  const warnings = [...all, ...openFiles(pipeline.name, folder, all)];
  return { compiled: compilation.pipeline, connectors, stateFolder: folder, warnings };
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

/** Opened only for a secret that the environment lacks. */
export function fromVault(): (name: string) => string | undefined {
  let vault: Vault | undefined;
  return (name) => {
    vault ??= openVault(vaultPlace(process.env), systemClock);
    return vault.get(name);
  };
}

export function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) throw cliErrors.no_pipeline.error({ file });
}

export async function connectorsOf(pipeline: Pipeline): Promise<ReadonlyMap<string, Connector>> {
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline.connections.values()) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  return connectors;
}

function stateFolder(pipeline: Pipeline, given: string | undefined): string {
  return given ?? join(pipeline.folder, '.pipe');
}

export function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
