import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Connector, Field, SourceBlock, Window } from '../connector.ts';
import type { Place } from '../diagnostics.ts';
import { checkShape } from './check-shape.ts';
import { durationMs, durationOrAllMs } from './duration.ts';
import { configErrors } from './errors.ts';
import { checkConnection } from './names.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, entry, textAt, toJson, withEntries } from './node.ts';
import type { Entry, MapNode, Node } from './node.ts';
import type { ConnectionSpec, FlowSource } from './pipeline.ts';
import { askedColumns } from './asked-columns.ts';
import { unknownKeys } from './read-connections.ts';
import type { Reader } from './reader.ts';
import { isMap, withDefaults } from './schema-branch.ts';
import { sourceProperties } from './schema-flow.ts';
import { placeOf } from './source-text.ts';

export interface ReadSource {
  readonly source: FlowSource;
  /** undefined: not known without asking the system. */
  readonly columns?: readonly Field[];
}

const defaultBatch = 500;
const defaultOverlapMs = 300_000;
/** The hour that is lived twice, and a margin for what was committed late within it. */
const repeatedHourMs = 75 * 60_000;

export function readSource(
  written: Entry,
  flow: string,
  connections: ReadonlyMap<string, ConnectionSpec>,
  folder: string,
  reader: Reader,
): ReadSource | undefined {
  const { node } = written;
  const connection = textAt(node, 'connection');
  if (node.kind !== 'map' || connection === undefined) return undefined;
  const own = withQueryFile(ownKeys(node), folder, reader);
  const connector = sourceConnector(connection, node, reader);
  const size = child(node, 'batch');
  const batch = size && toJson(size);
  const block = withDefaults(asBlock(own), connector?.source?.settings ?? {});
  const isSound = connector ? checkOwn(own, connector, `flows.${flow}.source`, written, reader) : false;
  const columns = connector && isSound ? connector.source?.columns?.(block) : undefined;
  const window = readWindow(node);
  checkQuery(own, window, reader);
  checkCursorField(node, columns, reader);
  checkOverlap(node, window, connections.get(connection), reader);
  const source = {
    connection,
    block,
    asked: connector?.source ? askedColumns(own, connector.source.settings) : [],
    ...(window && { window }),
    ...windowPlace(node),
    batch: typeof batch === 'number' ? batch : defaultBatch,
    place: placeOf(written.keySpan),
  };
  return { source, ...(columns && { columns }) };
}

function windowPlace(node: Node): { readonly windowPlace?: Place } {
  const field = child(child(node, 'cursor'), 'field');
  return field ? { windowPlace: placeOf(field.span) } : {};
}

function ownKeys(node: MapNode): MapNode {
  return withEntries(
    node,
    entries(node).filter((each) => !(each.key in sourceProperties)),
  );
}

function sourceConnector(name: string, node: Node, reader: Reader): Connector | undefined {
  const at = child(node, 'connection') ?? node;
  if (!checkConnection(name, at, reader)) return undefined;
  const connector = reader.connectors.get(name);
  if (!connector || connector.source) return connector;
  reader.report(configErrors.not_a_source.finding({ name, connector: connector.name }, placeOf(at.span)));
  return undefined;
}

function checkOwn(own: MapNode, connector: Connector, name: string, written: Entry, reader: Reader): boolean {
  const schema = connector.source?.settings ?? {};
  const engineKeys = Object.keys(sourceProperties);
  const findings = [
    ...unknownKeys(own, schema, name, engineKeys),
    ...checkShape(schema, { name, node: own, keySpan: written.keySpan }),
  ];
  reader.report(...findings);
  return findings.length === 0;
}

/** `query: { file: x.sql }` becomes the text of that file. */
function withQueryFile(own: MapNode, folder: string, reader: Reader): MapNode {
  const query = entry(own, 'query');
  const file = child(query?.node, 'file');
  const path = textAt(query?.node, 'file');
  if (!query || file?.kind !== 'scalar' || path === undefined) return own;
  let text = '';
  try {
    text = readFileSync(resolve(folder, path), 'utf8');
  } catch {
    reader.report(configErrors.query_file.finding({ file: path }, placeOf(file.span)));
  }
  const scalar = {
    ...file,
    value: text,
    text,
    variables: { written: path, names: [] },
    ...(text === '' && { undecided: true as const }),
  };
  return withEntries(
    own,
    entries(own).map((each) => (each === query ? { ...query, node: scalar } : each)),
  );
}

function asBlock(own: MapNode): SourceBlock {
  const json = toJson(own);
  return isMap(json) ? json : {};
}

function readWindow(node: Node): Window | undefined {
  const cursor = child(node, 'cursor');
  const field = textAt(cursor, 'field');
  if (!cursor || field === undefined) return undefined;
  const firstMs = durationOrAllMs(textAt(cursor, 'first')) ?? 'all';
  return {
    field,
    firstMs,
    overlapMs: durationMs(textAt(cursor, 'overlap')) ?? defaultOverlapMs,
    fullMs: durationOrAllMs(textAt(cursor, 'full')) ?? firstMs,
  };
}

/** A cursor the query never asks for would read everything, every time. */
function checkQuery(own: MapNode, window: Window | undefined, reader: Reader): void {
  const query = child(own, 'query');
  if (!window || query?.kind !== 'scalar' || typeof query.value !== 'string' || query.undecided) return;
  if (!/@since\b/i.test(query.value)) reader.report(configErrors.query_without_since.finding({}, placeOf(query.span)));
}

function checkCursorField(node: Node, columns: readonly Field[] | undefined, reader: Reader): void {
  const written = child(child(node, 'cursor'), 'field');
  const column = textAt(child(node, 'cursor'), 'field');
  if (!written || column === undefined || !columns || columns.some(({ name }) => name === column)) return;
  const choices = choicesFor(
    column,
    columns.map(({ name }) => name),
  );
  reader.report(configErrors.unknown_column.finding({ column, choices }, placeOf(written.span)));
}

/** Naive stamps of the hour that a zone passes twice look old when they are new (delivery.md DL-6). */
function checkOverlap(
  node: Node,
  window: Window | undefined,
  connection: ConnectionSpec | undefined,
  reader: Reader,
): void {
  const timezone = connection?.settings['timezone'];
  if (!window || typeof timezone !== 'string' || window.overlapMs >= repeatedHourMs || !changesClocks(timezone)) return;
  const cursor = entry(node, 'cursor');
  const at = child(cursor?.node, 'overlap')?.span ?? cursor?.keySpan;
  if (at) reader.report(configErrors.short_overlap.finding({ timezone }, placeOf(at), 'warning'));
}

const clockChanges = new Map<string, boolean>();

/** Whether the zone's offset differs between the months of a year; a formatter takes a millisecond to make. */
export function changesClocks(timezone: string): boolean {
  const known = clockChanges.get(timezone) ?? hasOffsets(timezone);
  clockChanges.set(timezone, known);
  return known;
}

function hasOffsets(timezone: string): boolean {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
    const offset = (month: number) =>
      format.formatToParts(Date.UTC(2026, month)).find(({ type }) => type === 'timeZoneName')?.value;
    return new Set(Array.from({ length: 12 }, (_, month) => offset(month))).size > 1;
  } catch {
    return false;
  }
}
