import type { Language } from '../../messages/template.ts';
import type { BegunProject } from '../begin/begin.ts';
import type { Question } from '../begin/choose.ts';
import { findingData } from './error.ts';
import { shellWord } from '../../messages/shell-word.ts';

/** The last line is what the answer is typed behind. */
export function questionText(question: Question, language: Language): string {
  const say = questions[language];
  switch (question.kind) {
    case 'template':
      return [say.template, ...numbered([...question.names, say.live]), say.number].join('\n');
    case 'connector':
      return [say[question.role], `  ${question.names.join(', ')}`, say.connector].join('\n');
    case 'what':
      return `${say.what[question.role]} ${question.key} (${question.about}): `;
    case 'look':
      return [say.look, `  ${question.names.join(', ')}`, say.connections].join('\n');
    case 'setting':
      return `${question.of} (${question.about}): `;
    case 'name':
      return `${say.name} (${question.standard}): `;
    default:
      return question satisfies never;
  }
}

function numbered(names: readonly string[]): readonly string[] {
  return names.map((name, index) => `  ${index + 1}  ${name}`);
}

const questions = {
  en: {
    template: 'Begin with',
    live: 'two systems as they are',
    number: 'Number or name: ',
    from: 'Read from',
    to: 'Write to',
    connector: 'Name: ',
    what: { from: 'Read', to: 'Write' },
    look: 'Take the codes of fields and stages from the live system? Its connection; nothing: no',
    connections: 'Connection: ',
    name: 'Name of the pipeline',
  },
  ru: {
    template: 'С чего начать?',
    live: 'две системы, какие они есть',
    number: 'Номер или имя: ',
    from: 'Откуда читать?',
    to: 'Куда писать?',
    connector: 'Имя: ',
    what: { from: 'Читать', to: 'Писать' },
    look: 'Взять коды полей и стадий из живой системы? Её подключение; пусто — нет',
    connections: 'Подключение: ',
    name: 'Имя конвейера',
  },
} as const satisfies Record<Language, object>;

const words = {
  en: {
    left: 'there already, left as it is',
    next: 'next:',
    environment: 'copy .env.example to .env and fill it in; secrets are better kept by pipe secret set',
  },
  ru: {
    left: 'уже есть, оставлен как есть',
    next: 'дальше:',
    environment: 'скопируйте .env.example в .env и заполните; секреты лучше хранит pipe secret set',
  },
} as const satisfies Record<Language, object>;

/** What `pipe init --json` prints (schemas/output/init.schema.json). */
export function initData({ isLive: _isLive, findings, ...project }: BegunProject, language: Language): object {
  return { ...project, findings: findings.map((finding) => findingData(finding, language)) };
}

export function initText(project: BegunProject, language: Language): string {
  const { written, left, replaced, folder, name, isLive } = project;
  const say = words[language];
  const example = [...written, ...left].find((path) => path.endsWith('.env.example')) ?? '.env.example';
  const file = `${name}.yaml`;
  return [
    ...written.map((path) => `+ ${path}`),
    ...left.map((path) => `= ${path}: ${say.left}`),
    ...replaced.map(
      ({ title, entity, field, was, is }) =>
        `~ ${[entity, ...(field === undefined ? [] : [field])].join('.')} (${title}): ${was} → ${is}`,
    ),
    say.next,
    ...(folder === '.' ? [] : [`  cd ${shellWord(folder)}`]),
    `  ${say.environment.replace('.env.example', example)}`,
    `  pipe validate ${file}`,
    `  pipe check ${file}`,
    ...(isLive ? [`  pipe diff ${file}`] : []),
  ].join('\n');
}

/** What was written, and the one command that says what to do. */
export function newConnectorText(
  { name, written }: { readonly name: string; readonly written: readonly string[] },
  language: Language,
): string {
  return [
    ...written.map((path) => `+ ${path}`),
    words[language].next,
    `  npx vitest run test/conformance -t ${name}`,
  ].join('\n');
}
