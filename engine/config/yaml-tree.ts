import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Node as YamlNode, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import { isCutShort } from './expression-extent.ts';
import { choicesFor } from './nearest.ts';
import type { Entry, Node, ScalarNode } from './node.ts';
import { mixedWord, oddSpaceAtEnds } from './odd-characters.ts';
import { placeOf } from './source-text.ts';
import type { SourceText, Span } from './source-text.ts';

interface Reading {
  readonly source: SourceText;
  /** Expressions behind place-holders, start → end. */
  readonly unquoted: ReadonlyMap<number, number>;
  readonly anchors: Map<string, Node>;
  /** Anchors whose node is being read: an alias to one of them has no end. */
  readonly open: Set<string>;
  readonly findings: Diagnostic[];
  /** Nodes that may still be made: aliases of aliases grow without bound. */
  budget: number;
}

const deepest = 60;
const mostNodes = 100_000;

/** Aliases and merge keys resolved, keys as text, every node with its place. */
export function buildTree(
  document: Document,
  source: SourceText,
  unquoted: ReadonlyMap<number, number>,
): { readonly root?: Node; readonly findings: readonly Diagnostic[] } {
  const findings: Diagnostic[] = [];
  const reading = { source, unquoted, anchors: new Map(), open: new Set<string>(), findings, budget: mostNodes };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null && !contents.source)) {
    return { findings: [configErrors.empty_file.finding({}, source.place(0))] };
  }
  return { root: read(contents, reading, 0, { source, start: 0, end: 1 }), findings };
}

/** Plain scalars with open brackets, and aliases that are no names: expressions without their quotes. */
export function isCutShortAnywhere(document: Document): boolean {
  return isCutShortIn(document.contents);
}

function isCutShortIn(node: unknown): boolean {
  if (isScalar(node)) return node.type === 'PLAIN' && isCutShort(node.source ?? '');
  if (isMap(node)) return node.items.some(({ key, value }) => isCutShortIn(key) || isCutShortIn(value));
  if (isSeq(node)) return node.items.some(isCutShortIn);
  return isAlias(node) && !/^[\p{L}\p{N}_-]+$/u.test(node.source);
}

function read(node: YamlNode | null, reading: Reading, depth: number, around: Span): Node {
  if (node === null) return nothing(around);
  const span = spanOf(node, reading.source, around);
  reading.budget -= 1;
  if (depth > deepest || reading.budget < 0) return tooDeep(reading, span);
  if (isAlias(node)) return readAlias(node, reading, span);
  const { anchor } = node as { readonly anchor?: string };
  if (anchor !== undefined) reading.open.add(anchor);
  const result = readValue(node, reading, depth, span);
  if (anchor !== undefined) {
    reading.open.delete(anchor);
    reading.anchors.set(anchor, result);
  }
  return result;
}

function readValue(node: YamlNode, reading: Reading, depth: number, span: Span): Node {
  if (isMap(node)) return readMap(node, reading, depth, span);
  if (isSeq(node)) return readList(node, reading, depth, span);
  return isScalar(node) ? readScalar(node, reading, span) : nothing(span);
}

function readScalar(scalar: Scalar, reading: Reading, span: Span): ScalarNode {
  const end = reading.unquoted.get(span.start);
  if (end !== undefined) {
    const text = reading.source.text.slice(span.start, Math.max(end, span.end));
    return { kind: 'scalar', span, value: text.replace(/\s*\n\s*/g, ' '), text: text.replace(/\s*\n\s*/g, ' ') };
  }
  if (scalar.type === 'PLAIN') tellOddities(scalar.source ?? '', span, reading);
  const { value } = scalar;
  if (value === null || value === undefined) return { ...nothing(span), text: scalar.source ?? '' };
  const isPlain = scalar.type === 'PLAIN' && typeof value !== 'string';
  const text = isPlain ? (scalar.source ?? String(value)) : String(value);
  if (typeof value === 'number' && /^[-+]?0\d+$/.test(text))
    reading.findings.push(configErrors.leading_zero.finding({}, placeOf(span), 'warning'));
  const isJson = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  return { kind: 'scalar', span, value: isJson ? (value as string | number | boolean) : text, text };
}

/** What cannot be seen in a text. Without quotes nobody says that a word of two alphabets is meant. */
function tellOddities(text: string, { source, start }: Span, { findings }: Reading): void {
  const space = oddSpaceAtEnds(text);
  if (space) findings.push(configErrors.odd_space.finding({ code: space.code }, source.place(start + space.at)));
  const mixed = mixedWord(text);
  if (!mixed) return;
  const { alphabet, ...facts } = mixed;
  const error = alphabet === 'Cyrillic' ? configErrors.mixed_letters : configErrors.mixed_latin_letters;
  findings.push(
    error.finding({ ...facts }, source.place(start + text.indexOf(mixed.word), mixed.word.length), 'warning'),
  );
}

function readList(list: YAMLSeq, reading: Reading, depth: number, span: Span): Node {
  const items = list.items.map((item) => read(item as YamlNode | null, reading, depth + 1, span));
  return { kind: 'list', span, items };
}

function readMap(map: YAMLMap, reading: Reading, depth: number, span: Span): Node {
  const own = new Map<string, Entry>();
  const merged = new Map<string, Entry>();
  for (const pair of map.items as readonly Pair<YamlNode, YamlNode | null>[]) {
    const keySpan = spanOf(pair.key, reading.source, span);
    const key = keyText(pair.key, reading);
    if (isScalar(pair.key) && pair.key.type === 'PLAIN') tellOddities(pair.key.source ?? '', keySpan, reading);
    if (key === undefined) {
      reading.findings.push(configErrors.key_not_text.finding({}, placeOf(keySpan)));
      continue;
    }
    const node = read(pair.value, reading, depth + 1, keySpan);
    if (key === '<<') merge(node, keySpan, merged, reading);
    else if (own.has(key)) reportTwice(key, keySpan, own, reading);
    else own.set(key, { key, keySpan, node });
  }
  return { kind: 'map', span, entries: merged.size === 0 ? own : new Map([...merged, ...own]) };
}

/** `1` and `"1"` are one key (language.md §4.15): a key is the text it was written as. */
function keyText(key: YamlNode | null, reading: Reading): string | undefined {
  if (isAlias(key)) {
    const node = reading.anchors.get(key.source);
    return node?.kind === 'scalar' ? node.text : undefined;
  }
  if (!isScalar(key)) return key === null ? '' : undefined;
  const end = key.range ? reading.unquoted.get(key.range[0]) : undefined;
  if (key.range && end !== undefined) return reading.source.text.slice(key.range[0], end);
  if (typeof key.value !== 'string') return key.source ?? String(key.value);
  // Outside quotes only spaces that are none to YAML are left to trim, and they are told.
  return key.type === 'PLAIN' ? key.value.trim() : key.value;
}

function merge(node: Node, keySpan: Span, into: Map<string, Entry>, reading: Reading): void {
  const bases = node.kind === 'list' ? node.items : [node];
  for (const base of bases) {
    if (base.kind === 'map') {
      // The first of several wins, as in the YAML merge key's definition.
      for (const [key, value] of base.entries) if (!into.has(key)) into.set(key, value);
    } else if (!(base.kind === 'scalar' && base.undecided)) {
      reading.findings.push(configErrors.merge_not_map.finding({}, placeOf(keySpan)));
    }
  }
}

function reportTwice(key: string, keySpan: Span, own: ReadonlyMap<string, Entry>, reading: Reading): void {
  const first = own.get(key);
  const line = first ? placeOf(first.keySpan).line : 1;
  reading.findings.push(configErrors.duplicate_key.finding({ key, line }, placeOf(keySpan)));
}

function readAlias(alias: Alias, reading: Reading, span: Span): Node {
  const name = alias.source;
  const node = reading.anchors.get(name);
  if (reading.open.has(name)) {
    reading.findings.push(configErrors.endless_anchor.finding({ name }, placeOf(span)));
  } else if (node) {
    reading.budget -= sizeOf(node);
    return reading.budget < 0 ? tooDeep(reading, span) : node;
  } else {
    const choices = choicesFor(name, [...reading.anchors.keys()], (anchor) => `*${anchor}`);
    const shownName = reading.source.isHidden(span.start) ? '…' : name;
    reading.findings.push(configErrors.unknown_anchor.finding({ name: shownName, choices }, placeOf(span)));
  }
  return undecided(span);
}

function sizeOf(node: Node): number {
  const children = node.kind === 'map' ? [...node.entries.values()].map((entry) => entry.node) : [];
  const all = node.kind === 'list' ? node.items : children;
  return all.reduce((sum, child) => sum + sizeOf(child), 1);
}

function tooDeep(reading: Reading, span: Span): Node {
  const code = configErrors.too_deep.code;
  if (!reading.findings.some((finding) => finding.code === code)) {
    reading.findings.push(configErrors.too_deep.finding({}, placeOf(span)));
  }
  return undecided(span);
}

/** In the place of something that has been reported. */
function undecided(span: Span): ScalarNode {
  return { ...nothing(span), undecided: true };
}

function nothing(span: Span): ScalarNode {
  return { kind: 'scalar', span, value: null, text: '' };
}

/** Where a node stands; one without text (`key:`) stands where its key does. */
function spanOf(node: YamlNode | null, source: SourceText, around: Span): Span {
  if (isScalar(node) && node.value === null && !node.source) return around;
  const range = node?.range;
  return range && range[1] > range[0] ? { source, start: range[0], end: range[1] } : around;
}
