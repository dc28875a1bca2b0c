import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { PipeError } from '../../engine/index.ts';
import type { Row, Value } from '../../engine/index.ts';
import { csvRow } from './csv.ts';
import { HashTable } from './hash-table.ts';
import { isList, jsonlRow } from './jsonl.ts';
import { RecordStarts } from './record-starts.ts';
import { columnsOf, rowsOf, versionOf } from './table.ts';
import type { TableFile } from './table.ts';
import { bom, decode } from './text.ts';

/** A row that may hold a value, read again from where it lies. */
export interface PlacedRow {
  readonly row: Row;
  readonly line: number;
}

/** Where rows lie, a page of them at a time: nothing that is held is ever copied to make room. */
interface Page {
  readonly offsets: Float64Array;
  readonly lines: Uint32Array;
}

const rowsPerPage = 8192;

/** Rows read from one place on; most end within it. */
const firstBytes = 4096;

/**
 * Where the rows of a file lie by the values of some fields, so that a question costs what it finds and not what the
 * file holds. It keeps hashes and places, no text: some 30 bytes a row and field. Rows are read again before anybody
 * believes it, so two values of one hash do no harm.
 */
export class RowIndex {
  readonly columns: readonly string[];
  /** Of the file it knows; another one means that somebody else has written. */
  version: string;
  readonly #table: TableFile;
  readonly #fields: ReadonlyMap<string, HashTable>;
  readonly #pages: Page[] = [];
  #rows = 0;
  #lastLine = 0;

  constructor(table: TableFile, fields: Iterable<string>, columns: readonly string[], version: string) {
    this.#table = table;
    this.#fields = new Map([...fields].map((field) => [field, new HashTable()]));
    this.columns = columns;
    this.version = version;
  }

  knows(fields: Iterable<string>): boolean {
    return [...fields].every((field) => this.#fields.has(field));
  }

  get fields(): Iterable<string> {
    return this.#fields.keys();
  }

  add(row: Row, offset: number, line: number): void {
    const at = this.#rows % rowsPerPage;
    if (at === 0) this.#pages.push({ offsets: new Float64Array(rowsPerPage), lines: new Uint32Array(rowsPerPage) });
    const page = this.#pageOf(this.#rows);
    if (page) [page.offsets[at], page.lines[at]] = [offset, line];
    for (const [field, table] of this.#fields) for (const text of texts(row[field])) table.add(text, this.#rows);
    this.#rows++;
    this.#lastLine = line;
  }

  /** Takes in rows that were added at the end of the file, as they stand there from `offset` on. */
  append(rows: Iterable<Row>, offset: number, bytes: Buffer): void {
    const starts = new RecordStarts(this.#table.format);
    starts.read(bytes);
    let record = 0;
    for (const row of rows) {
      const from = starts.of(++record) ?? 0;
      const to = starts.of(record + 1) ?? bytes.length;
      this.add(row, offset + from, this.#lastLine + linesIn(bytes, from, to));
    }
  }

  #pageOf(number: number): Page | undefined {
    return this.#pages[Math.floor(number / rowsPerPage)];
  }

  /** Whether this row lies where the last one is said to. */
  async endsWith(row: Row | undefined, signal: AbortSignal): Promise<boolean> {
    try {
      for await (const last of this.read(this.#rows === 0 ? [] : [this.#rows - 1], signal)) {
        return JSON.stringify(last.row) === JSON.stringify(row);
      }
      return row === undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PipeError) return false;
      throw error;
    }
  }

  /** Numbers of rows one of whose values of this field may be this text. */
  candidates(field: string, text: string): readonly number[] {
    return this.#fields.get(field)?.find(text) ?? [];
  }

  /** Reads rows by their numbers, in the order of the file. */
  async *read(numbers: Iterable<number>, signal: AbortSignal): AsyncGenerator<PlacedRow & { readonly number: number }> {
    const wanted = [...new Set(numbers)].sort((a, b) => a - b);
    if (wanted.length === 0) return;
    const handle = await open(this.#table.path, 'r');
    try {
      for (const number of wanted) {
        signal.throwIfAborted();
        const page = this.#pageOf(number);
        const line = page?.lines[number % rowsPerPage] ?? 0;
        const text = await this.#textAt(handle, page?.offsets[number % rowsPerPage] ?? 0, line);
        yield { number, line, row: this.#rowIn(text, line) };
      }
    } finally {
      await handle.close();
    }
  }

  #rowIn(text: string, line: number): Row {
    if (this.#table.format === 'jsonl') return jsonlRow(this.#table, text, line);
    return csvRow(this.#table, this.columns, text, line);
  }

  async #textAt(handle: FileHandle, offset: number, line: number): Promise<string> {
    for (let size = firstBytes; ; size *= 4) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size, offset);
      const bytes = buffer.subarray(0, bytesRead);
      const starts = new RecordStarts(this.#table.format);
      starts.read(bytes);
      const end = starts.of(2);
      if (end === undefined && bytesRead === size) continue;
      const text = decode(this.#table, bytes.subarray(0, end ?? bytesRead), line);
      return offset === 0 && text.startsWith(bom) ? text.slice(1) : text;
    }
  }
}

/** Reads the file once; undefined where lines are not what records end with, so that nobody can tell where one begins. */
async function indexRows(
  table: TableFile,
  fields: ReadonlySet<string>,
  version: string,
  signal: AbortSignal,
): Promise<RowIndex | undefined> {
  const columns = table.format === 'csv' ? await columnsOf(table, signal) : [];
  const index = new RowIndex(table, fields, columns, version);
  const starts = new RecordStarts(table.format);
  let last: Row | undefined;
  for await (const { row, line, place } of rowsOf(table, signal, (bytes) => starts.read(bytes))) {
    const offset = starts.of(place);
    if (offset === undefined) return undefined;
    index.add(row, offset, line);
    last = row;
  }
  // Were a single record counted otherwise than the reader does, the last would not be found where it is said to be.
  return (await index.endsWith(last, signal)) ? index : undefined;
}

/** The indexes of the files that a sink has met. */
export class RowIndexes {
  readonly #byPath = new Map<string, RowIndex>();

  /** The index of a file that stands, as it stands now; undefined: it has to be read whole. */
  async of(table: TableFile, fields: Iterable<string>, signal: AbortSignal): Promise<RowIndex | undefined> {
    const version = await versionOf(table);
    const kept = this.#byPath.get(table.path);
    if (kept?.version === version && kept.knows(fields)) return kept;
    this.#byPath.delete(table.path);
    const index = await indexRows(table, new Set([...fields, ...(kept?.fields ?? [])]), version, signal);
    if (index) this.#byPath.set(table.path, index);
    return index;
  }
}

function linesIn(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a, from); at !== -1 && at < to; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

/** A value as text; a list is any of its elements. */
export function texts(value: Value | undefined): readonly string[] {
  if (value === undefined || value === '') return [];
  if (typeof value !== 'object') return [String(value)];
  return isList(value) ? value.flatMap(texts) : [JSON.stringify(value)];
}
