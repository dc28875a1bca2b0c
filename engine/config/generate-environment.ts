import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOrCheck } from '../messages/generated-files.ts';
import type { GeneratedFile } from '../messages/generated-files.ts';
import { environmentExample, ignoredFiles, namedVariables } from './environment-example.ts';

const folder = fileURLToPath(new URL('../../pipelines/', import.meta.url));

/** `<pipeline>.env.example` beside each of the shipped pipelines, and the `.gitignore` of their folder. */
async function environmentFiles(): Promise<readonly GeneratedFile[]> {
  const pipelines = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name));
  const examples = pipelines.sort().map(async (name): Promise<GeneratedFile> => {
    const text = environmentExample(await namedVariables(join(folder, name)), name);
    return { path: join(folder, name.replace(/\.ya?ml$/, '.env.example')), text };
  });
  return [...(await Promise.all(examples)), { path: join(folder, '.gitignore'), text: ignoredFiles }];
}

process.exitCode = writeOrCheck(await environmentFiles(), process.argv, 'node engine/config/generate-environment.ts');
