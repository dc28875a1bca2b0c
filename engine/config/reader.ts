import type { Connector } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { expressionText } from './expression-text.ts';
import { child, items, textIn } from './node.ts';
import type { Entry, Node } from './node.ts';
import type { ExpressionText } from './pipeline.ts';
import type { Span } from './source-text.ts';

/**
 * What the readers of blocks share. A reader takes what is well formed, leaves the rest out (its shape has been
 * reported) and reports what is wrong in meaning, so that one bad part hides nothing.
 */
export interface Reader {
  report(...findings: readonly Diagnostic[]): void;
  /** By the name of the connection; undefined: unknown, and already reported. */
  readonly connectors: ReadonlyMap<string, Connector | undefined>;
  /** Names of the connections that are declared, in order. */
  readonly connections: readonly string[];
}

export interface NamedText {
  readonly text: string;
  readonly span: Span;
}

/** The texts of a list, each with its place. */
export function textsIn(node: Node | undefined): readonly NamedText[] {
  return items(node).flatMap((item) => {
    const text = textIn(item);
    return text === undefined ? [] : [{ text, span: item.span }];
  });
}

/** One of these words under a key, or what holds without it. */
export function wordAt<Word extends string>(node: Node, key: string, words: readonly Word[], otherwise: Word): Word {
  const text = textIn(child(node, key));
  return words.find((word) => word === text) ?? otherwise;
}

export function expressionIn(node: Node | undefined): ExpressionText | undefined {
  if (node?.kind !== 'scalar' || node.value === null || node.text === '') return undefined;
  return expressionText(node);
}

export function expressionAt(node: Node | undefined, key: string): ExpressionText | undefined {
  return expressionIn(child(node, key));
}

/** A literal of the file as it stands, e.g. to be used as an expression. */
export function literalExpression(value: unknown, entry: Entry): ExpressionText {
  const { source, start, end } = entry.node.span;
  return { text: JSON.stringify(value), place: () => source.place(start, end - start) };
}
