import { isScalar, visit } from 'yaml';
import type { Document, YAMLError, YAMLParseError, YAMLWarning } from 'yaml';
import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import { oddSpaceIn } from './odd-characters.ts';
import type { SourceText } from './source-text.ts';

/** After these the document still holds what the author wrote. */
const harmless = new Set<YAMLError['code']>(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED']);

/** After such an error the parser guesses: what it guessed is not worth a finding. */
export function isFatal(error: YAMLParseError): boolean {
  return !harmless.has(error.code);
}

/** The first error the parser stumbled over, without those that follow from it, and all the harmless ones. */
export function yamlFindings(
  complaints: readonly (YAMLParseError | YAMLWarning)[],
  document: Document,
  source: SourceText,
): readonly Diagnostic[] {
  const firstFatal = complaints.find((one) => !harmless.has(one.code));
  const worthwhile = complaints.filter((one) => one === firstFatal || harmless.has(one.code));
  return worthwhile.map((one) => yamlFinding(one, document, source));
}

function yamlFinding(error: YAMLError, document: Document, source: SourceText): Diagnostic {
  const [start, end] = error.pos;
  const place = source.place(start, end - start);
  const space = oddSpaceInLine(source, start);
  if (space) return space;
  if (error.code === 'TAB_AS_INDENT') return configErrors.tab_indent.finding({}, place);
  if (error.code === 'MULTIPLE_DOCS') return configErrors.several_documents.finding({}, source.place(start, 3));
  if (error.code === 'TAG_RESOLVE_FAILED') return configErrors.unknown_tag.finding({}, place);
  const quote = error.message.startsWith('Missing closing') ? quoteBefore(document, start) : undefined;
  if (quote !== undefined) return configErrors.unclosed_quote.finding({}, source.place(quote));
  const bracket = /end with a [}\]]/.test(error.message) ? bracketBefore(document, start) : undefined;
  if (bracket !== undefined) return configErrors.unclosed_bracket.finding({}, source.place(bracket));
  const [, key] = /^([^\s:"'{}[\]]+):\S/.exec(source.text.slice(start)) ?? [];
  if (['MULTILINE_IMPLICIT_KEY', 'MISSING_CHAR'].includes(error.code) && key !== undefined)
    return configErrors.colon_without_space.finding({ key }, place);
  if (error.code === 'BAD_INDENT') return configErrors.bad_indent.finding({}, place);
  return configErrors.yaml_syntax.finding({ reason: error.message.replace(/\.$/, '') }, place);
}

/** The first such space in the line of `offset`, but for those in a comment. */
function oddSpaceInLine(source: SourceText, offset: number): Diagnostic | undefined {
  const begin = source.text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = source.text.slice(begin).split('\n', 1);
  const space = oddSpaceIn(line.replace(/(?<=^|\s)#.*$/, ''));
  return space && configErrors.odd_space.finding({ code: space.code }, source.place(begin + space.at));
}

/** Where the quoted text begins that nobody closed before `end`. */
function quoteBefore(document: Document, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar: (_key, scalar) => {
      const isQuoted = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE';
      if (isScalar(scalar) && isQuoted && scalar.range && scalar.range[0] < end) start = scalar.range[0];
    },
  });
  return start;
}

/** Where the innermost `{` or `[` begins that is still open at `end`. */
function bracketBefore(document: Document, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Collection: (_key, collection) => {
      if (collection.flow && collection.range && collection.range[0] < end && collection.range[1] >= end - 1)
        start = collection.range[0];
    },
  });
  return start;
}
