import type { ExpressionText } from '../../engine/config/pipeline.ts';

/** An expression as if it stood alone in `test.yaml`, from line 1, column 1. */
export function expressionText(text: string): ExpressionText {
  return {
    text,
    place: (offset = 0, length = 1) => {
      const before = text.slice(0, offset).split('\n');
      return { file: 'test.yaml', line: before.length, column: [...(before.at(-1) ?? '')].length + 1, length };
    },
  };
}
