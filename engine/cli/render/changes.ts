import type { Value } from '../../connector.ts';
import { textOf } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';
import type { ShownChange, ShownField, ShownRecord } from '../../plan/shown-change.ts';
import { isToldOf } from '../diff.ts';

const words = {
  en: {
    by: 'by',
    kept: 'kept',
    skipped: 'skipped',
    failed: 'would wait or be rejected',
    absent: 'no record any more',
    queue: 'an older version waits in the queue',
  },
  ru: {
    by: 'по',
    kept: 'не тронуто',
    skipped: 'пропущено',
    failed: 'не прошла бы',
    absent: 'записи больше нет',
    queue: 'прежняя версия ждёт в очереди',
  },
} as const satisfies Record<Language, object>;

/** What a line begins with, so that a `diff` block colours it. */
export const signs = { create: '+', update: '~', delete: '-', unchanged: '=', skip: '·' } as const;

/** A record and what becomes of its rows, a line each; the first sign of a line says what it is about. */
export function recordLines(record: ShownRecord, language: Language): readonly string[] {
  const { flow, key, skip, error, absent, changes } = record;
  const say = words[language];
  const why = [
    ...(absent ? [say.absent] : []),
    ...(skip === undefined ? [] : [`${say.skipped}, ${skip === 'QUEUE' ? say.queue : skip}`]),
    ...(error ? [`${say.failed}: ${textOf(error.code, error.parameters, language).message}`] : []),
  ];
  const head = why.length > 0 ? `${flow} ${key}: ${why.join('; ')}` : `${flow} ${key}`;
  return [head, ...changes.filter(isToldOf).flatMap((change) => changeLines(change, language))];
}

/** A row, how it was found, and each field old → new. */
export function changeLines(change: ShownChange, language: Language): readonly string[] {
  const { operation, target, row, rung, skip, kept, named, fields } = change;
  const say = words[language];
  const found = rung === undefined ? '' : ` ${say.by} "${rung}"`;
  const told = [...(skip === undefined ? [] : [`${say.skipped}, ${skip}`]), ...named.filter((name) => name !== skip)];
  const head = `${signs[operation]} ${target}${row === undefined ? '' : ` ${row}`}${found}`;
  return [
    told.length > 0 ? `${head}: ${told.filter((name) => name !== rung).join(', ') || rung}` : head,
    ...fields.filter(({ mark }) => !mark).map((field) => `    ${fieldLine(field)}`),
    ...(kept.length > 0 ? [`    = ${say.kept}: ${kept.join(', ')}`] : []),
  ].map((line) => `  ${line}`);
}

function fieldLine({ name: code, title, before, after }: ShownField): string {
  const name = title === undefined ? code : `${code} (${title})`;
  if (after === undefined) return `- ${name}: ${valueText(before)}`;
  if (before === undefined) return `+ ${name}: ${valueText(after)}`;
  return `~ ${name}: ${valueText(before)} → ${valueText(after)}`;
}

const longest = 80;

/** One line, cut where it is long. */
function valueText(value: Value | undefined): string {
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).replaceAll(/\s+/g, ' ');
  const points = [...text];
  return points.length <= longest ? text : `${points.slice(0, longest - 1).join('')}…`;
}
