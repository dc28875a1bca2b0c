import type { Language } from '../../messages/template.ts';
import type { ShownRecord } from '../../plan/shown-change.ts';
import type { Diff } from '../diff.ts';
import { isToldOf } from '../diff.ts';
import { changeLines } from './changes.ts';
import { summaryLines } from './diff.ts';
import type { KeptRecords } from './diff.ts';
import { changeLines as tableChangeLines, targetText } from './preview.ts';

const words = {
  en: { title: 'What `pipe run` would change', more: (count: number) => `… and ${count} more`, tables: 'tables' },
  ru: { title: 'Что изменил бы `pipe run`', more: (count: number) => `… и ещё ${count}`, tables: 'таблицы' },
} as const satisfies Record<Language, object>;

/** Changes of one target, and characters of a comment: GitHub takes 65,536. */
const changesShown = 20;
const longestComment = 60_000;

/** A comment for a pull request: counts, and for each target a part that opens. */
export function diffMarkdown(diff: Diff, kept: KeptRecords, language: Language): string {
  const say = words[language];
  const head = [
    `### ${say.title}: ${diff.pipeline}`,
    '',
    ...summaryLines(diff, language).map((line) => `${/^ */.exec(line)?.[0] ?? ''}- ${line.trim()}`),
    '',
  ];
  const tables = diff.tables.map(({ connection, entity, changes }) =>
    details(`${connection} ${entity}`, [changes.flatMap((change) => tableChangeLines(change, language))].flat()),
  );
  const targets = diff.flows.flatMap((flow) =>
    flow.targets.flatMap((target) => {
      const lines = kept.records().flatMap((record) => linesOf(record, flow.name, target.name, language));
      const shown = lines.slice(0, changesShown);
      const left = target.creates + target.updates + target.deletes + target.skipped - shown.length;
      if (shown.length === 0) return [];
      const title = `${flow.name}: ${target.name}: ${targetText(target, language)}`;
      return [details(title, [...shown.flat(), ...(left > 0 ? [say.more(left)] : [])])];
    }),
  );
  return bounded(head.join('\n'), [...tables, ...targets], say.more);
}

/** The changes of one target of a record, each with its record's key. */
function linesOf(
  record: ShownRecord,
  flow: string,
  target: string,
  language: Language,
): readonly (readonly string[])[] {
  if (record.flow !== flow) return [];
  return record.changes
    .filter((change) => change.target === target && isToldOf(change))
    .map((change) => {
      const [head = '', ...fields] = changeLines(change, language);
      return [`@@ ${record.key}: ${head.trim()} @@`, ...fields.map(asDiff)];
    });
}

/** In a block of kind `diff` the first sign of a line gives its colour; a changed field is neither old nor new. */
function asDiff(line: string): string {
  return line.trim().replace(/^~/, '!').replace(/^=/, ' =');
}

function details(title: string, lines: readonly string[]): string {
  const body = lines.map((line) => line.replaceAll('```', "'''"));
  return [
    '<details>',
    `<summary>${escaped(title)}</summary>`,
    '',
    '```diff',
    ...body,
    '```',
    '',
    '</details>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** As many whole parts as there is room for. */
function bounded(head: string, parts: readonly string[], more: (count: number) => string): string {
  let text = head;
  for (const [index, part] of parts.entries()) {
    if (text.length + part.length > longestComment) return `${text}\n${more(parts.length - index)}`;
    text += `\n${part}`;
  }
  return text;
}
