import { readFileSync, writeFileSync } from 'node:fs';
import { isAlias, isMap, isNode, isScalar, parse, parseDocument } from 'yaml';
import type { Document, Node as YamlNode, Pair, YAMLMap } from 'yaml';
import type { Path } from '../config/node.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Difference } from './compare.ts';
import { casesErrors } from './errors.ts';
import type { CaseResult } from './run-test.ts';

/** What came of writing into a test file what really happens. */
export interface Rewritten {
  /** Cases whose expectations are new. */
  readonly cases: number;
  readonly findings: readonly Diagnostic[];
}

/** Puts what happens in the place of what was expected: every other character of the file stays what it is. */
export function updateTest(file: string, cases: readonly CaseResult[]): Rewritten {
  let text = readFileSync(file, 'utf8');
  const findings: Diagnostic[] = [];
  let count = 0;
  for (const { differences, place } of cases) {
    if (differences.length === 0) continue;
    const changed = withAll(text, differences);
    if (changed === undefined) findings.push(casesErrors.not_rewritten.finding({}, place));
    else {
      text = changed;
      count += 1;
    }
  }
  if (count > 0) writeFileSync(file, text);
  return { cases: count, findings };
}

/** undefined: a part of it stands behind an anchor. What is new comes first, so that no map is ever left empty. */
function withAll(text: string, differences: readonly Difference[]): string | undefined {
  const added = differences.filter(({ actual }) => actual !== undefined);
  const removed = differences.filter(({ actual }) => actual === undefined).reverse();
  return [...added, ...removed].reduce<string | undefined>(
    (before, difference) => (before === undefined ? undefined : withOne(before, difference)),
    text,
  );
}

function withOne(text: string, { path, actual }: Difference): string | undefined {
  const document = parseDocument(text);
  const node = nodeAt(document, path);
  if (node === 'elsewhere') return undefined;
  if (node) return actual === undefined ? without(text, document, path) : replaced(text, node, inline(actual));
  if (actual === undefined) return undefined;
  const depth = path.findIndex((_part, index) => nodeAt(document, path.slice(0, index + 1)) === undefined);
  const map = nodeAt(document, path.slice(0, depth));
  const nested = path.slice(depth + 1).reduceRight<unknown>((value, part) => ({ [part]: value }), actual);
  return isMap(map) ? withPair(text, map, `${inline(path[depth])}: ${inline(nested)}`) : undefined;
}

function nodeAt(document: Document, path: Path): YamlNode | undefined | 'elsewhere' {
  for (let length = 1; length <= path.length; length += 1) {
    if (isAlias(document.getIn(path.slice(0, length), true))) return 'elsewhere';
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function replaced(text: string, { range }: YamlNode, value: string): string | undefined {
  if (!range) return undefined;
  const [start, end] = range;
  if (start === end) return `${text.slice(0, start)} ${value}${text.slice(end)}`;
  return text.slice(0, start) + value + text.slice(start + text.slice(start, end).trimEnd().length);
}

function withPair(text: string, map: YAMLMap, pair: string): string | undefined {
  const [start, end] = map.range ?? [0, 0];
  if (map.flow) {
    const before = text.slice(start, end - 1).trimEnd();
    return `${text.slice(0, start)}${before}${map.items.length > 0 ? ',' : ''} ${pair} }${text.slice(end)}`;
  }
  const written = start + text.slice(start, end).trimEnd().length;
  return `${text.slice(0, written)}\n${' '.repeat(columnOf(text, start))}${pair}${text.slice(written)}`;
}

/** Without the pair at the path, and without the comma or the line it leaves behind. */
function without(text: string, document: Document, path: Path): string | undefined {
  const map = nodeAt(document, path.slice(0, -1));
  if (!isMap(map)) return undefined;
  const pairs = map.items as readonly Pair[];
  const index = pairs.findIndex(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  const [start, end] = extentOf(pairs[index]);
  if (!map.flow) {
    const line = text.lastIndexOf('\n', start);
    return text.slice(0, line) + text.slice(start + text.slice(start, end).trimEnd().length);
  }
  const [next] = extentOf(pairs[index + 1]);
  if (next > 0) return text.slice(0, start) + text.slice(next);
  return text.slice(0, start).replace(/,?\s*$/, ' ') + text.slice(end).trimStart();
}

function extentOf(pair: Pair | undefined): readonly [number, number] {
  const key = isNode(pair?.key) ? pair.key.range : undefined;
  const value = isNode(pair?.value) ? pair.value.range : undefined;
  return [key?.[0] ?? 0, value?.[1] ?? key?.[1] ?? 0];
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** A value in one line, in the form people write. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, part]) => `${inline(key)}: ${inline(part)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value);
}

/** Read back as this very text, also between braces. */
function isPlain(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N} _.:()/-]*$/u.test(text) && !/: |:$| $/.test(text) && parse(text) === text;
}
