import type { Language } from '../../messages/template.ts';
import type { PipelineState } from '../pipeline-state.ts';
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
    nothing: 'nothing to adopt: no run has met rows of another instance',
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
    nothing: 'признавать нечего: ни один запуск не встретил строк другого экземпляра',
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

export function adoptedText(instances: readonly string[], language: Language): string {
  const say = words[language];
  return instances.length === 0 ? say.nothing : say.took(instances.join(', '));
}
