import { SqlError } from '../errors.ts';
import { likePattern } from './collation.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { INT, isUnicode, type Length, nvarchar, type SqlType, varchar } from './sql-types.ts';
import { fromWindows1251, toWindows1251 } from './windows-1251.ts';

const sameKind = (model: SqlType | undefined, length: Length): SqlType =>
  model !== undefined && isUnicode(model) ? nvarchar(length) : varchar(length);
const asFirst = ([first]: readonly SqlType[]): SqlType =>
  sameKind(first, first?.length === 0 ? 30 : (first?.length ?? 30));
const longest = ([first]: readonly SqlType[]): SqlType =>
  sameKind(first, first?.length === 'max' ? 'max' : first !== undefined && isUnicode(first) ? 4000 : 8000);

/** `LEN`, `SUBSTRING` and their kin count UTF-16 units, as nvarchar does. */
export const textFunctions: Readonly<Record<string, ScalarFunction>> = {
  LEN: { wants: ['text'], returns: INT, run: (text: string) => BigInt(text.replace(/ +$/, '').length) },
  UPPER: { wants: ['text'], returns: asFirst, run: (text: string) => changeCase(text, (one) => one.toUpperCase()) },
  LOWER: { wants: ['text'], returns: asFirst, run: (text: string) => changeCase(text, (one) => one.toLowerCase()) },
  LTRIM: { wants: ['text'], returns: asFirst, run: (text: string) => text.replace(/^ +/, '') },
  RTRIM: { wants: ['text'], returns: asFirst, run: (text: string) => text.replace(/ +$/, '') },
  REVERSE: { wants: ['text'], returns: asFirst, run: (text: string) => text.split('').reverse().join('') },
  SUBSTRING: { wants: ['text', 'int', 'int'], returns: asFirst, run: substring },
  LEFT: {
    wants: ['text', 'int'],
    returns: asFirst,
    run: (text: string, count: bigint) => text.slice(0, nonNegative(count, 'left')),
  },
  RIGHT: {
    wants: ['text', 'int'],
    returns: asFirst,
    run: (text: string, count: bigint) => text.slice(Math.max(0, text.length - nonNegative(count, 'right'))),
  },
  REPLACE: { wants: ['text', 'text', 'text'], returns: longest, run: replace },
  STUFF: { wants: ['text', 'int', 'int', 'text'], returns: longest, run: stuff },
  REPLICATE: {
    wants: ['text', 'int'],
    returns: longest,
    run: (text: string, count: bigint) => (count < 0n ? null : text.repeat(Number(count))),
  },
  SPACE: {
    wants: ['int'],
    returns: varchar(8000),
    run: (count: bigint) => (count < 0n ? null : ' '.repeat(Number(count))),
  },
  CHARINDEX: { wants: ['text', 'text', 'int'], optional: 1, returns: INT, run: charIndex },
  PATINDEX: { wants: ['text', 'text'], returns: INT, run: patIndex },
  ASCII: { wants: ['text'], returns: INT, run: (text: string) => codeOf(toWindows1251(text)[0]) },
  UNICODE: {
    wants: ['text'],
    returns: INT,
    run: (text: string) => codeOf(text.length === 0 ? undefined : text.charCodeAt(0)),
  },
  CHAR: {
    wants: ['int'],
    returns: varchar(1),
    run: (code: bigint) => (code < 0n || code > 255n ? null : fromWindows1251(Buffer.from([Number(code)]))),
  },
  NCHAR: {
    wants: ['int'],
    returns: nvarchar(1),
    run: (code: bigint) => (code < 0n || code > 65_535n ? null : String.fromCharCode(Number(code))),
  },
  QUOTENAME: {
    wants: ['text'],
    returns: nvarchar(258),
    run: (name: string) => (name.length > 128 ? null : `[${name.replaceAll(']', ']]')}]`),
  },
  CONCAT: {
    wants: ['text', 'text', 'text'],
    optional: 1,
    variadic: true,
    nulls: true,
    returns: (types) =>
      sameKind(
        types.find(isUnicode) ?? types[0],
        types.some((one) => one.length === 'max') ? 'max' : types.some(isUnicode) ? 4000 : 8000,
      ),
    run: (...texts: (string | null)[]) => texts.map((text) => text ?? '').join(''),
  },
  ISNUMERIC: {
    wants: ['text'],
    returns: INT,
    nulls: true,
    run: (text: string | null) => (text !== null && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? 1n : 0n),
  },
};

/** A letter whose other case has another length (ß, İ) stays as it is. */
function changeCase(text: string, change: (one: string) => string): string {
  const changed = change(text);
  if (changed.length === text.length) return changed;
  return [...text].map((one) => (change(one).length === one.length ? change(one) : one)).join('');
}

const codeOf = (code: number | undefined): bigint | null => (code === undefined ? null : BigInt(code));

function nonNegative(count: bigint, name: string): number {
  if (count < 0n) throw invalidLength(name);
  return Number(count);
}

const invalidLength = (name: string): SqlError =>
  new SqlError(537, `Invalid length parameter passed to the ${name} function.`, { state: 3 });

/** Positions before the text count: SUBSTRING('abc', 0, 2) is 'a'. */
function substring(text: string, start: bigint, length: bigint): string {
  if (length < 0n) throw invalidLength('substring');
  const from = Number(start) - 1;
  return text.slice(Math.max(0, from), Math.max(0, from + Number(length)));
}

/** Looks for a text as the collation compares, and says where in the original it was found. */
function find(text: string, part: string, from: number): number {
  return part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase(), from);
}

function replace(text: string, part: string, by: string): string {
  let result = '';
  let from = 0;
  for (let at = find(text, part, 0); at >= 0; at = find(text, part, from)) {
    result += text.slice(from, at) + by;
    from = at + part.length;
  }
  return result + text.slice(from);
}

function stuff(text: string, start: bigint, length: bigint, by: string): string | null {
  const from = Number(start) - 1;
  if (from < 0 || from >= text.length || length < 0n) return null;
  return text.slice(0, from) + by + text.slice(from + Number(length));
}

function charIndex(part: string, text: string, start = 1n): bigint {
  return BigInt(find(text, part, Math.max(0, Number(start) - 1)) + 1);
}

function patIndex(pattern: string, text: string): bigint {
  const inner = pattern.replace(/^%/, '').replace(/%$/, '');
  const source = likePattern(inner, null).source;
  const anchored = `${pattern.startsWith('%') ? '' : '^'}${source.slice(1, -1)}${pattern.endsWith('%') ? '' : '$'}`;
  return BigInt(text.search(new RegExp(anchored, 'i')) + 1);
}

const patterns = new Map<string, RegExp>();
const MOST_PATTERNS = 1000;

export function like(text: string, pattern: string, escape: string | null): bigint {
  const key = `${escape ?? ''}\u0000${pattern}`;
  let compiled = patterns.get(key);
  if (compiled === undefined) {
    if (patterns.size >= MOST_PATTERNS) patterns.clear();
    compiled = likePattern(pattern, escape);
    patterns.set(key, compiled);
  }
  return compiled.test(text) ? 1n : 0n;
}
