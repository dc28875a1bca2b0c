import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A shipped pipeline: beside engine/ in a clone, beside dist/ in the published package. A bundle has its own way. */
export function shippedPipeline(name: string): string {
  const here = fileURLToPath(import.meta.url);
  const engine = here.lastIndexOf(join('engine', 'cli'));
  const root = here.slice(0, engine).replace(/dist[\\/]$/, '');
  return join(root, 'pipelines', name);
}
