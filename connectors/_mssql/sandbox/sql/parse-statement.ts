import { notInSandbox } from '../errors.ts';
import { parseDeclaration, parseCreate, parseDrop, parseAlter } from './parse-declaration.ts';
import { parseExpression } from './parse-expression.ts';
import { parseQuery, parseSource, parseWith, skipTableHints } from './parse-query.ts';
import { parseSet } from './parse-set.ts';
import type { CommonTable, Expression, SelectItem, Statement } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';

/** A batch, read whole before anything runs. Throws 102, 156 and their kin with the line. */
export function parseBatch(sql: string): readonly Statement[] {
  const cursor = new TokenCursor(sql);
  const statements: Statement[] = [];
  for (;;) {
    while (cursor.accept(';'));
    if (cursor.atEnd) return statements;
    statements.push(parseStatement(cursor));
  }
}

const notKnown = new Set([
  'IF',
  'WHILE',
  'EXEC',
  'EXECUTE',
  'PRINT',
  'RAISERROR',
  'THROW',
  'MERGE',
  'WAITFOR',
  'GOTO',
  'RETURN',
  'GRANT',
  'DENY',
  'REVOKE',
  'BACKUP',
  'RESTORE',
  'BULK',
  'DBCC',
  'KILL',
  'OPEN',
  'FETCH',
  'CLOSE',
]);

function parseStatement(cursor: TokenCursor): Statement {
  const { upper, line } = cursor.peek();
  switch (upper) {
    case 'SELECT':
    case '(':
      return { kind: 'query', with: [], query: finish(cursor, parseQuery(cursor)), line };
    case 'WITH':
      cursor.take();
      return parseAfterWith(cursor, parseWith(cursor), line);
    case 'INSERT':
      return parseInsert(cursor);
    case 'UPDATE':
      return parseUpdate(cursor, []);
    case 'DELETE':
      return parseDelete(cursor, []);
    case 'CREATE':
      return parseCreate(cursor);
    case 'ALTER':
      return parseAlter(cursor);
    case 'DROP':
      return parseDrop(cursor);
    case 'TRUNCATE':
      cursor.expect('TRUNCATE', 'TABLE');
      return { kind: 'truncate', table: cursor.qualifiedName(), line };
    case 'BEGIN':
    case 'COMMIT':
    case 'ROLLBACK':
    case 'SAVE':
      return parseTransaction(cursor);
    case 'DECLARE':
      return { kind: 'declare', variables: parseDeclaration(cursor), line };
    case 'SET':
      return parseSet(cursor);
    case 'USE':
      cursor.take();
      return { kind: 'use', database: cursor.name(), line };
    default:
      if (notKnown.has(upper)) throw notInSandbox(upper, line);
      throw cursor.unexpected();
  }
}

/** OPTION (RECOMPILE) and the like advise the optimiser only. */
function finish<T>(cursor: TokenCursor, parsed: T): T {
  if (!cursor.accept('OPTION', '(')) return parsed;
  const { upper, line } = cursor.peek();
  if (upper !== 'RECOMPILE') throw notInSandbox(`OPTION (${upper})`, line);
  cursor.take();
  cursor.expect(')');
  return parsed;
}

function parseAfterWith(cursor: TokenCursor, tables: readonly CommonTable[], line: number): Statement {
  if (cursor.is('UPDATE')) return parseUpdate(cursor, tables);
  if (cursor.is('DELETE')) return parseDelete(cursor, tables);
  if (cursor.is('INSERT')) throw notInSandbox('WITH before INSERT', line);
  return { kind: 'query', with: tables, query: finish(cursor, parseQuery(cursor)), line };
}

function parseInsert(cursor: TokenCursor): Statement {
  const { line } = cursor;
  cursor.expect('INSERT');
  cursor.accept('INTO');
  const table = cursor.qualifiedName();
  const columns = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [];
  const output = cursor.accept('OUTPUT') ? cursor.list(() => parseOutput(cursor)) : [];
  if (cursor.accept('DEFAULT', 'VALUES')) {
    return { kind: 'insert', table, columns, output, rows: 'defaults', line };
  }
  if (cursor.accept('VALUES')) {
    const rows = cursor.list(() => cursor.parenthesised(() => parseValueOrDefault(cursor)));
    return { kind: 'insert', table, columns, output, rows, line };
  }
  if (cursor.is('EXEC', 'EXECUTE')) throw notInSandbox('INSERT … EXEC', line);
  return { kind: 'insert', table, columns, output, rows: parseQuery(cursor), line };
}

/** Of OUTPUT only columns of INSERTED are known. */
function parseOutput(cursor: TokenCursor): SelectItem {
  const { line } = cursor;
  if (cursor.peek().text.toUpperCase() !== 'INSERTED') throw notInSandbox('OUTPUT of anything but INSERTED', line);
  cursor.take();
  cursor.expect('.');
  if (cursor.accept('*')) return { kind: 'star', of: [] };
  const name = cursor.name();
  const alias = cursor.accept('AS') ? cursor.name() : undefined;
  return { kind: 'value', value: { kind: 'column', name: [name], line }, alias };
}

function parseValueOrDefault(cursor: TokenCursor): Expression | undefined {
  return cursor.accept('DEFAULT') ? undefined : parseExpression(cursor);
}

function parseUpdate(cursor: TokenCursor, tables: readonly CommonTable[]): Statement {
  const { line } = cursor;
  cursor.expect('UPDATE');
  if (cursor.is('TOP')) throw notInSandbox('UPDATE TOP', line);
  const table = cursor.qualifiedName();
  skipTableHints(cursor);
  cursor.expect('SET');
  const set = cursor.list(() => parseSetColumn(cursor));
  if (cursor.is('OUTPUT')) throw notInSandbox('OUTPUT of UPDATE', cursor.line);
  const from = cursor.accept('FROM') ? cursor.list(() => parseSource(cursor)) : [];
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  return { kind: 'update', with: tables, table, set, from, where, line };
}

function parseSetColumn(cursor: TokenCursor): { column: string; value: Expression | undefined } {
  if (cursor.peek().kind === 'variable') throw notInSandbox('SET @variable in UPDATE', cursor.line);
  const column = cursor.qualifiedName().at(-1) ?? '';
  if (cursor.is('+=', '-=', '*=', '/=')) throw notInSandbox(cursor.peek().text, cursor.line);
  cursor.expect('=');
  return { column, value: parseValueOrDefault(cursor) };
}

function parseDelete(cursor: TokenCursor, tables: readonly CommonTable[]): Statement {
  const { line } = cursor;
  cursor.expect('DELETE');
  if (cursor.is('TOP')) throw notInSandbox('DELETE TOP', line);
  cursor.accept('FROM');
  const table = cursor.qualifiedName();
  skipTableHints(cursor);
  if (cursor.is('OUTPUT')) throw notInSandbox('OUTPUT of DELETE', cursor.line);
  const from = cursor.accept('FROM') ? cursor.list(() => parseSource(cursor)) : [];
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  return { kind: 'delete', with: tables, table, from, where, line };
}

function parseTransaction(cursor: TokenCursor): Statement {
  const { upper, line } = cursor.take();
  if (upper === 'SAVE') throw notInSandbox('SAVE TRANSACTION', line);
  if (upper === 'BEGIN' && !cursor.is('TRAN', 'TRANSACTION')) throw notInSandbox('BEGIN … END', line);
  if (cursor.is('TRAN', 'TRANSACTION', 'WORK')) {
    cursor.take();
    if (cursor.peek().kind === 'quoted' || (cursor.peek().kind === 'word' && cursor.isName)) {
      throw notInSandbox('a named transaction', line);
    }
  }
  return { kind: upper === 'BEGIN' ? 'begin' : upper === 'COMMIT' ? 'commit' : 'rollback', line };
}
