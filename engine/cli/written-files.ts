import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { lockFileOf } from '../config/lock-file.ts';
import { child, entries, textAt } from '../config/node.ts';
import { readPipelineFile } from '../config/read-file.ts';

/** Keeps what the files of a pipeline say now; tells which of them say something else, or are gone, when it is asked. */
export function rememberFiles(pipeline: string): () => readonly string[] {
  const remembered = new Map(filesOf(pipeline).map((file) => [file, textOf(file)]));
  return () => [...remembered].flatMap(([file, text]) => (textOf(file) === text ? [] : [file]));
}

/** Itself, those it extends, its lock file and its queries. */
function filesOf(pipeline: string): readonly string[] {
  const { root, sources } = readPipelineFile(pipeline);
  const queries = entries(child(root, 'flows')).flatMap(({ node }) => {
    const file = textAt(child(child(node, 'source'), 'query'), 'file');
    return file === undefined ? [] : [isAbsolute(file) ? file : join(dirname(pipeline), file)];
  });
  return [...new Set([pipeline, ...sources.map(({ file }) => file), lockFileOf(pipeline), ...queries])];
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
