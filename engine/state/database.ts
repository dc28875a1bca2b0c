import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { stateErrors } from './errors.ts';
import { codeOf, keepMode, prepareFolder, reasonOf } from './place.ts';

/** What a file must be, and how it becomes that. */
export interface Schema {
  /** SQLite's application_id: tells our files from any other program's. */
  readonly applicationId: number;
  /** SQL steps, forward only; as many as `user_version` says are done. A step once released is never edited. */
  readonly migrations: readonly string[];
}

/** An open data base. What is thrown inside its methods comes out as a PipeError where SQLite itself refused. */
export interface Database {
  readonly sqlite: Sqlite.Database;
  read<Result>(work: () => Result): Result;
  /** One transaction; survives the death of the process, not always that of the machine (`synchronous=NORMAL`). */
  write<Result>(work: () => Result): Result;
  /** One transaction, on the disk before this returns (`synchronous=FULL`). */
  writeDurably<Result>(work: () => Result): Result;
  /** May be called twice. */
  close(): void;
}

const busyTimeoutMs = 5000;

/** The system keeps the pages of a file anyway, and its memory is not ours (G8). */
export const cacheKilobytes = 4096;

/**
 * Opens a data base in WAL mode, makes it when there is none, brings its schema up to date. Refuses what is damaged,
 * foreign or newer instead of starting over (DL-9). A file that was closed cleanly leaves no -wal: only where one is
 * found, after a crash or beside another process, are all pages checked (`quick_check`, about 1 s per GB); damage
 * elsewhere shows as `state.corrupt` when its page is read. `:memory:` serves tests.
 */
export function openDatabase(file: string, schema: Schema, modeOf: (folder: string) => number): Database {
  if (file === ':memory:') {
    const sqlite = new Sqlite(file);
    migrate(sqlite, file, schema);
    return database(sqlite, file);
  }
  const folder = dirname(file);
  prepareFolder(folder);
  // In this order: a file another process makes meanwhile is there before its -wal is.
  const leftOpen = existsSync(`${file}-wal`);
  const present = existsSync(file);
  if (leftOpen && !present) throw corrupt(file, 'the file is gone, its -wal is still there');
  return guarded(file, () => {
    const mode = modeOf(folder);
    if (!present) beginFile(file, schema, mode);
    keepMode(file, mode);
    return database(connect(file, schema, leftOpen), file);
  });
}

function connect(file: string, schema: Schema, leftOpen: boolean): Sqlite.Database {
  if (statSync(file).size === 0) throw corrupt(file, 'it is empty');
  const sqlite = new Sqlite(file, { fileMustExist: true, timeout: busyTimeoutMs });
  try {
    if (pragma(sqlite, 'application_id') !== schema.applicationId) throw stateErrors.foreign.error({ file });
    // Before anything of the file is changed.
    versionOf(sqlite, file, schema);
    if (leftOpen) checkPages(sqlite, file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma(`cache_size = -${cacheKilobytes}`);
    migrate(sqlite, file, schema);
    return sqlite;
  } catch (thrown) {
    sqlite.close();
    throw thrown;
  }
}

function checkPages(sqlite: Sqlite.Database, file: string): void {
  const finding = pragma(sqlite, 'quick_check(1)');
  if (finding !== 'ok') throw corrupt(file, String(finding));
}

function migrate(sqlite: Sqlite.Database, file: string, schema: Schema): void {
  const known = schema.migrations.length;
  const step = sqlite.transaction(() => {
    const found = versionOf(sqlite, file, schema);
    for (const sql of schema.migrations.slice(found)) sqlite.exec(sql);
    if (found < known) sqlite.pragma(`user_version = ${known}`);
  });
  if (pragma(sqlite, 'user_version') !== known) step.immediate();
}

/** How many migrations the file has seen; throws where these are more than we know. */
function versionOf(sqlite: Sqlite.Database, file: string, { migrations }: Schema): number {
  const found = Number(pragma(sqlite, 'user_version'));
  if (found > migrations.length) throw stateErrors.newer.error({ file, found, known: migrations.length });
  return found;
}

/**
 * Puts a new data base in place whole: whatever kills us, there is a good file or none, so an empty or headless one is
 * always damage. Of two processes doing so at once the first wins.
 */
function beginFile(file: string, schema: Schema, mode: number): void {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    writeDraft(draft, emptyDatabase(file, schema));
    keepMode(draft, mode);
    putInPlace(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(draft: string, content: Buffer): void {
  const handle = openSync(draft, 'wx', 0o600);
  try {
    // Unlike `writeSync`, which is content with the part that a full disk took.
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function putInPlace(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (thrown) {
    // File systems without hard links (exFAT) keep the small chance that the later of two wins.
    if (codeOf(thrown) !== 'EEXIST') renameSync(draft, file);
  }
}

function emptyDatabase(file: string, schema: Schema): Buffer {
  const sqlite = new Sqlite(':memory:');
  try {
    sqlite.pragma(`application_id = ${schema.applicationId}`);
    migrate(sqlite, file, schema);
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}

function database(sqlite: Sqlite.Database, file: string): Database {
  // Made once: what better-sqlite3 makes of a function is four others, with properties on each of them.
  const transaction = sqlite.transaction((work: () => unknown) => work());
  const write = <Result>(work: () => Result): Result => guarded(file, () => transaction.immediate(work) as Result);
  return {
    sqlite,
    read: (work) => guarded(file, work),
    write,
    writeDurably(work) {
      // By `exec`: `pragma` makes a statement of it each time, and reads what it answers.
      sqlite.exec('PRAGMA synchronous = FULL');
      try {
        return write(work);
      } finally {
        sqlite.exec('PRAGMA synchronous = NORMAL');
      }
    },
    close: () => sqlite.close(),
  };
}

function pragma(sqlite: Sqlite.Database, text: string): unknown {
  return sqlite.pragma(text, { simple: true });
}

function corrupt(file: string, reason: string): Error {
  return stateErrors.corrupt.error({ file, reason });
}

/** Gives SQLite's and the file system's refusals their names; what is neither passes as it is. */
export function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw named(file, thrown);
  }
}

function named(file: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (!(thrown instanceof Error) || code === undefined) return thrown;
  const reason = reasonOf(thrown);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return stateErrors.corrupt.error({ file, reason }, { cause: thrown });
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT|EFBIG)/.test(code)) return stateErrors.full.error({ file }, { cause: thrown });
  if (/^SQLITE_(BUSY|PROTOCOL)/.test(code)) {
    return stateErrors.busy.error({ file, seconds: busyTimeoutMs / 1000 }, { cause: thrown, retry: true });
  }
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|IOERR|AUTH)|E(ACCES|PERM|ROFS|ISDIR|NOTDIR|IO)$)/.test(code)) {
    return stateErrors.unusable.error({ file, reason }, { cause: thrown });
  }
  return thrown;
}
