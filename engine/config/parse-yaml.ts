import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import type { Node } from './node.ts';
import { hideRoughly } from './secrets.ts';
import type { SourceText } from './source-text.ts';
import { findUnquoted } from './unquoted.ts';
import type { Unquoted } from './unquoted.ts';
import { inSingleQuotes, withoutTypographicQuotes } from './wording.ts';
import { isFatal, yamlFindings } from './yaml-errors.ts';
import { buildTree, isCutShortAnywhere } from './yaml-tree.ts';

export interface ParsedFile {
  /** undefined: YAML could make nothing of it. */
  readonly root?: Node;
  readonly findings: readonly Diagnostic[];
}

/**
 * Reads one YAML file. Expressions that lack their quotes are found by name and read as they were meant, so that
 * one of them hides no other finding.
 */
export function parseYaml(source: SourceText): ParsedFile {
  const first = parse(source.text);
  if (!first) return { findings: [configErrors.too_deep.finding({}, source.place(0))] };
  if (!isDoubtful(first)) return readTree(first, source, []);
  hideRoughly(source);
  const unquoted = findUnquoted(source.text);
  const document = parse(withPlaceHolders(source.text, unquoted)) ?? first;
  const findings = [
    ...unquoted.map((one) => unquotedFinding(one, source)),
    ...yamlFindings([...document.errors, ...document.warnings], document, source),
  ];
  if (document.errors.some(isFatal)) return { findings };
  const tree = readTree(document, source, unquoted);
  return { ...tree, findings: [...findings, ...tree.findings] };
}

function readTree(document: Document, source: SourceText, unquoted: readonly Unquoted[]): ParsedFile {
  return buildTree(document, source, new Map(unquoted.map((one) => [one.start, one.end])));
}

function parse(text: string): Document | undefined {
  const { env } = process;
  // At every token yaml asks `process.env` for its LOG_TOKENS, which is a call out of V8: a fifth of all its time.
  process.env = {};
  try {
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
    // The parser is recursive: thousands of brackets end its stack, ten thousand so that it cannot say so itself.
    return document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION') ? undefined : document;
  } catch {
    return undefined;
  } finally {
    process.env = env;
  }
}

/** YAML complained, or cut an expression short without a word (a comma in `{ }`, a ` #`). */
function isDoubtful(document: Document): boolean {
  return document.errors.length > 0 || document.warnings.length > 0 || isCutShortAnywhere(document);
}

/** The same text, length and lines, where each such expression is a harmless word. */
function withPlaceHolders(text: string, unquoted: readonly Unquoted[]): string {
  let result = '';
  let position = 0;
  for (const one of unquoted) {
    result += text.slice(position, one.start) + text.slice(one.start, one.end).replace(/\S/g, 'x');
    position = one.end;
  }
  return result + text.slice(position);
}

function unquotedFinding(one: Unquoted, source: SourceText): Diagnostic {
  const expression = withoutTypographicQuotes(source.text.slice(one.start, one.end));
  const isReference = /^\$\{(?:env|secret):\w+\}$/.test(expression);
  // Of one in single quotes that holds such quotes itself, those within are to be doubled.
  const [, inner = expression] = /^'(.*)'$/s.exec(expression) ?? [];
  const shown = source.isHidden(one.start) && !isReference ? "'…'" : inSingleQuotes(inner);
  const quoted = one.key === undefined ? `- ${shown}` : `${one.key}: ${shown}`;
  const place = source.place(one.start, one.end - one.start);
  switch (one.reason) {
    case 'comma':
      return configErrors.comma_in_expression.finding({ quoted }, place);
    case 'bracket':
      return configErrors.bracket_in_expression.finding({ quoted }, place);
    case 'colon':
      return configErrors.colon_in_expression.finding({ quoted }, place);
    case 'hash':
      return configErrors.hash_in_expression.finding({ quoted }, place);
    case 'leading':
      return configErrors.leading_character.finding({ quoted, character: expression.slice(0, 1) }, place);
    default:
      return one.reason satisfies never;
  }
}
