import type { Connector } from '../connector.ts';
import { configErrors } from './errors.ts';
import { choicesFor, listed } from './nearest.ts';
import { child, entries, entry, items, textIn } from './node.ts';
import type { MapNode, Node } from './node.ts';
import type { Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

/** `field:` of a target's fields: the connector makes fields, knows the type, and gives options to fields of it. */
export function checkProvision(
  target: MapNode,
  { name: connector, sink }: Connector,
  makesTables: boolean,
  reader: Reader,
): void {
  for (const { node } of entries(child(target, 'fields'))) {
    for (const part of node.kind === 'list' ? items(node) : [node]) {
      const written = entry(part, 'field');
      if (!written) continue;
      if (sink?.fieldTypes) checkField(written.node, connector, sink.fieldTypes, reader);
      else if (!makesTables)
        reader.report(configErrors.field_not_here.finding({ connector }, placeOf(written.keySpan)));
    }
  }
}

function checkField(
  field: Node,
  connector: string,
  types: NonNullable<NonNullable<Connector['sink']>['fieldTypes']>,
  reader: Reader,
): void {
  const at = child(field, 'type') ?? field;
  const type = textIn(at);
  if (type === undefined) return;
  const known = types[type];
  if (!known) {
    const choices = choicesFor(type, Object.keys(types));
    reader.report(configErrors.unknown_field_type.finding({ connector, type, choices }, placeOf(at.span)));
  }
  const options = entry(field, 'options');
  if (known && !known.options && options) {
    const choices = listed(Object.keys(types).filter((each) => types[each]?.options));
    reader.report(configErrors.field_without_options.finding({ type, choices }, placeOf(options.keySpan)));
  }
}
