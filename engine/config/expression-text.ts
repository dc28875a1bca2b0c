import type { ScalarNode } from './node.ts';
import type { ExpressionText } from './pipeline.ts';
import type { Span } from './source-text.ts';

/** The expression a scalar holds. Its places look through quotes, escapes, folding and the indentation of blocks. */
export function expressionText(scalar: ScalarNode): ExpressionText {
  const { span, text } = scalar;
  let offsets: readonly number[] | undefined;
  return {
    text,
    place(offset = 0, length) {
      offsets ??= offsetsInFile(text, span);
      const start = offsets[Math.min(offset, text.length)] ?? span.start;
      const last = offsets[Math.min(offset + (length ?? text.length - offset), text.length)] ?? span.end;
      return span.source.place(start, Math.max(1, last - start));
    },
  };
}

/** For every code unit of `text`, and for its end, the offset in the file. */
function offsetsInFile(text: string, span: Span): readonly number[] {
  const raw = span.source.text.slice(span.start, span.end);
  if (raw.startsWith(text)) return Array.from({ length: text.length + 1 }, (_, index) => span.start + index);
  const offsets: number[] = [];
  let position = contentStart(raw);
  for (const unit of text.split('')) {
    while (isSpace(raw[position]) && raw[position] !== unit && !isSpace(unit)) position += 1;
    offsets.push(span.start + Math.min(position, raw.length));
    position += lengthInFile(raw, position, unit);
  }
  return [...offsets, span.start + Math.min(position, raw.length)];
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
