import { exitCodes } from '../errors.ts';
import type { FlowCounts, RunEvent } from '../events/events.ts';
import { fill } from '../messages/template.ts';
import type { Language, Template } from '../messages/template.ts';
import { countsText, deliveredOf } from './counts.ts';
import type { Level } from './level.ts';
import { localTime } from './moment.ts';
import { queueLine, resultBlock, rule, sum } from './result.ts';
import { rowText } from './rows.ts';
import { errorWithFix, spokenText, waitText } from './spoken.ts';

/** One thing the log says; its words are made only where somebody hears its level. */
export interface Entry {
  readonly level: Level;
  text(): string;
  /** The lines of it, where it takes more than its text. */
  block?(): readonly string[];
}

/** What the log remembers of a run from event to event. */
export interface Remembered {
  readonly flows: Map<string, FlowCounts>;
  /** Flows at work that have told no rows yet. */
  readonly silent: Set<string>;
  /** Failures of flows that were told when they happened. */
  readonly told: Set<string>;
}

export function rememberNothing(): Remembered {
  return { flows: new Map(), silent: new Set(), told: new Set() };
}

/** The words of rule 45, to the letter in Russian. */
const texts = {
  started: { en: 'Sync started: {time}', ru: 'Начало синхронизации: {time}' },
  rows: { en: 'Read {rows} new rows', ru: 'Получено {rows} новых записей из БД' },
  delivered: { en: 'Delivered: {delivered} / {read}', ru: 'Успешно синхронизировано: {delivered} / {read}' },
  incremental: { en: '{flow}: reading what has changed', ru: '{flow}: читаем изменившееся' },
  full: { en: '{flow}: reading everything', ru: '{flow}: читаем всё' },
  flowDone: { en: '{flow}: done in {seconds}s', ru: '{flow}: завершено за {seconds}с' },
  stopped: {
    en: 'Stopped; what was begun is finished, the next run goes on from here',
    ru: 'Остановлено; начатое завершено, следующий запуск продолжит с этого места',
  },
} as const satisfies Record<string, Template>;

const deliveredLines = [texts.delivered.en, texts.delivered.ru].map(
  (text) => new RegExp(`^${text.replaceAll(/\{\w+\}/g, '\\d+')}$`),
);

/** Whether a line says what a run delivered, in either language: `pipe logs` counts them (rule 51). */
export function saysDelivered(text: string): boolean {
  return deliveredLines.some((line) => line.test(text));
}

/** A wait for the limit that somebody looking at a silent log would wonder about. */
const longWaitMs = 5000;

/** What the log says of an event. */
export function entriesOf(event: RunEvent, remembered: Remembered, language: Language): readonly Entry[] {
  switch (event.type) {
    case 'run-started': {
      const text = () => fill(texts.started, { time: localTime(event.at) }, language);
      return [{ level: 'INFO', text, block: () => [rule, text()] }];
    }
    case 'flow-started':
      remembered.silent.add(event.flow);
      return [{ level: 'DEBUG', text: () => fill(texts[event.mode], { flow: event.flow }, language) }];
    case 'flow-added':
      return [{ level: 'INFO', text: () => spokenText(event, language) ?? '' }];
    case 'flow-skipped':
    case 'flow-failed':
      remembered.silent.delete(event.flow);
      remembered.told.add(JSON.stringify(event.error));
      return [{ level: 'ERROR', text: () => spokenText(event, language) ?? '' }];
    case 'batch-read':
      remembered.silent.delete(event.flow);
      return [readEntry(event.rows, language)];
    case 'batch-done':
      remembered.flows.set(event.flow, event.counts);
      return [{ level: 'INFO', text: () => `${event.flow}: ${countsText(event.counts, language)}` }];
    case 'flow-finished':
      return flowFinished(event, remembered, language);
    case 'run-finished':
      return runFinished(event, remembered, language);
    case 'run-failed':
      return [failure(event, language)];
    default:
      return [{ level: levelOf(event), text: () => textOfMoment(event, language) }];
  }
}

type Moment = Exclude<RunEvent, { type: `run-${string}` | `flow-${string}` | `batch-${string}` }>;

function levelOf(event: Moment): Level {
  switch (event.type) {
    case 'record-named':
      return event.warn ? 'WARNING' : 'INFO';
    // What is tried again by itself needs nobody yet.
    case 'record-queued':
      return event.retryAt === undefined ? 'ERROR' : 'WARNING';
    case 'warning':
      return 'WARNING';
    case 'table-changed':
      return 'INFO';
    case 'write-waiting':
      return event.by ? 'WARNING' : 'INFO';
    case 'waiting':
      return event.error ? 'WARNING' : event.ms >= longWaitMs ? 'INFO' : 'DEBUG';
    case 'row-found':
      return event.called && !event.lookUp ? 'INFO' : 'DEBUG';
    case 'row-written':
      return event.called || event.operation === 'adopted' ? 'INFO' : 'DEBUG';
    default:
      return event satisfies never;
  }
}

function textOfMoment(event: Moment, language: Language): string {
  if (event.type === 'waiting') return waitText(event, language);
  if (event.type === 'row-found' || event.type === 'row-written') return rowText(event, language);
  return spokenText(event, language) ?? '';
}

function readEntry(rows: number, language: Language): Entry {
  return { level: 'INFO', text: () => fill(texts.rows, { rows }, language) };
}

/** A read that brought nothing is told too: else a quiet day looks like a dead one. */
function flowFinished(
  event: Extract<RunEvent, { type: 'flow-finished' }>,
  remembered: Remembered,
  language: Language,
): readonly Entry[] {
  const { flow, counts, seconds } = event;
  remembered.flows.set(flow, counts);
  const nothing = remembered.silent.delete(flow) ? [readEntry(0, language)] : [];
  const text = () => fill(texts.flowDone, { flow, seconds: seconds.toFixed(2) }, language);
  return [...nothing, { level: 'DEBUG', text }];
}

function runFinished(
  event: Extract<RunEvent, { type: 'run-finished' }>,
  remembered: Remembered,
  language: Language,
): readonly Entry[] {
  const flows = [...remembered.flows.values()];
  const { seconds, queue, error, exitCode } = event;
  const numbers = { delivered: sum(flows, deliveredOf), read: sum(flows, ({ read }) => read) };
  const text = () => fill(texts.delivered, numbers, language);
  const block = () => [text(), ...resultBlock(flows, seconds, language), queueLine(queue, language)];
  const done: Entry = { level: 'INFO', text, block };
  if (error && remembered.told.has(JSON.stringify(error))) return [done];
  if (error) return [failure({ error, exitCode }, language), done];
  return exitCode < 128 ? [done] : [{ level: 'WARNING', text: () => texts.stopped[language] }, done];
}

type Failed = Pick<Extract<RunEvent, { type: 'run-failed' }>, 'error' | 'exitCode' | 'isRunning'>;

/** Our own bug is what nobody at the clinic can mend; a run that met another one has failed at nothing. */
function failure({ error, exitCode, isRunning }: Failed, language: Language): Entry {
  const level = isRunning ? 'WARNING' : exitCode === exitCodes.bug ? 'CRITICAL' : 'ERROR';
  return { level, text: () => errorWithFix(error, language) };
}
