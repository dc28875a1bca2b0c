import { notInSandbox, SqlError } from '../errors.ts';
import { parseExpression, parseOrder } from './parse-expression.ts';
import type { CommonTable, Expression, Query, QueryBody, Select, SelectItem, TableSource } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A query with everything that may follow it: ORDER BY, OFFSET … FETCH, OPTION. */
export function parseQuery(cursor: TokenCursor): Query {
  const { line } = cursor;
  const body = parseUnion(cursor);
  const order = cursor.accept('ORDER', 'BY') ? parseOrder(cursor) : [];
  let offset: Expression | undefined;
  let fetch: Expression | undefined;
  if (order.length > 0 && cursor.accept('OFFSET')) {
    offset = parseExpression(cursor);
    acceptEither(cursor, 'ROW', 'ROWS');
    if (cursor.accept('FETCH')) {
      acceptEither(cursor, 'NEXT', 'FIRST');
      fetch = parseExpression(cursor);
      acceptEither(cursor, 'ROW', 'ROWS');
      cursor.expect('ONLY');
    }
  }
  return { body, order, offset, fetch, xml: parseForXml(cursor), line };
}

/** Only the form that joins texts, as STRING_AGG is not there yet. */
function parseForXml(cursor: TokenCursor): Query['xml'] {
  const { line } = cursor;
  if (!cursor.accept('FOR')) return undefined;
  if (!cursor.accept('XML', 'PATH')) throw notInSandbox('FOR … other than FOR XML PATH', line);
  const [element] = cursor.parenthesised(() => cursor.take().text);
  if (element !== '') throw notInSandbox("FOR XML PATH with an element's name", line);
  if (!cursor.accept(',')) return 'text';
  if (!cursor.accept('TYPE')) throw notInSandbox(`FOR XML … ${cursor.peek().upper}`, line);
  return 'typed';
}

function acceptEither(cursor: TokenCursor, one: string, other: string): void {
  if (!cursor.accept(one) && !cursor.accept(other)) throw cursor.unexpected();
}

function parseUnion(cursor: TokenCursor): QueryBody {
  let left = parseIntersect(cursor);
  for (;;) {
    const { line } = cursor;
    if (cursor.accept('UNION')) {
      const kind = cursor.accept('ALL') ? 'unionAll' : 'union';
      left = { kind, left, right: parseIntersect(cursor), line };
    } else if (cursor.accept('EXCEPT')) {
      left = { kind: 'except', left, right: parseIntersect(cursor), line };
    } else return left;
  }
}

function parseIntersect(cursor: TokenCursor): QueryBody {
  let left = parseQueryTerm(cursor);
  for (let { line } = cursor; cursor.accept('INTERSECT'); { line } = cursor) {
    left = { kind: 'intersect', left, right: parseQueryTerm(cursor), line };
  }
  return left;
}

function parseQueryTerm(cursor: TokenCursor): QueryBody {
  if (!cursor.accept('(')) return parseSelect(cursor);
  const inner = parseUnion(cursor);
  cursor.expect(')');
  return inner;
}

function parseSelect(cursor: TokenCursor): Select {
  const { line } = cursor;
  cursor.expect('SELECT');
  const distinct = cursor.accept('DISTINCT');
  if (!distinct) cursor.accept('ALL');
  const top = cursor.accept('TOP') ? parseTop(cursor) : undefined;
  const items = cursor.list(() => parseItem(cursor));
  if (cursor.is('INTO')) throw notInSandbox('SELECT INTO', cursor.line);
  const from = cursor.accept('FROM') ? cursor.list(() => parseSource(cursor)) : [];
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  const group = cursor.accept('GROUP', 'BY') ? cursor.list(() => parseGroup(cursor)) : [];
  const having = cursor.accept('HAVING') ? parseExpression(cursor) : undefined;
  return { kind: 'select', distinct, top, items, from, where, group, having, line };
}

function parseGroup(cursor: TokenCursor): Expression {
  if (cursor.is('ROLLUP', 'CUBE') || cursor.isSequence('GROUPING', 'SETS')) {
    throw notInSandbox(cursor.peek().upper, cursor.line);
  }
  return parseExpression(cursor);
}

function parseTop(cursor: TokenCursor): Expression {
  let count: Expression;
  if (cursor.accept('(')) {
    count = parseExpression(cursor);
    cursor.expect(')');
  } else {
    if (cursor.peek().kind !== 'number') throw cursor.unexpected();
    const { text, line } = cursor.take();
    count = { kind: /^\d+$/.test(text) ? 'integer' : 'decimal', text, line };
  }
  if (cursor.is('PERCENT')) throw notInSandbox('TOP … PERCENT', cursor.line);
  if (cursor.isSequence('WITH', 'TIES')) throw notInSandbox('TOP … WITH TIES', cursor.line);
  return count;
}

function parseItem(cursor: TokenCursor): SelectItem {
  if (cursor.accept('*')) return { kind: 'star', of: [] };
  const qualifier = acceptQualifiedStar(cursor);
  if (qualifier !== undefined) return { kind: 'star', of: qualifier };
  if (cursor.peek().kind === 'variable' && cursor.peek(1).upper === '=') {
    throw notInSandbox('SELECT @variable =', cursor.line);
  }
  if (cursor.isName && cursor.peek(1).upper === '=') {
    const alias = cursor.name();
    cursor.expect('=');
    return { kind: 'value', value: parseExpression(cursor), alias };
  }
  const value = parseExpression(cursor);
  return { kind: 'value', value, alias: parseItemAlias(cursor) };
}

/** `r.*`, `dbo.Receptions.*` */
function acceptQualifiedStar(cursor: TokenCursor): readonly string[] | undefined {
  let ahead = 0;
  const nameAt = (at: number) => cursor.peek(at).kind === 'word' || cursor.peek(at).kind === 'quoted';
  while (nameAt(ahead) && cursor.peek(ahead + 1).upper === '.') ahead += 2;
  if (ahead === 0 || cursor.peek(ahead).upper !== '*') return undefined;
  const parts: string[] = [];
  for (; ahead > 0; ahead -= 2) {
    parts.push(cursor.name());
    cursor.expect('.');
  }
  cursor.expect('*');
  return parts;
}

function parseItemAlias(cursor: TokenCursor): string | undefined {
  const named = cursor.accept('AS');
  const { kind } = cursor.peek();
  if (kind === 'text' || kind === 'national') return cursor.take().text;
  if (named || cursor.isName) return cursor.name();
  return undefined;
}

export function parseSource(cursor: TokenCursor): TableSource {
  let left = parsePrimarySource(cursor);
  for (;;) {
    const { line } = cursor;
    if (cursor.accept('CROSS', 'APPLY')) {
      left = { kind: 'apply', outer: false, left, right: parsePrimarySource(cursor), line };
    } else if (cursor.accept('OUTER', 'APPLY')) {
      left = { kind: 'apply', outer: true, left, right: parsePrimarySource(cursor), line };
    } else if (cursor.accept('CROSS', 'JOIN')) {
      left = { kind: 'join', join: 'cross', left, right: parsePrimarySource(cursor), on: undefined, line };
    } else {
      const join = acceptJoin(cursor);
      if (join === undefined) return left;
      // A JOIN b JOIN c ON … ON … nests to the right, so the right side takes its own joins first.
      const right = parseJoinOperand(cursor);
      cursor.expect('ON');
      left = { kind: 'join', join, left, right, on: parseExpression(cursor), line };
    }
  }
}

function parseJoinOperand(cursor: TokenCursor): TableSource {
  const right = parsePrimarySource(cursor);
  if (cursor.is('ON')) return right;
  const { line } = cursor;
  const join = acceptJoin(cursor);
  if (join === undefined) return right;
  const inner = parseJoinOperand(cursor);
  cursor.expect('ON');
  return { kind: 'join', join, left: right, right: inner, on: parseExpression(cursor), line };
}

function acceptJoin(cursor: TokenCursor): 'inner' | 'left' | 'right' | 'full' | undefined {
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'inner';
  for (const side of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (!cursor.accept(side, 'JOIN') && !cursor.accept(side, 'OUTER', 'JOIN')) continue;
    return side === 'LEFT' ? 'left' : side === 'RIGHT' ? 'right' : 'full';
  }
  if (cursor.is('INNER', 'LEFT', 'RIGHT', 'FULL')) throw notInSandbox('a join hint', cursor.line);
  return undefined;
}

function parsePrimarySource(cursor: TokenCursor): TableSource {
  const { line } = cursor;
  if (cursor.isSequence('(', 'SELECT')) return parseDerived(cursor);
  if (cursor.isSequence('(', 'VALUES')) return parseValues(cursor);
  if (cursor.accept('(')) {
    const inner = parseSource(cursor);
    cursor.expect(')');
    return inner;
  }
  const name = cursor.qualifiedName();
  if (cursor.is('(') && !lockHints.has(cursor.peek(1).upper)) {
    // STRING_SPLIT, OPENJSON and user functions: SQL Server 2012 knows no such object.
    throw new SqlError(208, `Invalid object name '${name.join('.')}'.`, { line });
  }
  const alias = parseSourceAlias(cursor);
  skipTableHints(cursor);
  if (cursor.is('PIVOT', 'UNPIVOT', 'TABLESAMPLE')) throw notInSandbox(cursor.peek().upper, cursor.line);
  return { kind: 'table', name, alias, line };
}

function parseSourceAlias(cursor: TokenCursor): string | undefined {
  if (cursor.accept('AS')) return cursor.name();
  return cursor.isName ? cursor.name() : undefined;
}

function parseDerived(cursor: TokenCursor): TableSource {
  const { line } = cursor;
  cursor.expect('(');
  const query = parseQuery(cursor);
  cursor.expect(')');
  return { kind: 'derived', query, ...derivedName(cursor), line };
}

function parseValues(cursor: TokenCursor): TableSource {
  const { line } = cursor;
  cursor.expect('(', 'VALUES');
  const rows = cursor.list(() => cursor.parenthesised(() => parseExpression(cursor)));
  cursor.expect(')');
  return { kind: 'values', rows, ...derivedName(cursor), line };
}

function derivedName(cursor: TokenCursor): { alias: string; columns: readonly string[] } {
  cursor.accept('AS');
  const alias = cursor.name();
  return { alias, columns: cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [] };
}

/** Hints about locking change nothing here: every reader sees what was committed when its statement began. */
const lockHints = new Set(['NOLOCK', 'READUNCOMMITTED', 'READCOMMITTED', 'ROWLOCK', 'PAGLOCK']);

export function skipTableHints(cursor: TokenCursor): void {
  if (cursor.isSequence('WITH', '(')) {
    cursor.expect('WITH');
    cursor.parenthesised(() => skipHint(cursor));
  } else if (cursor.peek().upper === '(' && lockHints.has(cursor.peek(1).upper)) {
    cursor.parenthesised(() => skipHint(cursor));
  }
}

function skipHint(cursor: TokenCursor): void {
  const { upper, line } = cursor.peek();
  if (!lockHints.has(upper)) throw notInSandbox(`the hint ${upper}`, line);
  cursor.take();
}

export function parseWith(cursor: TokenCursor): CommonTable[] {
  return cursor.list(() => {
    const { line } = cursor;
    const name = cursor.name();
    const columns = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [];
    cursor.expect('AS', '(');
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { name, columns, query, line };
  });
}
