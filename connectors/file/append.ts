import { open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, syncFolder } from './disk.ts';

/**
 * Rows are added where they belong, at the end, so that a call costs what it adds and not what is there already. Before
 * the first byte of them a note beside the file says how long it was and what will come, synced: an append that was cut
 * short is undone by the next writer, and readers stop at the length noted.
 */
export async function append(path: string, bytes: Buffer): Promise<void> {
  const { size, mode } = await stat(path);
  const note = await noteOf(path);
  // Exclusive: of two programs that append at once the second is refused.
  await put(note, 'wx', [Buffer.from(`${size} ${bytes.length} ${process.pid}\n`), bytes], mode);
  try {
    await syncFolder(dirname(note));
    await put(path, 'a', [bytes], mode);
  } catch (error) {
    await mend(path);
    throw error;
  }
  await rm(note);
}

/**
 * The length up to which a file holds whole rows: all of it, or what it was before an append that was cut short or is
 * under way. What comes later is not for a reader that begins now. undefined: a pipe, which has no length.
 */
export async function wholeLength(path: string): Promise<number | undefined> {
  for (;;) {
    const before = await stat(path);
    if (!before.isFile()) return undefined;
    const note = await readNote(path);
    const torn = note && (await tornAt(path, note));
    if (torn !== undefined) return torn;
    // An append that ended in between may have been half made at the first look.
    if ((await stat(path)).size === before.size) return before.size;
  }
}

/** Takes back an append that was cut short: the call that made it has done nothing. False: it is still being made. */
export async function mend(path: string): Promise<boolean> {
  const note = await readNote(path);
  if (note && note.pid !== process.pid && isAlive(note.pid)) return false;
  const length = note && (await tornAt(path, note));
  if (length !== undefined) {
    const handle = await open(path, 'r+');
    try {
      await handle.truncate(length);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await rm(await noteOf(path), { force: true });
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function put(path: string, flag: 'wx' | 'a', parts: readonly Buffer[], mode: number): Promise<void> {
  const handle = await open(path, flag, mode);
  try {
    for (const part of parts) await handle.appendFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Note {
  /** Of the file before the append. */
  readonly length: number;
  readonly pid: number;
  /** What was to be added. */
  readonly bytes: Buffer;
}

/**
 * A note tells of a torn append only when the file ends with a beginning of what was to be added: all of it means that
 * the append came to its end, anything else that somebody has edited the file since, which is theirs to keep.
 */
async function tornAt(path: string, { length, bytes }: Note): Promise<number | undefined> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const added = size - length;
  if (added <= 0 || added >= bytes.length) return undefined;
  const handle = await open(path, 'r');
  try {
    const tail = Buffer.alloc(added);
    await handle.read(tail, 0, added, length);
    return tail.equals(bytes.subarray(0, added)) ? length : undefined;
  } finally {
    await handle.close();
  }
}

/** A note that is not whole was never followed by an append. */
async function readNote(path: string): Promise<Note | undefined> {
  let content: Buffer;
  try {
    content = await readFile(await noteOf(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  const [head, length, count, pid] = /^(\d+) (\d+) (\d+)\n/.exec(content.subarray(0, 64).toString('latin1')) ?? [];
  const bytes = content.subarray(head?.length ?? 0);
  return head !== undefined && Number(count) === bytes.length
    ? { length: Number(length), pid: Number(pid), bytes }
    : undefined;
}

/** Beside the file itself, where a link leads to it. */
async function noteOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  return join(dirname(real), `.${basename(real)}.appending`);
}
