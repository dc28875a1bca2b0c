import type { Row } from '../../connector.ts';
import { textOf } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';
import { isPlaceholder } from '../../plan/change.ts';
import type { StoredError } from '../../state/ports.ts';
import type { TracedPlan } from '../../state/trace-ports.ts';
import type { Explained, ExplainedField } from '../explain.ts';
import type { MaskedStep, MaskedWrite } from '../masked-trace.ts';
import { unkeptData, unkeptLines } from './explain-unkept.ts';
import { localText } from './moment.ts';

/** What `pipe explain --json` prints; times are ISO. */
export function explainedData(explained: readonly Explained[], language: Language): object {
  return {
    flows: explained.map(({ row, record, asked, writes, unkept, queue, links, ...life }) => ({
      ...life,
      row: {
        from: row.from,
        ...(row.keptAt !== undefined && { keptAt: iso(row.keptAt) }),
        ...(row.values && { values: row.values }),
        ...withError(row.error, language),
      },
      record: record.map(({ error, ...field }) => ({ ...field, ...withError(error, language) })),
      runs: asked.map(({ run, at, asked: steps, plans = [] }) => ({
        run,
        at: iso(at),
        asked: steps.map(({ error, ...step }) => ({ ...step, ...withError(error, language) })),
        plans: plans.map(({ error, ...plan }) => ({ ...plan, ...withError(error, language) })),
      })),
      writes: writes.map(({ at, answeredAt, error, ...write }) => ({
        ...write,
        at: iso(at),
        ...(answeredAt !== undefined && { answeredAt: iso(answeredAt) }),
        ...withError(error, language),
      })),
      ...(unkept && { unkept: unkeptData(unkept, language) }),
      ...(queue && { queue: queueData(queue, language) }),
      links: links.map(({ target, connection, entity, row: key, at, fields }) => {
        return { target, connection, entity, row: key, at: iso(at), fields: Object.keys(fields) };
      }),
    })),
  };
}

function queueData({ dueAt, lastAt, error, ...queue }: NonNullable<Explained['queue']>, language: Language): object {
  const due = dueAt === undefined ? {} : { dueAt: iso(dueAt) };
  return { ...queue, ...due, lastAt: iso(lastAt), ...withError(error, language) };
}

function withError(error: StoredError | undefined, language: Language): { readonly error?: object } {
  return error ? { error: { code: error.code, ...textOf(error.code, error.parameters, language) } } : {};
}

const words = {
  en: {
    row: 'row',
    source: 'as it is in the source now',
    kept: 'as it was kept',
    gone: 'no longer in the source, as it was kept',
    unknown: 'not kept, and the source cannot be asked for it',
    record: 'record',
    skip: 'ended by',
    run: 'run',
    asked: 'asked for',
    found: 'found',
    rung: 'rung',
    noRung: 'no rung matched',
    sent: 'sent',
    answer: 'answered',
    applied: 'applied',
    'not-applied': 'not applied',
    unknownYet: 'no answer',
    now: 'now',
    queued: 'waits in the queue',
    delivered: 'delivered as it was last read',
    notDelivered: 'to be looked at again',
    there: 'in the target',
    notThere: 'not in the target',
    unclear: 'not known whether it is in the target',
    written: 'written',
    create: 'create',
    update: 'update',
    delete: 'delete',
    rows: 'child rows of',
    unchanged: 'nothing changed',
  },
  ru: {
    row: 'строка',
    source: 'как она есть в источнике сейчас',
    kept: 'какой её сохранили',
    gone: 'в источнике её больше нет, какой её сохранили',
    unknown: 'не сохранена, и источник о ней не спросить',
    record: 'запись',
    skip: 'остановлена:',
    run: 'запуск',
    asked: 'искали',
    found: 'нашли',
    rung: 'ступень',
    noRung: 'ни одна ступень не подошла',
    sent: 'отправлено',
    answer: 'ответ',
    applied: 'записано',
    'not-applied': 'не записано',
    unknownYet: 'ответа нет',
    now: 'сейчас',
    queued: 'ждёт в очереди',
    delivered: 'доставлена такой, какой прочитана в последний раз',
    notDelivered: 'будет сверена снова',
    there: 'есть в цели',
    notThere: 'в цели её нет',
    unclear: 'есть ли она в цели, неизвестно',
    written: 'записано',
    create: 'создать',
    update: 'обновить',
    delete: 'удалить',
    rows: 'вложенные строки',
    unchanged: 'без изменений',
  },
} as const satisfies Record<Language, object>;

export function explainedText(explained: readonly Explained[], language: Language): string {
  return explained.map((life) => lifeText(life, language).join('\n')).join('\n\n');
}

function lifeText(life: Explained, language: Language): readonly string[] {
  const say = words[language];
  const { flow, key, row, record, skip } = life;
  const when = row.keptAt === undefined ? '' : ` ${localText(iso(row.keptAt))}`;
  return [
    `${flow} ${key}`,
    `${say.row}: ${say[row.from]}${when}`,
    ...(row.error ? [`  ! ${messageOf(row.error, language)}`] : []),
    ...(row.values ? [`  ${shown(row.values)}`] : []),
    ...(record.length > 0 ? [`${say.record}:`, ...record.map((field) => `  ${fieldText(field, language)}`)] : []),
    ...(skip === undefined ? [] : [`  ${say.skip} ${skip}`]),
    ...runLines(life, language),
    ...(life.unkept ? unkeptLines(life.unkept, language) : []),
    ...nowLines(life, language),
  ];
}

function fieldText({ field, expression, value, error }: ExplainedField, language: Language): string {
  const made = error ? `! ${messageOf(error, language)}` : value === undefined ? '–' : JSON.stringify(value);
  return `${field}: ${oneLine(expression)} → ${made}`;
}

/** Runs in the order of time, each with what it asked, decided and wrote. */
function runLines({ asked, writes }: Explained, language: Language): readonly string[] {
  const say = words[language];
  const runs = [...new Set([...asked.map(({ run }) => run), ...writes.map(({ run }) => run)])];
  return runs.flatMap((run) => {
    const waves = asked.filter((entry) => entry.run === run);
    const written = writes.filter((write) => write.run === run);
    const began = Math.min(...waves.map(({ at }) => at), ...written.map(({ at }) => at));
    return [
      `${say.run} ${localText(iso(began))}`,
      ...waves.flatMap(({ asked: steps, plans = [] }) => [
        ...steps.map((step) => `  ${stepText(step, language)}`),
        ...plans.map((plan) => `  ${planText(plan, language)}`),
      ]),
      ...written.flatMap((write) => writeLines(write, language).map((line) => `  ${line}`)),
    ];
  });
}

function stepText({ target, by, count, rows = [], error }: MaskedStep, language: Language): string {
  const say = words[language];
  const answer = error ? `! ${messageOf(error, language)}` : `${say.found} ${count ?? 0}`;
  return [`${target}: ${say.asked} ${shown(by)}: ${answer}`, ...rows.map((row) => `    ${shown(row)}`)].join('\n');
}

function planText({ target, rung, skip, named = [], changes, error }: TracedPlan, language: Language): string {
  const say = words[language];
  if (error) return `${target}: ! ${messageOf(error, language)}`;
  const how = rung === undefined ? say.noRung : `${say.rung} «${rung}»`;
  const done = changes.map(({ operation, row }) => `${say[operation]}${idOf(row)}`);
  const parts = [how, ...named, ...(skip !== undefined && !named.includes(skip) ? [skip] : []), ...done];
  return `${target}: ${parts.join(', ')}`;
}

function writeLines(write: MaskedWrite, language: Language): readonly string[] {
  const say = words[language];
  const { target, operation, at, before, sent, outcome, row, answeredAt, error } = write;
  const changes = Object.entries(sent).map(([name, value]) => {
    const old = before?.[name];
    return `  ${name}: ${old === undefined ? '' : `${JSON.stringify(old)} → `}${JSON.stringify(value)}`;
  });
  const answer = outcome === undefined || outcome === 'unknown' ? say.unknownYet : `${say[outcome]}${idOf(row)}`;
  const moment = answeredAt === undefined ? '' : ` ${localText(iso(answeredAt))}`;
  return [
    `${target}: ${say.sent} ${localText(iso(at))}: ${say[operation]}`,
    ...changes,
    `  ${say.answer}${moment}: ${answer}${error ? `, ${messageOf(error, language)}` : ''}`,
  ];
}

function nowLines(life: Explained, language: Language): readonly string[] {
  const { queue, skip, unkept, delivered, links } = life;
  const say = words[language];
  const stand = queue && queue.state !== 'completed' && queue.state !== 'superseded' ? queue : undefined;
  const stands =
    unkept?.loaded && (unkept.loaded.rows ? (unkept.loaded.rows.length > 0 ? 'there' : 'notThere') : 'unclear');
  const now = stand
    ? `${say.queued} (${stand.id}, ${stand.state})`
    : skip === undefined
      ? say[stands ?? (delivered ? 'delivered' : 'notDelivered')]
      : `${say.skip} ${skip}`;
  return [
    `${say.now}: ${now}`,
    ...(stand ? [`  ${messageOf(stand.error, language)}`] : []),
    ...links.map(({ target, entity, row, at }) => {
      return `  ${target}: ${entity} ${row}, ${say.written} ${localText(iso(at))}`;
    }),
  ];
}

function idOf(row: string | undefined): string {
  return row === undefined ? '' : ` ${row}`;
}

function messageOf({ code, parameters }: StoredError, language: Language): string {
  return textOf(code, parameters, language).message;
}

/** A row that was yet to be made had no key to ask by. */
function shown(row: Row): string {
  return JSON.stringify(row, (_name, value: unknown) => (isPlaceholder(value) ? '‹new›' : value));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
