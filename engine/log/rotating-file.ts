import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { EOL } from 'node:os';
import { makeFolder } from '../state/place.ts';
import { logFile, logFiles } from './log-files.ts';
import type { LogFile } from './log-files.ts';
import { dayBefore, localDay } from './moment.ts';

export interface Rotation {
  readonly folder: string;
  /** Of the pipeline: all of a folder's pipelines log beside each other. */
  readonly name: string;
  readonly extension: LogFile['extension'];
  readonly keepDays: number;
  readonly maxBytes: number;
}

export interface RotatingFile {
  /** Appends a line to the file of its day, or throws; the next line is tried anew. */
  write(line: string, at: number): void;
  close(): void;
}

/** Windows PowerShell 5.1 takes a text without it for one in the system's old code page; a JSON parser takes none. */
const byteOrderMark = Buffer.from('\uFEFF');

/** A file with no more than this holds no line yet. */
const head = byteOrderMark.length;

const lineFeed = 10;

interface Open {
  readonly day: string;
  readonly number: number;
  readonly descriptor: number;
  bytes: number;
}

/**
 * A log file for each local day, and the next numbered one when a file is full: nothing is renamed, which fails on Windows
 * while somebody reads it. What is older than `keepDays` is deleted when a file is opened.
 */
export function rotatingFile(rotation: Rotation): RotatingFile {
  let open: Open | undefined;
  const close = () => {
    const closing = open;
    open = undefined;
    if (closing) closeSync(closing.descriptor);
  };
  const fileFor = (day: string, bytes: number): Open => {
    // Somebody deleted the folder or the file: what is written there nobody will read.
    const isGone = open !== undefined && fstatSync(open.descriptor).nlink === 0;
    if (open?.day !== day || isGone) {
      close();
      deleteOld(rotation, day);
      open = openFile(rotation, day, newest(rotation, day));
    }
    while (open.bytes > head && open.bytes + bytes > rotation.maxBytes) {
      const { number } = open;
      close();
      open = openFile(rotation, day, number + 1);
    }
    return open;
  };
  return {
    write(line, at) {
      const bytes = Buffer.from(line);
      try {
        append(fileFor(localDay(at), bytes.length), bytes);
      } catch (thrown) {
        close();
        throw thrown;
      }
    },
    close,
  };
}

function newest({ folder, name, extension }: Rotation, day: string): number {
  const numbers = logFiles(folder, name).filter((file) => file.day === day && file.extension === extension);
  return numbers.at(-1)?.number ?? 1;
}

function openFile({ folder, name, extension }: Rotation, day: string, number: number): Open {
  makeFolder(folder);
  const descriptor = openSync(logFile(folder, name, { day, number, extension }).path, 'a+', 0o600);
  const open = { day, number, descriptor, bytes: 0 };
  try {
    open.bytes = fstatSync(descriptor).size;
    if (open.bytes === 0 && extension === 'txt') append(open, byteOrderMark);
    if (isTorn(open)) append(open, Buffer.from(EOL));
    return open;
  } catch (thrown) {
    closeSync(descriptor);
    throw thrown;
  }
}

/** A full disk or a kill may have cut the last line off: the next one begins on its own. */
function isTorn({ descriptor, bytes }: Open): boolean {
  if (bytes <= head) return false;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, bytes - 1);
  return last[0] !== lineFeed;
}

/** A disk that fills up takes a part. */
function append(open: Open, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const written = writeSync(open.descriptor, bytes, at);
    open.bytes += written;
    at += written;
  }
}

/** One that somebody holds open stays until next time. */
function deleteOld({ folder, name, keepDays }: Rotation, day: string): void {
  const oldest = dayBefore(day, keepDays);
  for (const file of logFiles(folder, name)) {
    if (file.day >= oldest) continue;
    try {
      unlinkSync(file.path);
    } catch {
      continue;
    }
  }
}
