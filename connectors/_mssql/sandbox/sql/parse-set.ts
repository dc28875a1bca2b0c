import { notInSandbox } from '../errors.ts';
import { parseExpression } from './parse-expression.ts';
import type { IsolationLevel, Statement } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Options whose one value is what the sandbox does anyway; the other value would change answers. */
const fixedOptions: Readonly<Record<string, string>> = {
  ANSI_NULLS: 'ON',
  ANSI_PADDING: 'ON',
  ANSI_WARNINGS: 'ON',
  ARITHABORT: 'ON',
  CONCAT_NULL_YIELDS_NULL: 'ON',
  QUOTED_IDENTIFIER: 'ON',
  IMPLICIT_TRANSACTIONS: 'OFF',
  NUMERIC_ROUNDABORT: 'OFF',
  LANGUAGE: 'US_ENGLISH',
  DATEFORMAT: 'MDY',
  DATEFIRST: '7',
};
/** Options that change nothing a client of the sandbox could see. */
const freeOptions = new Set(['ANSI_NULL_DFLT_ON', 'CURSOR_CLOSE_ON_COMMIT', 'TEXTSIZE', 'DEADLOCK_PRIORITY']);
/** Options the session keeps. */
const keptOptions = new Set(['NOCOUNT', 'XACT_ABORT', 'LOCK_TIMEOUT']);

const levels: readonly IsolationLevel[] = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'snapshot',
];

export function parseSet(cursor: TokenCursor): Statement {
  const { line } = cursor;
  cursor.expect('SET');
  if (cursor.peek().kind === 'variable') {
    const variable = cursor.take().text;
    cursor.expect('=');
    return { kind: 'assign', variable, value: parseExpression(cursor), line };
  }
  if (cursor.accept('TRANSACTION', 'ISOLATION', 'LEVEL')) return { kind: 'isolation', level: parseLevel(cursor), line };
  if (cursor.accept('IDENTITY_INSERT')) {
    const table = cursor.qualifiedName();
    return { kind: 'identityInsert', table, on: parseSwitch(cursor), line };
  }
  return parseOption(cursor, line);
}

function parseLevel(cursor: TokenCursor): IsolationLevel {
  const level = levels.find((one) => cursor.accept(...one.toUpperCase().split(' ')));
  if (level === undefined) throw cursor.unexpected();
  return level;
}

function parseSwitch(cursor: TokenCursor): boolean {
  if (cursor.accept('ON')) return true;
  cursor.expect('OFF');
  return false;
}

function parseOption(cursor: TokenCursor, line: number): Statement {
  const name = cursor.take().upper;
  const negative = cursor.accept('-') ? '-' : '';
  const { text } = cursor.take();
  const value = `${negative}${text.toUpperCase()}`;
  const fixed = fixedOptions[name];
  if (fixed !== undefined && fixed !== value) throw notInSandbox(`SET ${name} ${value}`, line);
  if (fixed === undefined && !freeOptions.has(name) && !keptOptions.has(name)) throw notInSandbox(`SET ${name}`, line);
  return { kind: 'option', name, value, line };
}
