import type { Place } from '../diagnostics.ts';

/** The text of one file; offsets are UTF-16 code units as the YAML parser counts them. */
export interface SourceText {
  /** As given on the command line, or beside it for a file that `extends` names. */
  readonly file: string;
  readonly text: string;
  /** Line and column of an offset; the mark covers `length` code units but never leaves the line. */
  place(offset: number, length?: number): Place;
  /** From now on no place shows the lines of this range: they may hold a secret. */
  hide(start: number, end: number): void;
  isHidden(offset: number): boolean;
  /** `line` counts from 1, as in a Place. */
  isHiddenLine(line: number): boolean;
}

/** A range of a file. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export function placeOf(span: Span): Place {
  return span.source.place(span.start, span.end - span.start);
}

export function sourceText(file: string, text: string): SourceText {
  const lines = text.split(/\r?\n/);
  const lineStarts = startsOfLines(text);
  const hidden = new Set<number>();
  const lineAt = (offset: number): number => lastAtOrBefore(lineStarts, offset);
  const pointsIn = hasPairs(text) ? codePoints : (part: string) => part.length;
  return {
    file,
    text,
    place(offset, length = 1) {
      const line = lineAt(offset);
      const start = lineStarts[line] ?? 0;
      const whole = lines[line] ?? '';
      const marked = whole.slice(offset - start, offset - start + length).trimEnd();
      return {
        file,
        line: line + 1,
        column: pointsIn(whole.slice(0, offset - start)) + 1,
        length: Math.max(1, pointsIn(marked)),
        ...(hidden.has(line) ? {} : { text: whole }),
      };
    },
    hide(start, end) {
      for (let line = lineAt(start); line <= lineAt(Math.max(start, end - 1)); line += 1) hidden.add(line);
    },
    isHidden: (offset) => hidden.has(lineAt(offset)),
    isHiddenLine: (line) => hidden.has(line - 1),
  };
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function hasPairs(text: string): boolean {
  return /[\u{10000}-\u{10FFFF}]/u.test(text);
}

/** As many as UTF-16 has units, but for the pairs. */
function codePoints(text: string): number {
  return text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0);
}
