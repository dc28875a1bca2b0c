import { textOf } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';
import type { ShownChange, ShownField, ShownRecord } from '../../plan/shown-change.ts';
import type { Applied, PlanToApply } from '../../run/apply/apply-plan.ts';
import type { PlanHeader, PlanLine } from '../../run/apply/plan-lines.ts';
import { rank } from '../../run/preview/shown-record.ts';
import { maskedField, personalTexts } from '../masked-change.ts';
import { recordLines } from './changes.ts';
import { errorData } from './error.ts';
import { runData, runText } from './run.ts';

const words = {
  en: {
    already: 'as planned already',
    left: 'left alone',
    plan: ({ pipeline, file, createdAt, expiresAt }: PlanHeader) =>
      `plan of ${pipeline} (${file}), made ${createdAt}, expires ${expiresAt}`,
    more: (count: number) => `… and ${count} more; \`--json\` has all of them`,
    changes: 'changes',
  },
  ru: {
    already: 'уже как в плане',
    left: 'не тронуто',
    plan: ({ pipeline, file, createdAt, expiresAt }: PlanHeader) =>
      `план конвейера ${pipeline} (${file}), составлен ${createdAt}, истекает ${expiresAt}`,
    more: (count: number) => `… и ещё ${count}; все есть в \`--json\``,
    changes: 'изменений',
  },
} as const satisfies Record<Language, object>;

/** What `pipe apply --json` prints (schemas/output/apply.schema.json). */
export function appliedData({ id }: PlanHeader, result: Applied, language: Language): object {
  const left = result.left.map(({ error, ...change }) => ({ ...change, ...errorData(error, language) }));
  return { plan: id, ...runData(result, language), already: result.already, left };
}

export function appliedText(result: Applied, language: Language): string {
  const say = words[language];
  const counts = [
    ...(result.already > 0 ? [`${say.already}: ${result.already}`] : []),
    ...(result.left.length > 0 ? [`${say.left}: ${result.left.length}`] : []),
  ];
  return [runText(result, language), ...counts].join('\n');
}

/** Each row that was left alone, and why; undefined: none was. */
export function leftText({ left }: Applied, language: Language): string | undefined {
  if (left.length === 0) return undefined;
  return left
    .map(({ flow, key, error }) => `${flow} ${key}: ${textOf(error.code, error.parameters, language).message}`)
    .join('\n');
}

/** A plan as it may be looked at. */
export interface ShownPlan extends PlanHeader {
  readonly records: readonly ShownRecord[];
}

/** Masked by the names of fields: nobody is asked what they hold. */
export async function planData({ header, lines }: PlanToApply, reveal: boolean): Promise<ShownPlan> {
  const records: ShownRecord[] = [];
  for await (const group of lines(linesAtOnce)) {
    for (const own of Map.groupBy(group, ({ key }) => key).values()) {
      const [first] = own;
      if (!first) continue;
      const { flow, key, absent } = first;
      const changes = own.map((line) => shownChange(line, reveal));
      records.push({ flow, key, ...(absent && { absent }), changes });
    }
  }
  return { ...header, records };
}

const linesAtOnce = 1000;

function shownChange(line: PlanLine, reveal: boolean): ShownChange {
  const { target, connection, entity, operation, row, rung, values, before = {}, lists, source } = line;
  const sent = { ...values, ...Object.fromEntries(lists.map(({ list, rows }) => [list, rows])) };
  const names = operation === 'delete' ? Object.keys(before) : Object.keys(sent);
  const texts = reveal ? [] : personalTexts(source, []);
  const fields = names.map((name): ShownField => {
    const [old, now] = [before[name], sent[name]];
    const isSent = now !== undefined && now !== null;
    return { name, ...(old !== undefined && { before: old }), ...(isSent && { after: now }) };
  });
  const shown = reveal ? fields : fields.map((field) => maskedField(field, [], texts));
  shown.sort((a, b) => rank(a) - rank(b));
  return {
    target,
    connection,
    entity,
    operation,
    row,
    ...(rung !== undefined && { rung }),
    kept: [],
    named: [],
    fields: shown,
  };
}

const recordsShown = 200;

export function planText({ records, ...header }: ShownPlan, language: Language): string {
  const say = words[language];
  const count = records.reduce((sum, { changes }) => sum + changes.length, 0);
  const left = records.length - recordsShown;
  return [
    say.plan(header),
    ...records.slice(0, recordsShown).flatMap((record) => recordLines(record, language)),
    ...(left > 0 ? [say.more(left)] : []),
    `${say.changes}: ${count}`,
  ].join('\n');
}
