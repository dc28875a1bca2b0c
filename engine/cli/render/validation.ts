import { exitCodes } from '../../errors.ts';
import { lookUp } from '../../messages/catalogue.ts';
import type { Language } from '../../messages/template.ts';
import type { Validation } from '../validate-files.ts';
import { findingData, findingsText } from './error.ts';
import { shellWord } from '../../messages/shell-word.ts';

export function validationData(result: Validation, language: Language): object {
  return {
    files: result.files,
    ...counts(result),
    ...(result.online && { online: result.online }),
    notChecked: result.notChecked,
    findings: result.findings.map((finding) => findingData(finding, language)),
  };
}

/** Every finding with its place and fix, then one line that says how it went and what was not looked at. */
export function validationText(result: Validation, language: Language): string {
  const { errors, warnings } = counts(result);
  const last = summary(result, errors, warnings, language);
  const findings = result.findings.length > 0 ? [findingsText(result.findings, language), ''] : [];
  return [...findings, ...unknownTypes(result, language), last].join('\n');
}

/** 3: the files are in order, a system is not. */
export function validationExitCode({ findings }: Validation): number {
  const kinds = findings.flatMap(({ severity, code }) => (severity === 'error' ? [lookUp(code)?.kind] : []));
  if (kinds.length === 0) return 0;
  return kinds.every((kind) => kind === 'environment') ? exitCodes.environment : exitCodes.input;
}

function counts(result: Validation) {
  const count = (severity: string) => result.findings.filter((finding) => finding.severity === severity).length;
  return { errors: count('error'), warnings: count('warning') };
}

const notOffline = {
  en: 'not checked offline: logins, rights, and whether the systems are as the lock files say',
  ru: 'без сети не проверялись: вход, права и то, такие ли системы, как записано в файлах .lock.json',
} as const satisfies Record<Language, string>;

/** A line for each file whose systems have no lock file, or one without these parts (G12). */
function unknownTypes({ notChecked }: Validation, language: Language): readonly string[] {
  return [...Map.groupBy(notChecked, ({ file }) => file)].map(([file, parts]) => {
    const names = [...new Set(parts.map(({ connection, of }) => `${connection} ${of}`))].join(', ');
    return lacking[language](file, names);
  });
}

const lacking = {
  en: (file: string, names: string) =>
    `${file}: not checked without a lock file: fields, types and stages of ${names}; \`pipe discover ${shellWord(file)} --lock\` writes it`,
  ru: (file: string, names: string) =>
    `${file}: без файла .lock.json не проверялись поля, типы и стадии: ${names}; его запишет \`pipe discover ${shellWord(file)} --lock\``,
} satisfies Record<Language, (file: string, names: string) => string>;

function summary({ files, online }: Validation, errors: number, warnings: number, language: Language): string {
  const count =
    language === 'ru'
      ? `файлов: ${files.length}, ошибок: ${errors}, предупреждений: ${warnings}`
      : `${several(files.length, 'file')}: ${several(errors, 'error')}, ${several(warnings, 'warning')}`;
  return `${count}; ${online ? onlineText(online, files, language) : notOffline[language]}`;
}

/** A pipeline with an error is not asked about. */
function onlineText(asked: readonly string[], files: readonly string[], language: Language): string {
  const said = language === 'ru' ? `системы опрошены для ${asked.length}` : `systems were asked for ${asked.length}`;
  const left = files.length - asked.length;
  if (left === 0) return said;
  return language === 'ru' ? `${said}, не опрошены для ${left} из-за ошибок` : `${said}, not for ${left} with errors`;
}

function several(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
