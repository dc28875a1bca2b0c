import { isPlain, leftOf, nodes, textOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import { any, present } from './type.ts';
import type { Type } from './type.ts';
import type { Walk } from './walk.ts';

/** A value read by plain names alone, `patient.phone`, `$all`: how it is remembered; undefined: something else. */
export function keyOf(node: Node | undefined): string | undefined {
  if (!node || !isPlain(node)) return undefined;
  if (node.type === 'variable') return textOf(node) === '' ? undefined : `$${textOf(node)}`;
  if (node.type !== 'path') return undefined;
  const names = (node.steps ?? []).map((step, index) => {
    if (!isPlain(step)) return undefined;
    if (step.type === 'name') return textOf(step);
    return index === 0 && step.type === 'variable' && textOf(step) !== '' ? `$${textOf(step)}` : undefined;
  });
  return names.includes(undefined) ? undefined : names.join('.');
}

/** What a condition says of values where it is true, or false: keys that have one, and `?key` where it asks the type. */
export function knownIf(walk: Walk, node: Node | undefined, truth: boolean): readonly string[] {
  if (!node) return [];
  return walk.text.includes('$type') ? [...presentIf(node, truth), ...askedTypes(node)] : presentIf(node, truth);
}

/** A mapping that asks for the type of a value expects others than are described. */
function askedTypes(node: Node): readonly string[] {
  return nodes(node).flatMap((each) => {
    const asked =
      each.type === 'function' && textOf(each.procedure) === 'type' ? keyOf(each.arguments?.[0]) : undefined;
    return asked === undefined ? [] : [`?${asked}`];
  });
}

/** The type of a value under a key, by what is known of it. */
export function narrowed(type: Type, key: string | undefined, known: ReadonlySet<string>): Type {
  if (key === undefined || known.size === 0) return type;
  if (known.has(`?${key}`)) return any;
  return known.has(key) ? present(type) : type;
}

function presentIf(node: Node | undefined, truth: boolean): readonly string[] {
  if (!node) return [];
  const key = keyOf(node);
  if (key !== undefined) return truth ? [key] : [];
  if (node.type === 'block' && node.expressions?.length === 1) return presentIf(node.expressions[0], truth);
  if (node.type === 'function') return ifCall(node, truth);
  if (node.type !== 'binary') return [];
  const sides = [leftOf(node), node.rhs];
  const operator = textOf(node);
  if (operator === (truth ? 'and' : 'or')) return sides.flatMap((side) => presentIf(side, truth));
  // A comparison with nothing is never true.
  const compares = ['=', '!=', '<', '<=', '>', '>=', 'in'].includes(operator);
  return compares && truth ? sides.flatMap((side) => keyOf(side) ?? []) : [];
}

function ifCall(node: Node, truth: boolean): readonly string[] {
  const [first] = node.arguments ?? [];
  const key = keyOf(first);
  switch (textOf(node.procedure)) {
    case 'exists':
    case 'contains':
    case 'sameName':
      return truth && key !== undefined ? [key] : [];
    case 'empty':
      return !truth && key !== undefined ? [key] : [];
    case 'not':
      return presentIf(first, !truth);
    case 'boolean':
      return presentIf(first, truth);
    default:
      return [];
  }
}
