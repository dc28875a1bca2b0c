import type { Span } from './source-text.ts';

/**
 * A YAML value that knows where it stands: aliases and merge keys are resolved, so that a part taken from an anchor
 * (or from the file that `extends` names) keeps the place where its text was written.
 */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly span: Span;
  readonly value: string | number | boolean | null;
  /** The value as the author wrote it, without quotes: `1` and `"1"` are the same text. */
  readonly text: string;
  /** Interpolation filled it in: what it held before, e.g. `${env:PORT}`. Its value is never shown. */
  readonly variables?: Variables;
  /** What it was to hold is not known, and that has been reported: nothing more is to be said about its value. */
  readonly undecided?: true;
}

/** The variables a scalar was made of. */
export interface Variables {
  readonly written: string;
  readonly names: readonly string[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly Node[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly node: Node;
}

export type Path = readonly (string | number)[];

/** Plain JSON of a node, for Ajv and for the connector; `undecided` takes the place of what is not known. */
export function toJson(node: Node, undecided?: symbol): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.undecided ? (undecided ?? node.value) : node.value;
    case 'list':
      return node.items.map((item) => toJson(item, undecided));
    case 'map':
      return Object.fromEntries(entries(node).map(({ key, node: value }) => [key, toJson(value, undecided)]));
    default:
      return node satisfies never;
  }
}

export function child(node: Node | undefined, key: string | number): Node | undefined {
  if (node?.kind === 'map') return node.entries.get(String(key))?.node;
  if (node?.kind === 'list') return node.items[Number(key)];
  return undefined;
}

export function at(node: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(child, node);
}

export function entry(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined;
}

export function entries(node: Node | undefined): readonly Entry[] {
  return node?.kind === 'map' ? [...node.entries.values()] : [];
}

export function items(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The text of a scalar that may stand for a name or an expression: numbers and booleans as they were written. */
export function textIn(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

export function textAt(node: Node | undefined, key: string): string | undefined {
  return textIn(child(node, key));
}

/** Every scalar under a node, with its path from there. */
export function* scalars(node: Node, path: Path = []): Generator<{ readonly node: ScalarNode; readonly path: Path }> {
  if (node.kind === 'scalar') yield { node, path };
  for (const each of entries(node)) yield* scalars(each.node, [...path, each.key]);
  for (const [index, item] of items(node).entries()) yield* scalars(item, [...path, index]);
}

/** The same tree with every scalar put through `change`; what has none that changes stays itself. */
export function mapScalars(node: Node, change: (scalar: ScalarNode) => Node): Node {
  switch (node.kind) {
    case 'scalar':
      return change(node);
    case 'list':
      return mapItems(node, (item) => mapScalars(item, change));
    case 'map':
      return mapEntries(node, (each) => mapScalars(each.node, change));
    default:
      return node satisfies never;
  }
}

/** The same list with every item put through `change`: the list itself where none changes. */
export function mapItems(list: ListNode, change: (item: Node) => Node): ListNode {
  const changed = list.items.map(change);
  return changed.every((item, index) => item === list.items[index]) ? list : { ...list, items: changed };
}

/** The same map with every value put through `change`: the map itself where none changes. */
export function mapEntries(map: MapNode, change: (entry: Entry) => Node): MapNode {
  const before = entries(map);
  const changed = before.map((each) => {
    const node = change(each);
    return node === each.node ? each : { ...each, node };
  });
  return changed.every((each, index) => each === before[index]) ? map : withEntries(map, changed);
}

export function withEntries(node: MapNode, list: readonly Entry[]): MapNode {
  return { ...node, entries: new Map(list.map((each) => [each.key, each])) };
}
