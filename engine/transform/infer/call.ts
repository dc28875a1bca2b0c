import { choicesFor } from '../../config/nearest.ts';
import { textOf } from '../ast.ts';
import { leftOf } from '../ast.ts';
import type { Node } from '../ast.ts';
import { typeErrors } from './errors.ts';
import { ourSignatures } from './our-signatures.ts';
import { itemOf, signatures } from './signatures.ts';
import type { Parameter, Signature } from './signatures.ts';
import { quoted } from './span.ts';
import { any, called, isNever, isNothing, isOnly, kindsOf } from './type.ts';
import type { Type } from './type.ts';
import { report } from './walk.ts';
import type { Scope, Walk } from './walk.ts';

/** An argument as written, if it is, and its type. */
interface Argument {
  readonly node?: Node;
  readonly type: Type;
}

export function functionNamed(name: string): Type | undefined {
  const signature = signatureOf(name);
  return signature && { nothing: 'never', function: { call: (given) => signature.gives(given) } };
}

function signatureOf(name: string): Signature | undefined {
  return ourSignatures.get(name) ?? signatures.get(name);
}

export function inferCall(walk: Walk, node: Node, scope: Scope, piped: readonly Argument[]): Type {
  const written = (node.arguments ?? []).map((argument): Argument => ({
    node: argument,
    type: argument.type === 'operator' ? any : walk.infer(argument, scope),
  }));
  const given = [...piped, ...written];
  const name = textOf(node.procedure);
  const bound = node.procedure?.type === 'variable' ? scope.bound.get(name) : undefined;
  if (node.type === 'partial') return { nothing: 'never', function: { call: () => any } };
  if (node.procedure?.type === 'variable' && !bound) return callNamed(walk, name, given, scope);
  const callee = bound ?? (node.procedure ? walk.infer(node.procedure, scope) : any);
  return callee.function?.call(given.map(({ type }) => type)) ?? any;
}

/** `a ~> $f(b)` is `$f(a, b)`; `a ~> $f` calls it too; of two functions it makes one. */
export function inferApply(walk: Walk, node: Node, scope: Scope): Type {
  const left = leftOf(node);
  if (!left || !node.rhs) return any;
  const type = walk.infer(left, scope);
  const argument: Argument = { node: left, type };
  if (node.rhs.type === 'function') return inferCall(walk, node.rhs, scope, [argument]);
  if (type.any || type.function) {
    walk.infer(node.rhs, scope);
    return any;
  }
  if (node.rhs.type === 'variable' && !scope.bound.has(textOf(node.rhs)))
    return callNamed(walk, textOf(node.rhs), [argument], scope);
  return walk.infer(node.rhs, scope).function?.call([type]) ?? any;
}

function callNamed(walk: Walk, name: string, given: readonly Argument[], scope: Scope): Type {
  const signature = signatureOf(name);
  if (!signature) return any;
  const all = withContext(signature, given, scope.context);
  for (const [index, { node, type }] of all.entries()) {
    const parameter = signature.takes[index];
    if (node && parameter && !fits(type, parameter)) wrongArgument(walk, node, name, type, parameter);
  }
  if (name === 'lookup') checkLookedUp(walk, all);
  return signature.gives(all.map(({ type }) => type));
}

/** `$lookup(patient, "phone")` is `patient.phone`: of a described object it names a field. */
function checkLookedUp(walk: Walk, [of, key]: readonly Argument[]): void {
  const { object } = of?.type ?? any;
  const name = key?.node?.type === 'string' ? textOf(key.node) : undefined;
  if (!of || !key?.node || name === undefined || object?.called === undefined || object.open) return;
  if (object.fields.has(name) || !isOnly(of.type, 'object')) return;
  const facts = { owner: object.called, name, known: choicesFor(name, [...object.fields.keys()]) };
  report(walk, key.node, (place) => typeErrors.no_such_field.finding(facts, place));
}

/** `name.$substring(0, 2)`: where the first argument is left out, the context is taken. */
function withContext({ takes, context: takesContext }: Signature, given: readonly Argument[], context: Type) {
  const [first] = takes;
  if (!takesContext || !first || given.length >= takes.length) return given;
  const [start] = given;
  const isLeftOut = !start || (start.node !== undefined && !fits(start.type, first));
  return isLeftOut ? [{ type: context }, ...given] : given;
}

function fits(type: Type, { kinds, list }: Parameter): boolean {
  if (kinds.length === 0 || type.any || isNothing(type)) return true;
  if (!list) return !isNever(type, ...kinds);
  const item = itemOf(type);
  return item.any || isNothing(item) || !isNever(item, ...kinds);
}

function wrongArgument(walk: Walk, node: Node, name: string, type: Type, { kinds, list }: Parameter): void {
  const takes = kinds.join(' | ') + (list ? ' (list)' : '');
  const given = list && type.list && kindsOf(type).length === 1 ? `list of ${called(type.list.item)}` : called(type);
  const facts = { operand: quoted(node, walk.text), kind: given, name, takes };
  report(walk, node, (place) => typeErrors.wrong_argument.finding(facts, place));
}

/** Its body is looked at for each call, with what it is given; once without, where nobody calls it. */
export function inferLambda(walk: Walk, node: Node, scope: Scope): Type {
  const { body } = node;
  if (!body) return any;
  if (node.thunk) return walk.infer(body, scope);
  const names = (node.arguments ?? []).map(textOf);
  const call = (given: readonly Type[]): Type => {
    if (walk.active.has(node)) return any;
    walk.active.add(node);
    const bound = new Map([...scope.bound, ...names.map((name, i): [string, Type] => [name, given[i] ?? any])]);
    const type = walk.infer(body, { ...scope, bound });
    walk.active.delete(node);
    return type;
  };
  if (!walk.types.has(body)) call(names.map(() => any));
  return { nothing: 'never', function: { call, takes: names.length } };
}
