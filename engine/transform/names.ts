import { isPlain, leftOf, pairsOf, startOf, textOf } from './ast.ts';
import type { Node, Pair } from './ast.ts';

/** A value an expression reads by name: `patient.phone`, `$found.STAGE_ID`. */
export interface Read {
  /** `''` is the record (or the source row in `map`), else a variable that the expression does not bind itself. */
  readonly variable: string;
  /** Names from there on; empty: the value as a whole. A wildcard ends it. */
  readonly path: readonly string[];
  /** Where its first name begins, in code units. */
  readonly offset: number;
  readonly length: number;
  /** Where the first name behind a variable stands: `STAGE_ID` in `$found.STAGE_ID`. */
  readonly named?: { readonly offset: number; readonly length: number };
  /** Only asked for being there or not: the one argument of `$exists` or `$empty`. */
  readonly presence: boolean;
}

/** A function called by name. */
export interface Call {
  readonly name: string;
  readonly offset: number;
  /** Arguments written, one more where `~>` brings it. */
  readonly given: number;
  /** Partial application: arguments are still to come. */
  readonly partial: boolean;
  /** Written without `$`. */
  readonly bare: boolean;
  /** A step of a path, or in the brackets of one: its context is not the record as a whole. */
  readonly inPath: boolean;
  /** Where the arguments may come from. */
  readonly origins: readonly (readonly Origin[])[];
  /** The arguments as written; where `~>` brings one, it is not among them. */
  readonly written: readonly Node[];
}

/** An operator with two operands, by what they are read from; none where they are computed. */
export interface Operation {
  readonly operator: string;
  readonly left: Operand;
  readonly right: Operand;
}

export interface Operand {
  readonly node: Node;
  readonly origins: readonly Origin[];
}

/** Every name an expression depends on, in the order of the text. */
export interface Names {
  readonly reads: readonly Read[];
  readonly calls: readonly Call[];
  readonly operations: readonly Operation[];
  /** Where the value of the whole may come from. */
  readonly result: readonly Origin[];
}

/**
 * Finds the names of an expression. A bare name belongs to what surrounds it: in `items[price > 0].name` both `price`
 * and `name` are of `items`, in `$found.{ "a": ID }` `ID` is of `$found`; where that is a computed value they belong
 * to nothing known and are no reads. Variables bound inside (`:=`, lambda parameters, `@$x`, `#$i`) are followed to
 * what they stand for.
 */
export function namesOf(root: Node, text: string): Names {
  const walk: Walk = { text, reads: new Map(), calls: [], operations: [] };
  const record: Origin = { variable: '', path: [], offset: 0, length: 0 };
  const context = [record];
  const scope: Scope = { context, root: context, bound: new Map() };
  const result = visit(walk, root, scope);
  use(walk, result);
  const reads = [...walk.reads.values()].sort((a, b) => a.offset - b.offset);
  const calls = walk.calls.sort((a, b) => a.offset - b.offset);
  return { reads, calls, operations: walk.operations, result };
}

/** Where a value comes from; a list of them: from one of these. An empty list: computed, nothing to know. */
export type Origin = Omit<Read, 'presence'>;

interface Walk {
  readonly text: string;
  readonly reads: Map<string, Read>;
  readonly calls: Call[];
  readonly operations: Operation[];
}

interface Scope {
  /** What bare names belong to. */
  readonly context: readonly Origin[];
  /** What `$$` is. */
  readonly root: readonly Origin[];
  readonly bound: Map<string, readonly Origin[]>;
}

const computed: readonly Origin[] = [];

/** Origins of the node's value; whoever takes more than a part of it calls `use`. */
function visit(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const origins = visitBare(walk, node, scope);
  brackets(walk, node.predicate ?? [], origins, scope);
  if (!node.group || node.type === 'path') return origins;
  return group(walk, node.group.lhs, origins, scope);
}

function visitBare(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  switch (node.type) {
    case 'path':
      return path(walk, node, scope);
    case 'name':
      return step(walk, node, scope);
    case 'variable':
      return variable(walk, node, scope);
    case 'wildcard':
    case 'descendant':
      use(walk, scope.context);
      return computed;
    case 'parent':
      return scope.context.flatMap((origin) =>
        origin.path.length > 0 ? [{ ...origin, path: origin.path.slice(0, -1) }] : [],
      );
    case 'condition':
      return condition(walk, node, scope);
    case 'block':
      return block(walk, node, scope);
    case 'bind':
      return bind(walk, node, scope);
    case 'function':
    case 'partial':
      return call(walk, node, scope, []);
    case 'apply':
      return pipe(walk, node, scope);
    case 'lambda':
      lambda(walk, node, scope, []);
      return computed;
    case 'transform':
      return update(walk, node, scope);
    case 'unary':
      return unary(walk, node, scope);
    case 'binary':
      return operation(walk, node, scope);
    default:
      return computed;
  }
}

function operation(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const [left, right] = [leftOf(node), node.rhs].map(
    (operand) => operand && { node: operand, origins: visit(walk, operand, scope) },
  );
  if (!left || !right) return computed;
  use(walk, [...left.origins, ...right.origins]);
  walk.operations.push({ operator: textOf(node), left, right });
  return computed;
}

function path(walk: Walk, node: Node, outer: Scope): readonly Origin[] {
  const scope: Scope = { ...outer, bound: new Map(outer.bound) };
  let origins = outer.context;
  for (const part of node.steps ?? []) {
    const inner = { ...scope, context: origins };
    if (part.type === 'sort') {
      for (const term of part.terms ?? []) use(walk, visit(walk, term.expression, inner));
      continue;
    }
    const value = visit(walk, part, inner);
    if (part.index) scope.bound.set(part.index, computed);
    if (part.focus) scope.bound.set(part.focus, value);
    // A step that binds its items leaves the context as it was.
    else origins = value;
    brackets(walk, part.stages ?? [], origins, scope);
  }
  return node.group ? group(walk, node.group.lhs, origins, scope) : origins;
}

function step(walk: Walk, node: Node, { context }: Scope): readonly Origin[] {
  const name = textOf(node);
  const offset = startOf(node, walk.text);
  return context.map((origin) => extend(origin, name, offset, (node.position ?? 0) - offset));
}

/** A record's own field is where its name stands, a variable's where the variable does. */
function extend(origin: Origin, name: string, offset: number, length: number): Origin {
  const longer = { ...origin, path: [...origin.path, name] };
  if (origin.path.length > 0) return longer;
  return origin.variable === '' ? { ...longer, offset, length } : { ...longer, named: { offset, length } };
}

function variable(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const name = textOf(node);
  if (name === '') return scope.context;
  if (name === '$') return scope.root;
  const bound = scope.bound.get(name);
  if (bound) return bound;
  const offset = startOf(node, walk.text);
  return [{ variable: name, path: [], offset, length: name.length + 1 }];
}

/** What stands in `[ ]` sees each item as its context. */
function brackets(walk: Walk, stages: readonly Node[], context: readonly Origin[], scope: Scope): void {
  for (const stage of stages) {
    if (stage.type === 'index') scope.bound.set(textOf(stage), computed);
    else if (stage.expr) use(walk, visit(walk, stage.expr, { ...scope, context }));
  }
}

function group(walk: Walk, pairs: readonly Pair[], origins: readonly Origin[], scope: Scope): readonly Origin[] {
  const inner = { ...scope, context: origins };
  for (const pair of pairs) for (const part of pair) use(walk, visit(walk, part, inner));
  return computed;
}

function condition(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  if (node.condition) use(walk, visit(walk, node.condition, scope));
  return [node.then, node.else].flatMap((branch) => (branch ? visit(walk, branch, scope) : []));
}

function block(walk: Walk, node: Node, outer: Scope): readonly Origin[] {
  const scope = { ...outer, bound: new Map(outer.bound) };
  let last = computed;
  for (const part of node.expressions ?? []) {
    use(walk, last.filter(isPart));
    last = visit(walk, part, scope);
  }
  return last;
}

/** Not a whole row: that may only get another name here and be taken apart later. */
function isPart(origin: Origin): boolean {
  return origin.path.length > 0;
}

/** A function may name itself, so its name is bound before its body is looked at. */
function bind(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const name = textOf(leftOf(node));
  if (!node.rhs) return computed;
  if (node.rhs.type === 'lambda') scope.bound.set(name, computed);
  const origins = visit(walk, node.rhs, scope);
  use(walk, origins.filter(isPart));
  scope.bound.set(name, origins);
  return origins;
}

function unary(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  if (node.value === '[') return (node.expressions ?? []).flatMap((item) => visit(walk, item, scope));
  if (node.value === '{') return group(walk, pairsOf(node), scope.context, scope);
  if (node.expression) use(walk, visit(walk, node.expression, scope));
  return computed;
}

function update(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const inner = { ...scope, context: computed };
  for (const part of [node.pattern, node.update, node.delete]) if (part) use(walk, visit(walk, part, inner));
  return computed;
}

/** `a ~> $f(b)` is `$f(a, b)`; `a ~> $f` calls it too. */
function pipe(walk: Walk, node: Node, scope: Scope): readonly Origin[] {
  const left = leftOf(node);
  const origins = left ? visit(walk, left, scope) : computed;
  use(walk, origins);
  if (!node.rhs) return computed;
  if (node.rhs.type === 'function') return call(walk, node.rhs, scope, [origins]);
  if (node.rhs.type === 'variable' && isPlain(node.rhs))
    return named(walk, { procedure: node.rhs, given: [origins], written: [], partial: false }, scope);
  use(walk, visit(walk, node.rhs, scope));
  return computed;
}

function call(walk: Walk, node: Node, scope: Scope, piped: readonly (readonly Origin[])[]): readonly Origin[] {
  const given = [...piped];
  const lambdas: Node[] = [];
  const asksPresence = ['exists', 'empty'].includes(textOf(node.procedure)) && piped.length === 0;
  for (const argument of node.arguments ?? []) {
    if (argument.type === 'lambda') lambdas.push(argument);
    const origins = argument.type === 'lambda' ? computed : visit(walk, argument, scope);
    use(walk, origins, asksPresence);
    given.push(origins);
  }
  for (const argument of lambdas) lambda(walk, argument, scope, itemsFor(textOf(node.procedure), given));
  if (node.procedure) {
    const written = node.arguments ?? [];
    named(walk, { procedure: node.procedure, given, written, partial: node.type === 'partial' }, scope);
  }
  return computed;
}

/** What a function hands to the lambda it is given: items of its first argument. */
function itemsFor(name: string, given: readonly (readonly Origin[])[]): readonly (readonly Origin[])[] {
  const items = given[0] ?? computed;
  if (name === 'map' || name === 'filter' || name === 'single') return [items];
  if (name === 'sort') return [items, items];
  return name === 'reduce' ? [computed, items] : [];
}

interface Named {
  readonly procedure: Node;
  readonly given: readonly (readonly Origin[])[];
  readonly written: readonly Node[];
  readonly partial: boolean;
}

function named(walk: Walk, { procedure, given, written, partial }: Named, scope: Scope): readonly Origin[] {
  const bare = procedure.type === 'path' ? procedure.steps?.[0] : undefined;
  const node = bare ?? procedure;
  const name = textOf(node);
  if (procedure.type !== 'variable' && bare?.type !== 'name') use(walk, visit(walk, procedure, scope));
  else if (bare || !scope.bound.has(name)) {
    const offset = startOf(node, walk.text);
    const inPath = scope.context !== scope.root;
    const facts = { name, offset, given: given.length, partial, bare: bare !== undefined, inPath };
    walk.calls.push({ ...facts, origins: given, written });
  } else use(walk, scope.bound.get(name) ?? computed);
  return computed;
}

function lambda(walk: Walk, node: Node, outer: Scope, items: readonly (readonly Origin[])[]): void {
  const bound = new Map(outer.bound);
  for (const [i, parameter] of (node.arguments ?? []).entries()) bound.set(textOf(parameter), items[i] ?? computed);
  if (node.body) use(walk, visit(walk, node.body, { ...outer, bound }));
}

/** The value is looked at as a whole. */
function use(walk: Walk, origins: readonly Origin[], presence = false): void {
  for (const origin of origins) {
    const key = [origin.offset, origin.variable, ...origin.path].join('\0');
    const before = walk.reads.get(key);
    walk.reads.set(key, { ...origin, presence: presence && (before?.presence ?? true) });
  }
}
