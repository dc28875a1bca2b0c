import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLock } from '../../engine/config/lock-file.ts';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Pipeline } from '../../engine/config/pipeline.ts';
import type { Connector } from '../../engine/connector.ts';
import type { Diagnostic } from '../../engine/diagnostics.ts';
import { loadConnector } from '../../engine/registry.ts';
import { knowledgeFrom } from '../../engine/transform/knowledge.ts';
import type { Knowledge } from '../../engine/transform/surroundings.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');

/** The pipelines that are shipped, by path. */
export const shippedFiles: readonly string[] = globSync('*.yaml', { cwd: folder })
  .filter((name) => !name.endsWith('.test.yaml'))
  .sort()
  .map((name) => join(folder, name));

/** Whatever a pipeline asks for. */
const env = {
  FILIAL_ID: '1',
  IDENT_USER: 'reader',
  IDENT_PASSWORD: 'x',
  BITRIX24_WEBHOOK: 'http://127.0.0.1:9/rest/1/x/',
  BITRIX_WEBHOOK_URL: 'http://127.0.0.1:9/rest/1/x/',
  DATABASE_URL: 'postgres://u:p@127.0.0.1:9/x',
  DB_HOST: '127.0.0.1',
  DB_USER: 'u',
  DB_PASSWORD: 'p',
  AMOCRM_SUBDOMAIN: 'clinic',
  AMOCRM_TOKEN: 'x',
  MYSQL_USER: 'u',
  MYSQL_PASSWORD: 'p',
};

/** As `validate` sees a file. */
export interface Validated {
  readonly pipeline: Pipeline;
  readonly knowledge: Knowledge;
  /** What is wrong with it beside its expressions. */
  readonly all: readonly Diagnostic[];
}

/** `lockOf`: the file whose lock file counts, where it is an edited copy. */
export async function asValidated(file: string, lockOf = file): Promise<Validated> {
  const { pipeline, findings } = await loadPipeline(file, { env, variables: 'optional' });
  if (!pipeline) throw new Error(`${file} cannot be read`);
  const connectors = new Map<string, Connector>();
  for (const { connector: name } of pipeline.connections.values()) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  return { pipeline, knowledge: knowledgeFrom(pipeline, connectors, readLock(lockOf).lock), all: findings };
}
