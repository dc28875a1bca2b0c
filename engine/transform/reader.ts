import type { ExpressionText } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { checkNames } from './check-names.ts';
import { checkSense } from './check-sense.ts';
import { checkSlips } from './check-slips.ts';
import type { Test } from './compiled.ts';
import { toTest } from './condition.ts';
import { isExpression, readExpression } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Surroundings } from './surroundings.ts';

/** Reads the expressions of one pipeline and gathers what is wrong with them. */
export interface Reader {
  readonly findings: Diagnostic[];
  /** Every expression read so far that parses. */
  readonly expressions: Expression[];
  /** undefined: it does not parse, and a finding says why. */
  value(text: ExpressionText, at: string, around: Surroundings): Expression | undefined;
  /** `where`, `prefer`, `if`: true or false. */
  condition(text: ExpressionText, at: string, around: Surroundings): Test;
}

export function reader(): Reader {
  const findings: Diagnostic[] = [];
  const expressions: Expression[] = [];
  const read = (text: ExpressionText, at: string, around: Surroundings, isCondition: boolean) => {
    const expression = readExpression(text, at);
    if (!isExpression(expression)) {
      findings.push(expression);
      return undefined;
    }
    findings.push(
      ...checkNames(expression, around),
      ...checkSense(expression, around, isCondition),
      ...checkSlips(expression, around),
    );
    expressions.push(expression);
    return expression;
  };
  return {
    findings,
    expressions,
    value: (text, at, around) => read(text, at, around, false),
    condition: (text, at, around) => {
      const expression = read(text, at, around, true);
      // A pipeline with a finding that is an error is never run.
      return expression ? toTest(expression) : () => false;
    },
  };
}
