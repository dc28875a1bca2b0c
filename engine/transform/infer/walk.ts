import type { Node } from '../ast.ts';
import type { Diagnostic, Place } from '../../diagnostics.ts';
import { spanOf } from './span.ts';
import type { Span } from './span.ts';
import type { Type } from './type.ts';

/** What is gathered while the types of one expression are told. */
export interface Walk {
  /** The expression as written; places count in it. */
  readonly text: string;
  place(span: Span): Place;
  /** By place and code: a function that is called twice is looked at twice. */
  readonly found: Map<string, Diagnostic>;
  /** The type of each node, the last one where it has several. */
  readonly types: Map<Node, Type>;
  /** The type of a node: `infer` itself, for those that it calls. */
  infer(node: Node, scope: Scope): Type;
  /** Functions being looked at, so that one that calls itself comes to an end. */
  readonly active: Set<Node>;
}

export interface Scope {
  /** What bare names belong to. */
  readonly context: Type;
  /** What `$$` is. */
  readonly root: Type;
  readonly bound: Map<string, Type>;
  /** What the conditions passed so far say of values (`knownIf`). */
  readonly known: ReadonlySet<string>;
}

export function report(walk: Walk, node: Node, finding: (place: Place) => Diagnostic): void {
  const span = spanOf(node, walk.text);
  const made = finding(walk.place(span));
  const key = `${span.offset} ${made.code}`;
  if (!walk.found.has(key)) walk.found.set(key, made);
}
