import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLock } from '../../engine/config/lock-file.ts';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Pipeline } from '../../engine/config/pipeline.ts';
import type { Connector } from '../../engine/connector.ts';
import { loadConnector } from '../../engine/registry.ts';
import { knowledgeFrom } from '../../engine/transform/knowledge.ts';
import type { Knowledge } from '../../engine/transform/surroundings.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');

/** The pipelines that are shipped, by path. */
export const shippedFiles: readonly string[] = globSync('*.yaml', { cwd: folder })
  .filter((name) => !name.endsWith('.test.yaml'))
  .sort()
  .map((name) => join(folder, name));

/** What has to be given, and what has no value in a test. */
const env = { FILIAL_ID: '1' };

/** A pipeline as `validate` sees it; `lockOf`: the file whose lock file counts, where it is an edited copy. */
export async function asValidated(
  file: string,
  lockOf = file,
): Promise<{ readonly pipeline: Pipeline; readonly knowledge: Knowledge; readonly findings: readonly string[] }> {
  const { pipeline, findings } = await loadPipeline(file, { env, variables: 'optional' });
  if (!pipeline) throw new Error(`${file} cannot be read`);
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline.connections.values()) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return { pipeline, knowledge: knowledgeFrom(pipeline, connectors, readLock(lockOf).lock), findings: errors };
}
