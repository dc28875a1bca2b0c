import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Host, Template } from '../../engine/index.ts';
import type { Database, Session, Statement } from '../_sql/dialect.ts';
import type { Column } from '../_sql/table.ts';
import { busyTimeoutMs } from './config.ts';
import type { Settings } from './config.ts';
import { sqliteDialect } from './dialect.ts';
import { wrapped } from './driver-errors.ts';
import { fileErrors } from './errors.ts';
import { openToRead, openToWrite, refuseUnwritable, whileBusy } from './open-file.ts';
import type { Handle } from './open-file.ts';
import { columnsOn, pagesOn, runOn } from './statement.ts';

/** A transaction under way, with what a bulk load needs of it. */
export interface SqliteSession extends Session {
  readonly handle: Handle;
  readonly signal: AbortSignal;
}

/**
 * A file as a data base: one handle that writes, in one transaction after the other, and one that reads what was
 * committed; a streamed query has its own. SQLite works within this process, so everything that lasts is cut in pieces.
 */
export function openDatabase(settings: Settings, host: Host): Database {
  const file = resolve(host.folder, settings.file);
  const handles = handlesOf(file);
  let last: Promise<unknown> = Promise.resolve();
  const { waiting, isHeld } = waitingFor(file, busyTimeoutMs(settings));
  const describe = (query: Statement): Promise<readonly Column[]> =>
    waiting(running, () => columnsOn(handles.reader(), query));
  const inTurn = <Done>(work: () => Promise<Done>): Promise<Done> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    dialect: sqliteDialect(describe),
    system: file,
    async run(statement, signal) {
      signal.throwIfAborted();
      if (await waiting(signal, () => handles.reader().prepare(statement.sql).readonly))
        return await waiting(signal, () => runOn(handles.reader(), statement));
      return await inTurn(() => waiting(signal, () => runOn(handles.writer(), statement)));
    },
    async *stream(statement, pageRows, signal) {
      signal.throwIfAborted();
      yield* streamed(file, statement, pageRows, signal, waiting);
    },
    transaction: (work, signal) => inTurn(() => transaction(file, handles, work, signal, waiting)),
    heldBy: async () => (isHeld() ? anotherProgram : undefined),
    missing: () => (existsSync(file) ? undefined : fileErrors.missing.error({ file })),
    async about(signal) {
      const version = await waiting(signal, () => runOn(handles.reader(), versionQuery));
      const nowMs = host.now();
      return {
        user: userInfo().username,
        version: String(version.rows[0]?.['version']),
        nowMs,
        // As CURRENT_TIMESTAMP: SQLite knows no zone but UTC.
        wallClock: new Date(nowMs).toISOString().slice(0, 23),
      };
    },
    async rights() {
      refuseUnwritable(file);
      return { lacking: [], grantee: userInfo().username };
    },
    async close() {
      await last;
      handles.close();
    },
  };
}

/** SQLite does not tell which. */
const anotherProgram: Template = { en: 'another program', ru: 'другая программа' };

/** Of what no call can stop. */
const running = new AbortController().signal;

const versionQuery = { sql: 'SELECT sqlite_version() AS version', parameters: [] } as const;
const schemaQuery = { sql: 'SELECT count(*) FROM sqlite_schema', parameters: [] } as const;

/** Work that waits for other programs, and whether some of it does so now. */
function waitingFor(file: string, patienceMs: number): { readonly waiting: Waiting; readonly isHeld: () => boolean } {
  let held = 0;
  return {
    isHeld: () => held > 0,
    async waiting(signal, work) {
      let waited = false;
      try {
        return await whileBusy(file, patienceMs, signal, work, () => {
          waited = true;
          held += 1;
        });
      } finally {
        if (waited) held -= 1;
      }
    },
  };
}

type Waiting = <Done>(signal: AbortSignal, work: () => Done) => Promise<Done>;

interface Handles {
  reader(): Handle;
  writer(): Handle;
  close(): void;
}

function handlesOf(file: string): Handles {
  let reader: Handle | undefined;
  let writer: Handle | undefined;
  return {
    reader() {
      if (reader?.memory === true && existsSync(file)) {
        reader.close();
        reader = undefined;
      }
      reader ??= openToRead(file);
      return reader;
    },
    writer: () => (writer ??= openToWrite(file)),
    close() {
      reader?.close();
      writer?.close();
      reader = undefined;
      writer = undefined;
    },
  };
}

async function transaction<Done>(
  file: string,
  handles: Handles,
  work: (session: Session) => Promise<Done>,
  signal: AbortSignal,
  waiting: Waiting,
): Promise<Done> {
  // IMMEDIATE: a transaction that began by reading could not be let write once another has written.
  const handle = await waiting(signal, () => {
    const writer = handles.writer();
    writer.prepare('BEGIN IMMEDIATE').run();
    return writer;
  });
  const session: SqliteSession = { handle, signal, run: async (statement) => runIn(file, handle, statement, signal) };
  try {
    const done = await work(session);
    await waiting(signal, () => handle.prepare('COMMIT').run());
    return done;
  } catch (thrown) {
    // A full disk or a failed one has rolled back already. https://www.sqlite.org/lang_transaction.html
    if (handle.inTransaction) handle.prepare('ROLLBACK').run();
    throw thrown;
  }
}

function runIn(file: string, handle: Handle, statement: Statement, signal: AbortSignal): ReturnType<typeof runOn> {
  signal.throwIfAborted();
  try {
    return runOn(handle, statement);
  } catch (thrown) {
    throw wrapped(thrown, file);
  }
}

async function* streamed(
  file: string,
  statement: Statement,
  pageRows: number,
  signal: AbortSignal,
  waiting: Waiting,
): ReturnType<Database['stream']> {
  const handle = await waiting(signal, () => openToRead(file));
  try {
    // Takes the lock: once that is had, no row has to be waited for.
    await waiting(signal, () => handle.exec('BEGIN') && runOn(handle, schemaQuery));
    for (const page of pagesOn(handle, statement, pageRows)) {
      signal.throwIfAborted();
      yield page;
    }
    signal.throwIfAborted();
  } catch (thrown) {
    throw wrapped(thrown, file);
  } finally {
    handle.close();
  }
}
