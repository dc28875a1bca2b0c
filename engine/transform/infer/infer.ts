import { leftOf, pairsOf, textOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import { inferApply, inferCall, inferLambda, functionNamed } from './call.ts';
import { inferOperator } from './operator.ts';
import { inferPath, inGroup, inPredicates } from './path.ts';
import { knownIf, narrowed } from './present.ts';
import { slowRegex } from './regex.ts';
import { typeErrors } from './errors.ts';
import { itemOf } from './signatures.ts';
import { spanOf } from './span.ts';
import { any, boolean, kindsOf, listOf, nothing, openObject, union } from './type.ts';
import type { Type } from './type.ts';
import { typeOfValue } from './type.ts';
import { report } from './walk.ts';
import type { Scope, Walk } from './walk.ts';

/** The type of a node; what is certainly wrong in it is reported on the way. */
export function infer(walk: Walk, node: Node, scope: Scope): Type {
  const bare = inferBare(walk, node, scope);
  const filtered = inPredicates(walk, node.predicate ?? [], bare, scope);
  const type = node.group && node.type !== 'path' ? inGroup(walk, node, filtered, scope) : filtered;
  const told =
    node.type !== 'path' && node.keepArray && !type.any ? { ...listOf(itemOf(type)), nothing: type.nothing } : type;
  walk.types.set(node, told);
  return told;
}

function inferBare(walk: Walk, node: Node, scope: Scope): Type {
  switch (node.type) {
    case 'string':
    case 'number':
      return literal(walk, node);
    case 'value':
      return typeof node.value === 'boolean' ? boolean : nothing;
    case 'regex':
      return regex(walk, node);
    case 'path':
      return inferPath(walk, node, scope);
    case 'variable':
      return variable(node, scope);
    case 'condition':
      return condition(walk, node, scope);
    case 'block':
      return block(walk, node, scope);
    case 'bind':
      return bind(walk, node, scope);
    case 'function':
    case 'partial':
      return inferCall(walk, node, scope, []);
    case 'apply':
      return inferApply(walk, node, scope);
    case 'lambda':
      return inferLambda(walk, node, scope);
    case 'transform':
      return transform(walk, node, scope);
    case 'unary':
      return unary(walk, node, scope);
    case 'binary':
      return inferOperator(walk, node, scope);
    default:
      return any;
  }
}

function literal(walk: Walk, node: Node): Type {
  const { value } = node;
  if (typeof value !== 'string' && typeof value !== 'number') return any;
  return typeOfValue(value, () => walk.place(spanOf(node, walk.text)));
}

function regex(walk: Walk, node: Node): Type {
  if (node.value instanceof RegExp && slowRegex(node.value))
    report(walk, node, (place) => typeErrors.slow_regex.finding({}, place));
  return { nothing: 'never', function: { call: () => ({ ...openObject, nothing: 'maybe' }), takes: 1 } };
}

function variable(node: Node, scope: Scope): Type {
  const name = textOf(node);
  if (name === '') return scope.context;
  if (name === '$') return scope.root;
  const bound = scope.bound.get(name);
  if (bound) return narrowed(bound, `$${name}`, scope.known);
  return functionNamed(name) ?? any;
}

function condition(walk: Walk, node: Node, scope: Scope): Type {
  if (!node.condition) return any;
  infer(walk, node.condition, scope);
  const decided = node.condition.type === 'value' ? node.condition.value : undefined;
  const branches = [
    ...(decided === false ? [] : [{ branch: node.then, truth: true }]),
    ...(decided === true ? [] : [{ branch: node.else, truth: false }]),
  ];
  const types = branches.map(({ branch, truth }) => {
    if (!branch) return nothing;
    const known = knownIf(walk, node.condition, truth);
    return infer(walk, branch, { ...scope, known: new Set([...scope.known, ...known]) });
  });
  return union(types);
}

function block(walk: Walk, node: Node, outer: Scope): Type {
  const known = new Set(outer.known);
  const scope: Scope = { ...outer, bound: new Map(outer.bound), known };
  let last = nothing;
  for (const part of node.expressions ?? []) {
    last = infer(walk, part, scope);
    for (const key of assumed(walk, part)) known.add(key);
  }
  return last;
}

/** What `$assert(…)` lets pass is true from there on. */
function assumed(walk: Walk, node: Node): readonly string[] {
  const isAssert = node.type === 'function' && textOf(node.procedure) === 'assert';
  return isAssert ? knownIf(walk, node.arguments?.[0], true) : [];
}

/** A function may name itself: what it gives then is not known. */
function bind(walk: Walk, node: Node, scope: Scope): Type {
  const name = textOf(leftOf(node));
  if (!node.rhs) return any;
  if (node.rhs.type === 'lambda') scope.bound.set(name, { nothing: 'never', function: { call: () => any } });
  const type = infer(walk, node.rhs, scope);
  scope.bound.set(name, type);
  return type;
}

function transform(walk: Walk, node: Node, scope: Scope): Type {
  const inside = { ...scope, context: any };
  for (const part of [node.pattern, node.update, node.delete]) if (part) infer(walk, part, inside);
  return { nothing: 'never', function: { call: () => any, takes: 1 } };
}

function unary(walk: Walk, node: Node, scope: Scope): Type {
  if (node.value === '[') return list(walk, node, scope);
  if (node.value === '{') return object(walk, node, scope);
  return inferOperator(walk, node, scope);
}

/** Lists in a list melt into it, unless they are written as lists themselves. */
function list(walk: Walk, node: Node, scope: Scope): Type {
  const items = (node.expressions ?? []).flatMap((part) => {
    const type = infer(walk, part, scope);
    if (type.any) return [any];
    const item = part.type === 'unary' && part.value === '[' ? type : itemOf(type);
    return kindsOf(item).length > 0 || item.any ? [item] : [];
  });
  return listOf(items.length > 0 ? union(items) : nothing);
}

function object(walk: Walk, node: Node, scope: Scope): Type {
  const fields = new Map<string, Type>();
  let open = false;
  for (const [key, value] of pairsOf(node)) {
    infer(walk, key, scope);
    const type = infer(walk, value, scope);
    if (key.type === 'string') fields.set(textOf(key), type);
    else open = true;
  }
  return { nothing: 'never', object: { fields, open } };
}
