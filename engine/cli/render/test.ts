import { styleText } from 'node:util';
import { coverageKinds } from '../../cases/coverage.ts';
import type { Difference } from '../../cases/compare.ts';
import type { CaseResult, TestResult } from '../../cases/run-test.ts';
import { textOf } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';
import { findingData, findingsText } from './error.ts';

const words = {
  en: {
    ok: 'ok',
    wrong: 'WRONG',
    expected: 'expected',
    actual: 'actual',
    nothing: 'nothing',
    noValue: 'no value',
    coverage: 'covered',
    missed: 'never reached',
    fields: 'fields',
    entries: 'table entries',
    rungs: 'rungs',
    guards: 'guards',
    total: (cases: number, wrong: number) => `${cases} ${cases === 1 ? 'case' : 'cases'}, ${wrong} not as expected`,
    updated: (cases: number, file: string) => `${file}: ${cases} ${cases === 1 ? 'case' : 'cases'} rewritten`,
  },
  ru: {
    ok: 'верно',
    wrong: 'НЕВЕРНО',
    expected: 'ожидалось',
    actual: 'на деле',
    nothing: 'ничего',
    noValue: 'без значения',
    coverage: 'покрыто',
    missed: 'не проверено',
    fields: 'поля',
    entries: 'строки таблиц',
    rungs: 'ступени',
    guards: 'проверки',
    total: (cases: number, wrong: number) => `случаев: ${cases}, не как ожидалось: ${wrong}`,
    updated: (cases: number, file: string) => `${file}: переписано случаев: ${cases}`,
  },
} as const;

/** What `pipe test --json` prints (schemas/output/test.schema.json). */
export function testData(results: readonly TestResult[], withCoverage: boolean, language: Language): object {
  const cases = results.flatMap((result) => result.cases);
  return {
    cases: cases.length,
    wrong: cases.filter(isWrong).length,
    files: results.map((result) => ({
      file: result.file,
      pipeline: result.pipeline,
      findings: result.findings.map((finding) => findingData(finding, language)),
      cases: result.cases.map((one) => caseData(one, language)),
      ...(withCoverage && { coverage: coverageData(result) }),
    })),
  };
}

function caseData({ name, place, differences, errors }: CaseResult, language: Language): object {
  return {
    name,
    line: place.line,
    ok: differences.length === 0,
    differences: differences.map(({ path, expected, actual }) => ({
      at: shownPath(path),
      ...(expected !== undefined && { expected }),
      ...(actual !== undefined && { actual }),
    })),
    errors: errors.map(({ code, parameters }) => ({ code, message: textOf(code, parameters, language).message })),
  };
}

function coverageData({ reached, missed }: TestResult): object {
  return Object.fromEntries(
    coverageKinds.map((kind) => {
      const unreached = missed.filter((one) => one.kind === kind);
      const covered = reached.filter((one) => one.kind === kind).length;
      const names = unreached.map(({ name, place }) => ({ name, file: place.file, line: place.line }));
      return [kind, { covered, total: covered + unreached.length, missed: names }];
    }),
  );
}

export interface TestText {
  readonly coverage: boolean;
  readonly colour: boolean;
}

export function testText(results: readonly TestResult[], { coverage, colour }: TestText, language: Language): string {
  const cases = results.flatMap((result) => result.cases);
  return [
    ...results.flatMap((result) => [
      result.file,
      ...(result.findings.length > 0 ? [findingsText(result.findings, language)] : []),
      ...result.cases.flatMap((one) => caseLines(one, colour, language)),
      ...(coverage && result.findings.length === 0 ? coverageLines(result, language) : []),
    ]),
    words[language].total(cases.length, cases.filter(isWrong).length),
  ].join('\n');
}

export function updatedText(file: string, cases: number, language: Language): string {
  return words[language].updated(cases, file);
}

function caseLines({ name, place, differences, errors }: CaseResult, colour: boolean, language: Language): string[] {
  const say = words[language];
  const paint = (style: 'red' | 'green', text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  if (differences.length === 0) return [`  ${paint('green', say.ok)}  ${name}`];
  return [
    `  ${paint('red', say.wrong)}  ${name}  ${place.file}:${place.line}:${place.column}`,
    ...errors.map(({ code, parameters }) => `    ${code}: ${textOf(code, parameters, language).message}`),
    ...differences.flatMap((one) => differenceLines(one, paint, language)),
  ];
}

function differenceLines(
  { path, expected, actual }: Difference,
  paint: (style: 'red' | 'green', text: string) => string,
  language: Language,
): readonly string[] {
  const say = words[language];
  const width = Math.max(say.expected.length, say.actual.length);
  const shown = (value: unknown) => {
    if (value === undefined) return say.nothing;
    return value === null ? say.noValue : JSON.stringify(value);
  };
  return [
    `    ${shownPath(path)}`,
    paint('red', `      - ${say.expected.padEnd(width)}  ${shown(expected)}`),
    paint('green', `      + ${say.actual.padEnd(width)}  ${shown(actual)}`),
  ];
}

/** From the expectation on: `changes.deal.update.STAGE_ID`, of several rows with the number of the row. */
function shownPath(path: Difference['path']): string {
  return path.slice(path.indexOf('expect') + 1).join('.');
}

function coverageLines(result: TestResult, language: Language): readonly string[] {
  const say = words[language];
  return coverageKinds.flatMap((kind) => {
    const missed = result.missed.filter((one) => one.kind === kind);
    const covered = result.reached.filter((one) => one.kind === kind).length;
    const total = covered + missed.length;
    if (total === 0) return [];
    return [
      `  ${say[kind]}: ${say.coverage} ${covered}/${total} (${Math.floor((100 * covered) / total)} %)`,
      ...missed.map(({ name, place }) => `    ${say.missed}: ${name}  ${place.file}:${place.line}`),
    ];
  });
}

function isWrong({ differences }: CaseResult): boolean {
  return differences.length > 0;
}
