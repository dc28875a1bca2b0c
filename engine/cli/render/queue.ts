import { textOf } from '../../diagnostics.ts';
import type { Field } from '../../connector.ts';
import type { Language } from '../../messages/template.ts';
import type { QueueCounts, QueueEntry } from '../../state/ports.ts';
import { maskedRow } from '../masked-row.ts';
import { localText } from './moment.ts';
import { tableText } from './table.ts';

export function queueData(entries: readonly QueueEntry[], counts: QueueCounts, language: Language): object {
  return { counts, rows: entries.map((entry) => headData(entry, language)) };
}

function headData(entry: QueueEntry, language: Language): object {
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
  return [...(rows.length > 0 ? [tableText(heads[language], rows), ''] : []), countsLine(counts, language)].join('\n');
}

/** The statistics line of rule 42. */
function countsLine(counts: QueueCounts, language: Language): string {
  const { pending, waiting, quarantined, failed, completed, superseded } = counts;
  const total = pending + waiting + quarantined + failed + completed + superseded;
  const held = waiting + quarantined;
  return language === 'ru'
    ? `Очередь: всего=${total}, pending=${pending + held}, failed=${failed}, completed=${completed + superseded}`
    : `Queue: total=${total}, pending=${pending}, waiting=${waiting}, quarantined=${quarantined}, failed=${failed}, completed=${completed}, superseded=${superseded}`;
}

export function entryData(entry: QueueEntry, personal: readonly Field[] | undefined, language: Language): object {
  return { ...headData(entry, language), source: shownRow(entry, personal) };
}

export function entryText(entry: QueueEntry, personal: readonly Field[] | undefined, language: Language): string {
  const { message, fix } = textOf(entry.error.code, entry.error.parameters, language);
  const fixWord = language === 'ru' ? 'исправление' : 'fix';
  return [
    `${entry.flow} ${entry.key}: ${entry.state}, ${localText(iso(entry.lastAt))}`,
    `  ${message}`,
    `  ${fixWord}: ${fix}`,
    JSON.stringify(shownRow(entry, personal), null, 2),
  ].join('\n');
}

function shownRow(entry: QueueEntry, personal: readonly Field[] | undefined): object {
  return personal ? maskedRow(entry.source, personal) : entry.source;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

export function retriedText(rows: number, file: string, language: Language): string {
  return language === 'ru'
    ? `отмечено к повтору: ${rows}; повторит следующий \`pipe run ${file}\``
    : `${rows} marked; the next \`pipe run ${file}\` tries them again`;
}

export function droppedText(rows: number, language: Language): string {
  return language === 'ru' ? `удалено из очереди: ${rows}` : `${rows} dropped`;
}
