import type { Field } from '../connector.ts';
import { durationMs } from './duration.ts';
import { checkGuardNames } from './check-twice.ts';
import { configErrors } from './errors.ts';
import { checkOwnName } from './names.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, entry, items, textAt, textIn, toJson } from './node.ts';
import type { Entry, Node } from './node.ts';
import type { ConnectionSpec, Flow, FlowGuard, MapEntry } from './pipeline.ts';
import { readSource } from './read-source.ts';
import { readTarget } from './read-target.ts';
import { readValue } from './read-value.ts';
import { expressionAt, textsIn, wordAt } from './reader.ts';
import type { NamedText, Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

const defaultDelaysMs = [30_000, 60_000, 300_000];
const defaultQueueLimit = 1000;
const defaultKeepMs = 7 * 86_400_000;

export function readFlow(
  written: Entry,
  connections: ReadonlyMap<string, ConnectionSpec>,
  folder: string,
  reader: Reader,
): Flow | undefined {
  const { node, key: name } = written;
  const sourceEntry = entry(node, 'source');
  const source = sourceEntry && readSource(sourceEntry, name, connections, folder, reader);
  const map = readMap(child(node, 'map'), reader);
  const key = entry(node, 'key');
  const keyText = textIn(key?.node) ?? '';
  const required = textsIn(child(node, 'require'));
  const targets = entries(child(node, 'targets')).flatMap((target) => readTarget(target, name, reader) ?? []);
  const keyNames = key && keyText !== '' ? [{ text: keyText, span: key.node.span }] : [];
  checkRecordFields([...keyNames, ...required], map, source?.columns, reader);
  if (entries(child(node, 'targets')).length === 0 && entry(node, 'targets')?.node.kind === 'map') {
    reader.report(configErrors.no_targets.finding({ flow: name }, placeOf(written.keySpan)));
  }
  if (!source || !key) return undefined;
  const enabled = expressionAt(node, 'enabled');
  const guards = items(child(node, 'guard'));
  checkGuardNames(guards, reader);
  return {
    name,
    place: placeOf(written.keySpan),
    ...(enabled && { enabled }),
    after: textsIn(child(node, 'after')).map(({ text }) => text),
    source: source.source,
    key: fieldNamed(keyText, map),
    keyPlace: placeOf(key.node.span),
    ...(map && { map }),
    require: required.map(({ text, span }) => ({ field: fieldNamed(text, map), place: placeOf(span) })),
    guards: guards.flatMap(readGuard),
    targets,
    whole: isTrue(child(node, 'whole')),
    ...readPatience(node),
  };
}

function readMap(node: Node | undefined, reader: Reader): ReadonlyMap<string, MapEntry> | undefined {
  if (node?.kind !== 'map') return undefined;
  const map = new Map<string, MapEntry>();
  for (const each of entries(node)) {
    checkOwnName(each.key, each.keySpan, reader);
    const place = placeOf(each.keySpan);
    // A field whose value makes no sense is still a field: others may speak of it.
    const value = readValue(each.node) ?? { kind: 'const', value: '' };
    map.set(each.key, { name: each.key, value, place });
  }
  return map;
}

/** `key` and `require` name fields of the record: of `map`, or of the row where there is none. */
function checkRecordFields(
  names: readonly NamedText[],
  map: ReadonlyMap<string, MapEntry> | undefined,
  columns: readonly Field[] | undefined,
  reader: Reader,
): void {
  const known = map ? [...map.keys()] : columns?.map((column) => column.name);
  if (!known) return;
  for (const { text, span } of names) {
    if (known.includes(text)) continue;
    const field = fieldNamed(text, map);
    if (field !== text) {
      reader.report(configErrors.named_by_column.finding({ column: text, field }, placeOf(span), 'warning'));
      continue;
    }
    const choices = choicesFor(text, known);
    const finding = map
      ? configErrors.unknown_record_field.finding({ field: text, choices }, placeOf(span))
      : configErrors.unknown_column.finding({ column: text, choices }, placeOf(span));
    reader.report(finding);
  }
}

/** `key: ID` beside `map: { id: ID }` can only mean the record's `id`. */
function fieldNamed(name: string, map: ReadonlyMap<string, MapEntry> | undefined): string {
  if (!map || map.has(name)) return name;
  const renamed = [...map.values()].filter(
    ({ value }) => value.kind === 'expression' && value.expression.text.trim() === name,
  );
  return renamed.length === 1 ? (renamed[0]?.name ?? name) : name;
}

function readGuard(node: Node): readonly FlowGuard[] {
  const condition = expressionAt(node, 'if');
  const skip = textAt(node, 'skip');
  return condition && skip !== undefined ? [{ if: condition, skip }] : [];
}

function isTrue(node: Node | undefined): boolean {
  return node !== undefined && toJson(node) === true;
}

function readPatience(node: Node): Pick<Flow, 'retry' | 'queue'> {
  const queue = child(node, 'queue');
  const written = child(child(node, 'retry'), 'delays');
  const delaysMs = textsIn(written).flatMap(({ text }) => durationMs(text) ?? []);
  const limitNode = child(queue, 'limit');
  const limit = limitNode && toJson(limitNode);
  return {
    retry: { delaysMs: written ? delaysMs : defaultDelaysMs },
    queue: {
      limit: typeof limit === 'number' ? limit : defaultQueueLimit,
      keepMs: durationMs(textAt(queue, 'keep')) ?? defaultKeepMs,
      whenFull: queue ? wordAt(queue, 'whenFull', ['stop', 'drop-oldest'], 'stop') : 'stop',
    },
  };
}
