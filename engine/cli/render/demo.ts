import type { Language } from '../../messages/template.ts';
import type { DemoStory } from '../demo.ts';

const words = {
  en: {
    first: 'first run',
    again: 'second run',
    changed: 'third run',
    written: (rows: number) => `${rows} ${rows === 1 ? 'appointment' : 'appointments'} written`,
    clinic: 'clinic',
    portal: 'portal',
    wrong: 'This is not as it should be: please report it.',
    next: [
      'How to go on:',
      '  pipe validate pipelines/ident-to-bitrix.yaml   check the mapping; then change a stage in it and check again',
      '  pipe sandbox bitrix24                          a portal to try against',
      '  pipe check pipelines/ident-to-bitrix.yaml      with your own clinic and portal in the environment',
    ],
  },
  ru: {
    first: 'первый запуск',
    again: 'второй запуск',
    changed: 'третий запуск',
    written: (rows: number) => `записано приёмов: ${rows}`,
    clinic: 'клиника',
    portal: 'портал',
    wrong: 'Так быть не должно: сообщите об этом.',
    next: [
      'Что дальше:',
      '  pipe validate pipelines/ident-to-bitrix.yaml   проверить маппинг; измените в нём стадию и проверьте снова',
      '  pipe sandbox bitrix24                          портал для проб',
      '  pipe check pipelines/ident-to-bitrix.yaml      со своей клиникой и порталом в переменных окружения',
    ],
  },
} as const satisfies Record<Language, object>;

/** What the demo did and how to go on. */
export function demoText(story: DemoStory, language: Language): string {
  const say = words[language];
  const counts = (held: Readonly<Record<string, number>>) =>
    Object.entries(held)
      .map(([name, rows]) => `${name} ${rows}`)
      .join(', ');
  return [
    ...story.runs.map((run) => `${say[run.name]}: ${say.written(run.written)}`),
    `${say.clinic}: ${counts(story.clinic)}`,
    `${say.portal}: ${counts(story.portal)}`,
    ...(story.exitCode === 0 ? [] : [say.wrong]),
    '',
    ...say.next,
  ].join('\n');
}
