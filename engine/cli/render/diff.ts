import { styleText } from 'node:util';
import { textOf } from '../../diagnostics.ts';
import { countsSaid } from '../../log/counts.ts';
import type { Language } from '../../messages/template.ts';
import type { ShownRecord } from '../../plan/shown-change.ts';
import type { Estimate, MethodWork } from '../../run/preview/estimate.ts';
import type { Diff, Sample } from '../diff.ts';
import { changesOf } from '../diff.ts';
import { recordLines } from './changes.ts';
import { previewData, tableLines, targetText } from './preview.ts';

const words = {
  en: {
    more: (count: number) => `… and ${count} more; \`--json\` has all of them`,
    nothing: 'nothing would change',
    changes: (count: number) =>
      `${count} ${count === 1 ? 'row or table' : 'rows and tables'} would change; nothing was written`,
    known: 'delivered before, unchanged',
    waiting: 'in the queue, what is due is planned too',
    failed: 'records that would wait or be rejected',
    stops: 'the run would stop here',
    sample: 'not all a run would do',
    plan: ({ file, changes }: NonNullable<Diff['plan']>) =>
      `${file}: ${changes} ${changes === 1 ? 'change' : 'changes'} for \`pipe apply\`, for 24 hours`,
    about: ({ requests, seconds, binds }: Estimate) =>
      `about ${requests} API calls${binds === undefined ? ', no limit makes them wait' : `, ${seconds} s under the limits; ${binds} binds`}`,
    work: ({ worked, granted, windowSeconds, counted }: MethodWork) =>
      ` with ${worked} s of work: the portal grants it ${granted} s in ${windowSeconds / 60} min${counted > 0 ? ` and counts ${counted} s already` : ''}`,
  },
  ru: {
    more: (count: number) => `… и ещё ${count}; все есть в \`--json\``,
    nothing: 'ничего бы не изменилось',
    changes: (count: number) => `изменилось бы строк и таблиц: ${count}; ничего не записано`,
    known: 'доставлено раньше, без изменений',
    waiting: 'в очереди, те, чей срок настал, учтены',
    failed: 'не прошло бы записей',
    stops: 'запуск остановился бы здесь',
    sample: 'это не всё, что сделал бы запуск',
    plan: ({ file, changes }: NonNullable<Diff['plan']>) =>
      `${file}: изменений для \`pipe apply\`: ${changes}, на 24 часа`,
    work: ({ worked, granted, windowSeconds, counted }: MethodWork) =>
      `: работы на ${worked} с, а портал даёт ${granted} с за ${windowSeconds / 60} мин${counted > 0 ? ` и уже насчитал ${counted} с` : ''}`,
    about: ({ requests, seconds, binds }: Estimate) =>
      `около ${requests} вызовов API${binds === undefined ? ', ждать не заставит ни один лимит' : `, ${seconds} с по лимитам; сдерживает ${binds}`}`,
  },
} as const satisfies Record<Language, object>;

/** What `pipe diff --json` prints behind its pipeline and its records (schemas/output/diff.schema.json). */
export function diffData({ sample, plan, pipeline: _pipeline, ...preview }: Diff, language: Language): object {
  return { sample, ...(plan && { plan }), ...previewData(preview, language) };
}

/** A record as data; a failure with its text. */
export function recordData({ error, ...record }: ShownRecord, language: Language): object {
  return { ...record, ...(error && { error: { ...error, ...textOf(error.code, error.parameters, language) } }) };
}

/** Records kept to be printed, deletions first; of a large run only the first ones (G8). */
export interface KeptRecords {
  keep(record: ShownRecord): void;
  records(): readonly ShownRecord[];
  /** How many were left out. */
  left(): number;
}

export function keepRecords(most: number): KeptRecords {
  const deletes: ShownRecord[] = [];
  const others: ShownRecord[] = [];
  let left = 0;
  return {
    keep(record) {
      const list = record.changes.some(({ operation }) => operation === 'delete') ? deletes : others;
      if (list.length < most) list.push(record);
      else left += 1;
    },
    records: () => [...deletes, ...others].slice(0, most),
    left: () => left + Math.max(0, deletes.length + others.length - most),
  };
}

export function diffText(diff: Diff, kept: KeptRecords, language: Language, isColoured: boolean): string {
  const say = words[language];
  const records = kept.records().flatMap((record) => recordLines(record, language));
  const left = kept.left() > 0 ? [say.more(kept.left())] : [];
  const lines = [...diff.tables.flatMap((table) => tableLines(table, language)), ...records, ...left];
  const shown = isColoured ? lines.map(coloured) : lines;
  return [...shown, ...(lines.length > 0 ? [''] : []), ...summaryLines(diff, language)].join('\n');
}

/** Counts by target, failures by reason, brakes, calls, and what was left out. */
export function summaryLines(diff: Diff, language: Language): readonly string[] {
  const say = words[language];
  const count = changesOf(diff);
  const sample = sampleText(diff.sample);
  return [
    ...diff.flows.flatMap((flow) => flowLines(flow, language)),
    ...(diff.estimate.systems.length > 0 ? [aboutText(diff.estimate, language)] : []),
    ...(sample === '' ? [] : [`${say.sample}: ${sample}`]),
    ...(count > 0 ? [say.changes(count)] : diff.error ? [] : [say.nothing]),
    ...(diff.plan ? [say.plan(diff.plan)] : []),
  ];
}

/** What the run takes of the limits, and where working time binds, how much of it. */
function aboutText(estimate: Estimate, language: Language): string {
  const say = words[language];
  const work = estimate.systems.find((system) => system.work?.method === estimate.binds)?.work;
  return `${say.about(estimate)}${work ? say.work(work) : ''}`;
}

function flowLines(flow: Diff['flows'][number], language: Language): readonly string[] {
  const say = words[language];
  const { name, read, unchanged, skipped, waiting, failed, targets, error } = flow;
  const counts = [
    countsSaid({ read }, ['read'], language),
    ...(unchanged > 0 ? [`${say.known} ${unchanged}`] : []),
    ...(skipped > 0 ? [countsSaid({ skipped }, ['skipped'], language)] : []),
    ...(waiting > 0 ? [`${say.waiting} ${waiting}`] : []),
  ];
  return [
    `${name}: ${counts.join(', ')}`,
    ...targets.map((target) => `  ${target.name}: ${targetText(target, language)}`),
    ...failed.map(
      ({ error: reason, records }) =>
        `  ${say.failed} ${records}: ${textOf(reason.code, reason.parameters, language).message}`,
    ),
    ...(error ? [`  ${say.stops}: ${textOf(error.code, error.parameters, language).message}`] : []),
  ];
}

/** The flags that were given, as they are typed. */
function sampleText({ flows, full, since, until, limit, only }: Sample): string {
  const parts = [
    ...(flows ? [`--flow ${flows.join(',')}`] : []),
    ...(since === undefined ? [] : [`--since ${since}`]),
    ...(until === undefined ? [] : [`--until ${until}`]),
    ...(limit === undefined ? [] : [`--limit ${limit}`]),
    ...(only ? ['--only'] : []),
  ];
  return (parts.length > 0 && full ? ['--full', ...parts] : parts).join(' ');
}

const colours = { '+': 'green', '-': 'red', '~': 'yellow', '=': 'gray', '·': 'gray' } as const;

function coloured(line: string): string {
  const sign = /^ +([+\-~=·]) /.exec(line)?.[1];
  const colour = Object.entries(colours).find(([each]) => each === sign)?.[1];
  return colour ? styleText(colour, line, { validateStream: false }) : line;
}
