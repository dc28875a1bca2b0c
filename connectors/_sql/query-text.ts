import type { Dialect } from './dialect.ts';

export type TextPart = { readonly text: string } | { readonly parameter: string };

/** A query cut at its parameters: `@since`, but not within texts, names in quotes and comments, nor of `a @> b`. */
export function textParts({ backslashEscapes }: Pick<Dialect, 'backslashEscapes'>, query: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let start = 0;
  for (const match of query.matchAll(backslashEscapes ? escaping : plain)) {
    const { parameter } = match.groups ?? {};
    if (parameter === undefined) continue;
    parts.push({ text: query.slice(start, match.index) }, { parameter });
    start = match.index + match[0].length;
  }
  return [...parts, { text: query.slice(start) }];
}

export function parametersIn(dialect: Pick<Dialect, 'backslashEscapes'>, query: string): ReadonlySet<string> {
  return new Set(textParts(dialect, query).flatMap((part) => ('parameter' in part ? [part.parameter] : [])));
}

/** Whatever may hold an @ that is none comes first, so that it is passed over whole. */
const quoted = String.raw`"(?:[^"]|"")*"|\x60[^\x60]*\x60|--[^\n]*|/\*[\s\S]*?\*/|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$`;
const parameter = String.raw`(?<![@\w<])@(?<parameter>[A-Za-z_]\w*)`;
const plain = new RegExp(String.raw`'(?:[^']|'')*'|${quoted}|${parameter}`, 'g');
const escaping = new RegExp(String.raw`'(?:[^'\\]|\\[\s\S]|'')*'|${quoted}|${parameter}`, 'g');
