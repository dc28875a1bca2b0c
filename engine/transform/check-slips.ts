import type { Field } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { isComparison, leftOf, nodes, startOf, textOf } from './ast.ts';
import type { Node } from './ast.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import { quoted, spanOf } from './infer/span.ts';
import { fieldAt } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** What parses and cannot be meant, whatever the types are: a name in quotes, `= null`, a picture without brackets. */
export function checkSlips(expression: Expression, around: Surroundings): readonly Diagnostic[] {
  const { root } = expression;
  return [
    ...quotedName(expression, root, around.record),
    ...nodes(root).flatMap((node) => {
      if (node.type === 'function') return inCall(expression, node, around);
      return node.type === 'binary' ? [...chained(expression, node), ...comparedWithNull(expression, node)] : [];
    }),
  ];
}

/** Functions of ours that refuse, or leave empty, a word that is no phone, date or number. */
const takeValues = new Set(['phone', 'date', 'age', 'localTime', 'digits', 'mask']);

/** Where pictures of dates are given: https://docs.jsonata.org/date-time-functions */
const pictures: ReadonlyMap<string, number> = new Map([
  ['now', 0],
  ['fromMillis', 1],
  ['toMillis', 1],
]);

function inCall(expression: Expression, node: Node, { record }: Surroundings): readonly Diagnostic[] {
  if (node.procedure?.type !== 'variable') return [];
  const name = textOf(node.procedure);
  const [first] = node.arguments ?? [];
  if (takeValues.has(name)) return quotedName(expression, first, record);
  const picture = node.arguments?.[pictures.get(name) ?? -1];
  const written = picture?.type === 'string' ? textOf(picture) : undefined;
  if (!picture || written === undefined || written.includes('[')) return [];
  return [
    transformErrors.picture_without_brackets.finding({ picture: written }, placeOf(expression, picture), 'warning'),
  ];
}

/** `"patient.phone"`: that word, and not the phone. */
function quotedName(
  expression: Expression,
  node: Node | undefined,
  record: readonly Field[] | undefined,
): readonly Diagnostic[] {
  const name = node?.type === 'string' ? textOf(node) : '';
  if (!node || name === '' || !fieldAt(record, name.split('.'))) return [];
  return [transformErrors.quoted_name.finding({ name }, placeOf(expression, node), 'warning')];
}

/** `a = "x" & b = "y"`: what `&` joins are texts. */
function chained(expression: Expression, node: Node): readonly Diagnostic[] {
  const left = isComparison(node) ? leftOf(node) : undefined;
  if (!isComparison(left)) return [];
  const joint = left.rhs?.type === 'binary' ? left.rhs : node;
  const sign = textOf(joint);
  const { position = 0 } = joint;
  const start = Math.max(0, expression.source.text.lastIndexOf(sign, position));
  const place = expression.source.place(start, sign.length);
  return [transformErrors.chained_comparison.finding({ sign }, place, 'warning')];
}

function comparedWithNull(expression: Expression, node: Node): readonly Diagnostic[] {
  if (textOf(node) !== '=') return [];
  const sides = [leftOf(node), node.rhs];
  const at = sides.findIndex((side) => side?.type === 'value' && side.value === null);
  const [nothing, other] = [sides[at], sides[1 - at]];
  if (!nothing || !other) return [];
  const { text } = expression.source;
  const facts = { operand: quoted(other, text) };
  return [transformErrors.compared_with_null.finding(facts, placeOf(expression, nothing), 'warning')];
}

function placeOf({ source }: Expression, node: Node) {
  if (node.type !== 'string') {
    const { offset, length } = spanOf(node, source.text);
    return source.place(offset, length);
  }
  const start = startOf(node, source.text);
  return source.place(start, (node.position ?? start + 1) - start);
}
