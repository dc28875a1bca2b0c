import { textOf } from '../../diagnostics.ts';
import { countWords } from '../../log/counts.ts';
import type { Language } from '../../messages/template.ts';
import type { History, PastFlow, PastRun } from '../history.ts';
import { localText } from './moment.ts';
import { tableText } from './table.ts';

export function historyData({ pipeline, runs }: History, language: Language): object {
  return {
    pipeline,
    runs: runs.map(({ error, ...run }) => ({
      ...run,
      ...(error && { error: { ...error, ...textOf(error.code, error.parameters, language) } }),
    })),
  };
}

const words = {
  en: {
    heads: ['began', 'took', 'ended', 'mapping', 'flow'],
    second: 's',
    exit: 'exit code',
    person: 'stopped by Ctrl+C',
    system: 'stopped by the system',
    killed: 'killed, or the machine went down',
    running: 'runs now',
    none: 'no run yet',
  },
  ru: {
    heads: ['начат', 'длился', 'чем кончился', 'маппинг', 'поток'],
    second: 'с',
    exit: 'код завершения',
    person: 'остановлен по Ctrl+C',
    system: 'остановлен системой',
    killed: 'оборван, или выключился компьютер',
    running: 'выполняется',
    none: 'запусков ещё не было',
  },
} as const satisfies Record<Language, object>;

const counted = ['read', 'created', 'updated', 'deleted', 'queued', 'rejected'] as const;

/** A line for each flow of each run; a run without flows has one line too. */
export function historyText({ pipeline, runs }: History, language: Language): string {
  const say = words[language];
  if (runs.length === 0) return `${pipeline}: ${say.none}`;
  const rows = runs.flatMap((run) => {
    const [first, ...others] = run.flows;
    const head = [localText(run.startedAt), took(run, say.second), endOf(run, language), run.mapping];
    return [[...head, ...cells(first)], ...others.map((flow) => ['', '', '', '', ...cells(flow)])];
  });
  return tableText([...say.heads, ...counted.map((count) => countWords[language][count])], rows);
}

function took({ seconds }: PastRun, second: string): string {
  return seconds === undefined ? '' : `${seconds.toFixed(1)} ${second}`;
}

function endOf({ state, stoppedBy, exitCode, error }: PastRun, language: Language): string {
  const say = words[language];
  if (stoppedBy) return say[stoppedBy];
  if (state === 'killed' || state === 'running') return say[state];
  return `${say.exit} ${exitCode}${error ? ` ${error.code}` : ''}`;
}

function cells(flow: PastFlow | undefined): readonly string[] {
  return flow ? [flow.name, ...counted.map((count) => String(flow[count]))] : ['', ...counted.map(() => '')];
}
