import type { Variables } from './compiled.ts';
import type { Row, Value } from '../connector.ts';
import { bareName, isPlain, leftOf, pairsOf, textOf } from './ast.ts';
import type { Node } from './ast.ts';
import { builtIns } from './builtins.ts';
import { functions, isRow } from './functions.ts';
import type { FunctionSpec, Kind, Maybe } from './functions.ts';
import { runStart } from './moment.ts';
import { operators, truth } from './operators.ts';
import { other, Other } from './other.ts';
import { plainBuiltIns } from './plain-builtins.ts';
import { isList } from './values.ts';

/** What an expression is evaluated with. */
export interface Scope {
  /** The context, `$`; inside `items.{ … }` one of the items. */
  readonly input: Row;
  /** The record, `$$`. */
  readonly root: Row;
  readonly variables: Variables;
  /** Variables bound inside the expression. */
  readonly locals: Maybe[];
}

/** Evaluates at once; throws `other` where only JSONata itself knows the answer. */
export type Native = (scope: Scope) => Maybe;

/**
 * Most expressions of a mapping are names, comparisons and calls over single values. Those become closures, ten times
 * as fast as JSONata and without a promise. Whatever is not exactly that (a list on the way of a path, a wrong type, a
 * refusal) throws `other`, and the whole expression is evaluated by JSONata: expressions have no effects, so nothing is
 * done twice, and every error is JSONata's own. test/transform/native.test.ts compares both over random data.
 */
export function toNative(root: Node): Native | undefined {
  try {
    return compile(root, new Map());
  } catch (thrown) {
    if (thrown instanceof Other) return undefined;
    throw thrown;
  }
}

/** Where variables bound in the expression lie in `Scope.locals`; blocks nest, so their slots do too. */
type Locals = Map<string, number>;

function compile(node: Node, locals: Locals): Native {
  if (!isPlain(node)) throw other;
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
      return constant(node);
    case 'path':
      return path(node, locals);
    case 'variable':
      return variable(textOf(node), locals);
    case 'binary':
      return binary(node, locals);
    case 'unary':
      return unary(node, locals);
    case 'condition':
      return condition(node, locals);
    case 'block':
      return block(node, locals);
    case 'function':
      return call(node, locals);
    default:
      throw other;
  }
}

function constant({ value }: Node): Native {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw other;
  return () => value;
}

/** One step of a path, for one row of what the steps before it gave. */
type Step = (row: Row, scope: Scope) => Maybe;

function path(node: Node, locals: Locals): Native {
  const name = bareName(node);
  if (name !== undefined) return ({ input }) => field(input, name);
  const [start, ...rest] = node.steps ?? [];
  if (!start) throw other;
  const first = start.type === 'name' ? step(start, locals) : fromScope(compile(start, locals));
  const steps = rest.map((part) => step(part, locals));
  return (scope) => {
    let value = first(scope.input, scope);
    for (const [index, next] of steps.entries()) {
      if (value === undefined) return undefined;
      if (isList(value)) return overList(value, steps.slice(index), scope);
      if (!isRow(value)) throw other;
      value = next(value, scope);
    }
    return value;
  };
}

function fromScope(native: Native): Step {
  return (_row, scope) => native(scope);
}

function step(node: Node, locals: Locals): Step {
  if (!isPlain(node)) throw other;
  const name = textOf(node);
  if (node.type === 'name') return (row) => field(row, name);
  if (node.type !== 'unary' || node.value !== '{') throw other;
  const make = object(node, locals);
  return (row, scope) => make({ ...scope, input: row });
}

/** Lists on the way melt into one; one item is that item, none is nothing (jsonata.js, `evaluateStep`). */
function overList(values: readonly Value[], steps: readonly Step[], scope: Scope): Maybe {
  let items = values;
  for (const [index, next] of steps.entries()) {
    const results = items.flatMap((item): readonly Value[] => {
      if (!isRow(item)) throw other;
      const value = next(item, scope);
      return value === undefined ? [] : [value];
    });
    const [only] = results;
    if (index === steps.length - 1 && results.length === 1 && isList(only)) return only;
    items = results.flatMap((value) => (isList(value) ? value : [value]));
  }
  return items.length > 1 ? items : items[0];
}

/** `{ "a": b }` over one row. */
function object(node: Node, locals: Locals): Native {
  const pairs = pairsOf(node).map(([key, value]) => [compile(key, locals), compile(value, locals)] as const);
  return (scope) => {
    const row: Record<string, Value> = {};
    const keys = new Set<Maybe>(['__proto__', '_jsonata_lambda', '_jsonata_function']);
    for (const [key, make] of pairs) {
      const name = key(scope);
      if (typeof name !== 'string' || keys.has(name)) throw other;
      keys.add(name);
      const value = make(scope);
      if (value !== undefined) row[name] = value;
    }
    return row;
  };
}

/** Own properties only, as JSONata has it; a null in the data is for JSONata to judge. */
function field(row: Row, name: string): Maybe {
  if (!Object.hasOwn(row, name)) return undefined;
  const value = row[name];
  if (value === null) throw other;
  return value;
}

function variable(name: string, locals: Locals): Native {
  if (name === '') return ({ input }) => input;
  if (name === '$') return ({ root }) => root;
  const slot = locals.get(name);
  if (slot !== undefined) return (scope) => scope.locals[slot];
  if (name in functions || builtIns.has(name)) throw other;
  return ({ variables }) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
}

function binary(node: Node, locals: Locals): Native {
  const lhs = leftOf(node);
  const operator = textOf(node);
  const apply = operators[operator];
  if (!lhs || !node.rhs) throw other;
  const left = compile(lhs, locals);
  const right = operator === 'and' || operator === 'or' ? compileBranch(node.rhs, locals) : compile(node.rhs, locals);
  if (operator === 'and') return (scope) => truth(left(scope)) && truth(right(scope));
  if (operator === 'or') return (scope) => truth(left(scope)) || truth(right(scope));
  if (!apply) throw other;
  return (scope) => apply(left(scope), right(scope));
}

function unary(node: Node, locals: Locals): Native {
  if (node.value === '{') return object(node, locals);
  if (node.value === '[' && !node.consarray) return list(node, locals);
  if (node.value !== '-' || !node.expression) throw other;
  const operand = compile(node.expression, locals);
  return (scope) => {
    const value = operand(scope);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw other;
    return 0 - value;
  };
}

/** Lists in a list melt into it, unless they are written as lists themselves. */
function list(node: Node, locals: Locals): Native {
  const parts = (node.expressions ?? []).map((part) => ({ nested: part.value === '[', make: compile(part, locals) }));
  return (scope) =>
    parts.flatMap(({ nested, make }): readonly Value[] => {
      const value = make(scope);
      if (value === undefined) return [];
      return isList(value) && !nested ? value : [value];
    });
}

function condition(node: Node, locals: Locals): Native {
  if (!node.condition || !node.then) throw other;
  const test = compile(node.condition, locals);
  const then = compileBranch(node.then, locals);
  const otherwise = node.else ? compileBranch(node.else, locals) : () => undefined;
  return (scope) => (truth(test(scope)) ? then(scope) : otherwise(scope));
}

/** What is only sometimes evaluated leaves the expression to JSONata only then. */
function compileBranch(node: Node, locals: Locals): Native {
  try {
    return compile(node, locals);
  } catch (thrown) {
    if (!(thrown instanceof Other)) throw thrown;
    return () => {
      throw other;
    };
  }
}

/** Names bound in a block end with it. */
function block(node: Node, outer: Locals): Native {
  const locals: Locals = new Map(outer);
  const parts = (node.expressions ?? []).map((part) =>
    part.type === 'bind' ? bind(part, locals) : compile(part, locals),
  );
  return (scope) => {
    let result: Maybe;
    for (const part of parts) result = part(scope);
    return result;
  };
}

function bind(node: Node, locals: Locals): Native {
  const name = textOf(leftOf(node));
  if (!node.rhs || name === '' || locals.has(name)) throw other;
  const value = compile(node.rhs, locals);
  const slot = locals.size;
  locals.set(name, slot);
  return (scope) => (scope.locals[slot] = value(scope));
}

function call(node: Node, locals: Locals): Native {
  const { procedure } = node;
  const name = textOf(procedure);
  if (procedure?.type !== 'variable' || !isPlain(procedure) || locals.has(name)) throw other;
  const given = (node.arguments ?? []).map((argument) => compile(argument, locals));
  const ours = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (ours) return callOurs(ours, given);
  const builtIn = plainBuiltIns[name];
  if (!builtIn || builtIn.length !== given.length) throw other;
  return (scope) => builtIn(...given.map((argument) => argument(scope)));
}

function callOurs({ takes, optional = 0, call: run }: FunctionSpec, given: readonly Native[]): Native {
  if (given.length > takes.length || given.length < takes.length - optional) throw other;
  return (scope) => {
    const values = given.map((argument) => argument(scope));
    if (!values.every((value, i) => fits(value, takes[i] ?? 'any'))) throw other;
    return run(values, () => runStart(scope.variables));
  };
}

function fits(value: Maybe, kind: Kind): boolean {
  if (value === undefined || kind === 'any') return true;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'scalar') return typeof value === 'string' || typeof value === 'number';
  return kind === 'object' ? isRow(value) : typeof value === kind;
}
