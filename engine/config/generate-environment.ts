import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOrCheck } from '../messages/generated-files.ts';
import type { GeneratedFile } from '../messages/generated-files.ts';
import { environmentExample, ignoredFiles, namedVariables } from './environment-example.ts';

const folder = fileURLToPath(new URL('../../pipelines/', import.meta.url));

/** `.env.example` and `.gitignore` beside the shipped pipelines. */
async function environmentFiles(): Promise<readonly GeneratedFile[]> {
  const pipelines = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name));
  const variables = await Promise.all(pipelines.sort().map(async (name) => namedVariables(join(folder, name))));
  const all = new Map(variables.flat().map((variable) => [variable.name, variable]));
  return [
    { path: join(folder, '.env.example'), text: environmentExample([...all.values()], pipelines.join(', ')) },
    { path: join(folder, '.gitignore'), text: ignoredFiles },
  ];
}

process.exitCode = writeOrCheck(await environmentFiles(), process.argv, 'node engine/config/generate-environment.ts');
