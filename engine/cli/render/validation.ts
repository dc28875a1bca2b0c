import { textOf } from '../../diagnostics.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import type { Language } from '../../messages/template.ts';
import type { Validation } from '../prepare.ts';
import { findingData, findingsText } from './error.ts';

export function validationData(result: Validation, language: Language): object {
  return {
    files: result.files,
    ...counts(result),
    notChecked: result.notChecked,
    findings: result.findings.map((finding) => findingData(finding, language)),
  };
}

/** Every finding with its place and fix, then one line that says how it went and what was not looked at. */
export function validationText(result: Validation, format: string, language: Language): string {
  if (format === 'github') return result.findings.map((finding) => githubLine(finding, language)).join('\n');
  const { errors, warnings } = counts(result);
  const last = summaries[language](result.files.length, errors, warnings);
  const findings = result.findings.length > 0 ? [findingsText(result.findings, language), ''] : [];
  return [...findings, ...unknownTypes(result, language), last].join('\n');
}

function counts(result: Validation) {
  const count = (severity: string) => result.findings.filter((finding) => finding.severity === severity).length;
  return { errors: count('error'), warnings: count('warning') };
}

/** A line for each file whose systems have no lock file, or one without these parts (G12). */
function unknownTypes({ notChecked }: Validation, language: Language): readonly string[] {
  return [...Map.groupBy(notChecked, ({ file }) => file)].map(([file, parts]) => {
    const names = [...new Set(parts.map(({ connection, of }) => `${connection} ${of}`))].join(', ');
    return lacking[language](file, names);
  });
}

const lacking = {
  en: (file: string, names: string) =>
    `${file}: not checked without a lock file: fields, types and stages of ${names}; \`pipe discover ${file} --lock\` writes it`,
  ru: (file: string, names: string) =>
    `${file}: без файла .lock.json не проверялись поля, типы и стадии: ${names}; его запишет \`pipe discover ${file} --lock\``,
} satisfies Record<Language, (file: string, names: string) => string>;

const summaries = {
  en: (files: number, errors: number, warnings: number) =>
    `${files} ${files === 1 ? 'file' : 'files'}: ${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}; not checked offline: logins, rights, and whether the systems are as the lock files say`,
  ru: (files: number, errors: number, warnings: number) =>
    `файлов: ${files}, ошибок: ${errors}, предупреждений: ${warnings}; без сети не проверялись: вход, права и то, такие ли системы, как записано в файлах .lock.json`,
} satisfies Record<Language, (files: number, errors: number, warnings: number) => string>;

/** https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions */
function githubLine(finding: Diagnostic, language: Language): string {
  const { message, fix } = textOf(finding.code, finding.parameters, language);
  const { file = '', line = 1, column = 1 } = finding.where ?? {};
  const escape = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${finding.severity} file=${property(file)},line=${line},col=${column},title=${property(finding.code)}::${escape(`${message}; ${fix}`)}`;
}
