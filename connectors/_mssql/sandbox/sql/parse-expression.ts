import { notInSandbox, SqlError } from '../errors.ts';
import { RESERVED } from './keywords.ts';
import { parseQuery } from './parse-query.ts';
import { parseType } from './parse-type.ts';
import type { Call, Expression, Order, Window } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';

const CAST_LENGTH = 30;

/**
 * An expression or a condition; which of the two is wanted is checked by whoever binds it.
 * Binding strength: learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql
 */
export function parseExpression(cursor: TokenCursor): Expression {
  return parseOr(cursor);
}

function parseOr(cursor: TokenCursor): Expression {
  let left = parseAnd(cursor);
  for (let { line } = cursor; cursor.accept('OR'); { line } = cursor) {
    left = { kind: 'or', left, right: parseAnd(cursor), line };
  }
  return left;
}

function parseAnd(cursor: TokenCursor): Expression {
  let left = parseNot(cursor);
  for (let { line } = cursor; cursor.accept('AND'); { line } = cursor) {
    left = { kind: 'and', left, right: parseNot(cursor), line };
  }
  return left;
}

function parseNot(cursor: TokenCursor): Expression {
  const { line } = cursor;
  return cursor.accept('NOT') ? { kind: 'not', operand: parseNot(cursor), line } : parsePredicate(cursor);
}

const comparisons: Readonly<Record<string, '=' | '<>' | '<' | '>' | '<=' | '>='>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '!<': '>=',
  '>': '>',
  '!>': '<=',
  '<=': '<=',
  '>=': '>=',
};

function parsePredicate(cursor: TokenCursor): Expression {
  const { line } = cursor;
  if (cursor.accept('EXISTS')) {
    cursor.expect('(');
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { kind: 'exists', query, line };
  }
  const left = parseAdditive(cursor);
  const operator = comparisons[cursor.peek().upper];
  if (operator !== undefined) {
    cursor.take();
    if (cursor.is('ANY', 'SOME', 'ALL')) throw notInSandbox(cursor.peek().upper, cursor.line);
    return { kind: 'compare', operator, left, right: parseAdditive(cursor), line };
  }
  if (cursor.accept('IS')) {
    const negated = cursor.accept('NOT');
    cursor.expect('NULL');
    return { kind: 'isNull', negated, operand: left, line };
  }
  const negated = cursor.accept('NOT');
  if (cursor.accept('IN')) return parseIn(cursor, left, negated);
  if (cursor.accept('LIKE')) {
    const pattern = parseAdditive(cursor);
    const escape = cursor.accept('ESCAPE') ? parseAdditive(cursor) : undefined;
    return { kind: 'like', negated, operand: left, pattern, escape, line };
  }
  if (cursor.accept('BETWEEN')) {
    const low = parseAdditive(cursor);
    cursor.expect('AND');
    return { kind: 'between', negated, operand: left, low, high: parseAdditive(cursor), line };
  }
  if (negated) throw cursor.unexpected();
  return left;
}

function parseIn(cursor: TokenCursor, operand: Expression, negated: boolean): Expression {
  const { line } = cursor;
  cursor.expect('(');
  const choices = cursor.is('SELECT') ? parseQuery(cursor) : cursor.list(() => parseExpression(cursor));
  cursor.expect(')');
  return { kind: 'in', negated, operand, choices, line };
}

function parseAdditive(cursor: TokenCursor): Expression {
  let left = parseMultiplicative(cursor);
  for (;;) {
    const { upper: operator, line } = cursor.peek();
    if (operator !== '+' && operator !== '-' && operator !== '&' && operator !== '|' && operator !== '^') return left;
    cursor.take();
    left = { kind: 'arithmetic', operator, left, right: parseMultiplicative(cursor), line };
  }
}

function parseMultiplicative(cursor: TokenCursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const { upper: operator, line } = cursor.peek();
    if (operator !== '*' && operator !== '/' && operator !== '%') return left;
    cursor.take();
    left = { kind: 'arithmetic', operator, left, right: parseUnary(cursor), line };
  }
}

function parseUnary(cursor: TokenCursor): Expression {
  const { upper: operator, line } = cursor.peek();
  if (operator !== '-' && operator !== '+' && operator !== '~') return parseCollated(cursor);
  cursor.take();
  return { kind: 'unary', operator, operand: parseUnary(cursor), line };
}

function parseCollated(cursor: TokenCursor): Expression {
  const value = parsePrimary(cursor);
  if (cursor.accept('COLLATE')) parseCollation(cursor);
  return value;
}

/** Only the collation everything has anyway. */
export function parseCollation(cursor: TokenCursor): void {
  const { text, line } = cursor.take();
  const known = ['CYRILLIC_GENERAL_CI_AS', 'DATABASE_DEFAULT'];
  if (!known.includes(text.toUpperCase())) throw notInSandbox(`COLLATE ${text}`, line);
}

function parsePrimary(cursor: TokenCursor): Expression {
  const { kind, text, line } = cursor.peek();
  switch (kind) {
    case 'number':
      cursor.take();
      return { kind: /[eE]/.test(text) ? 'float' : text.includes('.') ? 'decimal' : 'integer', text, line };
    case 'text':
    case 'national':
      cursor.take();
      return { kind: 'text', text, national: kind === 'national', line };
    case 'binary':
      cursor.take();
      return { kind: 'binary', text, line };
    case 'variable':
      cursor.take();
      return { kind: 'variable', name: text, line };
    case 'symbol':
      return parseParenthesis(cursor);
    case 'word':
      return parseWord(cursor);
    case 'quoted':
      return parseColumnOrCall(cursor);
    case 'end':
      throw cursor.unexpected();
  }
}

function parseParenthesis(cursor: TokenCursor): Expression {
  const { line } = cursor;
  cursor.expect('(');
  if (cursor.is('SELECT')) {
    const query = parseQuery(cursor);
    cursor.expect(')');
    const subquery: Expression = { kind: 'subquery', query, line };
    return query.xml === 'typed' ? parseXmlValue(cursor, subquery) : subquery;
  }
  const inner = parseExpression(cursor);
  cursor.expect(')');
  return inner;
}

const wholeText = new Set(['.', 'text()[1]', './text()[1]']);

/** `.value('.', 'nvarchar(max)')`, which alone can follow FOR XML PATH(''), TYPE here. */
function parseXmlValue(cursor: TokenCursor, subquery: Expression): Expression {
  const { line } = subquery;
  if (!cursor.accept('.', 'VALUE')) throw notInSandbox('an xml value', line);
  const [path = '', type = ''] = cursor.parenthesised(() => cursor.take().text);
  if (!wholeText.has(path)) throw notInSandbox(`the path ${path} in .value()`, line);
  const to = parseType(new TokenCursor(type), CAST_LENGTH);
  return { kind: 'convert', to, value: subquery, style: undefined, tolerant: false, line };
}

/** Functions that are called without parentheses. */
const niladic = new Set(['CURRENT_TIMESTAMP', 'CURRENT_USER', 'SESSION_USER', 'SYSTEM_USER', 'USER']);
/** Reserved words that are functions all the same. */
const reservedFunctions = new Set(['COALESCE', 'NULLIF', 'LEFT', 'RIGHT']);

function parseWord(cursor: TokenCursor): Expression {
  const { upper, line } = cursor.peek();
  switch (upper) {
    case 'NULL':
      cursor.take();
      return { kind: 'null', line };
    case 'CASE':
      return parseCase(cursor);
    case 'CAST':
    case 'TRY_CAST':
      if (cursor.peek(1).upper === '(') return parseCast(cursor);
      break;
    case 'CONVERT':
    case 'TRY_CONVERT':
      return parseConvert(cursor);
    default:
      break;
  }
  if (niladic.has(upper)) {
    cursor.take();
    return call(upper, [], line);
  }
  const callsReserved = reservedFunctions.has(upper) && cursor.peek(1).upper === '(';
  if (RESERVED.has(upper) && !callsReserved) throw cursor.unexpected();
  return parseColumnOrCall(cursor);
}

function parseCase(cursor: TokenCursor): Expression {
  const { line } = cursor;
  cursor.expect('CASE');
  const input = cursor.is('WHEN') ? undefined : parseExpression(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  while (cursor.accept('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ when, result: parseExpression(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected();
  const otherwise = cursor.accept('ELSE') ? parseExpression(cursor) : undefined;
  cursor.expect('END');
  return { kind: 'case', input, branches, otherwise, line };
}

function parseCast(cursor: TokenCursor): Expression {
  const { line } = cursor;
  const tolerant = cursor.take().upper === 'TRY_CAST';
  cursor.expect('(');
  const value = parseExpression(cursor);
  cursor.expect('AS');
  const to = parseType(cursor, CAST_LENGTH);
  cursor.expect(')');
  return { kind: 'convert', to, value, style: undefined, tolerant, line };
}

function parseConvert(cursor: TokenCursor): Expression {
  const { line } = cursor;
  const tolerant = cursor.take().upper === 'TRY_CONVERT';
  cursor.expect('(');
  const to = parseType(cursor, CAST_LENGTH);
  cursor.expect(',');
  const value = parseExpression(cursor);
  const style = cursor.accept(',') ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  return { kind: 'convert', to, value, style, tolerant, line };
}

function parseColumnOrCall(cursor: TokenCursor): Expression {
  const { line } = cursor;
  const bare = cursor.peek().kind === 'word';
  const first = cursor.take().text;
  const parts = [first];
  while (cursor.accept('.')) {
    if (cursor.is('*')) throw cursor.unexpected();
    parts.push(cursor.is('.') ? '' : cursor.name());
  }
  if (!cursor.is('(')) return { kind: 'column', name: parts, line };
  if (parts.length > 1 || !bare) {
    throw new SqlError(
      4121,
      `Cannot find either column "${first}" or the user-defined function or aggregate "${parts.join('.')}", or the name is ambiguous.`,
      { line },
    );
  }
  return parseCall(cursor, first.toUpperCase(), line);
}

function parseCall(cursor: TokenCursor, name: string, line: number): Call {
  cursor.expect('(');
  const star = cursor.accept('*');
  const distinct = !star && cursor.accept('DISTINCT');
  if (!distinct) cursor.accept('ALL');
  const given = star || cursor.is(')') ? [] : cursor.list(() => parseExpression(cursor));
  cursor.expect(')');
  const over = cursor.accept('OVER') ? parseWindow(cursor) : undefined;
  return { kind: 'call', name, arguments: given, star, distinct, over, line };
}

const call = (name: string, given: readonly Expression[], line: number): Call => ({
  kind: 'call',
  name,
  arguments: given,
  star: false,
  distinct: false,
  over: undefined,
  line,
});

function parseWindow(cursor: TokenCursor): Window {
  cursor.expect('(');
  const partition = cursor.accept('PARTITION', 'BY') ? cursor.list(() => parseExpression(cursor)) : [];
  const order = cursor.accept('ORDER', 'BY') ? parseOrder(cursor) : [];
  if (cursor.is('ROWS', 'RANGE')) throw notInSandbox(`${cursor.peek().upper} in OVER`, cursor.line);
  cursor.expect(')');
  return { partition, order };
}

export function parseOrder(cursor: TokenCursor): Order[] {
  return cursor.list(() => {
    const value = parseExpression(cursor);
    const descending = cursor.accept('DESC');
    if (!descending) cursor.accept('ASC');
    return { value, descending };
  });
}
