import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toPipeError } from '../../engine/index.ts';
import type { Outcome, Row, Write } from '../../engine/index.ts';
import { append, mend } from './append.ts';
import { csvLines } from './csv.ts';
import { codeOf, syncFolder } from './disk.ts';
import { keyIn, patched, planEdit } from './edit.ts';
import type { Before, Edit } from './edit.ts';
import { fileErrors, fromSystem } from './errors.ts';
import { jsonLine } from './jsonl.ts';
import type { RowIndex, RowIndexes } from './row-index.ts';
import { columnsOf, isMissing, rowsOf, versionOf } from './table.ts';
import type { LineRow } from './table.ts';
import { checkKeyColumn, keyOf } from './target.ts';
import type { TargetFile } from './target.ts';
import { bom, encode } from './text.ts';

/** A file as it stands before it is replaced. */
interface Standing extends Before {
  /** Where it is and how it is written; absent: there is no such file yet. */
  readonly now?: {
    readonly path: string;
    readonly mode: number;
    readonly size: number;
    readonly version: string;
    readonly style: Style;
    readonly index: RowIndex | undefined;
  };
}

/** What a rewritten file takes over from the one before. */
interface Style {
  readonly bom: boolean;
  readonly lineBreak: '\n' | '\r\n';
  readonly endsWithBreak: boolean;
}

const rowsPerWrite = 500;

/** A replacement that has begun is brought to its end. */
const unstopped = new AbortController().signal;

const turns = new Map<string, Promise<unknown>>();

/**
 * Adds rows at the end of a file, or replaces it as a whole where rows of it change: what is reported as done is on the
 * disk, and of a call that dies nothing is left once the file is written to again. Writes to one file wait for each
 * other.
 */
export async function writeFiles(
  target: (entity: string) => TargetFile,
  indexes: RowIndexes,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Write, Outcome>();
  for (const [entity, group] of Map.groupBy(writes, (write) => write.entity)) {
    try {
      signal.throwIfAborted();
      const table = target(entity);
      const done = await inTurn(table.path, () => writeFile(table, indexes, group));
      for (const [write, outcome] of done) outcomes.set(write, outcome);
    } catch (thrown) {
      // Of the first file nothing is applied, so nothing at all is.
      if (outcomes.size === 0) throw thrown;
      const error = signal.aborted ? fileErrors.stopped.error({ file: entity }, { retry: true }) : toPipeError(thrown);
      for (const write of group) outcomes.set(write, { ok: false, applied: 'no', error });
    }
  }
  return writes.flatMap((write) => outcomes.get(write) ?? []);
}

/** One after the other, of what is done to one file. */
export async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(path) ?? Promise.resolve()).then(work, work);
  turns.set(path, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(path) === mine) turns.delete(path);
  }
}

async function writeFile(
  table: TargetFile,
  indexes: RowIndexes,
  writes: readonly Write[],
): Promise<ReadonlyMap<Write, Outcome>> {
  try {
    const standing = await look(table, indexes, writes);
    const edit = planEdit(table, standing, writes);
    const { now } = standing;
    if (now && onlyAdds(table, standing, edit)) await addRows(table, now, edit);
    else if (edit.patches.size > 0 || edit.added.size > 0) await replace(table, standing, edit);
    return edit.outcomes;
  } catch (error) {
    throw fromSystem(error, table);
  }
}

async function look(table: TargetFile, indexes: RowIndexes, writes: readonly Write[]): Promise<Standing> {
  const rows = new Map<string, number>();
  const twice = new Map<string, number>();
  if (await isMissing(table)) return { columns: [table.key], rows, twice };
  if (!(await mend(table.path))) throw fileErrors.changed.error({ file: table.file }, { retry: true });
  const path = await realpath(table.path);
  const { mode, size } = await stat(path);
  const index = await indexes.of(table, [table.key], unstopped);
  const version = index?.version ?? (await versionOf(table));
  const columns = index?.columns ?? (table.format === 'csv' ? await columnsOf(table, unstopped) : []);
  checkKeyColumn(table, columns);
  const wanted = new Set(writes.flatMap((write) => keyIn(write, table.key) ?? []));
  for await (const { row, line } of index ? rowsWith(index, table.key, wanted) : rowsOf(table, unstopped)) {
    const key = keyOf(row, table.key);
    if (key === undefined || !wanted.has(key)) continue;
    if (rows.has(key)) twice.set(key, line);
    rows.set(key, (rows.get(key) ?? 0) + 1);
  }
  return { columns, rows, twice, now: { path, mode, size, version, style: await styleOf(path), index } };
}

function rowsWith(index: RowIndex, field: string, wanted: Iterable<string>) {
  const numbers = [...wanted].flatMap((key) => index.candidates(field, key));
  return index.read(numbers, unstopped);
}

function onlyAdds({ format }: TargetFile, { columns }: Standing, { patches, added, columns: after }: Edit): boolean {
  return patches.size === 0 && added.size > 0 && (format === 'jsonl' || after.length === columns.length);
}

async function addRows(
  table: TargetFile,
  { path, size, version, style, index }: NonNullable<Standing['now']>,
  edit: Edit,
): Promise<void> {
  const rows = edit.added.values();
  const lead = bytesOf(table, style.endsWithBreak ? '' : style.lineBreak);
  const lines = bytesOf(table, linesOf(table, rows, edit, style));
  if ((await versionOf(table)) !== version) throw fileErrors.changed.error({ file: table.file }, { retry: true });
  try {
    await append(path, Buffer.concat([lead, lines]));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw fileErrors.changed.error({ file: table.file }, { retry: true, cause: error });
  }
  if (!index) return;
  index.append(edit.added.values(), size + lead.length, lines);
  index.version = await versionOf(table);
}

async function replace(table: TargetFile, standing: Standing, edit: Edit): Promise<void> {
  const path = standing.now?.path ?? table.path;
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await rewrite(table, standing, edit, draft);
    const version = (await isMissing(table)) ? undefined : await versionOf(table);
    if (version !== standing.now?.version) throw fileErrors.changed.error({ file: table.file }, { retry: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function rewrite(table: TargetFile, { now }: Standing, edit: Edit, draft: string): Promise<void> {
  const style = now?.style ?? { bom: table.bom, lineBreak: '\n', endsWithBreak: true };
  const handle = await open(draft, 'w', now?.mode);
  try {
    if (table.format === 'csv') await put(handle, table, headerLine(table, edit, style));
    if (now) {
      for await (const rows of inPieces(rowsOf(table, unstopped))) {
        await put(handle, table, rows.map((row) => keptLine(table, row, edit, style)).join(''));
      }
    }
    await put(handle, table, linesOf(table, edit.added.values(), edit, style));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function headerLine(table: TargetFile, { columns }: Edit, style: Style): string {
  const names = Object.fromEntries(columns.map((column) => [column, column]));
  return (style.bom && table.encoding === 'utf-8' ? bom : '') + csvLines([names], columns, table, style.lineBreak);
}

/** A row that was there: as it stands, changed, or gone. */
function keptLine(table: TargetFile, { row, text }: LineRow, edit: Edit, style: Style): string {
  const key = keyOf(row, table.key);
  const patch = key === undefined ? undefined : edit.patches.get(key);
  if (patch === 'deleted') return '';
  if (patch === undefined && text !== undefined) return `${text}\n`;
  return linesOf(table, [patch === undefined ? row : patched(row, patch)], edit, style);
}

function linesOf(table: TargetFile, rows: Iterable<Row>, { columns }: Edit, { lineBreak }: Style): string {
  if (table.format === 'jsonl') return [...rows].map(jsonLine).join('');
  return csvLines([...rows], columns, table, lineBreak);
}

async function* inPieces(rows: AsyncIterable<LineRow>): AsyncGenerator<readonly LineRow[]> {
  let piece: LineRow[] = [];
  for await (const row of rows) {
    piece.push(row);
    if (piece.length < rowsPerWrite) continue;
    yield piece;
    piece = [];
  }
  yield piece;
}

async function put(handle: FileHandle, table: TargetFile, text: string): Promise<void> {
  await handle.appendFile(bytesOf(table, text));
}

function bytesOf({ file, encoding }: TargetFile, text: string): Buffer {
  const bytes = encode(text, encoding);
  if (bytes === undefined) throw fileErrors.not_encodable.error({ file, column: '*', encoding });
  return bytes;
}

async function styleOf(path: string): Promise<Style> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const head = (await handle.read(Buffer.alloc(64 * 1024), { position: 0 })).buffer;
    const tail = (await handle.read(Buffer.alloc(1), { position: Math.max(size - 1, 0) })).buffer;
    const firstBreak = head.indexOf('\n');
    return {
      bom: head.subarray(0, 3).equals(Buffer.from(bom)),
      lineBreak: firstBreak > 0 && head[firstBreak - 1] === 0x0d ? '\r\n' : '\n',
      endsWithBreak: size === 0 || tail[0] === 0x0a,
    };
  } finally {
    await handle.close();
  }
}
