import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A shipped file, `pipelines/ident-to-bitrix.yaml`: beside engine/ in a clone, beside dist/ in the published package. A bundle has its own way. */
export function shippedFile(path: string): string {
  const here = fileURLToPath(import.meta.url);
  const engine = here.lastIndexOf(join('engine', 'cli'));
  const root = here.slice(0, engine).replace(/dist[\\/]$/, '');
  return join(root, path);
}

/** Names of the files in a shipped folder. */
export function shippedNames(folder: string): readonly string[] {
  return readdirSync(shippedFile(folder)).sort();
}
