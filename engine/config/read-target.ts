import type { Connector, TargetBlock } from '../connector.ts';
import { checkProvision } from './check-provision.ts';
import { checkShape } from './check-shape.ts';
import { checkGuardNames } from './check-twice.ts';
import { configErrors } from './errors.ts';
import { checkConnection, checkOwnName } from './names.ts';
import { nearest } from './nearest.ts';
import { child, entries, entry, items, textAt, textIn, toJson, withEntries } from './node.ts';
import type { Entry, MapNode, Node } from './node.ts';
import type { Target, TargetGuard } from './pipeline.ts';
import { unknownKeys } from './read-connections.ts';
import { checkWritten, readFields } from './read-fields.ts';
import type { ReadFields } from './read-fields.ts';
import { readMatch } from './read-match.ts';
import { expressionAt, textsIn, wordAt } from './reader.ts';
import type { Reader } from './reader.ts';
import { isMap, propertiesOf, takesAnyKey, withDefaults } from './schema-branch.ts';
import { targetProperties } from './schema-target.ts';
import { placeOf } from './source-text.ts';

export function readTarget(written: Entry, flow: string, reader: Reader): Target | undefined {
  const { node, key: name } = written;
  const connection = textAt(node, 'connection');
  checkOwnName(name, written.keySpan, reader);
  if (node.kind !== 'map' || connection === undefined) return undefined;
  const connector = targetConnector(connection, node, reader);
  const block = readBlock(written, node, connector, `flows.${flow}.targets.${name}`, reader);
  const meant = asMeant(node);
  const fields = readFields(meant);
  const key = textsIn(child(node, 'key'));
  const writes = meant.entries.has('fields') || meant.entries.has('rows');
  if (writes) checkWritten(key, fields, 'key_not_mapped', reader);
  checkTarget(written, node, writes, connector, reader);
  const guards = items(child(node, 'guard'));
  checkGuardNames(guards, reader);
  const within = expressionAt(node, 'within');
  const missing = wordAt(node, 'missing', ['create', 'skip', 'error'], writes ? 'create' : 'skip');
  return {
    name,
    place: placeOf(written.keySpan),
    connection,
    block,
    entity: entityOf(block, connector),
    key: key.map(({ text }) => text),
    match: readMatch(node, key, fields, reader),
    missing: missing === 'create' && !writes ? 'skip' : missing,
    guards: guards.flatMap((guard) => readGuard(guard, fields, writes, reader)),
    ...(writes && { fields: fields.fields }),
    ...(fields.everyField && { everyField: { ...fields.everyField, columnOf: columnsOf(connector) } }),
    rows: fields.rows,
    absent: readAbsent(child(node, 'absent')),
    ...markPlace(child(node, 'absent')),
    ...(within && { within }),
    ...(node.entries.has('ddl') && { ddl: wordAt(node, 'ddl', ['never', 'create', 'evolve'], 'never') }),
  };
}

/** With its `fields` under that name: a slip of the pen is told once, and not again by all that speaks of fields. */
function asMeant(node: MapNode): MapNode {
  if (node.entries.has('fields')) return node;
  const known = Object.keys(targetProperties);
  const isMisspelt = (key: string): boolean => !known.includes(key) && nearest(key, known) === 'fields';
  return withEntries(
    node,
    entries(node).map((each) => (isMisspelt(each.key) ? { ...each, key: 'fields' } : each)),
  );
}

function columnsOf(connector: Connector | undefined): (field: string) => string {
  return (field) => connector?.sink?.columnOf?.(field) ?? field;
}

function targetConnector(name: string, node: Node, reader: Reader): Connector | undefined {
  const at = child(node, 'connection') ?? node;
  if (!checkConnection(name, at, reader)) return undefined;
  const connector = reader.connectors.get(name);
  if (!connector || connector.sink) return connector;
  reader.report(configErrors.not_a_target.finding({ name, connector: connector.name }, placeOf(at.span)));
  return undefined;
}

/** The connector's own keys, with `ddl` where the connector knows it too. */
function readBlock(
  written: Entry,
  node: MapNode,
  connector: Connector | undefined,
  name: string,
  reader: Reader,
): TargetBlock {
  const schema = connector?.sink?.settings;
  const shared = schema ? Object.keys(propertiesOf(schema)) : [];
  const own = withEntries(
    node,
    entries(node).filter(({ key }) => !(key in targetProperties) || shared.includes(key)),
  );
  if (schema) {
    const block = { name, node: withoutEngineKeys(own), keySpan: written.keySpan };
    reader.report(...unknownKeys(own, schema, name, Object.keys(targetProperties)), ...checkShape(schema, block));
  }
  const json = toJson(own);
  return isMap(json) ? withDefaults(json, schema ?? {}) : {};
}

/** What the skeleton has checked already is not checked twice. */
function withoutEngineKeys(own: MapNode): MapNode {
  return withEntries(
    own,
    entries(own).filter(({ key }) => !(key in targetProperties)),
  );
}

function entityOf(block: TargetBlock, connector: Connector | undefined): string {
  try {
    const entity = connector?.sink?.entity(block);
    if (typeof entity === 'string') return entity;
  } catch {
    // The block is not what the connector wants: that has been reported.
  }
  const named = block['entity'] ?? block['table'];
  return typeof named === 'string' ? named : '';
}

function checkTarget(
  written: Entry,
  node: MapNode,
  writes: boolean,
  connector: Connector | undefined,
  reader: Reader,
): void {
  const hasMatch = items(child(node, 'match')).length > 0;
  if (!writes) checkLookUp(written, node, hasMatch, reader);
  else if (node.entries.has('table') && items(child(node, 'key')).length === 0) {
    reader.report(configErrors.key_wanted.finding({}, placeOf(written.keySpan)));
  }
  const ddl = entry(node, 'ddl');
  const schema = connector?.sink?.settings;
  const makesTables = schema !== undefined && (takesAnyKey(schema) || hasTables(schema));
  if (ddl && connector && schema && !makesTables) {
    reader.report(configErrors.ddl_not_here.finding({ connector: connector.name }, placeOf(ddl.keySpan)));
  }
  if (connector?.sink) checkProvision(node, connector, makesTables, reader);
  if (writes) checkAbsent(node, connector, reader);
}

/** Rows are listed, told apart by `key`, and deleted: what cannot be done is said before a run (DL-7). */
function checkAbsent(node: MapNode, connector: Connector | undefined, reader: Reader): void {
  const absent = entry(node, 'absent');
  const chosen = readAbsent(absent?.node);
  if (!absent || chosen === 'keep') return;
  const place = placeOf(absent.keySpan);
  if (connector?.sink && !connector.sink.scan) {
    reader.report(configErrors.absent_not_here.finding({ connector: connector.name }, place));
  } else if (connector?.sink && chosen === 'delete' && !connector.sink.deletes) {
    reader.report(configErrors.delete_not_here.finding({ connector: connector.name }, place));
  }
  if (items(child(node, 'key')).length === 0) reader.report(configErrors.absent_without_key.finding({}, place));
  if (chosen === 'delete' && !node.entries.has('within')) {
    reader.report(configErrors.delete_without_within.finding({}, place, 'warning'));
  }
}

function hasTables(schema: object): boolean {
  const known = propertiesOf(schema);
  return 'ddl' in known || 'table' in known;
}

function checkLookUp(written: Entry, node: MapNode, hasMatch: boolean, reader: Reader): void {
  if (!hasMatch) reader.report(configErrors.match_wanted.finding({}, placeOf(written.keySpan)));
  const missing = entry(node, 'missing');
  if (missing && textIn(missing.node) === 'create') {
    reader.report(configErrors.lookup_creates.finding({}, placeOf(missing.node.span)));
  }
  for (const key of ['write', 'ddl', 'absent', 'within']) {
    const idle = entry(node, key);
    if (idle) reader.report(configErrors.lookup_has_no_effect.finding({ key }, placeOf(idle.keySpan), 'warning'));
  }
}

function readGuard(node: Node, fields: ReadFields, writes: boolean, reader: Reader): readonly TargetGuard[] {
  const condition = expressionAt(node, 'if');
  const skip = textAt(node, 'skip');
  const log = textAt(node, 'log');
  const effects = ['skip', 'keep', 'only'].filter((key) => entry(node, key) !== undefined);
  if (node.kind === 'map' && effects.length !== 1) {
    reader.report(configErrors.guard_effect.finding({}, placeOf(node.span)));
  }
  const names = textsIn(child(node, 'keep') ?? child(node, 'only'));
  if (writes) checkWritten(names, fields, 'guard_field_not_mapped', reader);
  if (!condition) return [];
  const common = { if: condition, ...(log !== undefined && { log }), place: placeOf(node.span) };
  if (skip !== undefined) return [{ ...common, skip }];
  const listed = names.map(({ text }) => text);
  return effects[0] === 'keep' ? [{ ...common, keep: listed }] : [{ ...common, only: listed }];
}

function markPlace(node: Node | undefined): Pick<Target, 'markPlace'> {
  const mark = child(node, 'mark');
  return mark ? { markPlace: placeOf(mark.span) } : {};
}

function readAbsent(node: Node | undefined): Target['absent'] {
  const mark = textAt(node, 'mark');
  if (mark !== undefined) return { mark };
  return textIn(node) === 'delete' ? 'delete' : 'keep';
}
