import type { Language } from '../../messages/template.ts';
import type { QueueCounts } from '../../state/ports.ts';
import type { PipelineStatus } from '../pipeline-status.ts';
import { durationText, localText } from './moment.ts';

const words = {
  en: {
    running: 'running',
    pid: 'process',
    since: 'since',
    silent: 'last sign of life',
    last: 'last run',
    never: 'never',
    exit: 'exit code',
    noEnd: 'did not end',
    success: 'last success',
    ago: (duration: string) => `${duration} ago`,
    lag: 'checkpoint',
    queue: 'queue',
    empty: 'empty',
    next: 'next',
    none: 'no checkpoint yet',
    older: 'written by an older mapping',
  },
  ru: {
    running: 'выполняется',
    pid: 'процесс',
    since: 'с',
    silent: 'последний признак жизни',
    last: 'последний запуск',
    never: 'не было',
    exit: 'код завершения',
    noEnd: 'не завершён',
    success: 'последний успешный',
    ago: (duration: string) => `${duration} назад`,
    lag: 'контрольная точка',
    queue: 'очередь',
    empty: 'пуста',
    next: 'дальше',
    none: 'контрольной точки ещё нет',
    older: 'записано по прежнему маппингу',
  },
} as const satisfies Record<Language, object>;

export function statusText(status: PipelineStatus, language: Language): string {
  const say = words[language];
  const { running, lastSuccess } = status;
  return [
    status.pipeline,
    ...(running ? [`  ${say.running}: ${runningText(running, language)}`] : []),
    `  ${say.last}: ${lastRunText(status, language)}`,
    `  ${say.success}: ${lastSuccess === undefined ? say.never : localText(lastSuccess)}`,
    ...status.flows.map((flow) => `  ${flow.name}: ${flowText(flow, language)}`),
    `  ${say.next}: ${status.next}`,
  ].join('\n');
}

function runningText(running: NonNullable<PipelineStatus['running']>, language: Language): string {
  const say = words[language];
  const { pid, host, since, silentSeconds } = running;
  const silent = say.ago(durationText(silentSeconds, language));
  return `${say.pid} ${pid} @ ${host} ${say.since} ${localText(since)}, ${say.silent} ${silent}`;
}

function lastRunText({ lastRun, running }: PipelineStatus, language: Language): string {
  const say = words[language];
  if (!lastRun) return say.never;
  if (lastRun.exitCode !== undefined) return `${localText(lastRun.startedAt)}, ${say.exit} ${lastRun.exitCode}`;
  return running ? localText(lastRun.startedAt) : `${localText(lastRun.startedAt)}, ${say.noEnd}`;
}

function flowText(flow: PipelineStatus['flows'][number], language: Language): string {
  const say = words[language];
  const { checkpointAt, lagSeconds = 0 } = flow;
  const lag =
    checkpointAt === undefined
      ? say.none
      : `${say.lag} ${localText(checkpointAt)} (${say.ago(durationText(lagSeconds, language))})`;
  const older = flow.olderMapping > 0 ? `; ${say.older}: ${flow.olderMapping}` : '';
  return `${lag}; ${say.queue}: ${openRows(flow.queue) || say.empty}${older}`;
}

function openRows(queue: QueueCounts): string {
  const states = ['pending', 'waiting', 'quarantined', 'failed'] as const;
  return states
    .filter((state) => queue[state] > 0)
    .map((state) => `${state}=${queue[state]}`)
    .join(', ');
}
