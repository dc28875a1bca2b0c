import { existsSync, statSync } from 'node:fs';
import { PipeError } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import { fileErrors } from './errors.ts';

const product = 'SQLite';

/** The driver's code, `SQLITE_BUSY_SNAPSHOT`; undefined for what is not SQLite's. https://www.sqlite.org/rescode.html */
export function codeOf(thrown: unknown): string | undefined {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function isBusy(thrown: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(thrown) ?? '');
}

/** What a statement or an opening threw, in our words. Texts of SQLite name tables and columns, never values. */
export function wrapped(thrown: unknown, file: string): unknown {
  const code = codeOf(thrown);
  if (thrown instanceof PipeError || !(thrown instanceof Error) || code === undefined) return thrown;
  return (
    rowError(code, thrown.message, thrown) ??
    fileError(code, file, thrown) ??
    noFile(thrown.message, file, thrown) ??
    statementError(code, thrown.message, thrown)
  );
}

/** One row is to blame. https://www.sqlite.org/rescode.html#constraint */
function rowError(code: string, message: string, cause: Error): PipeError | undefined {
  const options = { cause };
  const names = /failed: (.+)$/.exec(message)?.[1] ?? '?';
  const columns = names.replaceAll(/(^|, )[^,]*?\.([^,.]+)(?=,|$)/g, '$1$2');
  switch (code) {
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return errors.value_missing.error({ column: columns }, options);
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_ROWID':
      return errors.not_unique.error({ column: columns }, options);
    case 'SQLITE_CONSTRAINT_CHECK':
      return errors.value_refused.error({ constraint: names, table: 'CHECK' }, options);
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return errors.reference_missing.error({ column: '?' }, options);
    case 'SQLITE_CONSTRAINT_TRIGGER':
      return errors.value_refused.error({ constraint: 'RAISE', table: 'TRIGGER' }, options);
    case 'SQLITE_CONSTRAINT_DATATYPE':
      return datatype(message, options);
    case 'SQLITE_MISMATCH':
      return errors.value_type.error({ column: '?', type: 'INTEGER PRIMARY KEY' }, options);
    case 'SQLITE_TOOBIG':
      return errors.value_long.error({ column: '?' }, options);
    default:
      return code.startsWith('SQLITE_CONSTRAINT')
        ? errors.value_refused.error({ constraint: code, table: '?' }, options)
        : undefined;
  }
}

/** `cannot store TEXT value in INTEGER column t.n`: of STRICT tables. */
function datatype(message: string, options: { readonly cause: Error }): PipeError {
  const [, type = '?', column = '?'] = /in (\S+) column (?:.*\.)?(.+)$/.exec(message) ?? [];
  return errors.value_type.error({ column, type }, options);
}

function fileError(code: string, file: string, cause: Error): PipeError | undefined {
  const given = { file, reason: code };
  if (isBusy(cause)) return errors.server_busy.error({ product, reason: code }, { cause, retry: true });
  const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (code === 'SQLITE_NOTADB' || isFolder) return fileErrors.no_database.error({ file }, { cause });
  if (code.startsWith('SQLITE_CORRUPT')) return fileErrors.damaged.error(given, { cause });
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM')
    return fileErrors.cannot_open.error(given, { cause });
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR'))
    return fileErrors.disk.error(given, { cause, retry: true });
  return undefined;
}

/** A query of what was never made. */
function noFile(message: string, file: string, cause: Error): PipeError | undefined {
  if (!message.startsWith('no such table: ') || existsSync(file)) return undefined;
  return fileErrors.missing.error({ file }, { cause });
}

function statementError(code: string, message: string, cause: Error): PipeError {
  const options = { cause };
  const table = /^no such table: (?:main\.)?(.+)$/.exec(message)?.[1];
  if (table !== undefined) return errors.table_unknown.error({ table }, options);
  const [, inTable, missing] = /^(?:table (\S+) has no column named|no such column:) (.+)$/.exec(message) ?? [];
  if (missing !== undefined) return errors.column_unknown.error({ column: missing, table: inTable ?? '?' }, options);
  const object =
    /^(?:table|index) (.+) already exists$/.exec(message)?.[1] ?? /^duplicate column name: (.+)$/.exec(message)?.[1];
  if (object !== undefined) return errors.exists.error({ object }, options);
  return errors.statement_refused.error({ product, code, text: `, ${message}` }, options);
}
