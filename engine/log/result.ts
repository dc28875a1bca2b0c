import type { FlowCounts, QueueRows } from '../events/events.ts';
import type { Language } from '../messages/template.ts';
import { deliveredOf, errorsOf } from './counts.ts';

/** What a run came to; in Russian the labels of rule 52 to the letter. */
export const resultLabels = {
  en: {
    title: 'Results',
    read: 'Read',
    mapped: 'Mapped',
    delivered: 'Delivered',
    errors: 'Errors',
    time: 'Time',
    second: 's',
  },
  ru: {
    title: 'Результаты синхронизации',
    read: 'Получено из БД',
    mapped: 'Трансформировано',
    delivered: 'Синхронизировано',
    errors: 'Ошибок',
    time: 'Время выполнения',
    second: 'с',
  },
} as const satisfies Record<Language, object>;

export const rule = '='.repeat(80);

/** The column in which the numbers of the result block begin. */
const column = 22;

/** The result block of rule 52, all flows of the run together. */
export function resultBlock(flows: readonly FlowCounts[], seconds: number, language: Language): readonly string[] {
  const say = resultLabels[language];
  const line = (label: string, value: string | number) => `${`${label}:`.padEnd(column)}${value}`;
  return [
    rule,
    say.title,
    rule,
    line(
      say.read,
      sum(flows, ({ read }) => read),
    ),
    line(
      say.mapped,
      sum(flows, ({ mapped }) => mapped),
    ),
    line(say.delivered, sum(flows, deliveredOf)),
    line(say.errors, sum(flows, errorsOf)),
    line(say.time, `${seconds.toFixed(2)}${say.second}`),
    rule,
  ];
}

export function sum(flows: readonly FlowCounts[], count: (flow: FlowCounts) => number): number {
  return flows.reduce((total, flow) => total + count(flow), 0);
}

/** The statistics line of rule 42. Its program knew three states: what is held counts as pending, what is over as completed. */
export function queueLine(rows: QueueRows, language: Language): string {
  const { pending, waiting, quarantined, failed, completed, superseded } = rows;
  const total = pending + waiting + quarantined + failed + completed + superseded;
  const held = waiting + quarantined;
  return language === 'ru'
    ? `Очередь: всего=${total}, pending=${pending + held}, failed=${failed}, completed=${completed + superseded}`
    : `Queue: total=${total}, pending=${pending}, waiting=${waiting}, quarantined=${quarantined}, failed=${failed}, completed=${completed}, superseded=${superseded}`;
}
