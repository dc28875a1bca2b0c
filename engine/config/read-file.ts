import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import { child, entries, entry, textIn, withEntries } from './node.ts';
import type { Entry, MapNode, Node } from './node.ts';
import { parseYaml } from './parse-yaml.ts';
import { hideLookalikes } from './secrets.ts';
import { placeOf, sourceText } from './source-text.ts';
import type { SourceText, Span } from './source-text.ts';

export interface ReadFile {
  /** undefined: there is nothing to check further. */
  readonly root?: MapNode;
  /** The file and those it extends. */
  readonly sources: readonly SourceText[];
  readonly findings: readonly Diagnostic[];
}

/** Reads a pipeline file and lays it over the file it extends; every part keeps the place where it was written. */
export function readPipelineFile(file: string): ReadFile {
  return readOver(file, []);
}

function readOver(file: string, chain: readonly string[], namedAt?: Span): ReadFile {
  const text = readText(file);
  if ('problem' in text) {
    const where = namedAt ? placeOf(namedAt) : { file, line: 1, column: 1 };
    return { sources: [], findings: [{ ...text.problem, where }] };
  }
  const source = sourceText(file, text.text);
  hideLookalikes(source);
  const { root, findings } = parseYaml(source);
  if (!root) return { sources: [source], findings };
  if (root.kind !== 'map') {
    const parameters = { key: 'pipeline', example: 'version: 1' };
    const wrong = configErrors.wants_map.finding(parameters, source.place(root.span.start));
    return { sources: [source], findings: [...findings, wrong] };
  }
  const base = readBase(root, file, [...chain, file]);
  if (!base) return { root, sources: [source], findings };
  return {
    root: base.root ? layOver(base.root, root) : without(root, ['extends']),
    sources: [source, ...base.sources],
    findings: [...findings, ...base.findings],
  };
}

function readBase(root: MapNode, file: string, chain: readonly string[]): ReadFile | undefined {
  const extended = child(root, 'extends');
  const path = textIn(extended);
  if (!extended || path === undefined) return undefined;
  const baseFile = isAbsolute(path) ? path : join(dirname(file), path);
  const circle = chain.findIndex((each) => resolve(each) === resolve(baseFile));
  if (circle === -1) return readOver(baseFile, chain, extended.span);
  const shown = [...chain.slice(circle), baseFile].join(' → ');
  const finding = configErrors.extends_in_a_circle.finding({ circle: shown }, placeOf(extended.span));
  return { sources: [], findings: [finding] };
}

/** Maps merge, everything else replaces. The name is each file's own (language.md §1). */
function layOver(base: MapNode, own: MapNode): MapNode {
  const merged = merge(without(base, ['name', 'extends']), without(own, ['extends']));
  return merged.kind === 'map' ? merged : own;
}

function merge(base: Node, own: Node): Node {
  if (base.kind !== 'map' || own.kind !== 'map') return own;
  const replaced = entries(base).map((each): Entry => {
    const over = entry(own, each.key);
    return over ? { ...over, node: merge(each.node, over.node) } : each;
  });
  const added = entries(own).filter((each) => !base.entries.has(each.key));
  return withEntries(own, [...replaced, ...added]);
}

function without(map: MapNode, keys: readonly string[]): MapNode {
  return withEntries(
    map,
    entries(map).filter((each) => !keys.includes(each.key)),
  );
}

function readText(file: string): { readonly text: string } | { readonly problem: Diagnostic } {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    const isMissing = reason === 'ENOENT' || reason === 'ENOTDIR';
    const { file_not_found: notFound, file_unreadable: unreadable } = configErrors;
    return { problem: isMissing ? notFound.finding({ file }) : unreadable.finding({ file, reason }) };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: configErrors.not_utf8.finding({ file }) };
  }
}
