import { configErrors } from '../config/errors.ts';
import type { Environment } from '../config/interpolate.ts';
import { loadPipeline } from '../config/load.ts';
import { readLock } from '../config/lock-file.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Connector, EntityDescription, Field, Value } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Registry } from '../registry.ts';
import { compile } from '../transform/compile.ts';
import type { Compilation } from '../transform/compile.ts';
import type { CompiledFlow } from '../transform/compiled.ts';
import { knowledgeFrom } from '../transform/knowledge.ts';
import type { Knowledge } from '../transform/surroundings.ts';

/** A pipeline file as it is read without a network, a variable or a secret. */
export interface OfflinePipeline {
  /** undefined: nothing could be made of the file. */
  readonly pipeline?: Pipeline;
  /** Errors alone: that variables and secrets are missing is as it should be. */
  readonly findings: readonly Diagnostic[];
  /** Params that have no value yet. */
  readonly missing: ReadonlySet<string>;
  readonly knowledge: Knowledge;
  /** Columns of a flow's source, of the connector's own knowledge or the lock file's. */
  readonly columns: (flow: Pick<CompiledFlow, 'flow'>) => readonly Field[] | undefined;
  /** An entity as the lock file has it; undefined: not known. */
  readonly describe: (connection: string, entity: string) => EntityDescription | undefined;
}

export async function loadOffline(
  file: string,
  registry: Registry,
  env: Environment = {},
  params: readonly string[] = [],
): Promise<OfflinePipeline> {
  const { pipeline, findings } = await loadPipeline(file, { env, params, variables: 'optional', registry });
  const { lock, findings: ofLock } = readLock(file);
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline?.connections.values() ?? []) {
    const connector = await registry.loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  const knowledge = pipeline ? knowledgeFrom(pipeline, connectors, lock) : {};
  const missing = findings.filter(({ code }) => code === configErrors.param_missing.code);
  return {
    ...(pipeline && { pipeline }),
    findings: [...findings, ...ofLock].filter(({ severity }) => severity === 'error'),
    missing: new Set(missing.map(({ parameters }) => String(parameters['name']))),
    knowledge,
    columns: ({ flow }) => knowledge.columns?.(flow),
    describe: (connection, entity) => knowledge.entity?.({ connection, entity }),
  };
}

/** The pipeline with these values in place of those its params have. */
export function compileOffline(
  { pipeline, knowledge }: Pick<OfflinePipeline, 'pipeline' | 'knowledge'>,
  values: Readonly<Record<string, Value>>,
): Compilation {
  if (!pipeline) return { pipeline: undefined, findings: [] };
  return compile({ ...pipeline, values: { ...pipeline.values, ...values } }, knowledge);
}
