import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import iconv from 'iconv-lite';
import { wholeLength } from './append.ts';
import type { Encoding } from './config.ts';
import { fileErrors, fromSystem } from './errors.ts';
import type { TableFile } from './table.ts';

export const bom = '\uFEFF';

/** A line, or a row of CSV, that is longer than this is taken for a mistake: nothing here holds a file in memory. */
export const longestRowBytes = 16 * 1024 * 1024;

/** Measured: larger pieces are slower, the parser then holds thousands of rows that nobody has asked for. */
const pieceBytes = 16 * 1024;

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a file in pieces that end with a line, without a mark at its beginning. Bytes that are not of the
 * encoding end it with file.wrong_encoding and their line; an abort with the signal's reason. `watch` sees the bytes of
 * each piece before it is given.
 */
export async function* readText(
  table: TableFile,
  signal: AbortSignal,
  watch: (bytes: Buffer) => void = () => {},
): AsyncGenerator<string> {
  let line = 1;
  try {
    for await (const bytes of wholeLines(table, signal)) {
      watch(bytes);
      const text = decode(table, bytes, line);
      yield line === 1 && text.startsWith(bom) ? text.slice(1) : text;
      line += count(bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw fromSystem(error, table);
  }
}

/** Bytes of `text`, or the failure that the encoding cannot say it. */
export function encode(text: string, encoding: Encoding): Buffer | undefined {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = iconv.encode(text, encoding);
  return iconv.decode(bytes, encoding) === text ? bytes : undefined;
}

async function* wholeLines(table: TableFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  let waiting = 0;
  let lines = 0;
  const length = await wholeLength(table.path);
  if (length === 0) return;
  for await (const chunk of createReadStream(table.path, {
    signal,
    highWaterMark: pieceBytes,
    ...(length !== undefined && { end: length - 1 }),
  }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      const whole = Buffer.concat([...pieces.splice(0), chunk.subarray(0, end)]);
      yield whole;
      lines += count(whole);
      waiting = 0;
    }
    pieces.push(chunk.subarray(end));
    waiting += chunk.length - end;
    if (waiting > longestRowBytes) throw tooLong(table, lines + 1);
  }
  if (waiting > 0) yield Buffer.concat(pieces);
}

export function tooLong({ file }: TableFile, line: number): Error {
  return fileErrors.too_long.error({ file, line, megabytes: longestRowBytes / 1024 / 1024 });
}

export function decode(table: TableFile, bytes: Buffer, firstLine: number): string {
  const text = tryDecode(bytes, table.encoding);
  if (text !== undefined) return text;
  throw fileErrors.wrong_encoding.error({
    file: table.file,
    line: firstLine + badLine(bytes, table.encoding),
    encoding: table.encoding,
    other: table.encoding === 'utf-8' ? 'cp1251' : 'utf-8',
  });
}

function tryDecode(bytes: Buffer, encoding: Encoding): string | undefined {
  if (encoding === 'utf-8') {
    try {
      return utf8.decode(bytes);
    } catch {
      return undefined;
    }
  }
  // Every byte but one means something in cp1251, so UTF-8 read as cp1251 gives nonsense and no failure. Russian
  // cp1251 on the other hand is never valid UTF-8.
  if (!isAscii(bytes) && isUtf8(bytes)) return undefined;
  const text = iconv.decode(bytes, encoding);
  return text.includes('\uFFFD') ? undefined : text;
}

/** How many lines stand before the first that cannot be decoded. */
function badLine(bytes: Buffer, encoding: Encoding): number {
  let start = 0;
  for (let line = 0; ; line++) {
    const end = bytes.indexOf(newline, start) + 1 || bytes.length;
    if (end >= bytes.length || tryDecode(bytes.subarray(start, end), encoding) === undefined) return line;
    start = end;
  }
}

function count(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}
