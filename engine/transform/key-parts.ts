import { leftOf } from './ast.ts';
import type { Node } from './ast.ts';
import type { Evaluate } from './compiled.ts';
import { transformErrors } from './errors.ts';
import { isExpression, readExpression } from './expression.ts';
import type { Expression } from './expression.ts';
import type { MakeValue } from './map-field.ts';

/** One of the operands of a key put together with `&`. */
export interface KeyPart {
  readonly text: string;
  readonly evaluate: Evaluate;
}

/** The operands that hold one of these offsets of the key's text. */
export function partsAround({ root, source, at }: Expression, offsets: readonly number[]): readonly KeyPart[] {
  const ends = [...joints(root), source.text.length + 1];
  return ends.flatMap((end, index) => {
    const start = ends[index - 1] ?? 0;
    if (!offsets.some((offset) => offset >= start && offset < end)) return [];
    const text = source.text.slice(start, end - 1);
    const place = (offset = 0, length?: number) => source.place(start + offset, length);
    const read = readExpression({ text, place }, at);
    return isExpression(read) ? [{ text: text.trim(), evaluate: read.evaluate }] : [];
  });
}

/** Where each `&` of `a & b & c` ends, from left to right. */
function joints(node: Node | undefined): readonly number[] {
  if (node?.type !== 'binary' || node.value !== '&' || node.position === undefined) return [];
  return [...joints(leftOf(node)), node.position];
}

/** The value of a key, refused where a part of it is nothing: all such records would be one (language.md §2). */
export function keyOfParts(name: string, parts: readonly KeyPart[], make: MakeValue): MakeValue {
  if (parts.length === 0) return make;
  return async (row, variables, onUnknown) => {
    for (const { text, evaluate } of parts) {
      if ((await evaluate(row, variables)) === undefined)
        throw transformErrors.key_from_nothing.error({ key: name, part: text });
    }
    return make(row, variables, onUnknown);
  };
}
