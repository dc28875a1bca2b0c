import { isScalar, parseDocument, visit } from 'yaml';
import type { Place } from '../../diagnostics.ts';

/** A name wherever it stands by itself: a key, a value, within an expression. */
export function renamed(text: string, was: string, is: string): string {
  const plain = was.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_])${plain}(?![\\p{L}\\p{N}_])`, 'gu');
  return text.replaceAll(whole, () => is);
}

export interface Edit {
  readonly where: Place;
  readonly was: string;
  readonly is: string;
}

/** Replaces a value at each of these places; places of one line stay true, for the last comes first. */
export function edited(text: string, edits: readonly Edit[]): string {
  const lines = text.split('\n');
  const sorted = [...edits].sort((a, b) => b.where.line - a.where.line || b.where.column - a.where.column);
  for (const { where, was, is } of sorted) {
    const line = Array.from(lines[where.line - 1] ?? '');
    const from = where.column - 1;
    const marked = line.slice(from, from + (where.length ?? 1)).join('');
    const put = marked === was ? quoted(is) : marked.replace(was, () => is);
    lines[where.line - 1] = [...line.slice(0, from), put, ...line.slice(from + (where.length ?? 1))].join('');
  }
  return lines.join('\n');
}

/** Replaces a whole value of YAML wherever it stands. */
export function revalued(text: string, values: ReadonlyMap<string, string>): string {
  const edits: { readonly start: number; readonly end: number; readonly is: string }[] = [];
  visit(parseDocument(text), {
    Scalar: (key, { value, range }) => {
      const is = key !== 'key' && typeof value === 'string' ? values.get(value) : undefined;
      if (is !== undefined && range) edits.push({ start: range[0], end: range[1], is: quoted(is) });
    },
  });
  return edits.reverse().reduce((done, { start, end, is }) => done.slice(0, start) + is + done.slice(end), text);
}

/** Where a setting stands in a pipeline file, its value replaced, or added behind the name of its connector. */
export function withSetting(text: string, connection: string, path: readonly string[], value: string): string {
  const document = parseDocument(text);
  const at: unknown = document.getIn(['connections', connection, ...path], true);
  if (isScalar(at) && at.range) return text.slice(0, at.range[0]) + value + text.slice(at.range[1]);
  const connector: unknown = document.getIn(['connections', connection, 'connector'], true);
  if (!isScalar(connector) || !connector.range) return text;
  const end = connector.range[1];
  const indent = /^ */.exec(text.slice(text.lastIndexOf('\n', end) + 1))?.[0] ?? '';
  const own = path.map((key) => `${key}:`).join(' { ');
  return `${text.slice(0, end)}\n${indent}${own} ${value}${' }'.repeat(path.length - 1)}${text.slice(end)}`;
}

/** Plain where YAML takes it so anywhere. */
function quoted(value: string): string {
  return /^[\p{L}][\p{L}\p{N}_. -]*(:[\p{L}\p{N}_]+)*$/u.test(value) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
