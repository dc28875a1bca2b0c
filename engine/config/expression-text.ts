import type { ScalarNode } from './node.ts';
import type { ExpressionText } from './pipeline.ts';
import type { Span } from './source-text.ts';

/** The expression a scalar holds. Its places look through quotes, escapes, folding and the indentation of blocks. */
export function expressionText(scalar: ScalarNode): ExpressionText {
  const { span, text } = scalar;
  let offsetInFile: ((index: number) => number) | undefined;
  return {
    text,
    place(offset = 0, length) {
      offsetInFile ??= offsetsIn(text, span);
      const start = offsetInFile(Math.min(offset, text.length));
      const last = offsetInFile(Math.min(offset + (length ?? text.length - offset), text.length));
      return span.source.place(start, Math.max(1, last - start));
    },
  };
}

/** Gives for every code unit of `text`, and for its end, the offset in the file. */
function offsetsIn(text: string, span: Span): (index: number) => number {
  const raw = span.source.text.slice(span.start, span.end);
  if (raw.startsWith(text)) return (index) => span.start + index;
  const offsets: number[] = [];
  let position = contentStart(raw);
  for (const unit of text.split('')) {
    while (isSpace(raw[position]) && raw[position] !== unit && !isSpace(unit)) position += 1;
    offsets.push(span.start + Math.min(position, raw.length));
    position += lengthInFile(raw, position, unit);
  }
  const end = span.start + Math.min(position, raw.length);
  return (index) => offsets[index] ?? end;
}

function contentStart(raw: string): number {
  if (raw.startsWith('"') || raw.startsWith("'")) return 1;
  if (raw.startsWith('|') || raw.startsWith('>')) return raw.indexOf('\n') + 1;
  return 0;
}

/** How many code units of the file stand for this one: escapes and folded line ends are longer. */
function lengthInFile(raw: string, position: number, unit: string): number {
  if (raw.startsWith("''", position) && raw.startsWith("'")) return 2;
  if (raw.startsWith('\\', position) && raw.startsWith('"')) {
    return (
      /^\\(?:x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|\r?\n\s*|.)/i.exec(raw.slice(position, position + 10))?.[0].length ?? 1
    );
  }
  if (isSpace(unit) && raw[position] !== unit) return /^\s*/.exec(raw.slice(position))?.[0].length ?? 0;
  return 1;
}

function isSpace(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\n' || unit === '\r' || unit === '\t';
}
