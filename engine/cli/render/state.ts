import type { Language } from '../../messages/template.ts';
import type { Adopted, PipelineState } from '../pipeline-state.ts';
import { localText } from './moment.ts';

const words = {
  en: {
    instance: 'instance',
    machine: 'machine',
    began: 'began',
    copied: 'begun elsewhere; the next run looks up anew what it knows',
    other: 'other instance',
    adopted: 'adopted',
    met: 'met',
    checkpoint: 'checkpoint',
    none: 'no checkpoint yet',
    took: (instances: string) => `adopted: ${instances}; rows they created are ours`,
    renamed: (connections: string) => `adopted: ${connections}; the system is the same under its new name`,
    nothing: 'nothing to adopt: no run has met rows of another instance, or a system under another name',
  },
  ru: {
    instance: 'экземпляр',
    machine: 'компьютер',
    began: 'начато',
    copied: 'начато не здесь; следующий запуск проверит заново всё, что в нём известно',
    other: 'другой экземпляр',
    adopted: 'признан своим',
    met: 'замечен',
    checkpoint: 'контрольная точка',
    none: 'контрольной точки ещё нет',
    took: (instances: string) => `признаны своими: ${instances}; созданные ими строки — наши`,
    renamed: (connections: string) => `признано: ${connections}; это та же система под новым именем`,
    nothing: 'признавать нечего: ни один запуск не встретил строк другого экземпляра или системы под другим именем',
  },
} as const satisfies Record<Language, object>;

export function stateText(state: PipelineState, language: Language): string {
  const say = words[language];
  const { pipeline, instance, machine, beganAt, copiedFrom, others, flows } = state;
  return [
    pipeline,
    `  ${say.instance}: ${instance}, ${say.machine} ${machine}, ${say.began} ${localText(beganAt)}`,
    ...(copiedFrom
      ? [`  ${say.instance} ${copiedFrom.instance}, ${say.machine} ${copiedFrom.machine}: ${say.copied}`]
      : []),
    ...others.map((other) => {
      const adopted = other.adopted ? `, ${say.adopted}` : '';
      return `  ${say.other}: ${other.instance}, ${say.met} ${localText(other.metAt)}${adopted}`;
    }),
    ...flows.map(({ name, checkpointAt, cursor }) => {
      if (checkpointAt === undefined) return `  ${name}: ${say.none}`;
      return `  ${name}: ${say.checkpoint} ${localText(checkpointAt)}${cursor ? ` ${JSON.stringify(cursor)}` : ''}`;
    }),
  ].join('\n');
}

export function adoptedText({ adopted, systems }: Adopted, language: Language): string {
  const say = words[language];
  const said = [
    ...(adopted.length > 0 ? [say.took(adopted.join(', '))] : []),
    ...(systems.length > 0 ? [say.renamed(systems.join(', '))] : []),
  ];
  return said.length === 0 ? say.nothing : said.join('\n');
}
