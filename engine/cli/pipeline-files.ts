import { existsSync, globSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { choicesFor } from '../config/nearest.ts';
import { cliErrors } from './errors.ts';

/** Pipeline files by name, by folder and by pattern, each once, in the order given; default: those of pipelines/. */
export function pipelineFiles(given: readonly string[]): readonly string[] {
  if (given.length === 0) return existsSync('pipelines') ? inFolder('pipelines') : refused('pipelines/*.yaml', '.');
  const found = given.flatMap((word) => {
    if (statSync(word, { throwIfNoEntry: false })?.isDirectory()) return inFolder(word);
    // A file may have the signs of a pattern in its name.
    if (!existsSync(word) && /[*?[\]{}]/.test(word)) return matching(word);
    requireFile(word);
    return [word];
  });
  return [...new Map(found.map((file) => [resolve(file), file])).values()];
}

/** Refuses what is no file, and says what lies there instead. */
export function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found || found.isDirectory()) refused(file, found ? file : dirname(file));
  if (!/\.ya?ml$/i.test(file)) refused(file, dirname(file), cliErrors.no_yaml);
}

function refused(
  file: string,
  folder: string,
  other: typeof cliErrors.other_pipeline | typeof cliErrors.no_yaml = cliErrors.other_pipeline,
): never {
  const pipelines = existsSync(folder) ? filesIn(folder).filter(isPipeline).sort() : [];
  if (pipelines.length === 0) throw cliErrors.no_pipeline.error({ file });
  const choices = choicesFor(join(file), pipelines, (name) => name);
  throw other.error({ file, choices });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function inFolder(folder: string): readonly string[] {
  return pipelinesAmong(filesIn(folder), `${folder}/*.yaml`);
}

/** Shells of Windows leave patterns as they are. */
function matching(pattern: string): readonly string[] {
  const exclude = (name: string): boolean => name === 'node_modules' || name === '.git';
  return pipelinesAmong(globSync(pattern, { exclude }), pattern);
}

/** Neither tests nor files that others extend: those are read with the files that extend them. */
function pipelinesAmong(files: readonly string[], wanted: string): readonly string[] {
  const yaml = files.filter(isPipeline).sort();
  const bases = new Set(yaml.flatMap(extendedBy));
  const pipelines = yaml.filter((file) => !bases.has(resolve(file)));
  if (pipelines.length === 0) throw cliErrors.no_pipeline.error({ file: wanted });
  return pipelines;
}

function isPipeline(file: string): boolean {
  if (!/\.ya?ml$/.test(file) || /\.test\.ya?ml$/.test(file)) return false;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function extendedBy(file: string): readonly string[] {
  const [, base] = /^extends:[ \t]*["']?([^"'#\s]+)/m.exec(readFileSync(file, 'utf8')) ?? [];
  return base === undefined ? [] : [resolve(dirname(file), base)];
}
