import { createLogUpdate } from 'log-update';
import { textOf } from '../../diagnostics.ts';
import type { FlowCounts, Listener, RunEvent } from '../../events/events.ts';
import type { Language } from '../../messages/template.ts';

/** Shows a run while it goes: one live line per flow on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly listen: Listener;
  end(): void;
}

export function showProgress(stream: NodeJS.WriteStream, language: Language): Progress {
  return stream.isTTY ? liveLines(stream, language) : plainLines(stream, language);
}

interface FlowLine {
  readonly startedAt: number;
  counts: FlowCounts | undefined;
  read: number;
  waiting: string;
  done: boolean;
}

function liveLines(stream: NodeJS.WriteStream, language: Language): Progress {
  const update = createLogUpdate(stream, { showCursor: true });
  const lines = new Map<string, FlowLine>();
  const listen: Listener = (event) => {
    const said = spokenLine(event, language);
    if (said !== undefined) {
      update.clear();
      stream.write(`${said}\n`);
    }
    follow(lines, event);
    update([...lines].map(([flow, line]) => flowText(flow, line, event.at, language)).join('\n'));
  };
  return { listen, end: () => update.done() };
}

function follow(lines: Map<string, FlowLine>, event: RunEvent): void {
  if (event.type === 'waiting') {
    for (const line of lines.values()) if (!line.done) line.waiting = `${event.for} ${Math.ceil(event.ms / 1000)} s`;
    return;
  }
  if (!('flow' in event) || event.flow === undefined) return;
  const line = lines.get(event.flow) ?? { startedAt: event.at, counts: undefined, read: 0, waiting: '', done: false };
  lines.set(event.flow, line);
  if (event.type === 'batch-read') line.read += event.rows;
  if (event.type === 'batch-done' || event.type === 'flow-finished') {
    line.counts = event.counts;
    line.waiting = '';
  }
  if (event.type === 'flow-finished') line.done = true;
}

function flowText(flow: string, line: FlowLine, now: number, language: Language): string {
  const { counts, read, startedAt, waiting } = line;
  const seconds = Math.max(0.001, (now - startedAt) / 1000);
  const words = progressWords[language];
  const rate = `${Math.round(read / seconds)}/s`;
  const parts = counts ? countParts(counts, language) : [`${words.read} ${read}`];
  return [`${line.done ? '✓' : '…'} ${flow}:`, ...parts, rate, ...(waiting ? [`${words.waits} ${waiting}`] : [])].join(
    ' ',
  );
}

const progressWords = {
  en: {
    read: 'read',
    created: 'created',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    queued: 'queued',
    waits: 'waits for',
    warning: 'WARNING',
    retry: 'will be tried again',
    rows: 'rows',
  },
  ru: {
    read: 'получено',
    created: 'создано',
    updated: 'обновлено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    queued: 'в очереди',
    waits: 'ждёт',
    warning: 'WARNING',
    retry: 'будет повторено',
    rows: 'строки',
  },
} as const satisfies Record<Language, object>;

function countParts(counts: FlowCounts, language: Language): readonly string[] {
  const words = progressWords[language];
  const queued = counts.queued + counts.rejected;
  return [
    `${words.read} ${counts.read},`,
    `${words.created} ${counts.created},`,
    `${words.updated} ${counts.updated},`,
    `${words.unchanged} ${counts.unchanged},`,
    `${words.skipped} ${counts.skipped},`,
    `${words.queued} ${queued}`,
  ];
}

function plainLines(stream: NodeJS.WriteStream, language: Language): Progress {
  const listen: Listener = (event) => {
    const line =
      event.type === 'batch-done'
        ? `${event.flow}: ${countParts(event.counts, language).join(' ')}`
        : spokenLine(event, language);
    if (line !== undefined) stream.write(`${line}\n`);
  };
  return { listen, end: () => undefined };
}

/** What is worth a line of its own: a word a guard or rung gave, a queued record, a warning. Keys only, never values. */
function spokenLine(event: RunEvent, language: Language): string | undefined {
  const words = progressWords[language];
  switch (event.type) {
    case 'record-named':
      return `${event.name}: ${event.key}${event.rows.length > 0 ? ` (${event.target ?? words.rows} ${event.rows.join(', ')})` : ''}`;
    case 'record-queued': {
      const { message } = textOf(event.error.code, event.error.parameters, language);
      return `QUEUE: ${event.key}: ${message}${event.retryAt === undefined ? '' : ` (${words.retry})`}`;
    }
    case 'warning': {
      const { message, fix } = textOf(event.error.code, event.error.parameters, language);
      return `${words.warning}: ${event.key === undefined ? '' : `${event.key}: `}${message}; ${fix}`;
    }
    default:
      return undefined;
  }
}
