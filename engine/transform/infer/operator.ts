import { choicesFor } from '../../config/nearest.ts';
import { isComparison, leftOf, textOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import { typeErrors } from './errors.ts';
import { knownIf } from './present.ts';
import { itemOf } from './signatures.ts';
import { quoted } from './span.ts';
import { any, boolean, called, isNever, isNothing, isOnly, kindsOf, listOf, number, text, worst } from './type.ts';
import type { Literal, Type } from './type.ts';
import { report } from './walk.ts';
import type { Scope, Walk } from './walk.ts';

export function inferOperator(walk: Walk, node: Node, scope: Scope): Type {
  const operator = textOf(node);
  if (node.type === 'unary') return negated(walk, node, scope);
  const left = leftOf(node);
  if (!left || !node.rhs) return any;
  const l = walk.infer(left, scope);
  if (operator === 'and' || operator === 'or') {
    const known = knownIf(walk, left, operator === 'and');
    walk.infer(node.rhs, { ...scope, known: new Set([...scope.known, ...known]) });
    return boolean;
  }
  const r = walk.infer(node.rhs, scope);
  const sides: Sides = { left, right: node.rhs, l, r, operator };
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '..':
      return reckoned(walk, sides);
    case '&':
      return text;
    case '=':
    case '!=':
    case 'in':
      compared(walk, sides);
      return boolean;
    case '<':
    case '<=':
    case '>':
    case '>=':
      ordered(walk, sides);
      return { ...boolean, nothing: worst([l.nothing, r.nothing]) };
    default:
      return any;
  }
}

interface Sides {
  readonly left: Node;
  readonly right: Node;
  readonly l: Type;
  readonly r: Type;
  readonly operator: string;
}

function negated(walk: Walk, node: Node, scope: Scope): Type {
  if (!node.expression) return any;
  const type = walk.infer(node.expression, scope);
  needNumber(walk, node.expression, type, '-');
  return { ...number, nothing: type.nothing };
}

function reckoned(walk: Walk, { left, right, l, r, operator }: Sides): Type {
  needNumber(walk, left, l, operator);
  needNumber(walk, right, r, operator);
  const made = operator === '..' ? listOf(number) : number;
  return { ...made, nothing: worst([l.nothing, r.nothing]) };
}

function needNumber(walk: Walk, node: Node, type: Type, operator: string): void {
  if (!isNever(type, 'number')) return;
  const facts = { operand: quoted(node, walk.text), kind: called(type), operator };
  report(walk, node, (place) => typeErrors.not_a_number.finding(facts, place));
}

function ordered(walk: Walk, sides: Sides): void {
  const { left, right, l, r, operator } = sides;
  const facts = factsOf(walk, sides);
  const wrong = isNever(l, 'text', 'number') ? left : isNever(r, 'text', 'number') ? right : undefined;
  const differ = !isNothing(l) && !isNothing(r) && !l.any && !r.any && !shares(l, r) ? right : undefined;
  const at = wrong ?? differ;
  if (at) report(walk, at, (place) => typeErrors.not_comparable.finding({ ...facts, operator }, place));
}

function factsOf(walk: Walk, { left, right, l, r }: Sides) {
  return {
    left: quoted(left, walk.text),
    right: quoted(right, walk.text),
    leftKind: called(l),
    rightKind: called(r),
  };
}

/** `=` and `in`: of different types, or none of the values that it can be. */
function compared(walk: Walk, sides: Sides): void {
  const { left, right, l, operator } = sides;
  const r = operator === 'in' && !sides.r.any ? itemOf(sides.r) : sides.r;
  if (l.any || r.any || isNothing(l) || isNothing(r)) return;
  // Two comparisons in a row are told as such.
  if (isComparison(left)) return;
  if (!sides.l.any && isOnly(sides.l, 'list') !== isOnly(sides.r, 'list') && !shares(sides.l, r)) {
    const [list, one] = sides.l.list ? [left, right] : [right, left];
    if (sides.operator !== 'in' || list === left) {
      const form = `${quoted(one, walk.text)} in ${quoted(list, walk.text)}`;
      const facts = { ...factsOf(walk, sides), form };
      report(walk, isWritten(left) ? left : right, (place) =>
        typeErrors.list_with_equals.finding(facts, place, 'warning'),
      );
      return;
    }
  }
  if (!shares(l, r)) {
    const facts = factsOf(walk, { ...sides, r });
    report(walk, isWritten(left) ? left : right, (place) => typeErrors.never_equal.finding(facts, place, 'warning'));
    return;
  }
  unknownValues(walk, left, l, right, r);
  if (operator !== 'in') unknownValues(walk, right, r, left, l);
}

function isWritten(node: Node): boolean {
  return node.type === 'string' || node.type === 'number';
}

function shares(a: Type, b: Type): boolean {
  return kindsOf(a).some((kind) => b[kind] !== undefined);
}

/** Values that are written out, and that the other side never has. */
function unknownValues(walk: Walk, holder: Node, held: Type, node: Node, given: Type): void {
  const literals = given.text?.literals;
  const possible = held.text && kindsOf(held).length === 1 ? valuesOf(held) : undefined;
  if (!literals || !possible || isWritten(holder) || kindsOf(given).length > 1) return;
  const operand = quoted(holder, walk.text);
  for (const { value, place } of literals) {
    if (possible.some((one) => one.value === value)) continue;
    const known = choicesFor(
      meant(String(value), held) ?? String(value),
      possible.map((one) => String(one.value)),
    );
    const finding = typeErrors.never_this;
    const where = place?.();
    const facts = { operand, value: String(value), known };
    if (where)
      walk.found.set(`${where.line}:${where.column} ${finding.code}`, finding.finding(facts, where, 'warning'));
    else report(walk, node, (at) => finding.finding(facts, at, 'warning'));
  }
}

/** The id of the option that people call so. */
function meant(value: string, { text: held }: Type): string | undefined {
  return held?.options?.find((option) => option.text === value)?.id;
}

/** What a text can be, where that is known for certain. */
function valuesOf({ text: held }: Type): readonly Literal[] | undefined {
  if (held?.options) return held.options.map(({ id }) => ({ value: id }));
  return held?.literals?.some(({ ofParam }) => ofParam) ? undefined : held?.literals;
}
