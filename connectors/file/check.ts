import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckResult, ConnectionUses, EntityUse, SourceBlock } from '../../engine/index.ts';
import { sourceBlock } from './config.ts';
import type { Settings } from './config.ts';
import { fromSystem } from './errors.ts';
import { columnsOf, isMissing, tableFile } from './table.ts';
import { checkKeyColumn, targetFile } from './target.ts';

/** Opens every file the pipeline reads and looks at the folders it writes to; changes nothing. */
export async function checkFiles(
  settings: Settings,
  pipelineFolder: string,
  uses: ConnectionUses,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const block of uses.sources) results.push(await checkSource(settings, pipelineFolder, block, signal));
  for (const use of uses.entities) results.push(await checkTarget(settings, pipelineFolder, use, signal));
  return results;
}

function checkSource(
  settings: Settings,
  pipelineFolder: string,
  block: SourceBlock,
  signal: AbortSignal,
): Promise<CheckResult> {
  const checked = sourceBlock(block);
  return outcomeOf(checked.file, pipelineFolder, signal, async () => {
    const columns = await columnsOf(tableFile(settings, checked, pipelineFolder), signal);
    return `it can be read and has ${columns.length === 1 ? '1 column' : `${columns.length} columns`}`;
  });
}

function checkTarget(
  settings: Settings,
  pipelineFolder: string,
  { entity }: EntityUse,
  signal: AbortSignal,
): Promise<CheckResult> {
  return outcomeOf(entity, pipelineFolder, signal, async () => {
    const table = targetFile(settings, entity, pipelineFolder);
    const missing = await isMissing(table);
    if (!missing) {
      await access(table.path, constants.R_OK);
      checkKeyColumn(table, await columnsOf(table, signal));
    }
    // The file is replaced by a new one beside it: the right that counts is the folder's.
    await access(dirname(table.path), constants.W_OK);
    return missing ? 'it is not there yet; its folder can be written to' : 'it and its folder can be written to';
  });
}

async function outcomeOf(
  file: string,
  folder: string,
  signal: AbortSignal,
  look: () => Promise<string>,
): Promise<CheckResult> {
  const what = `file ${file}`;
  try {
    return { what, ok: true, fact: await look() };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = fromSystem(thrown, { file, folder });
    return { what, ok: false, fact: error.message, error };
  }
}
