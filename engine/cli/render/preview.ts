import type { TableChange } from '../../connector.ts';
import { textOf } from '../../diagnostics.ts';
import type { RunEvent } from '../../events/events.ts';
import { resultLabels, rule } from '../../log/result.ts';
import { spokenText, waitText } from '../../log/spoken.ts';
import type { Language } from '../../messages/template.ts';
import type { FlowPreview, TargetPreview } from '../../run/preview/preview.ts';
import type { PreviewedTable, RunPreview } from '../preview.ts';
import { errorData } from './error.ts';

const words = {
  en: {
    title: 'Dry run: nothing was written',
    creates: 'would create',
    updates: 'update',
    deletes: 'delete',
    unchanged: 'leave unchanged',
    skipped: 'skip',
    known: 'Delivered before, unchanged',
    records: 'records',
    stops: 'would stop here',
    requests: 'Requests',
    'create-table': 'new table',
    'add-column': 'new column',
    'widen-column': 'wider column',
    comment: 'comment',
  },
  ru: {
    title: 'Пробный запуск: ничего не записано',
    creates: 'было бы создано',
    updates: 'обновлено',
    deletes: 'удалено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    known: 'Доставлено раньше, без изменений',
    records: 'записей',
    stops: 'запуск остановился бы здесь',
    requests: 'Запросов',
    'create-table': 'новая таблица',
    'add-column': 'новый столбец',
    'widen-column': 'столбец шире',
    comment: 'комментарий',
  },
} as const satisfies Record<Language, object>;

/** What `pipe run --dry-run --json` prints, and `pipe diff --json` without the pipeline (schemas/output/run-dry.schema.json). */
export function previewData(
  { flows, error, seconds, ...rest }: Omit<RunPreview, 'pipeline'>,
  language: Language,
): object {
  return {
    ...rest,
    seconds: Math.round(seconds * 1000) / 1000,
    flows: flows.map((flow) => flowData(flow, language)),
    ...(error && errorData(error, language)),
  };
}

function flowData({ failed, error, ...counts }: FlowPreview, language: Language): object {
  return {
    ...counts,
    failed: failed.map(({ error: reason, records }) => ({ records, ...errorData(reason, language) })),
    ...(error && errorData(error, language)),
  };
}

/** The counts of a preview for people. */
export function previewText({ tables, flows, requests, seconds }: RunPreview, language: Language): string {
  const say = words[language];
  const { time, second } = resultLabels[language];
  return [
    rule,
    say.title,
    ...tables.flatMap((table) => tableLines(table, language)),
    ...flows.flatMap((flow) => flowLines(flow, language)),
    `${say.requests}: ${requests}`,
    `${time}: ${seconds.toFixed(2)}${second}`,
    rule,
  ].join('\n');
}

export function tableLines({ connection, entity, changes }: PreviewedTable, language: Language): readonly string[] {
  return [`${connection} ${entity}`, ...changes.flatMap((change) => changeLines(change, language))];
}

/** What is to be done to a table, with the statement under it. */
export function changeLines({ kind, column, type, before, sql }: TableChange, language: Language): readonly string[] {
  const named = column === undefined ? '' : ` ${column}`;
  const typed = type === undefined ? '' : ` ${before === undefined ? type : `${before} → ${type}`}`;
  return [`  ${words[language][kind]}${named}${typed}`, ...sql.split('\n').map((line) => `    ${line}`)];
}

function flowLines({ name, read, unchanged, failed, targets, error }: FlowPreview, language: Language): string[] {
  const say = words[language];
  const text = (reason: { code: string; parameters: Parameters<typeof textOf>[1] }) =>
    textOf(reason.code, reason.parameters, language).message;
  return [
    name,
    `  ${resultLabels[language].read}: ${read}`,
    ...(unchanged > 0 ? [`  ${say.known}: ${unchanged}`] : []),
    ...targets.map((target) => `    ${target.name}: ${targetText(target, language)}`),
    ...failed.map(({ error: reason, records }) => `  ${say.records}: ${records}: ${text(reason)}`),
    ...(error ? [`  ${say.stops}: ${text(error)}`] : []),
  ];
}

export function targetText(target: TargetPreview, language: Language): string {
  const say = words[language];
  const kinds = (['creates', 'updates', 'deletes', 'unchanged'] as const).map((kind) => `${say[kind]} ${target[kind]}`);
  return [...kinds, ...(target.skipped > 0 ? [`${say.skipped} ${target.skipped}`] : [])].join(', ');
}

/** What is said while it is planned: warnings, and what is waited for. */
export function previewWord(event: RunEvent, language: Language): string | undefined {
  if (event.type === 'waiting') return waitText(event, language);
  const said = event.type === 'warning' ? spokenText(event, language) : undefined;
  return said === undefined ? undefined : `WARNING: ${said}`;
}
