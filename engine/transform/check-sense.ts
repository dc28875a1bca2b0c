import type { Diagnostic } from '../diagnostics.ts';
import { startOf } from './ast.ts';
import type { Node } from './ast.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import type { Operand, Operation, Origin } from './names.ts';
import { sortOf } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** What parses and names only known things, and still cannot be meant (language.md §6): warnings with the right form. */
export function checkSense(expression: Expression, around: Surroundings, isCondition: boolean): readonly Diagnostic[] {
  const { operations, calls, result } = expression.names;
  return [
    ...operations.flatMap((operation) => checkOperation(expression, operation, around)),
    ...calls
      .filter(({ name, given }) => name === 'not' && given === 1)
      .flatMap(({ origins: [first = []] }) => (isValueOfRow(first, around) ? [warnNot(expression, first)] : [])),
    ...(isCondition && isValueOfRow(result, around) ? [warnCondition(expression, result)] : []),
  ];
}

function checkOperation(
  expression: Expression,
  { operator, left, right }: Operation,
  around: Surroundings,
): readonly Diagnostic[] {
  switch (operator) {
    case 'and':
    case 'or':
      return [left, right].flatMap(({ origins }) =>
        isValueOfRow(origins, around) ? [warnCondition(expression, origins)] : [],
      );
    case '!=':
      return [...notEqual(expression, left, right, around), ...comparedTypes(expression, left, right, around)];
    case '=':
    case 'in':
      return [
        ...comparedTypes(expression, left, right, around),
        ...(operator === '=' ? comparedTypes(expression, right, left, around) : []),
      ];
    default:
      return [];
  }
}

/** `!=` is false where a side has no value, and a new row has none. */
function notEqual(expression: Expression, left: Operand, right: Operand, around: Surroundings): readonly Diagnostic[] {
  const origin = ofRow(left.origins, around);
  if (!origin || isAskedFor(expression, origin)) return [];
  const facts = { left: written(origin), right: sourceOf(expression, right.node) };
  return [transformErrors.not_equal_nothing.finding(facts, placeOf(expression, origin), 'warning')];
}

/** Text never equals a number: `"5" = 5` is false in JSONata. */
function comparedTypes(
  expression: Expression,
  value: Operand,
  other: Operand,
  around: Surroundings,
): readonly Diagnostic[] {
  const [origin, ...more] = value.origins;
  if (!origin || more.length > 0) return [];
  const sort = sortOf(origin, around) ?? (looksLikeId(origin, around) ? 'text' : undefined);
  const operand = written(origin);
  return literals(other.node).flatMap((literal) => {
    const start = startOf(literal, expression.source.text);
    const where = expression.source.place(start, (literal.position ?? start + 1) - start);
    if (sort === 'text' && literal.type === 'number') {
      const facts = { operand, number: String(literal.value) };
      return [transformErrors.number_with_text.finding(facts, where, 'warning')];
    }
    if (sort === 'number' && literal.type === 'string') {
      const facts = { operand, literal: String(literal.value) };
      return [transformErrors.text_with_number.finding(facts, where, 'warning')];
    }
    return [];
  });
}

function literals(node: Node): readonly Node[] {
  if (node.type === 'number' || node.type === 'string') return [node];
  return node.type === 'unary' && node.value === '[' ? (node.expressions ?? []).flatMap(literals) : [];
}

/** Ids of CRMs are text everywhere (language.md §4.1), also where no description is at hand. */
function looksLikeId({ variable, path }: Origin, around: Surroundings): boolean {
  return (
    around.rows.has(variable) && around.rows.get(variable) === undefined && /^(id|ID|.*_ID)$/.test(path.at(-1) ?? '')
  );
}

/** A single field of `$found` or an earlier target, and not known to be true or false. */
function isValueOfRow(origins: readonly Origin[], around: Surroundings): boolean {
  const origin = ofRow(origins, around);
  return origin !== undefined && sortOf(origin, around) !== 'boolean';
}

function ofRow(origins: readonly Origin[], around: Surroundings): Origin | undefined {
  const [origin, ...more] = origins;
  return origin && more.length === 0 && origin.path.length > 0 && around.rows.has(origin.variable) ? origin : undefined;
}

function isAskedFor({ names }: Expression, origin: Origin): boolean {
  const path = JSON.stringify([origin.variable, origin.path]);
  return names.reads.some((read) => read.presence && JSON.stringify([read.variable, read.path]) === path);
}

function warnNot(expression: Expression, [origin]: readonly Origin[]): Diagnostic {
  const operand = origin ? written(origin) : '';
  const where = origin && placeOf(expression, origin);
  return transformErrors.not_of_value.finding({ operand }, where, 'warning');
}

function warnCondition(expression: Expression, [origin]: readonly Origin[]): Diagnostic {
  const operand = origin ? written(origin) : '';
  const where = origin && placeOf(expression, origin);
  return transformErrors.condition_is_value.finding({ operand }, where, 'warning');
}

/** `$found.STAGE_ID`, `status`, with backquotes where the name needs them. */
function written({ variable, path }: Origin): string {
  const names = path.map((name) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `\`${name}\``));
  return [...(variable === '' ? [] : [`$${variable}`]), ...names].join('.');
}

/** A literal as it was written; anything longer is left to the reader. */
function sourceOf(expression: Expression, node: Node): string {
  const text = expression.source.text.slice(startOf(node, expression.source.text), node.position);
  return node.type === 'string' || node.type === 'number' || node.type === 'value' ? text : '…';
}

function placeOf(expression: Expression, { offset, length }: Origin) {
  return expression.source.place(offset, length);
}
