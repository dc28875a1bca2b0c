import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { LogFile } from './log-files.ts';
import { parseLine } from './read.ts';
import type { LogLine } from './read.ts';

/** Read at once at most. */
const portion = 1 << 20;

/**
 * The last lines of a log and all that come after them, over midnight and from a full file to the next. `files` lists the
 * log's files anew; `pause` ends the following by throwing.
 */
export async function* followLog(
  files: () => readonly LogFile[],
  last: number,
  pause: () => Promise<void>,
): AsyncGenerator<LogLine> {
  let tail: LogLine[] | undefined = [];
  let [file, offset] = [files().at(-1), 0];
  for (;;) {
    // Looked for before the rest is read: what a file gets, it gets before the next one is begun.
    const next = files().find((other) => file === undefined || isLater(other, file));
    const { lines, end } = await readOn(file, offset);
    if (tail) tail = [...tail, ...lines].slice(-last);
    else yield* lines;
    if (lines.length > 0) offset = end;
    else if (next) [file, offset] = [next, 0];
    else {
      if (tail) yield* tail;
      tail = undefined;
      await pause();
    }
  }
}

function isLater(one: LogFile, other: LogFile): boolean {
  return one.day > other.day || (one.day === other.day && one.number > other.number);
}

interface Read {
  readonly lines: readonly LogLine[];
  /** Where they end in the file. */
  readonly end: number;
}

/** Whole lines only: the rest of one comes with the next look. The file is not held open, so that it may be deleted. */
async function readOn(file: LogFile | undefined, offset: number): Promise<Read> {
  const none = { lines: [], end: offset };
  const handle = file && (await open(file.path).catch(() => undefined));
  if (!handle) return none;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(portion), 0, portion, offset);
    const length = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    if (length === 0) return none;
    const lines = buffer.toString('utf8', 0, length).split(/\r?\n/).slice(0, -1);
    return { lines: lines.map(parseLine), end: offset + length };
  } finally {
    await handle.close();
  }
}
