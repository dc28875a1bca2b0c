import type { ExpressionText } from '../config/pipeline.ts';
import { PipeError } from '../errors.ts';
import { checkNames } from './check-names.ts';
import type { Test } from './compiled.ts';
import { toTest } from './condition.ts';
import { isExpression, readExpression } from './expression.ts';

/**
 * A condition over a source row that is not in a file, such as `--only 'id = 1'`; `name` stands for the file in
 * places. Throws a PipeError of kind input when it is no expression or names what does not exist.
 */
export function compileTest(text: string, name: string): Test {
  const read = readExpression(looseText(text, name), name);
  const nothing = { rows: new Map(), params: new Map(), values: {}, targets: [], entities: new Map() };
  const around = { role: 'map', ...nothing } as const;
  const [finding] = isExpression(read) ? checkNames(read, around) : [read];
  if (finding) {
    const where = finding.where && { where: finding.where };
    throw new PipeError(finding.code, 'input', finding.parameters, where);
  }
  return isExpression(read) ? toTest(read) : () => false;
}

function looseText(text: string, name: string): ExpressionText {
  return {
    text,
    place: (offset = 0, length = 1) => {
      const lines = text.slice(0, offset).split('\n');
      const line = text.split('\n')[lines.length - 1] ?? '';
      return { file: name, line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1, length, text: line };
    },
  };
}
