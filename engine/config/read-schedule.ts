import type { Diagnostic } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import { durationMs } from './duration.ts';
import { checkConnection } from './names.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, entry, items, textAt, toJson } from './node.ts';
import type { Node, ScalarNode } from './node.ts';
import type { Brake, Brakes, ScheduleEntry, SyncLog } from './pipeline.ts';
import { textsIn, wordAt } from './reader.ts';
import type { Reader } from './reader.ts';
import { propertiesOf, takesAnyKey } from './schema-branch.ts';
import { placeOf } from './source-text.ts';
import { isTimezone } from './timezone.ts';
import { shown } from './wording.ts';

export function readSchedule(
  node: Node | undefined,
  flows: readonly string[],
  reader: Reader,
): readonly ScheduleEntry[] {
  return items(node).flatMap((item) => readEntry(item, flows, reader) ?? []);
}

function readEntry(node: Node, flows: readonly string[], reader: Reader): ScheduleEntry | undefined {
  if (node.kind !== 'map') return undefined;
  const times = ['every', 'cron', 'on'].filter((key) => node.entries.has(key));
  if (times.length !== 1) reader.report(configErrors.schedule_time.finding({}, placeOf(node.span)));
  const named = textsIn(child(node, 'flows'));
  checkFlows(named, flows, reader);
  const common = {
    mode: wordAt(node, 'mode', ['incremental', 'full'], 'incremental'),
    ...(child(node, 'flows') && { flows: named.map(({ text }) => text) }),
    place: placeOf(node.span),
  };
  checkTimezone(node, reader);
  if (times[0] === 'on') reportEvents(node, reader);
  if (times[0] === 'cron') return readCron(node, common, reader);
  const everyMs = durationMs(textAt(node, 'every'));
  return everyMs === undefined ? undefined : { ...common, on: 'time', everyMs };
}

function readCron(
  node: Node,
  common: Pick<ScheduleEntry, 'mode' | 'flows' | 'place'>,
  reader: Reader,
): ScheduleEntry | undefined {
  const written = child(node, 'cron');
  if (written?.kind !== 'scalar' || written.value === null || written.undecided) return undefined;
  if (!isCron(written.text)) {
    reader.report(wrongCron(written));
    return undefined;
  }
  const timezone = textAt(node, 'timezone');
  return { ...common, on: 'cron', cron: written.text, ...(timezone !== undefined && { timezone }) };
}

/** What a variable holds is not shown, but the variable is named. */
function wrongCron(written: ScalarNode): Diagnostic {
  const place = placeOf(written.span);
  const [variable] = written.variables?.names ?? [];
  if (variable === undefined) return configErrors.wrong_cron.finding({ text: shown(written) }, place);
  const example = '0 8,20 * * * (Minute, hour, day, month, weekday)';
  return configErrors.variable_misfit.finding({ variable, key: 'cron', example }, place);
}

function checkFlows(named: ReturnType<typeof textsIn>, flows: readonly string[], reader: Reader): void {
  for (const { text, span } of named) {
    if (flows.includes(text)) continue;
    reader.report(configErrors.unknown_flow.finding({ name: text, choices: choicesFor(text, flows) }, placeOf(span)));
  }
}

/** No connector tells of changes by itself yet: whoever asks for events would wait for ever. */
function reportEvents(node: Node, reader: Reader): void {
  const on = child(node, 'on');
  if (on?.kind === 'scalar' && on.value === 'events') {
    reader.report(configErrors.no_events.finding({}, placeOf(on.span)));
  }
}

function checkTimezone(node: Node, reader: Reader): void {
  const written = entry(node, 'timezone');
  const timezone = textAt(node, 'timezone');
  if (!written || timezone === undefined) return;
  if (!child(node, 'cron')) {
    reader.report(configErrors.timezone_without_cron.finding({}, placeOf(written.keySpan)));
  } else if (!isTimezone(timezone)) {
    reader.report(configErrors.unknown_timezone.finding({ timezone }, placeOf(written.node.span)));
  }
}

// ---- cron -----------------------------------------------------------------------------------------------------------

const fields = [
  { from: 0, to: 59, words: [] },
  { from: 0, to: 23, words: [] },
  { from: 1, to: 31, words: [] },
  { from: 1, to: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { from: 0, to: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

/** Minute, hour, day, month, weekday: lists, ranges, steps and English names. */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  return parts.length === fields.length && fields.every((field, index) => isCronField(parts[index] ?? '', field));
}

function isCronField(part: string, field: (typeof fields)[number]): boolean {
  return part.split(',').every((item) => {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
    if (step !== undefined && Number(step) === 0) return false;
    if (range === '*') return true;
    const [first = '', last = first, ...more] = range.split('-');
    const [low, high] = [numberIn(first, field), numberIn(last, field)];
    return more.length === 0 && low !== undefined && high !== undefined && low <= high;
  });
}

function numberIn(text: string, { from, to, words }: (typeof fields)[number]): number | undefined {
  const word = words.findIndex((each) => each === text.toLowerCase());
  if (word !== -1) return word + from;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return number >= from && number <= to ? number : undefined;
}

// ---- brakes and sync log --------------------------------------------------------------------------------------------

export function readBrakes(node: Node | undefined): Brakes {
  const brakes = entries(node).flatMap(({ key, node: limit }) => {
    const brake = readBrake(toJson(limit));
    return brake ? [[key, brake] as const] : [];
  });
  return Object.fromEntries(brakes);
}

function readBrake(limit: unknown): Brake | undefined {
  if (typeof limit === 'number') return { rows: limit };
  return typeof limit === 'string' && /^\d+(\.\d+)?%$/.test(limit)
    ? { share: Number(limit.slice(0, -1)) / 100 }
    : undefined;
}

export function readSyncLog(node: Node | undefined, reader: Reader): SyncLog | undefined {
  const connection = textAt(node, 'connection');
  const table = textAt(node, 'table');
  if (!node || connection === undefined || table === undefined) return undefined;
  const named = child(node, 'connection') ?? node;
  if (checkConnection(connection, named, reader)) checkTables(connection, named, reader);
  return { connection, table, place: placeOf(node.span) };
}

function checkTables(name: string, at: Node, reader: Reader): void {
  const connector = reader.connectors.get(name);
  if (!connector) return;
  const { sink } = connector;
  const place = placeOf(at.span);
  if (!sink) reader.report(configErrors.not_a_target.finding({ name, connector: connector.name }, place));
  else if (!takesAnyKey(sink.settings) && !('table' in propertiesOf(sink.settings))) {
    reader.report(configErrors.no_tables_here.finding({ connector: connector.name }, place));
  }
}
