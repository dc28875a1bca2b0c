import type { Row } from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { fileErrors } from './errors.ts';
import { tableFile } from './table.ts';
import type { TableFile } from './table.ts';

/** A file that is written to; its rows are named by one of their columns. */
export interface TargetFile extends TableFile {
  readonly key: string;
  /** Whether a new file begins with a UTF-8 mark. */
  readonly bom: boolean;
}

export function targetFile(settings: Settings, file: string, pipelineFolder: string): TargetFile {
  const bom = settings.bom ?? false;
  return { ...tableFile(settings, { file }, pipelineFolder), key: settings.key ?? 'id', bom };
}

/** JSON lines without rows have no columns yet. */
export function checkKeyColumn({ file, format, key }: TargetFile, columns: readonly string[]): void {
  if (columns.includes(key) || (format === 'jsonl' && columns.length === 0)) return;
  throw fileErrors.no_key_column.error({ file, column: key });
}

export function keyOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return value === undefined || value === '' || typeof value === 'object' ? undefined : String(value);
}
