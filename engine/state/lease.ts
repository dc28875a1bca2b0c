import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Clock } from './clock.ts';
import { guarded } from './database.ts';
import { stateErrors } from './errors.ts';
import { codeOf, keepMode, prepareFolder, sharedMode } from './place.ts';
import type { Holder, LeaseAnswer } from './machine-ports.ts';

/** Locks of this process. Referenced here, since a collected handle would let its lock go in the middle of a run. */
const held = new Set<Sqlite.Database>();

const beatMs = 5000;
const attempts = 10;
const attemptPauseMs = 20;
const nobodyKnown: Holder = { pid: 0, host: '', since: 0, seen: 0 };

/** Where the lock of a pipeline lies in a folder: `<folder>/<pipeline>.lock`. */
export function lockFile(folder: string, pipeline: string): string {
  return join(folder, `${encodeURIComponent(pipeline).replaceAll('*', '%2A')}.lock`);
}

/**
 * Takes the lock or says who holds it; never waits for a live holder. The lock is SQLite's own on a data base that
 * stays empty (`BEGIN EXCLUSIVE`): the operating system frees it when its process is dead, and only then, so a stopped
 * process keeps it (DL-19). Nothing else in a process may open that file: closing any descriptor of it would drop
 * POSIX locks (https://www.sqlite.org/howtocorrupt.html, 2.2). Throws `state.*` where no lock can be trusted.
 */
export function acquireLease(file: string, clock: Clock): LeaseAnswer {
  prepareFolder(dirname(file));
  for (let attempt = 1; ; attempt++) {
    const lock = guarded(file, () => take(file));
    if (lock) return { ok: true, lease: lease(file, lock, clock) };
    // Whoever has just taken it is about to write its note, and a dead one's note may still lie there.
    const holder = readHolder(file);
    if (holder && isAlive(holder)) return { ok: false, holder };
    if (attempt === attempts) return { ok: false, holder: nobodyKnown };
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attemptPauseMs);
  }
}

/**
 * Who holds the lock, undefined when nobody does: for `pipe status`. Takes no lock a run could stumble over: a shared
 * one for a moment, which `acquireLease` outwaits.
 */
export function holderOf(file: string): Holder | undefined {
  if (identityOf(file) === undefined) return undefined;
  return guarded(file, () => {
    const sqlite = new Sqlite(file, { readonly: true, timeout: 0 });
    try {
      sqlite.prepare('SELECT count(*) FROM sqlite_master').get();
      return undefined;
    } catch (thrown) {
      if (!isBusy(thrown)) throw thrown;
      const holder = readHolder(file);
      return holder && isAlive(holder) ? holder : nobodyKnown;
    } finally {
      sqlite.close();
    }
  });
}

interface Lock {
  readonly sqlite: Sqlite.Database;
  readonly identity: string;
}

/** Undefined: another one holds it, or the file was replaced while we took it. */
function take(file: string): Lock | undefined {
  createFile(file);
  const identity = identityOf(file);
  const sqlite = new Sqlite(file, { timeout: 0 });
  try {
    sqlite.pragma('journal_mode = DELETE');
    sqlite.exec('BEGIN EXCLUSIVE');
    if (identity !== undefined && identityOf(file) === identity) return { sqlite, identity };
  } catch (thrown) {
    if (!isBusy(thrown)) {
      sqlite.close();
      throw thrown;
    }
  }
  sqlite.close();
  return undefined;
}

function isBusy(thrown: unknown): boolean {
  return codeOf(thrown)?.startsWith('SQLITE_BUSY') ?? false;
}

/** Only ever opens a file that is not there yet, so it can drop nobody's lock. */
function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    keepMode(file, sharedMode(dirname(file)));
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}

/** Device and inode; undefined when there is no such file. */
function identityOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

function lease(file: string, { sqlite, identity }: Lock, clock: Clock): { verify(): void; release(): void } {
  held.add(sqlite);
  const since = clock.now();
  const beat = (): void => writeHolder(file, { pid: process.pid, host: hostname(), since, seen: clock.now() });
  beat();
  // Beats for as long as the process handles events: a long wait for a portal is no silence.
  const timer = setInterval(beat, beatMs).unref();
  return {
    verify() {
      if (!held.has(sqlite) || identityOf(file) !== identity) throw stateErrors.lock_lost.error({ file });
    },
    release() {
      if (!held.delete(sqlite)) return;
      clearInterval(timer);
      // Where the file was replaced under us, the note is its next holder's.
      if (identityOf(file) === identity) removeNote(noteFile(file));
      sqlite.close();
    },
  };
}

function noteFile(file: string): string {
  return `${file}.holder.json`;
}

/** Replaced whole, so nobody reads half a note. A courtesy to people: a full disk must not end the run through it. */
function writeHolder(file: string, holder: Holder): void {
  const note = noteFile(file);
  const draft = `${note}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    keepMode(draft, sharedMode(dirname(file)));
    renameSync(draft, note);
  } catch {
    removeNote(draft);
  }
}

/** What cannot be removed hides no reason why a run ended, and keeps no lock: that dies with its process. */
function removeNote(note: string): void {
  try {
    rmSync(note, { force: true });
  } catch {
    // The folder is read-only by now; who reads the note next sees that its process is gone.
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(noteFile(file), 'utf8'));
    return isHolder(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(note: unknown): note is Holder {
  const { pid, host, since, seen } = Object(note) as Partial<Record<keyof Holder, unknown>>;
  return typeof pid === 'number' && typeof host === 'string' && typeof since === 'number' && typeof seen === 'number';
}

/** Another host's processes cannot be asked (the folder came out of a container): they count as alive. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
}
