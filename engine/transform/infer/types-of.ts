import type { Diagnostic } from '../../diagnostics.ts';
import type { Node } from '../ast.ts';
import type { Expression } from '../expression.ts';
import { infer } from './infer.ts';
import type { Type } from './type.ts';
import type { Walk } from './walk.ts';

/** What an expression is evaluated with, as types. */
export interface Given {
  /** The record, or in a map the row. */
  readonly input: Type;
  readonly variables: ReadonlyMap<string, Type>;
}

export interface Told {
  readonly type: Type;
  readonly findings: readonly Diagnostic[];
  /** Every part that was looked at. */
  readonly types: ReadonlyMap<Node, Type>;
}

/** The type of an expression, of each of its parts, and what is certainly wrong with them. */
export function typesOf({ root, source }: Expression, { input, variables }: Given): Told {
  const walk: Walk = {
    text: source.text,
    place: ({ offset, length }) => source.place(offset, length),
    found: new Map<string, Diagnostic>(),
    types: new Map<Node, Type>(),
    active: new Set<Node>(),
    infer: (node, within) => infer(walk, node, within),
  };
  const scope = { context: input, root: input, bound: new Map(variables), known: new Set<string>() };
  const type = infer(walk, root, scope);
  return { type, findings: [...walk.found.values()], types: walk.types };
}
