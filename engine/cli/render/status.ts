import type { Language } from '../../messages/template.ts';
import type { PipelineStatus } from '../pipeline-status.ts';

const words = {
  en: {
    running: 'running',
    pid: 'process',
    silent: 'silent for',
    last: 'last run',
    never: 'never',
    exit: 'exit',
    success: 'last success',
    lag: 'checkpoint',
    ago: 's ago',
    queue: 'queue',
    next: 'next',
    none: 'no checkpoint yet',
  },
  ru: {
    running: 'выполняется',
    pid: 'процесс',
    silent: 'молчит',
    last: 'последний запуск',
    never: 'не было',
    exit: 'код',
    success: 'последний успех',
    lag: 'контрольная точка',
    ago: 'с назад',
    queue: 'очередь',
    next: 'дальше',
    none: 'контрольной точки ещё нет',
  },
} as const satisfies Record<Language, object>;

export function statusText(status: PipelineStatus, language: Language): string {
  const say = words[language];
  const { running, lastRun, lastSuccess } = status;
  return [
    status.pipeline,
    ...(running
      ? [
          `  ${say.running}: ${say.pid} ${running.pid} @ ${running.host}, ${running.since}, ${say.silent} ${running.silentSeconds} s`,
        ]
      : []),
    `  ${say.last}: ${lastRun ? `${lastRun.startedAt}, ${say.exit} ${lastRun.exitCode ?? '—'}` : say.never}`,
    `  ${say.success}: ${lastSuccess ?? say.never}`,
    ...status.flows.map((flow) => `  ${flow.name}: ${flowText(flow, language)}`),
    `  ${say.next}: ${status.next}`,
  ].join('\n');
}

function flowText(flow: PipelineStatus['flows'][number], language: Language): string {
  const say = words[language];
  const { pending, waiting, quarantined, failed } = flow.queue;
  const lag =
    flow.checkpointAt === undefined ? say.none : `${say.lag} ${flow.checkpointAt} (${flow.lagSeconds} ${say.ago})`;
  return `${lag}, ${say.queue}: pending=${pending}, waiting=${waiting}, quarantined=${quarantined}, failed=${failed}`;
}
