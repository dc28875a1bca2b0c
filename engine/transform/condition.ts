import type { Test } from './compiled.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import type { Maybe } from './functions.ts';
import { typeName } from './values.ts';

/** An expression that must be true or false; nothing is false (language.md §4.5). */
export function toTest(expression: Expression): Test {
  return (input, variables) => {
    const value = expression.evaluate(input, variables);
    return value instanceof Promise ? value.then((given) => verdict(given, expression)) : verdict(value, expression);
  };
}

function verdict(value: Maybe, { source, at }: Expression): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined) return false;
  throw transformErrors.not_boolean.error({ at, kind: typeName(value) }, { where: source.place() });
}
