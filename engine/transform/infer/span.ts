import { nodes, startOf } from '../ast.ts';
import type { Node } from '../ast.ts';

/** A part of an expression, in code units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What a node and all below it stand on. */
export function spanOf(node: Node, text: string): Span {
  let [start, end] = [Infinity, 0];
  for (const each of nodes(node)) {
    if (each.position === undefined) continue;
    start = Math.min(start, tokenStart(each, text));
    end = Math.max(end, each.position);
  }
  if (start > end) return { offset: 0, length: text.length };
  return { offset: start, length: withClosers(text, start, end) - start };
}

/** Nodes end before the brackets that close them. */
function withClosers(text: string, start: number, end: number): number {
  const inside = text.slice(start, end).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs, '');
  let open = inside.replace(/[^([{]/g, '').length - inside.replace(/[^)\]}]/g, '').length;
  let last = end;
  for (; open > 0; open--) {
    const [closer] = /^\s*[)\]}]/.exec(text.slice(last)) ?? [];
    if (closer === undefined) return last;
    last += closer.length;
  }
  return last;
}

/** JSONata keeps where a token ends. */
function tokenStart(node: Node, text: string): number {
  const end = node.position ?? 0;
  const before = text.slice(0, end);
  if (node.type === 'number') return end - (/-?\d*\.?\d+(?:e[+-]?\d+)?$/i.exec(before)?.[0].length ?? 1);
  if (node.type === 'value') return end - (/[a-z]+$/.exec(before)?.[0].length ?? 1);
  if (node.type === 'string') return end - (/"(?:[^"\\]|\\.)*"$|'(?:[^'\\]|\\.)*'$/s.exec(before)?.[0].length ?? 1);
  if (node.value instanceof RegExp) return Math.max(0, before.lastIndexOf(`/${node.value.source}/`));
  if (node.type === 'function' || node.type === 'partial') return end - 1;
  return startOf(node, text);
}

/** The words of the file, as long as a message may quote. */
export function quoted(node: Node, text: string): string {
  const { offset, length } = spanOf(node, text);
  const words = text.slice(offset, offset + length).replace(/\s+/g, ' ');
  return words.length > 40 ? `${words.slice(0, 39)}…` : words;
}
