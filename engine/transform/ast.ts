/**
 * The part of JSONata's syntax tree that this room reads. The library's own types stop at the parser's first pass;
 * these are the nodes of its second one (jsonata.js, `processAST`).
 */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  /** Code units before the end of the node's own token. */
  readonly position?: number;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly expression?: Node;
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly body?: Node;
  /** A list of key and value pairs in `{ }`, one node in operators. */
  readonly lhs?: Node | readonly Node[] | readonly Pair[];
  readonly rhs?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly pattern?: Node;
  readonly update?: Node;
  readonly delete?: Node;
  /** `[ ]` after a step of a path, and after anything else. */
  readonly stages?: readonly Node[];
  readonly predicate?: readonly Node[];
  /** What stands in such brackets. */
  readonly expr?: Node;
  readonly group?: { readonly lhs: readonly Pair[] };
  readonly terms?: readonly { readonly expression: Node }[];
  /** `@$name` and `#$name` on a step. */
  readonly focus?: string;
  readonly index?: string;
  readonly tuple?: boolean;
  readonly keepArray?: boolean;
  readonly keepSingletonArray?: boolean;
  readonly consarray?: boolean;
  readonly thunk?: boolean;
}

export type Pair = readonly [Node, Node];

/** The operand of an operator; `{ }` has pairs in its place. */
export function leftOf(node: Node): Node | undefined {
  return node.lhs === undefined || isList(node.lhs) ? undefined : node.lhs;
}

/** The pairs of `{ key: value }`. */
export function pairsOf(node: Node): readonly Pair[] {
  return node.lhs !== undefined && isList(node.lhs) ? node.lhs.filter(isPair) : [];
}

function isList(value: Node | readonly Node[] | readonly Pair[]): value is readonly Node[] | readonly Pair[] {
  return Array.isArray(value);
}

function isPair(value: Node | Pair): value is Pair {
  return Array.isArray(value);
}

/** A path of a single name, `uniqueId`: its name. */
export function bareName(node: Node): string | undefined {
  const step = node.type === 'path' && node.steps?.length === 1 ? node.steps[0] : undefined;
  return step?.type === 'name' && isPlain(step) && isPlain(node) ? textOf(step) : undefined;
}

/** No brackets, bindings or grouping hang on the node. */
export function isPlain(node: Node): boolean {
  return !node.stages && !node.predicate && !node.group && !node.tuple && !node.keepArray && !node.keepSingletonArray;
}

/** The name a `name` or `variable` node carries. */
export function textOf(node: Node | undefined): string {
  return typeof node?.value === 'string' ? node.value : '';
}

/** Where the node's own token begins; JSONata keeps where it ends. */
export function startOf(node: Node, text: string): number {
  const end = node.position ?? 0;
  const quote = text[end - 1];
  if (node.type === 'variable') return Math.max(0, end - textOf(node).length - 1);
  if (quote === '`' || quote === '"' || quote === "'") return Math.max(0, text.lastIndexOf(quote, end - 2));
  if (node.type === 'name') return Math.max(0, end - textOf(node).length);
  if (node.type === 'number') return end - (/[\d.]+(?:[eE][+-]?\d+)?$/.exec(text.slice(0, end))?.[0].length ?? 1);
  return Math.max(0, end - 1);
}

const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=', 'in']);

export function isComparison(node: Node | undefined): node is Node {
  return node?.type === 'binary' && comparisons.has(textOf(node));
}

const walked = new WeakMap<Node, readonly Node[]>();

/** Every node of the tree, whatever it hangs on. Walked once: whoever checks an expression asks for them. */
export function nodes(root: Node): readonly Node[] {
  const known = walked.get(root);
  if (known) return known;
  const all: Node[] = [];
  addTo(all, root);
  walked.set(root, all);
  return all;
}

function addTo(all: Node[], node: Node | undefined): void {
  if (!node) return;
  all.push(node);
  if (!leaves.has(node.type)) addOperands(all, node);
  addAll(all, node.stages);
  addAll(all, node.predicate);
  if (node.lhs !== undefined) for (const pair of pairsOf(node)) addAll(all, pair);
  if (node.group) for (const pair of node.group.lhs) addAll(all, pair);
  if (node.terms) for (const { expression } of node.terms) addTo(all, expression);
}

/** Types of nodes that have no operands: most there are. */
const leaves: ReadonlySet<string> = new Set(['name', 'variable', 'string', 'number', 'value', 'regex']);

function addOperands(all: Node[], node: Node): void {
  addTo(all, node.expression);
  addTo(all, node.procedure);
  addTo(all, node.body);
  addTo(all, node.rhs);
  addTo(all, node.condition);
  addTo(all, node.then);
  addTo(all, node.else);
  addTo(all, node.pattern);
  addTo(all, node.update);
  addTo(all, node.delete);
  addTo(all, node.expr);
  addTo(all, leftOf(node));
  addAll(all, node.steps);
  addAll(all, node.expressions);
  addAll(all, node.arguments);
}

function addAll(all: Node[], list: readonly Node[] | undefined): void {
  if (list) for (const node of list) addTo(all, node);
}
