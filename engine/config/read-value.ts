import type { Value } from '../connector.ts';
import type { Place } from '../diagnostics.ts';
import { child, entries, toJson } from './node.ts';
import type { Node } from './node.ts';
import { isValue } from './param-value.ts';
import type { MapValue } from './pipeline.ts';
import { expressionAt, expressionIn } from './reader.ts';
import { placeOf } from './source-text.ts';

/** An expression, `{ const: … }` or `{ from: …, table: …, otherwise: … }`; undefined: none of them. */
export function readValue(node: Node | undefined): MapValue | undefined {
  if (node?.kind === 'map' && node.entries.has('const')) return constIn(node);
  if (node?.kind === 'map' && node.entries.has('from')) return readTable(node);
  const expression = node?.kind === 'map' ? expressionAt(node, 'value') : expressionIn(node);
  return expression && { kind: 'expression', expression };
}

function constIn(node: Node): MapValue | undefined {
  const value = valueIn(child(node, 'const'));
  return value === undefined ? undefined : { kind: 'const', value, ...placeIn(child(node, 'const')) };
}

function readTable(node: Node): MapValue | undefined {
  const from = expressionAt(node, 'from');
  if (!from) return undefined;
  const table = new Map<string, Value>();
  for (const entry of entries(child(node, 'table'))) {
    const value = valueIn(entry.node);
    if (value !== undefined) table.set(entry.key, value);
  }
  const otherwise = readOtherwise(child(node, 'otherwise'));
  const placeOfKey = (key: string) =>
    placeIn(entries(child(node, 'table')).find((entry) => entry.key === key)?.node).place;
  return { kind: 'table', from, table, placeOf: placeOfKey, ...(otherwise && { otherwise }) };
}

/** `otherwise: NEW` is short for `{ const: NEW }`. */
function readOtherwise(node: Node | undefined) {
  const literal = node?.kind === 'map' ? child(node, 'const') : node;
  const value = valueIn(literal);
  const warn = child(node, 'warn');
  if (value === undefined) return undefined;
  return { value, warn: warn?.kind === 'scalar' && warn.value === true, ...placeIn(literal) };
}

function placeIn(node: Node | undefined): { readonly place?: Place } {
  return node ? { place: placeOf(node.span) } : {};
}

export function valueIn(node: Node | undefined): Value | undefined {
  const json = node && toJson(node);
  return isValue(json) ? json : undefined;
}
