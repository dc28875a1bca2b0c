import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { Info } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Row, Value } from '../../engine/index.ts';
import { fileErrors } from './errors.ts';
import type { LineRow, TableFile } from './table.ts';
import { longestRowBytes, tooLong } from './text.ts';

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: Info;
}

/** Rows by the names of the first line. Cells are text; an empty one is nothing, and so is a row of empty cells. */
export async function* csvRows(table: TableFile, text: AsyncGenerator<string>): AsyncGenerator<LineRow> {
  let header: readonly string[] | undefined;
  let place = 0;
  for await (const { record, info } of records(table, text)) {
    place++;
    if (isBlank(record)) continue;
    if (header === undefined) header = checkHeader(table, record);
    else yield { line: info.lines, place, row: rowOf(table, header, record, info.lines) };
  }
  if (header === undefined) throw fileErrors.no_header.error({ file: table.file });
}

export async function csvHeader(table: TableFile, text: AsyncGenerator<string>): Promise<readonly string[]> {
  for await (const { record } of records(table, text)) if (!isBlank(record)) return checkHeader(table, record);
  throw fileErrors.no_header.error({ file: table.file });
}

/** Lines of CSV, each with its line break. Lists and objects are written as JSON. */
export function csvLines(
  rows: readonly Row[],
  columns: readonly string[],
  { separator }: TableFile,
  lineBreak: string,
): string {
  const cells = rows.map((row) => columns.map((column) => cellOf(row[column])));
  // A lone carriage return would read as the end of the row elsewhere.
  return stringify(cells, { delimiter: separator, record_delimiter: lineBreak, quoted_match: /[\r\n]/ });
}

/** The row one record holds, its line break included or not. */
export function csvRow(table: TableFile, header: readonly string[], text: string, line: number): Row {
  const [record = []] = parseSync(text, { ...optionsOf(table), info: false });
  return rowOf(table, header, record, line);
}

function isBlank(record: readonly string[]): boolean {
  return record.every((cell) => cell.trim() === '');
}

function optionsOf(table: TableFile) {
  return {
    delimiter: table.separator,
    max_record_size: longestRowBytes,
    // Counted in rowOf, which knows the names.
    relax_column_count: true,
  } as const;
}

async function* records(table: TableFile, text: AsyncGenerator<string>): AsyncGenerator<CsvRecord> {
  const parser = parse({ ...optionsOf(table), info: true });
  // What goes wrong in the pipeline comes out of the parser too; here it only has to have ended.
  const feeding = pipeline(text, parser).catch(() => undefined);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (error) {
    throw error instanceof CsvError ? fromParser(table, error) : error;
  } finally {
    parser.destroy();
    await feeding;
  }
}

function checkHeader(table: TableFile, record: readonly string[]): readonly string[] {
  const { file } = table;
  const names = record.map((name) => name.trim());
  const [only = ''] = names;
  const found = [';', '\t', ','].find((separator) => names.length === 1 && only.includes(separator));
  if (found !== undefined) {
    throw fileErrors.other_separator.error({ file, ...separatorWords(found) });
  }
  for (const [index, name] of names.entries()) {
    if (name === '') throw fileErrors.blank_column.error({ file, number: index + 1 });
    const first = names.indexOf(name);
    if (first < index) throw fileErrors.duplicate_column.error({ file, first: first + 1, second: index + 1 });
  }
  return names;
}

function separatorWords(separator: string): { found: string; wanted: string } {
  return separator === '\t' ? { found: 'tabs', wanted: 'tab' } : { found: `"${separator}"`, wanted: separator };
}

function rowOf({ file }: TableFile, header: readonly string[], cells: readonly string[], line: number): Row {
  if (cells.length !== header.length) {
    throw fileErrors.cell_count.error({ file, line, found: cells.length, wanted: header.length });
  }
  const row: [name: string, cell: string][] = [];
  for (const [index, name] of header.entries()) {
    const cell = cells[index];
    if (cell !== undefined && cell !== '') row.push([name, cell]);
  }
  // fromEntries, so that a column named __proto__ is a column.
  return Object.fromEntries(row);
}

function cellOf(value: Value | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function fromParser(table: TableFile, error: CsvError): Error {
  const line = typeof error['lines'] === 'number' ? error['lines'] : 0;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return tooLong(table, line);
  return fileErrors.quotes.error({ file: table.file, line }, { cause: error });
}
