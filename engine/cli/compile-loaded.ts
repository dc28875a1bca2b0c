import type { Connector } from '../connector.ts';
import { readLock } from '../config/lock-file.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { loadConnector } from '../registry.ts';
import { compile } from '../transform/compile.ts';
import { knowledgeFrom, unchecked } from '../transform/knowledge.ts';
import type { Unchecked } from '../transform/knowledge.ts';
import type { CompiledPipeline } from '../transform/compiled.ts';

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

export async function connectorsOf(pipeline: Pipeline): Promise<ReadonlyMap<string, Connector>> {
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline.connections.values()) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  return connectors;
}

function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
