import type { TObject } from 'typebox';
import { child, entries, items } from './node.ts';
import type { Entry, MapNode, Node } from './node.ts';
import type { AskedColumn } from './pipeline.ts';
import { propertiesOf } from './schema-branch.ts';
import { placeOf } from './source-text.ts';

/** Columns that the connector's own keys of a source block name, as its schema says (`columns`). */
export function askedColumns(own: MapNode, settings: TObject): readonly AskedColumn[] {
  return Object.entries(propertiesOf(settings)).flatMap(([key, { columns }]): readonly AskedColumn[] => {
    const node = child(own, key);
    if (!node || columns === undefined) return [];
    const signs = typeof columns === 'string' ? new RegExp(`^(?:${columns})`) : undefined;
    if (node.kind === 'list') return items(node).flatMap(selected);
    return entries(node).map((entry) => filtered(entry, signs));
  });
}

function selected(item: Node): readonly AskedColumn[] {
  if (item.kind !== 'scalar' || item.value === null || item.undecided) return [];
  return [{ name: item.text, place: placeOf(item.span), wanted: [], selects: true }];
}

/** `>=DATE` asks for something else than a value. */
function filtered({ key, keySpan, node }: Entry, signs: RegExp | undefined): AskedColumn {
  const name = signs ? key.replace(signs, '') : key;
  const values = node.kind === 'list' ? items(node) : [node];
  const wanted = name === key ? values.flatMap(wantedIn) : [];
  return { name, place: placeOf(keySpan), wanted, selects: false };
}

function wantedIn(node: Node): AskedColumn['wanted'] {
  if (node.kind !== 'scalar' || node.value === null || node.undecided) return [];
  return [{ value: node.value, place: placeOf(node.span) }];
}
