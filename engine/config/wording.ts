import type { Node } from './node.ts';

const longest = 80;

/** `it''s` as YAML wants it; one line. */
export function inSingleQuotes(expression: string): string {
  return `'${expression.replaceAll("'", "''").replace(/\s*\n\s*/g, ' ')}'`;
}

/** `“it”` as somebody meant it who has it from a text processor. */
export function withoutTypographicQuotes(text: string): string {
  return text.replace(/^[“”„«‘’‚]([^“”„«»‘’‚]*)[“”»‘’]$/, '$1');
}

/** A value as the author wrote it, for a message; `…` where it may be a secret. */
export function shown(node: Node | undefined): string {
  if (!node || node.span.source.isHidden(node.span.start)) return '…';
  if (node.kind !== 'scalar') return node.kind === 'list' ? '[…]' : '{…}';
  const text = node.variables ? node.variables.written : node.text;
  return [...text].length > longest ? `${[...text].slice(0, longest).join('')}…` : text;
}
