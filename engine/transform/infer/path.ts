import { choicesFor } from '../../config/nearest.ts';
import { textOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import { typeErrors } from './errors.ts';
import { keyOf, narrowed } from './present.ts';
import { itemOf } from './signatures.ts';
import {
  any,
  fieldOf,
  isNothing,
  isOnly,
  kindsOf,
  listOf,
  number,
  openObject,
  present,
  sequenceOf,
  union,
  worst,
} from './type.ts';
import type { Type } from './type.ts';
import { report } from './walk.ts';
import type { Scope, Walk } from './walk.ts';

/** `items[price > 0].name`: step by step, each over the items of what the steps before it gave. */
export function inferPath(walk: Walk, node: Node, outer: Scope): Type {
  const steps = node.steps ?? [];
  // Steps that bind their items pair them with each other: what comes of it is not told here.
  const binds = steps.some(({ focus, index, tuple }) => focus !== undefined || index !== undefined || tuple === true);
  const scope: Scope = binds ? { ...outer, bound: new Map(outer.bound) } : outer;
  let type = scope.context;
  for (const [index, step] of steps.entries()) {
    type = inferStep(walk, step, type, index === 0, scope);
    if (step.focus !== undefined) scope.bound.set(step.focus, any);
    if (step.index !== undefined) scope.bound.set(step.index, number);
    if (binds) type = any;
    walk.types.set(step, type);
  }
  if (node.keepSingletonArray && !type.any && !isNothing(type))
    type = { ...listOf(itemOf(type)), nothing: type.nothing };
  type = narrowed(type, keyOf(node), scope.known);
  return node.group ? inGroup(walk, node, type, scope) : type;
}

function inferStep(walk: Walk, step: Node, before: Type, isFirst: boolean, scope: Scope): Type {
  if (step.type === 'sort') return sorted(walk, step, before, scope);
  // The first step of a path sees the context as it is, unless that is a list.
  const isWhole = isFirst && step.type !== 'name';
  const stages = step.stages ?? [];
  if (isWhole) return inPredicates(walk, stages, walk.infer(step, scope), scope);
  // Brackets choose among what one item has: `items.names[0]` is the first name of each.
  return overItems(before, step, (context) => inPredicates(walk, stages, once(walk, step, context, scope), scope));
}

function once(walk: Walk, step: Node, context: Type, scope: Scope): Type {
  return step.type === 'name' ? named(walk, step, context) : walk.infer(step, { ...scope, context });
}

/** A value for each item; lists on the way melt into one. */
function overItems(before: Type, step: Node, make: (context: Type) => Type): Type {
  if (isNothing(before)) return before;
  if (before.any) {
    const made = make(any);
    return step.type === 'name' || made.any ? any : sequenceOf(itemOf(made));
  }
  const { list, ...single } = before;
  if (!list) {
    const made = make(present(before));
    return { ...made, nothing: worst([before.nothing, made.nothing]) };
  }
  const item = melted(list.item);
  const hasSingle = kindsOf(single).length > 0;
  const made = make(present(hasSingle ? union([item, single]) : item));
  const keepsLists = step.type === 'unary' && step.value === '[';
  return sequenceOf(keepsLists ? made : melted(made));
}

/** Items of lists in lists too. */
function melted(type: Type): Type {
  if (type.any || !type.list) return type;
  const { list, ...single } = type;
  const item = melted(list.item);
  return kindsOf(single).length > 0 ? union([item, single]) : item;
}

function named(walk: Walk, step: Node, context: Type): Type {
  if (context.any) return any;
  const { object } = context;
  if (!object) return { nothing: 'maybe' };
  const name = textOf(step);
  const { called, fields, open } = object;
  if (called !== undefined && !open && !fields.has(name) && isOnly(context, 'object')) {
    const known = choicesFor(name, [...fields.keys()]);
    report(walk, step, (place) => typeErrors.no_such_field.finding({ owner: called, name, known }, place));
    return any;
  }
  const type = fieldOf(object, name);
  return isOnly(context, 'object') ? type : { ...type, nothing: 'maybe' };
}

function sorted(walk: Walk, step: Node, before: Type, scope: Scope): Type {
  const item = before.any ? any : itemOf(before);
  for (const term of step.terms ?? []) walk.infer(term.expression, { ...scope, context: item });
  return before;
}

/** `[0]` takes one, `[price > 0]` those for which it is true. */
export function inPredicates(walk: Walk, stages: readonly Node[], type: Type, scope: Scope): Type {
  let current = type;
  for (const stage of stages) {
    if (stage.type === 'index') scope.bound.set(textOf(stage), number);
    if (!stage.expr) continue;
    const item = itemOf(current);
    const asked = walk.infer(stage.expr, { ...scope, context: current.any || isNothing(item) ? any : item });
    if (current.any || isNothing(current)) continue;
    current = isOnly(asked, 'number') && asked.number ? { ...item, nothing: 'maybe' } : sequenceOf(item);
    if (!type.list && !current.any) current = { ...type, nothing: 'maybe' };
  }
  return current;
}

/** `{ key: value }` behind a value: one object over all its items. */
export function inGroup(walk: Walk, node: Node, type: Type, scope: Scope): Type {
  const item = itemOf(type);
  for (const [key, value] of node.group?.lhs ?? []) {
    walk.infer(key, { ...scope, context: item.any || isNothing(item) ? any : item });
    walk.infer(value, { ...scope, context: isNothing(item) ? any : present(sequenceOf(item)) });
  }
  return openObject;
}
