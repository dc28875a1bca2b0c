import { nodes, startOf, textOf } from './ast.ts';
import type { Node } from './ast.ts';
import { transformErrors } from './errors.ts';
import type { Names } from './names.ts';
import type { SyntaxProblem } from './parse.ts';

/** Functions of JSONata that no mapping gets, and what serves instead. */
const refusedFunctions: Readonly<Record<string, string>> = {
  // Code out of a record's data: nothing about it is known before it runs.
  eval: 'the expression itself',
  // A plan that comes out differently each time cannot be shown before it is made (G6).
  random: '$hash(key)',
  shuffle: '$sort(list)',
};

/**
 * What JSONata allows and a mapping does not: code as data, chance, names that reach behind objects, and updates of
 * anything but a copy (`|$string|{…}|` would change that function for the whole process).
 */
export function refusal(root: Node, names: Names, text: string): SyntaxProblem | undefined {
  for (const { name, offset } of [...names.calls, ...names.reads.map((read) => ({ ...read, name: read.variable }))]) {
    const instead = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
    if (instead === undefined) continue;
    const finding = transformErrors.refused_function;
    return { offset, length: name.length + 1, finding: (where) => finding.finding({ name, instead }, where) };
  }
  for (const node of nodes(root)) {
    const problem = refusedNode(node, text);
    if (problem) return problem;
  }
  return undefined;
}

function refusedNode(node: Node, text: string): SyntaxProblem | undefined {
  if (node.value === '__proto__') {
    const name = '__proto__';
    const offset = startOf(node, text);
    return { offset, length: name.length, finding: (where) => transformErrors.refused_name.finding({ name }, where) };
  }
  const foreign = node.type === 'transform' && node.pattern ? nodes(node.pattern).some(isNamedVariable) : false;
  return foreign
    ? { offset: startOf(node, text), length: 1, finding: (where) => transformErrors.refused_update.finding({}, where) }
    : undefined;
}

function isNamedVariable(node: Node): boolean {
  return node.type === 'variable' && textOf(node) !== '' && textOf(node) !== '$';
}
