import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { isBusy, wrapped } from './driver-errors.ts';
import { fileErrors } from './errors.ts';

export type Handle = Database.Database;

/**
 * For reading only. A file that is not there reads as a data base without tables; nothing is made. The driver waits
 * for locks by blocking the process, so it must not wait at all: `whileBusy` does.
 */
export function openToRead(file: string): Handle {
  return existsSync(file)
    ? new Database(file, { readonly: true, fileMustExist: true, timeout: 0 })
    : new Database(':memory:', { timeout: 0 });
}

/** For writing; makes the file where it is not there, for this user alone. SQLite gives its log the same rights. */
export function openToWrite(file: string): Handle {
  makeFile(file);
  const handle = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    // Readers never wait for a writer, nor it for them. https://www.sqlite.org/wal.html
    handle.pragma('journal_mode = WAL');
    // A commit is one even after a power cut: what the engine notes of it elsewhere stays true.
    handle.pragma('synchronous = FULL');
    return handle;
  } catch (thrown) {
    handle.close();
    throw thrown;
  }
}

/** Throws where this user could not write: SQLite keeps its log in a file beside, so the folder counts as well. */
export function refuseUnwritable(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) throw fileErrors.no_folder.error({ file });
  for (const each of existsSync(file) ? [file, folder] : [folder]) {
    try {
      accessSync(each, constants.W_OK);
    } catch (thrown) {
      throw fileErrors.cannot_open.error({ file, reason: reasonOf(thrown) }, { cause: thrown });
    }
  }
}

function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (thrown) {
    if (existsSync(file)) return;
    if (!existsSync(dirname(file))) throw fileErrors.no_folder.error({ file }, { cause: thrown });
    throw fileErrors.cannot_open.error({ file, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

function reasonOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' ? code : '?';
}

const betweenTriesMs = 20;

/**
 * Does it as soon as no other program holds the file, at the latest after `patienceMs`; the process goes on meanwhile.
 * `tell` is called once, where it has to wait.
 */
export async function whileBusy<Done>(
  file: string,
  patienceMs: number,
  signal: AbortSignal,
  work: () => Done,
  tell: () => void,
): Promise<Done> {
  const deadline = performance.now() + patienceMs;
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      return work();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > deadline) throw wrapped(thrown, file);
    }
    if (!told) tell();
    told = true;
    await setTimeout(betweenTriesMs);
  }
}
