import { notInSandbox } from '../errors.ts';
import { parseCollation, parseExpression } from './parse-expression.ts';
import { parseType } from './parse-type.ts';
import type { ColumnDeclaration, KeyDeclaration, Statement, VariableDeclaration } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';

const DECLARED_LENGTH = 1;

export function parseCreate(cursor: TokenCursor): Statement {
  const { line } = cursor;
  cursor.expect('CREATE');
  if (cursor.accept('TABLE')) return parseCreateTable(cursor, line);
  const unique = cursor.accept('UNIQUE');
  skipClustering(cursor);
  if (!cursor.accept('INDEX')) throw notInSandbox(`CREATE ${cursor.peek().upper}`, line);
  const name = cursor.name();
  cursor.expect('ON');
  const table = cursor.qualifiedName();
  const columns = parseKeyColumns(cursor);
  if (cursor.is('WHERE', 'INCLUDE')) throw notInSandbox(`${cursor.peek().upper} in CREATE INDEX`, cursor.line);
  return { kind: 'createIndex', table, key: { name, kind: unique ? 'unique' : 'index', columns }, line };
}

function parseCreateTable(cursor: TokenCursor, line: number): Statement {
  const table = cursor.qualifiedName();
  const columns: ColumnDeclaration[] = [];
  const keys: KeyDeclaration[] = [];
  cursor.expect('(');
  do {
    if (cursor.is('CONSTRAINT', 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK')) keys.push(parseTableKey(cursor));
    else columns.push(parseColumn(cursor, keys));
  } while (cursor.accept(','));
  cursor.expect(')');
  return { kind: 'createTable', table, columns, keys, line };
}

function parseTableKey(cursor: TokenCursor): KeyDeclaration {
  const name = cursor.accept('CONSTRAINT') ? cursor.name() : undefined;
  const kind = parseKeyKind(cursor);
  skipClustering(cursor);
  return { name, kind, columns: parseKeyColumns(cursor) };
}

function parseKeyKind(cursor: TokenCursor): 'primary' | 'unique' {
  if (cursor.accept('PRIMARY', 'KEY')) return 'primary';
  if (cursor.accept('UNIQUE')) return 'unique';
  throw notInSandbox(cursor.peek().upper, cursor.line);
}

function skipClustering(cursor: TokenCursor): void {
  if (!cursor.accept('CLUSTERED')) cursor.accept('NONCLUSTERED');
}

function parseKeyColumns(cursor: TokenCursor): string[] {
  return cursor.parenthesised(() => {
    const column = cursor.name();
    if (!cursor.accept('ASC')) cursor.accept('DESC');
    return column;
  });
}

/** A column; the keys declared beside it are added to `keys`. */
function parseColumn(cursor: TokenCursor, keys: KeyDeclaration[]): ColumnDeclaration {
  const name = cursor.name();
  if (cursor.is('AS')) throw notInSandbox('a computed column', cursor.line);
  const type = parseType(cursor, DECLARED_LENGTH);
  const found: { -readonly [K in keyof ColumnDeclaration]?: ColumnDeclaration[K] } = {};
  for (;;) {
    if (cursor.accept('NOT', 'NULL')) found.nullable = false;
    else if (cursor.accept('NULL')) found.nullable = true;
    else if (cursor.accept('IDENTITY')) found.identity = parseIdentity(cursor);
    else if (cursor.accept('COLLATE')) parseCollation(cursor);
    else if (cursor.accept('DEFAULT')) found.default = parseExpression(cursor);
    else if (cursor.isSequence('CONSTRAINT') && cursor.peek(2).upper === 'DEFAULT') {
      cursor.take();
      cursor.name();
    } else if (cursor.is('CONSTRAINT', 'PRIMARY', 'UNIQUE', 'REFERENCES', 'CHECK')) {
      const key = parseColumnKey(cursor, name);
      if (key.kind === 'primary') found.nullable = false;
      keys.push(key);
    } else break;
  }
  const nullable = (found.nullable ?? true) && found.identity === undefined && type.name !== 'timestamp';
  return { name, type, nullable, identity: found.identity, default: found.default };
}

function parseColumnKey(cursor: TokenCursor, column: string): KeyDeclaration {
  const name = cursor.accept('CONSTRAINT') ? cursor.name() : undefined;
  const kind = parseKeyKind(cursor);
  skipClustering(cursor);
  return { name, kind, columns: [column] };
}

function parseIdentity(cursor: TokenCursor): { seed: number; step: number } {
  const [seed = 1, step = 1] = cursor.is('(') ? cursor.parenthesised(() => cursor.integer()) : [];
  return { seed, step };
}

export function parseAlter(cursor: TokenCursor): Statement {
  const { line } = cursor;
  cursor.expect('ALTER');
  if (!cursor.accept('TABLE')) throw notInSandbox(`ALTER ${cursor.peek().upper}`, line);
  const table = cursor.qualifiedName();
  if (cursor.accept('DROP', 'COLUMN')) return { kind: 'dropColumn', table, column: cursor.name(), line };
  if (!cursor.accept('ADD')) throw notInSandbox(`ALTER TABLE … ${cursor.peek().upper}`, line);
  const keys: KeyDeclaration[] = [];
  const columns = cursor.list(() => parseColumn(cursor, keys));
  if (keys.length > 0) throw notInSandbox('a key in ALTER TABLE … ADD', line);
  return { kind: 'addColumns', table, columns, line };
}

export function parseDrop(cursor: TokenCursor): Statement {
  const { line } = cursor;
  cursor.expect('DROP');
  if (cursor.accept('TABLE')) return { kind: 'dropTable', tables: cursor.list(() => cursor.qualifiedName()), line };
  if (!cursor.accept('INDEX')) throw notInSandbox(`DROP ${cursor.peek().upper}`, line);
  const index = cursor.name();
  cursor.expect('ON');
  return { kind: 'dropIndex', index, table: cursor.qualifiedName(), line };
}

export function parseDeclaration(cursor: TokenCursor): VariableDeclaration[] {
  cursor.expect('DECLARE');
  return cursor.list(() => parseVariable(cursor));
}

/** The second argument of sp_executesql: `@id int, @name nvarchar(50), @found int output`. */
export function parseParameterList(text: string): readonly VariableDeclaration[] {
  const cursor = new TokenCursor(text);
  if (cursor.atEnd) return [];
  const variables = cursor.list(() => parseVariable(cursor));
  if (!cursor.atEnd) throw cursor.unexpected();
  return variables;
}

function parseVariable(cursor: TokenCursor): VariableDeclaration {
  if (cursor.peek().kind !== 'variable') throw cursor.unexpected();
  const name = cursor.take().text;
  cursor.accept('AS');
  if (cursor.is('TABLE', 'CURSOR')) throw notInSandbox(`a ${cursor.peek().upper} variable`, cursor.line);
  const type = parseType(cursor, DECLARED_LENGTH);
  const value = cursor.accept('=') ? parseExpression(cursor) : undefined;
  const output = cursor.accept('OUTPUT') || cursor.accept('OUT');
  return { name, type, value, output };
}
