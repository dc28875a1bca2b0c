import { access, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { Row } from '../../engine/index.ts';
import type { Encoding, Format, Separator, Settings } from './config.ts';
import { csvHeader, csvRows } from './csv.ts';
import { fileErrors, fromSystem } from './errors.ts';
import { jsonlColumns, jsonlRows } from './jsonl.ts';
import { readText } from './text.ts';

/** One file and how its bytes are to be read. */
export interface TableFile {
  /** As the pipeline names it. */
  readonly file: string;
  /** Absolute, where `file` was looked for. */
  readonly folder: string;
  readonly path: string;
  readonly format: Format;
  readonly encoding: Encoding;
  readonly separator: ',' | ';' | '\t';
}

/** A row and the line of the file where it ends. */
export interface LineRow {
  readonly line: number;
  /** Which record of the file it is, from 1; blank lines, rows of empty cells and the header count too. */
  readonly place: number;
  readonly row: Row;
  /** The line as it stands, of JSON lines. */
  readonly text?: string;
}

/** What a block may say about a file beside its name; what it leaves out the connection says. */
export type TableBlock = Readonly<{ file: string; format?: Format; encoding?: Encoding; separator?: Separator }>;

const formats: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

export function tableFile(settings: Settings, block: TableBlock, pipelineFolder: string): TableFile {
  const { file } = block;
  const folder = resolve(pipelineFolder, settings.folder ?? '.');
  const extension = extname(file).toLowerCase();
  const format = block.format ?? settings.format ?? formats[extension];
  if (format === undefined) throw fileErrors.unknown_format.error({ file });
  const separator = block.separator ?? settings.separator ?? (extension === '.tsv' ? 'tab' : ',');
  return {
    file,
    folder,
    path: resolve(folder, file),
    format,
    encoding: block.encoding ?? settings.encoding ?? 'utf-8',
    separator: separator === 'tab' ? '\t' : separator,
  };
}

/** The rows of a file in its order, streamed. */
export function rowsOf(
  table: TableFile,
  signal: AbortSignal,
  watch?: (bytes: Buffer) => void,
): AsyncGenerator<LineRow> {
  const text = readText(table, signal, watch);
  return table.format === 'csv' ? csvRows(table, text) : jsonlRows(table, text);
}

/** Whether the file is not there (its folder is). */
export async function isMissing({ path, file }: TableFile): Promise<boolean> {
  if (await exists(path)) return false;
  const folder = dirname(path);
  if (await exists(folder)) return true;
  throw fileErrors.no_folder.error({ file, folder });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The columns of a file in their order; of JSON lines those of its first rows. */
export async function columnsOf(table: TableFile, signal: AbortSignal): Promise<readonly string[]> {
  if (table.format === 'csv') return csvHeader(table, readText(table, signal));
  return (await jsonlColumns(rowsOf(table, signal))).map((field) => field.name);
}

/** Changes whenever the file does. */
export async function versionOf(table: TableFile): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(table.path);
    return `${size}:${mtimeMs}:${ino}`;
  } catch (error) {
    throw fromSystem(error, table);
  }
}
