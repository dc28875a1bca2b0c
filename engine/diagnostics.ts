import { lookUp } from './messages/catalogue.ts';
import { fill } from './messages/template.ts';
import type { Language, Parameters, Template } from './messages/template.ts';

export type Severity = 'error' | 'warning';

/** A place in a file: line and column count from 1, columns in code points. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many code points the mark below the line covers, at least 1. */
  readonly length?: number;
  /** The text of that line, absent where it may hold a secret. */
  readonly text?: string;
}

/** A finding in files, collected and shown with all others; its texts are a pure function of it. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly parameters: Parameters;
  readonly where?: Place;
}

/** What is wrong and what to do about it, in one language. */
export interface MessageText {
  readonly message: string;
  readonly fix: string;
}

const undeclared: Template = { en: '{code}', ru: '{code}' };

/** The texts of a code; one whose connector is gone shows its bare code. */
export function textOf(code: string, parameters: Parameters, language: Language): MessageText {
  const entry = lookUp(code);
  if (!entry) return { message: fill(undeclared, { code }, language), fix: '' };
  return { message: fill(entry, parameters, language), fix: fill(entry.fix, parameters, language) };
}

/** Findings in the order of files and lines, errors before warnings at one place, each once. */
export function sortFindings(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(findings.map((finding) => [identity(finding), finding]));
  return [...seen.values()].sort(
    (a, b) =>
      compare(a.where?.file ?? '', b.where?.file ?? '') ||
      (a.where?.line ?? 0) - (b.where?.line ?? 0) ||
      (a.where?.column ?? 0) - (b.where?.column ?? 0) ||
      compare(a.severity, b.severity) ||
      compare(a.code, b.code),
  );
}

function identity(finding: Diagnostic): string {
  const { file, line, column } = finding.where ?? {};
  return JSON.stringify([file, line, column, finding.code, finding.parameters]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
