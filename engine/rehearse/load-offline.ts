import type { Environment } from '../config/interpolate.ts';
import { configErrors } from '../config/errors.ts';
import { loadPipeline } from '../config/load.ts';
import type { Flow, Pipeline } from '../config/pipeline.ts';
import type { Connector, Field, Value } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Registry } from '../registry.ts';
import { compile } from '../transform/compile.ts';
import type { Compilation } from '../transform/compile.ts';

/** A pipeline file as it is read without a network, a variable or a secret. */
export interface OfflinePipeline {
  /** undefined: nothing could be made of the file. */
  readonly pipeline?: Pipeline;
  /** Errors alone: that variables and secrets are missing is as it should be. */
  readonly findings: readonly Diagnostic[];
  /** Params that have no value yet. */
  readonly missing: ReadonlySet<string>;
  readonly columns: (flow: Flow) => readonly Field[] | undefined;
}

export async function loadOffline(
  file: string,
  registry: Registry,
  env: Environment = {},
  params: readonly string[] = [],
): Promise<OfflinePipeline> {
  const { pipeline, findings } = await loadPipeline(file, { env, params, variables: 'optional', registry });
  const connectors = new Map<string, Connector | undefined>();
  for (const { connector } of pipeline?.connections.values() ?? []) {
    connectors.set(connector, await registry.loadConnector(connector));
  }
  const missing = findings.filter(({ code }) => code === configErrors.param_missing.code);
  return {
    ...(pipeline && { pipeline }),
    findings: findings.filter(({ severity }) => severity === 'error'),
    missing: new Set(missing.map(({ parameters }) => String(parameters['name']))),
    columns: ({ source }) => {
      const connector = connectors.get(pipeline?.connections.get(source.connection)?.connector ?? '');
      return connector?.source?.columns?.(source.block);
    },
  };
}

/** The pipeline with these values in place of those its params have. */
export function compileOffline(
  { pipeline, columns }: OfflinePipeline,
  values: Readonly<Record<string, Value>>,
): Compilation {
  if (!pipeline) return { pipeline: undefined, findings: [] };
  return compile({ ...pipeline, values: { ...pipeline.values, ...values } }, { columns });
}
