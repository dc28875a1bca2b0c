import { lookUp } from './catalogue.ts';
import { fill } from './template.ts';
import type { Language, Parameters, Template } from './template.ts';

/** What is shown of a finding; `Diagnostic` is one. */
interface Shown {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly parameters: Parameters;
  readonly where?: ShownPlace;
}

interface ShownPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
  readonly text?: string;
}

const words = {
  error: { en: 'error', ru: 'ошибка' },
  warning: { en: 'warning', ru: 'предупреждение' },
  fix: { en: 'fix', ru: 'исправление' },
} as const satisfies Readonly<Record<string, Template>>;

/**
 * A finding for people, without colours and without a line end:
 * severity, code and place; the fact; the line it is about; one thing to do.
 */
export function renderDiagnostic(diagnostic: Shown, language: Language): string {
  const { severity, code, parameters, where } = diagnostic;
  const place = where ? `  ${where.file}:${where.line}:${where.column}` : '';
  const entry = lookUp(code);
  return [
    `${words[severity][language]} ${code}${place}`,
    ...(entry ? [`  ${fill(entry, parameters, language)}`] : []),
    ...codeFrame(where),
    ...(entry ? [`  ${words.fix[language]}: ${fill(entry.fix, parameters, language)}`] : []),
  ].join('\n');
}

/** Code points of a line that are shown, and how many of them stand before the mark where it is longer. */
const shown = { all: 240, before: 60 };

/** The line and a mark under it; nothing where the line is not to be shown. */
function codeFrame(where: ShownPlace | undefined): readonly string[] {
  if (where?.text === undefined) return [];
  const { points, start } = partShown([...where.text], where.column - 1);
  const before = points.slice(0, start);
  const marked = points.slice(start, start + (where.length ?? 1));
  const gutter = ' '.repeat(String(where.line).length);
  const mark = '^'.repeat(Math.max(1, widthOf(marked)));
  return [`  ${where.line} | ${points.join('')}`, `  ${gutter} | ${indentLike(before)}${mark}`];
}

/** Of a line without an end, a query or JSON in one, what stands around the mark. */
function partShown(points: readonly string[], start: number): { points: readonly string[]; start: number } {
  if (points.length <= shown.all) return { points, start };
  const from = Math.max(0, start - shown.before);
  const to = from + shown.all;
  const head = from > 0 ? ['…'] : [];
  const tail = to < points.length ? ['…'] : [];
  return { points: [...head, ...points.slice(from, to), ...tail], start: start - from + head.length };
}

/** White space as wide as these characters: a tab stays a tab, whatever its width. */
function indentLike(points: readonly string[]): string {
  return points.map((point) => (point === '\t' ? '\t' : ' '.repeat(widthOf([point])))).join('');
}

function widthOf(points: readonly string[]): number {
  return points.reduce((sum, point) => sum + widthOfPoint(point), 0);
}

/** Terminals show ideographs and emoji two columns wide, and combining marks none. */
function widthOfPoint(point: string): number {
  if (point <= '~') return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(point)) return 0;
  return /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]$/u.test(point)
    ? 2
    : 1;
}
