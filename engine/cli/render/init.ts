import type { Language } from '../../messages/template.ts';

export interface BegunProject {
  readonly folder: string;
  readonly template: string;
  readonly name: string;
  /** Files that were not there, relative to the folder. */
  readonly written: readonly string[];
}

type Question = (language: Language) => string;

/** The last line of each is what the answer is typed behind. */
export const initQuestions = {
  template: (names: readonly string[]): Question => {
    const list = names.map((name, index) => `  ${index + 1}  ${name}`).join('\n');
    return (language) =>
      language === 'ru' ? `С чего начать?\n${list}\nНомер или имя: ` : `Begin with\n${list}\nNumber or name: `;
  },
  name: (standard: string): Question => {
    return (language) => (language === 'ru' ? `Имя конвейера (${standard}): ` : `Name of the pipeline (${standard}): `);
  },
};

const next = {
  en: (folder: string, file: string) => [
    'next:',
    ...(folder === '.' ? [] : [`  cd ${folder}`]),
    '  copy .env.example to .env and fill it in; secrets are better kept by pipe secret set',
    `  pipe validate ${file}`,
    `  pipe check ${file}`,
  ],
  ru: (folder: string, file: string) => [
    'дальше:',
    ...(folder === '.' ? [] : [`  cd ${folder}`]),
    '  скопируйте .env.example в .env и заполните; секреты лучше хранит pipe secret set',
    `  pipe validate ${file}`,
    `  pipe check ${file}`,
  ],
} as const satisfies Record<Language, (folder: string, file: string) => readonly string[]>;

export function initText({ folder, name, written }: BegunProject, language: Language): string {
  return [...written.map((path) => `+ ${path}`), ...next[language](folder, `${name}.yaml`)].join('\n');
}

/** What was written, and the one command that says what to do. */
export function newConnectorText(
  { name, written }: { readonly name: string; readonly written: readonly string[] },
  language: Language,
): string {
  const next = language === 'ru' ? 'дальше:' : 'next:';
  return [...written.map((path) => `+ ${path}`), next, `  npx vitest run test/conformance -t ${name}`].join('\n');
}
