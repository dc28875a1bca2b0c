import { existsSync, globSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cliErrors } from './errors.ts';
import { requireFile } from './require-file.ts';

/** Pipeline files by name, by folder and by pattern, each once, in the order given; default: those of pipelines/. */
export function pipelineFiles(given: readonly string[]): readonly string[] {
  if (given.length === 0) return inFolder('pipelines', existsSync('pipelines'));
  const found = given.flatMap((word) => {
    if (statSync(word, { throwIfNoEntry: false })?.isDirectory()) return inFolder(word, true);
    // A file may have the signs of a pattern in its name.
    if (!existsSync(word) && /[*?[\]{}]/.test(word)) return matching(word);
    requireFile(word);
    return [word];
  });
  return [...new Map(found.map((file) => [resolve(file), file])).values()];
}

function inFolder(folder: string, isThere: boolean): readonly string[] {
  const files = isThere ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return pipelinesAmong(files, `${folder}/*.yaml`);
}

/** Shells of Windows leave patterns as they are. */
function matching(pattern: string): readonly string[] {
  const exclude = (name: string): boolean => name === 'node_modules' || name === '.git';
  return pipelinesAmong(globSync(pattern, { exclude }), pattern);
}

/** Neither tests nor files that others extend: those are read with the files that extend them. */
function pipelinesAmong(files: readonly string[], wanted: string): readonly string[] {
  const yaml = files.filter((file) => /\.ya?ml$/.test(file) && !/\.test\.ya?ml$/.test(file) && isFile(file)).sort();
  const bases = new Set(yaml.flatMap(extendedBy));
  const pipelines = yaml.filter((file) => !bases.has(resolve(file)));
  if (pipelines.length === 0) throw cliErrors.no_pipeline.error({ file: wanted });
  return pipelines;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function extendedBy(file: string): readonly string[] {
  const [, base] = /^extends:[ \t]*["']?([^"'#\s]+)/m.exec(readFileSync(file, 'utf8')) ?? [];
  return base === undefined ? [] : [resolve(dirname(file), base)];
}
