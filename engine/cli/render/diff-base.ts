import type { Language } from '../../messages/template.ts';
import type { End, EndComparison, Example, FieldComparison, FlowComparison } from '../../samples/compare-mappings.ts';
import type { BaseDiff } from '../diff-base.ts';
import { changedRows } from '../diff-base.ts';

const words = {
  en: {
    title: 'What this edit of the mapping changes',
    against: 'against',
    rows: (rows: number, from: string | undefined) =>
      `${rows} ${rows === 1 ? 'row' : 'rows'} ${from === undefined ? 'of the source' : `of ${from}`}`,
    notAsked:
      'targets were not asked: every row is taken for a new one, and what rungs and guards find is not compared',
    none: 'nothing changes',
    changed: (changed: number, rows: number) => `${changed} of ${rows} records change`,
    base: 'the flow is gone',
    now: 'the flow is new',
    records: (records: number) => `${records} ${records === 1 ? 'record' : 'records'}`,
    nothing: 'nothing',
    mapped: 'mapped',
    skipped: 'skipped',
    rejected: 'rejected',
    absent: 'not there',
    example: 'examples',
    field: 'field',
  },
  ru: {
    title: 'Что меняет эта правка маппинга',
    against: 'по сравнению с',
    rows: (rows: number, from: string | undefined) =>
      `строк: ${rows}, ${from === undefined ? 'из источника' : `из ${from}`}`,
    notAsked:
      'целевые системы не спрашивались: каждая строка считается новой, а найденное ступенями и проверками не сравнивается',
    none: 'ничего не меняется',
    changed: (changed: number, rows: number) => `меняется записей: ${changed} из ${rows}`,
    base: 'потока больше нет',
    now: 'поток новый',
    records: (records: number) => `записей: ${records}`,
    nothing: 'ничего',
    mapped: 'трансформирована',
    skipped: 'пропущена',
    rejected: 'отклонена',
    absent: 'нет',
    example: 'примеры',
    field: 'поле',
  },
} as const satisfies Record<Language, object>;

/** What `pipe diff --base --json` prints (schemas/output/diff-base.schema.json). */
export function baseData({ flows, ...rest }: BaseDiff): object {
  return {
    ...rest,
    changed: changedRows({ ...rest, flows }),
    flows: flows.map(({ fields, ...flow }) => ({
      ...flow,
      fields: fields.map(({ examples, ...field }) => ({
        ...field,
        examples: examples.map(({ source: _source, ...example }) => example),
      })),
    })),
  };
}

export function baseShown(diff: BaseDiff, format: string | undefined, language: Language): string {
  if (format === 'json') return JSON.stringify(baseData(diff), null, 2);
  return format === 'markdown' ? baseMarkdown(diff, language) : baseText(diff, language);
}

function baseText(diff: BaseDiff, language: Language): string {
  const say = words[language];
  return [
    ...headLines(diff, language),
    ...diff.flows.flatMap((flow) => [flowLine(flow, language), ...flowLines(flow, language)]),
    ...(changedRows(diff) === 0 ? [say.none] : []),
  ].join('\n');
}

/** For a comment in a pull request: a table of fields for each flow. */
function baseMarkdown(diff: BaseDiff, language: Language): string {
  const say = words[language];
  const [title = '', ...facts] = headLines(diff, language);
  return [
    `### ${title}`,
    '',
    ...facts.map((fact) => `- ${fact}`),
    ...(changedRows(diff) === 0 ? ['', say.none] : diff.flows.flatMap((flow) => flowTable(flow, language))),
  ].join('\n');
}

function headLines({ pipeline, base, rows, flows }: BaseDiff, language: Language): readonly string[] {
  const say = words[language];
  const count = flows.reduce((sum, flow) => sum + flow.rows, 0);
  return [`${say.title}: ${pipeline}`, `${say.against} ${base}`, say.rows(count, rows), say.notAsked];
}

function flowLine({ name, only, changed, rows }: FlowComparison, language: Language): string {
  const say = words[language];
  return `${name}: ${only ? say[only] : say.changed(changed, rows)}`;
}

function flowLines({ ends, fields }: FlowComparison, language: Language): readonly string[] {
  const say = words[language];
  return [
    ...ends.map((end) => `  ${endText(end, language)}: ${say.records(end.records)} (${end.examples.join(', ')})`),
    ...fields.flatMap(({ name, records, examples }) => [
      `  ${name}: ${say.records(records)}`,
      ...examples.map((example) => `    ${example.key}: ${exampleText(example, language)}`),
    ]),
  ];
}

function endText({ name, before, after }: EndComparison, language: Language): string {
  const shown = ({ state, word }: End) =>
    word === undefined ? words[language][state] : `${words[language][state]} ${word}`;
  return `${name}: ${shown(before)} → ${shown(after)}`;
}

/** Long values are cut: their place is the JSON. */
const longest = 60;

function exampleText({ before, after }: Example, language: Language): string {
  const shown = (value: unknown): string => {
    if (value === undefined) return words[language].nothing;
    const letters = [...(typeof value === 'string' ? value : JSON.stringify(value))];
    return letters.length > longest ? `${letters.slice(0, longest).join('')}…` : letters.join('');
  };
  return `${shown(before)} → ${shown(after)}`;
}

function flowTable(flow: FlowComparison, language: Language): readonly string[] {
  const say = words[language];
  const rows = [
    ...flow.ends.map((end) => [endText(end, language), end.records, end.examples.join(', ')]),
    ...flow.fields.map((field) => [field.name, field.records, examplesText(field, language)]),
  ];
  return [
    '',
    `**${flowLine(flow, language)}**`,
    ...(rows.length > 0 ? ['', `| ${say.field} | | ${say.example} |`, '| --- | ---: | --- |'] : []),
    ...rows.map((cells) => `| ${cells.map((cell) => inCell(String(cell))).join(' | ')} |`),
  ];
}

function examplesText({ examples }: FieldComparison, language: Language): string {
  return examples.map((example) => `${example.key}: ${exampleText(example, language)}`).join('\n');
}

/** https://github.github.com/gfm/#tables-extension- */
function inCell(text: string): string {
  return text
    .replaceAll(/[\\|*_`[]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', '<br>');
}
