import { textOf } from '../../diagnostics.ts';
import type { Diagnostic, Severity } from '../../diagnostics.ts';
import type { PipeError } from '../../errors.ts';
import { renderDiagnostic } from '../../messages/code-frame.ts';
import type { Language } from '../../messages/template.ts';

/** A failure for people: severity, code and place, the fact, one action. Never a stack. */
export function errorText(error: PipeError, language: Language, severity: Severity = 'error'): string {
  const { code, parameters, where } = error;
  return renderDiagnostic({ severity, code, parameters, ...(where && { where }) }, language);
}

/** Findings for people, with their count as the last line. */
export function findingsText(findings: readonly Diagnostic[], language: Language): string {
  return findings.map((finding) => renderDiagnostic(finding, language)).join('\n\n');
}

/** A failure as data: what `--json` prints. */
export function errorData(error: PipeError, language: Language): { readonly error: object } {
  const { code, kind, parameters, where } = error;
  return { error: { code, kind, ...textOf(code, parameters, language), parameters, ...(where && { where }) } };
}

/** A finding as data. */
export function findingData(finding: Diagnostic, language: Language): object {
  return { ...finding, ...textOf(finding.code, finding.parameters, language) };
}

/** What `--json` prints of files that may not run. */
export function findingsData(findings: readonly Diagnostic[], language: Language): object {
  return { findings: findings.map((finding) => findingData(finding, language)) };
}
