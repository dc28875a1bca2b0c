import type { Flow } from '../config/pipeline.ts';
import type { Value } from '../connector.ts';
import { nodes } from '../transform/ast.ts';
import { isParsed, parse } from '../transform/parse.ts';
import { folded } from './scramble.ts';

/** What a mapping knows by its own words: statuses, marks, limits. */
export interface Kept {
  /** Whole values, as text. */
  readonly values: ReadonlySet<string>;
  /** Words of three letters and more, folded. */
  readonly words: ReadonlySet<string>;
}

/** Keys of the flow's tables, literals of its expressions, options of its lists, and values of the params: by these the mapping takes its branches. */
export function keptIn(flow: Flow, params: Readonly<Record<string, Value>>): Kept {
  const values = new Set<string>();
  for (const text of expressionsIn(flow)) for (const literal of literalsOf(text)) values.add(literal);
  for (const { value } of flow.map?.values() ?? []) {
    if (value.kind === 'table') for (const key of value.table.keys()) values.add(key);
  }
  for (const { fields = [] } of flow.targets) {
    for (const { provision } of fields) for (const option of provision?.options ?? []) values.add(option);
  }
  for (const value of Object.values(params)) {
    for (const item of Array.isArray(value) ? value : [value]) values.add(String(item));
  }
  const words = [...values].flatMap((value) => value.match(/\p{L}{3,}/gu) ?? []).map(folded);
  return { values, words: new Set(words) };
}

function* literalsOf(expression: string): Generator<string> {
  const parsed = parse(expression);
  if (!isParsed(parsed)) return;
  for (const { type, value } of nodes(parsed.root)) {
    if ((type === 'string' && value !== '') || type === 'number') yield String(value);
  }
}

/** Every expression in a part of a pipeline, wherever it stands. */
function* expressionsIn(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  if ('text' in part && 'place' in part && typeof part.text === 'string') yield part.text;
  else for (const inner of part instanceof Map ? part.values() : Object.values(part)) yield* expressionsIn(inner);
}
