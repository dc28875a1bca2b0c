import { textOf } from '../../diagnostics.ts';
import type { Place } from '../../diagnostics.ts';
import type { Field, Row } from '../../connector.ts';
import { queueLine } from '../../log/result.ts';
import type { Language } from '../../messages/template.ts';
import type { QueueChange, QueueCounts, QueueEntry } from '../../state/ports.ts';
import { maskedRow } from '../masked-row.ts';
import { localText } from './moment.ts';
import { tableText } from './table.ts';
import { shellWord } from '../../messages/shell-word.ts';

export function queueData(entries: readonly QueueEntry[], counts: QueueCounts, language: Language): object {
  return { counts, rows: entries.map((entry) => headData(entry, language)) };
}

interface HeadData extends Pick<QueueEntry, 'id' | 'flow' | 'key' | 'state' | 'attempts'> {
  readonly firstAt: string;
  readonly lastAt: string;
  readonly dueAt?: string;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

export interface EntryData extends HeadData {
  /** Where the mapping writes the field that was refused, where one place does. */
  readonly where?: Pick<Place, 'file' | 'line' | 'column'>;
  readonly source: Row;
}

/** A row of the queue, the columns to mask (undefined: show all), and the place in the file it is about. */
export interface ShownEntry {
  readonly entry: QueueEntry;
  readonly personal: readonly Field[] | undefined;
  readonly place?: Place | undefined;
}

function headData(entry: QueueEntry, language: Language): HeadData {
  const { id, flow, key, state, attempts, firstAt, lastAt, dueAt, error } = entry;
  return {
    id,
    flow,
    key,
    state,
    attempts,
    firstAt: iso(firstAt),
    lastAt: iso(lastAt),
    ...(dueAt !== undefined && { dueAt: iso(dueAt) }),
    error: { code: error.code, ...textOf(error.code, error.parameters, language) },
  };
}

const heads = {
  en: ['id', 'flow', 'key', 'state', 'attempts', 'due', 'error'],
  ru: ['id', 'поток', 'ключ', 'состояние', 'попыток', 'срок', 'ошибка'],
} as const satisfies Record<Language, readonly string[]>;

export function queueText(entries: readonly QueueEntry[], counts: QueueCounts, language: Language): string {
  const rows = entries.map((entry) => [
    String(entry.id),
    entry.flow,
    entry.key,
    entry.state,
    String(entry.attempts),
    entry.dueAt === undefined ? '' : localText(iso(entry.dueAt)),
    textOf(entry.error.code, entry.error.parameters, language).message,
  ]);
  return [...(rows.length > 0 ? [tableText(heads[language], rows), ''] : []), queueLine(counts, language)].join('\n');
}

export function entryData({ entry, personal, place }: ShownEntry, language: Language): EntryData {
  const where = place && { file: place.file, line: place.line, column: place.column };
  return { ...headData(entry, language), ...(where && { where }), source: shownRow(entry, personal) };
}

export function entryText({ entry, personal, place }: ShownEntry, file: string, language: Language): string {
  const { message, fix } = textOf(entry.error.code, entry.error.parameters, language);
  const fixWord = language === 'ru' ? 'исправление' : 'fix';
  return [
    `${entry.flow} ${entry.key}: ${entry.state}, ${localText(iso(entry.lastAt))}`,
    `  ${message}`,
    ...(place ? [`  ${place.file}:${place.line}:${place.column}`] : []),
    `  ${fixWord}: ${fix}`,
    ...(entry.state === 'quarantined' ? decisions(entry, file, language) : []),
    JSON.stringify(shownRow(entry, personal), null, 2),
  ].join('\n');
}

/** Nobody can look up what became of its write but a person, in the target. */
function decisions({ id, flow }: QueueEntry, file: string, language: Language): readonly string[] {
  const command = (verb: string) => `pipe queue ${verb} ${shellWord(file)} ${id} --flow ${flow}`;
  return language === 'ru'
    ? [`  запись дошла: ${command('drop')}`, `  не дошла, записать: ${command('retry')}`]
    : [`  it is there: ${command('drop')}`, `  it is not, write it: ${command('retry')}`];
}

function shownRow(entry: QueueEntry, personal: readonly Field[] | undefined): Row {
  return personal ? maskedRow(entry.source, personal) : entry.source;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

export function retriedText({ rows, inDoubt }: QueueChange, file: string, language: Language): string {
  const marked =
    language === 'ru'
      ? `отмечено к повтору: ${rows}; повторит следующий \`pipe run ${shellWord(file)}\``
      : `${rows} marked; the next \`pipe run ${shellWord(file)}\` tries them again`;
  return inDoubt === 0 ? marked : `${marked}\n${undecidedText(inDoubt, file, language)}`;
}

function undecidedText(rows: number, file: string, language: Language): string {
  return language === 'ru'
    ? `в карантине остались: ${rows}; решите о каждой: \`pipe queue show ${shellWord(file)} <номер>\``
    : `${rows} stay in quarantine: decide about each, see \`pipe queue show ${shellWord(file)} <id>\``;
}

export function droppedText({ rows, inDoubt }: QueueChange, file: string, language: Language): string {
  const dropped = language === 'ru' ? `удалено из очереди: ${rows}` : `${rows} dropped`;
  return inDoubt === 0 ? dropped : `${dropped}\n${stayingText(inDoubt, file, language)}`;
}

function stayingText(rows: number, file: string, language: Language): string {
  return language === 'ru'
    ? `остались, потому что на их запись ещё нет ответа: ${rows}; это выяснит \`pipe run ${shellWord(file)}\``
    : `${rows} stay, since a write of theirs has no answer yet; \`pipe run ${shellWord(file)}\` finds out`;
}
