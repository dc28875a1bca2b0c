import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckResult, ConnectionUses, EntityUse, PipeError, SourceBlock, Template } from '../../engine/index.ts';
import { cannotRead, columnCount } from '../_check/results.ts';
import { sourceBlock } from './config.ts';
import type { Settings } from './config.ts';
import { fileErrors, fromSystem } from './errors.ts';
import type { FileName } from './errors.ts';
import { columnsOf, isMissing, tableFile } from './table.ts';
import { checkKeyColumn, targetFile } from './target.ts';
import type { TargetFile } from './target.ts';

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
  return outcomeOf({ file: checked.file, folder: pipelineFolder }, cannotRead, signal, async () => {
    const columns = await columnsOf(tableFile(settings, checked, pipelineFolder), signal);
    return canBeRead(columns.length);
  });
}

function checkTarget(
  settings: Settings,
  pipelineFolder: string,
  use: EntityUse,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { entity, fields, onlyRead } = use;
  return outcomeOf({ file: entity, folder: pipelineFolder }, onlyRead ? cannotRead : cannotWrite, signal, async () => {
    const table = targetFile(settings, entity, pipelineFolder);
    if (onlyRead) return await lookUp(table, fields, signal);
    const missing = await isMissing(table);
    if (!missing) {
      await access(table.path, constants.R_OK);
      checkKeyColumn(table, await columnsOf(table, signal));
    }
    // The file is replaced by a new one beside it: the right that counts is the folder's.
    await access(dirname(table.path), constants.W_OK);
    return missing ? newFile : oldFile;
  });
}

/** Nobody makes a file that is only looked up in, and a column it lacks would answer nothing. */
async function lookUp(table: TargetFile, fields: readonly string[], signal: AbortSignal): Promise<Template> {
  const columns = await columnsOf(table, signal);
  checkKeyColumn(table, columns);
  // Lines of JSON need not have every column, and not all of them are looked at.
  const lacking = table.format === 'csv' ? fields.find((field) => !columns.includes(field)) : undefined;
  if (lacking !== undefined) throw fileErrors.no_column.error({ file: table.file, column: lacking });
  return canBeRead(columns.length);
}

function canBeRead(count: number): Template {
  const { en, ru } = columnCount(count);
  return { en: `it can be read and has ${en}`, ru: `читается, ${ru}` };
}

const newFile: Template = {
  en: 'it is not there yet; its folder can be written to',
  ru: 'его пока нет; в его папку можно писать',
};
const oldFile: Template = { en: 'it and its folder can be written to', ru: 'в него и в его папку можно писать' };

function cannotWrite(what: Template, error: PipeError): CheckResult {
  return { what, ok: false, fact: { en: 'cannot be written to', ru: 'в него нельзя писать' }, error };
}

async function outcomeOf(
  name: FileName,
  failed: (what: Template, error: PipeError) => CheckResult,
  signal: AbortSignal,
  look: () => Promise<Template>,
): Promise<CheckResult> {
  const what = { en: `file ${name.file}`, ru: `файл ${name.file}` };
  try {
    return { what, ok: true, fact: await look() };
  } catch (thrown) {
    signal.throwIfAborted();
    return failed(what, fromSystem(thrown, name));
  }
}
