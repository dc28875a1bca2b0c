import { textOf } from '../../diagnostics.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';

/**
 * Findings as lines that a GitHub workflow shows beside the code; `endColumn` is the one behind the mark.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function annotationsText(findings: readonly Diagnostic[], language: Language): string {
  return findings.map((finding) => annotation(finding, language)).join('\n');
}

function annotation({ severity, code, parameters, where }: Diagnostic, language: Language): string {
  const { message, fix } = textOf(code, parameters, language);
  const place = where && [
    `file=${property(where.file.replaceAll('\\', '/'))}`,
    `line=${where.line}`,
    `endLine=${where.line}`,
    `col=${where.column}`,
    `endColumn=${where.column + (where.length ?? 1)}`,
  ];
  return `::${severity} ${[...(place ?? []), `title=${property(code)}`].join(',')}::${data(`${message}; ${fix}`)}`;
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
