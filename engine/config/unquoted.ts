import { endOfBracket, endOfLine, expressionEnd, isComment } from './expression-extent.ts';

/** An expression that YAML cannot read as it was written: it has to stand in quotes. */
export interface Unquoted {
  readonly reason: 'comma' | 'bracket' | 'colon' | 'hash' | 'leading';
  /** The key whose value it is; absent in a list. */
  readonly key?: string;
  readonly start: number;
  readonly end: number;
}

interface Value {
  readonly key?: string;
  readonly start: number;
}

/**
 * Looks for such expressions in a file that YAML did not read well. It goes over lines and brackets with a scanner
 * of its own, because YAML's errors stand where the parser gave up, often lines below the mistake.
 */
export function findUnquoted(text: string): readonly Unquoted[] {
  const found: Unquoted[] = [];
  let position = 0;
  while (position < text.length) position = scanLine(text, position, found);
  return found;
}

const blockKey = /(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s"'{[#&*!|>%@`][^\n]*?)\s*:(?=\s|$)/y;
const flowKey = /(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s"',{}[\]#][^,{}[\]\n]*?)\s*:(?=[\s,}\]])/y;

/** Reads one line of block YAML and what its value spans; returns where to go on. */
function scanLine(text: string, lineStart: number, found: Unquoted[]): number {
  const next = endOfLine(text, lineStart) + 1;
  let start = skip(text, lineStart, /(?:[ \t]*-(?=[ \t]))*[ \t]*/y);
  if (start >= next - 1 || text[start] === '#') return next;
  const column = start - lineStart;
  const keyEnd = skip(text, start, blockKey);
  const key = keyEnd > start ? nameOf(text.slice(start, keyEnd)) : undefined;
  start = skip(text, keyEnd, /[ \t]*(?:(?:&[^\s,[\]{}]+|!![a-z]+)(?:[ \t]+|$))*/my);
  if (start >= next - 1 || isComment(text, start)) return next;
  if (/[|>][-+\d]*[ \t]*(?:#.*)?$/my.test(text.slice(start, next))) return endOfBlock(text, next, column);
  return scanBlockValue(text, { start, ...(key !== undefined && { key }) }, found) ?? next;
}

/** Where to go on when the value goes past its line. */
function scanBlockValue(text: string, value: Value, found: Unquoted[]): number | undefined {
  const { start } = value;
  const first = text[start] ?? '';
  const end = endOfStructure(text, start);
  if (end !== undefined && restIsBlank(text, end)) {
    if (first === '{' || first === '[') scanFlow(text, start + 1, end - 1, found);
    return endOfLine(text, end) + 1;
  }
  // A quote that is closed lines below was meant to be closed here: YAML itself says so.
  if (end !== undefined && end > endOfLine(text, start) && `"'`.includes(first)) return undefined;
  const extent = expressionEnd(text, start, false);
  const reason = leads(text, start, end) ? 'leading' : firstTrouble(text.slice(start, extent), false);
  if (reason) found.push({ ...value, reason, end: extent });
  return undefined;
}

/** Reads the inside of `{ … }` or `[ … ]`. */
function scanFlow(text: string, from: number, to: number, found: Unquoted[]): void {
  let position = from;
  while (position < to) {
    const start = skip(text, position, /[\s,]*/y);
    if (start >= to) return;
    if (isComment(text, start)) {
      position = endOfLine(text, start);
      continue;
    }
    const keyEnd = skip(text, start, flowKey);
    const key = keyEnd > start ? nameOf(text.slice(start, keyEnd)) : undefined;
    const valueStart = skip(text, keyEnd, /\s*/y);
    const value = { start: valueStart, ...(key !== undefined && { key }) };
    position = Math.max(scanFlowValue(text, value, to, found), start + 1);
  }
}

function scanFlowValue(text: string, value: Value, to: number, found: Unquoted[]): number {
  const { start } = value;
  const first = text[start] ?? '';
  if (',}]'.includes(first)) return start;
  const end = endOfStructure(text, start);
  if (end !== undefined && end <= to && ',}]'.includes(text[skip(text, end, /\s*/y)] ?? ',')) {
    if (first === '{' || first === '[') scanFlow(text, start + 1, end - 1, found);
    return end;
  }
  const extent = Math.min(expressionEnd(text, start, true), to);
  const reason = leads(text, start, end) ? 'leading' : firstTrouble(text.slice(start, extent), true);
  if (reason) found.push({ ...value, reason, end: extent });
  return extent;
}

/** The end of a bracketed or quoted value or of an alias. */
function endOfStructure(text: string, start: number): number | undefined {
  const rest = text.slice(start);
  if (rest.startsWith('{') || rest.startsWith('[')) return endOfBracket(text, start);
  const token = /^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*'|\*[\p{L}\p{N}_-]+)/u.exec(rest)?.[0];
  return token === undefined ? undefined : start + token.length;
}

/** Whether the value begins with a character that means something else to YAML. */
function leads(text: string, start: number, end: number | undefined): boolean {
  const first = text[start] ?? '';
  return '`@%*!'.includes(first) || (end !== undefined && `"'{[`.includes(first));
}

function firstTrouble(value: string, inFlow: boolean): Unquoted['reason'] | undefined {
  const sign = (inFlow ? /:(?=\s|$)|\s#|[[\]{}]|,/ : /:(?=\s|$)|\s#/).exec(value)?.[0];
  if (sign === undefined) return undefined;
  if (sign === ':') return 'colon';
  if (sign === ',') return 'comma';
  return sign.endsWith('#') ? 'hash' : 'bracket';
}

function restIsBlank(text: string, position: number): boolean {
  return /^[ \t\r]*(?:\s#.*)?$/.test(text.slice(position, endOfLine(text, position)));
}

/** Past the lines of a block scalar: those that are empty or deeper than its key. */
function endOfBlock(text: string, lineStart: number, column: number): number {
  let position = lineStart;
  while (position < text.length) {
    const start = skip(text, position, / */y);
    const end = endOfLine(text, position);
    if (text.slice(start, end).trim() !== '' && start - position <= column) return position;
    position = end + 1;
  }
  return position;
}

function nameOf(key: string): string {
  return key.replace(/\s*:$/, '').replace(/^(["'])(.*)\1$/s, '$2');
}

/** Where a sticky pattern ends that begins at `position`; `position` itself when it does not match. */
function skip(text: string, position: number, pattern: RegExp): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}
