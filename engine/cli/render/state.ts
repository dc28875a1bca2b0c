import type { Language } from '../../messages/template.ts';
import type { ResetWhat } from '../../state/ports.ts';
import type { Adopted, PipelineState } from '../pipeline-state.ts';
import type { CheckpointSet, FlowReset } from '../state-by-hand.ts';
import { localText } from './moment.ts';

const words = {
  en: {
    instance: 'instance',
    machine: 'machine',
    began: 'began',
    notBegun: 'no state yet',
    copied: 'begun elsewhere; the next run looks up anew what it knows',
    other: 'other instance',
    adopted: 'adopted',
    met: 'met',
    checkpoint: 'checkpoint',
    none: 'no checkpoint yet',
    since: 'set by hand, the next run reads from',
    took: (instances: string) => `adopted: ${instances}; rows they created are ours`,
    renamed: (connections: string) => `adopted: ${connections}; the system is the same under its new name`,
    nothing: 'nothing to adopt: no run has met rows of another instance, or a system under another name',
  },
  ru: {
    instance: 'экземпляр',
    machine: 'компьютер',
    began: 'начато',
    notBegun: 'состояния ещё нет',
    copied: 'начато не здесь; следующий запуск проверит заново всё, что в нём известно',
    other: 'другой экземпляр',
    adopted: 'признан своим',
    met: 'замечен',
    checkpoint: 'контрольная точка',
    none: 'контрольной точки ещё нет',
    since: 'задана вручную, следующий запуск читает с',
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
    `  ${say.instance}: ${instance}, ${say.machine} ${machine}, ${beganAt === undefined ? say.notBegun : `${say.began} ${localText(beganAt)}`}`,
    ...(copiedFrom
      ? [`  ${say.instance} ${copiedFrom.instance}, ${say.machine} ${copiedFrom.machine}: ${say.copied}`]
      : []),
    ...others.map((other) => {
      const adopted = other.adopted ? `, ${say.adopted}` : '';
      return `  ${say.other}: ${other.instance}, ${say.met} ${localText(other.metAt)}${adopted}`;
    }),
    ...flows.map(({ name, checkpointAt, cursor, since }) => {
      if (checkpointAt === undefined) return `  ${name}: ${say.none}`;
      const from = cursor ? ` ${JSON.stringify(cursor)}` : since === undefined ? '' : `, ${say.since} ${since}`;
      return `  ${name}: ${say.checkpoint} ${localText(checkpointAt)}${from}`;
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

export function setText({ flow, since }: CheckpointSet, language: Language): string {
  return language === 'ru'
    ? `${flow}: следующий запуск читает с ${since}`
    : `${flow}: the next run reads from ${since}`;
}

const forgets = {
  en: { checkpoint: 'how far it came', known: 'what it delivered', and: ' and ' },
  ru: { checkpoint: 'контрольную точку', known: 'что уже доставлено', and: ' и ' },
} as const satisfies Record<Language, object>;

export function resetQuestion(flow: string, what: ResetWhat, language: Language): string {
  const say = forgets[language];
  const things = [...(what.checkpoint ? [say.checkpoint] : []), ...(what.known ? [say.known] : [])].join(say.and);
  return language === 'ru' ? `${flow}: забыть ${things}? [д/Н] ` : `${flow}: forget ${things}? [y/N] `;
}

export function resetText({ flow, checkpoint, known, inDoubt }: FlowReset, language: Language): string {
  const done =
    language === 'ru'
      ? `${flow}: контрольная точка ${checkpoint ? 'забыта' : 'на месте'}, забыто доставленных записей: ${known}`
      : `${flow}: checkpoint ${checkpoint ? 'forgotten' : 'as it was'}, ${known} delivered records forgotten`;
  if (inDoubt === 0) return done;
  const stays =
    language === 'ru' ? `отправленного без ответа остаётся: ${inDoubt}` : `${inDoubt} writes without an answer stay`;
  return `${done}; ${stays}`;
}
