import type { Language } from '../../messages/template.ts';
import type { Step } from '../../service/service.ts';
import type { ServiceReport, ServiceStatus } from '../service.ts';

const words = {
  en: {
    done: {
      install: 'installed and enabled',
      start: 'started; its schedule is on',
      stop: 'stopped; its schedule is off until `pipe service start`',
      enable: 'its schedule is on',
      disable: 'its schedule is off; a run under way goes on to its end',
      uninstall: 'removed; pipeline, state and logs stay',
    },
    state: { ready: 'Ready', running: 'Running', disabled: 'Disabled', 'not installed': 'not installed' },
    remove: 'remove',
    folder: 'make the folder',
    endRun: 'ask the run under way to finish; end it after half a minute',
  },
  ru: {
    done: {
      install: 'установлена и включена',
      start: 'запущена; расписание включено',
      stop: 'остановлена; расписание выключено до `pipe service start`',
      enable: 'расписание включено',
      disable: 'расписание выключено; начатый запуск дойдёт до конца',
      uninstall: 'удалена; конвейер, состояние и журналы остались',
    },
    state: {
      ready: 'Ready (ждёт времени)',
      running: 'Running (выполняется)',
      disabled: 'Disabled (выключена)',
      'not installed': 'не установлена',
    },
    remove: 'удалить',
    folder: 'создать папку',
    endRun: 'попросить начатый запуск закончить; через полминуты завершить его',
  },
} as const satisfies Record<Language, object>;

export function doneText({ service, action }: ServiceReport, language: Language): string {
  return `${service}: ${words[language].done[action]}`;
}

export function serviceStatusText({ service, state }: ServiceStatus, language: Language): string {
  return `${service}: ${words[language].state[state]}`;
}

/** What would be written and called, each file whole. */
export function stepsText({ steps }: ServiceReport, language: Language): string {
  return steps.map((step) => stepText(step, language)).join('\n');
}

function stepText(step: Step, language: Language): string {
  const say = words[language];
  if ('write' in step) return `# ${step.write}\n${step.text}`;
  if ('remove' in step) return `# ${say.remove} ${step.remove}`;
  if ('folder' in step) return `# ${say.folder} ${step.folder}`;
  if ('endRun' in step) return `# ${say.endRun}`;
  return step.call.map((part) => (/^[\w./:\\-]+$/.test(part) ? part : `"${part}"`)).join(' ');
}
