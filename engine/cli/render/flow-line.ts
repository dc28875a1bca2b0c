import { textOf } from '../../diagnostics.ts';
import type { EventError, FlowCounts, RunEvent } from '../../events/events.ts';
import type { Language } from '../../messages/template.ts';

/** What holds a run up, for milliseconds: the portal's limit, a system that does not answer. */
interface Wait {
  readonly for: string;
  readonly ms: number;
  /** Why, when it is tried again after a failure. */
  readonly error?: EventError;
}

/** What the live line of one flow is made of. */
export interface FlowLine {
  readonly startedAt: number;
  /** Rows read so far: ahead of `counts` by the batch at work. */
  readonly read: number;
  readonly counts?: FlowCounts;
  readonly waiting?: Wait;
  readonly done: boolean;
}

export type FlowLines = ReadonlyMap<string, FlowLine>;

/** The lines after an event; a wait is nobody's in particular and shows on every flow at work. */
export function follow(lines: FlowLines, event: RunEvent): FlowLines {
  if (event.type === 'waiting') {
    return new Map([...lines].map(([flow, line]) => [flow, line.done ? line : { ...line, waiting: event }]));
  }
  if (!('flow' in event) || event.flow === undefined) return lines;
  const line = lines.get(event.flow) ?? { startedAt: event.at, read: 0, done: false };
  return new Map([...lines, [event.flow, after(line, event)]]);
}

function after({ waiting, ...line }: FlowLine, event: RunEvent): FlowLine {
  switch (event.type) {
    case 'batch-read':
      return { ...line, read: line.read + event.rows };
    case 'batch-done':
      return { ...line, counts: event.counts };
    case 'flow-finished':
      return { ...line, counts: event.counts, done: true };
    default:
      return { ...line, ...(waiting && { waiting }) };
  }
}

const words = {
  en: {
    read: 'read',
    mapped: 'mapped',
    created: 'created',
    updated: 'updated',
    unchanged: 'unchanged',
    skipped: 'skipped',
    queued: 'queued',
    deleted: 'deleted',
    rate: 'rows/s',
    waits: (what: string, seconds: number) => `waits for ${what}, ${seconds} s`,
  },
  ru: {
    read: 'получено',
    mapped: 'трансформировано',
    created: 'создано',
    updated: 'обновлено',
    unchanged: 'без изменений',
    skipped: 'пропущено',
    queued: 'в очереди',
    deleted: 'удалено',
    rate: 'строк/с',
    waits: (what: string, seconds: number) => `ждёт ${what}, ${seconds} с`,
  },
} as const satisfies Record<Language, object>;

/** `… receptions: read 1200, mapped 1200, created 3, …; 240 rows/s; waits for bitrix24:portal.example, 2 s` */
export function flowLineText(flow: string, line: FlowLine, now: number, language: Language): string {
  const say = words[language];
  const { counts, read, startedAt, waiting, done } = line;
  const seconds = Math.max(0.001, (now - startedAt) / 1000);
  const parts = [
    counts ? countsText({ ...counts, read: Math.max(read, counts.read) }, language) : `${say.read} ${read}`,
    `${Math.round(read / seconds)} ${say.rate}`,
    ...(waiting ? [waitText(waiting, language)] : []),
  ];
  return `${done ? '✓' : '…'} ${flow}: ${parts.join('; ')}`;
}

export function waitText({ for: what, ms, error }: Wait, language: Language): string {
  const text = words[language].waits(what, Math.ceil(ms / 1000));
  return error ? `${text}: ${textOf(error.code, error.parameters, language).message}` : text;
}

/** Counts of a flow on one line. */
export function countsText(counts: FlowCounts, language: Language): string {
  const say = words[language];
  const kinds = ['read', 'mapped', 'created', 'updated', 'unchanged', 'skipped'] as const;
  const queued = `${say.queued} ${counts.queued + counts.rejected}`;
  const deleted = counts.deleted > 0 ? [`${say.deleted} ${counts.deleted}`] : [];
  return [...kinds.map((kind) => `${say[kind]} ${counts[kind]}`), queued, ...deleted].join(', ');
}
