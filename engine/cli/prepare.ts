import { existsSync, readFileSync, statSync } from 'node:fs';
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
import { knowledgeFrom, unchecked } from '../transform/knowledge.ts';
import type { Unchecked } from '../transform/knowledge.ts';
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
  /** Whether the file says what it said then: a run that goes on for months is of the file it began with. */
  isAsWritten(): boolean;
  /** Folder of state, locks, portal book and log of a run that remembers nothing for later: it talks to sandboxes. */
  readonly apart?: string;
}

/** Loads and compiles a file, with the variables it asks for; throws all findings at once when one is an error. */
export async function prepare(file: string, flags: PrepareFlags, env: NodeJS.ProcessEnv): Promise<Prepared> {
  requireFile(file);
  const written = textOf(file);
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
  const isAsWritten = (): boolean => textOf(file) === written;
  return { compiled, connectors, stateFolder: folder, warnings, isAsWritten, ...(apart && { apart }) };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

export interface CompiledFile {
  /** undefined where a finding is an error. */
  readonly compiled: CompiledPipeline | undefined;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Of the lock file and of expressions. */
  readonly findings: readonly Diagnostic[];
  /** Sources and entities whose fields and types nobody knows offline. */
  readonly notChecked: readonly Unchecked[];
}

/** The step that everything which reads a pipeline shares: what it finds, whoever runs the file is refused for. */
export async function compileLoaded(pipeline: Pipeline, found: readonly Diagnostic[]): Promise<CompiledFile> {
  const connectors = await connectorsOf(pipeline);
  const { lock, findings: ofLock } = readLock(pipeline.file);
  const knowledge = knowledgeFrom(pipeline, connectors, lock);
  const compilation = compile(pipeline, knowledge);
  const inExpressions = compilation.findings.filter((finding) => !found.some((other) => isWithin(finding, other)));
  return {
    compiled: hasErrors([...found, ...ofLock]) ? undefined : compilation.pipeline,
    connectors,
    findings: [...ofLock, ...inExpressions],
    notChecked: unchecked(pipeline, knowledge),
  };
}

/** Of a text that YAML took for something else, its expression says nothing new. */
function isWithin({ where: inner }: Diagnostic, { where: outer, severity }: Diagnostic): boolean {
  if (!inner || !outer || severity !== 'error') return false;
  const end = outer.column + (outer.length ?? 1);
  const isOnLine = inner.file === outer.file && inner.line === outer.line;
  return isOnLine && inner.column >= outer.column && inner.column < end;
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

/** The same with every expression compiled; variables that only connections use may be missing. */
export async function compiledLook(
  file: string,
  flags: Pick<PrepareFlags, 'param' | 'state'>,
): Promise<{ readonly looked: Looked; readonly flows: CompiledPipeline['flows'] }> {
  requireFile(file);
  if (flags.state !== undefined && !existsSync(flags.state)) throw cliErrors.no_state.error({ folder: flags.state });
  const { pipeline, findings } = await loadPipeline(file, {
    env: process.env,
    vault: fromVault(),
    params: flags.param ?? [],
    variables: 'optional',
  });
  if (!pipeline) throw new FindingsError(findings);
  const { compiled, connectors, findings: inside } = await compileLoaded(pipeline, findings);
  if (!compiled) throw new FindingsError(sortFindings([...findings, ...inside]));
  return { looked: { pipeline, connectors, stateFolder: stateFolder(pipeline, flags.state) }, flows: compiled.flows };
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

function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
