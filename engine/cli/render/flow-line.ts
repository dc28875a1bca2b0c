import type { FlowCounts, RunEvent } from '../../events/events.ts';
import { countsSaid, countsText } from '../../log/counts.ts';
import { waitText } from '../../log/spoken.ts';
import type { Wait } from '../../log/spoken.ts';
import type { Language } from '../../messages/template.ts';

/** What the live line of one flow is made of. */
export interface FlowLine {
  readonly startedAt: number;
  /** Rows read so far: ahead of `counts` by the batch at work. */
  readonly read: number;
  readonly counts?: FlowCounts;
  readonly waiting?: Wait;
  readonly done: boolean;
  readonly failed?: true;
}

export type FlowLines = ReadonlyMap<string, FlowLine>;

/** The lines after an event; a wait is nobody's in particular and shows on every flow at work. */
export function follow(lines: FlowLines, event: RunEvent): FlowLines {
  if (event.type === 'waiting') {
    return new Map([...lines].map(([flow, line]) => [flow, line.done ? line : { ...line, waiting: event }]));
  }
  // Of these there are as many as rows, and the counts tell them.
  if (event.type === 'row-found' || event.type === 'row-written') return lines;
  // It has a line of words, and nothing to count.
  if (event.type === 'flow-skipped') return lines;
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
    case 'flow-failed':
      return { ...line, done: true, failed: true };
    default:
      return { ...line, ...(waiting && { waiting }) };
  }
}

const rate = { en: 'rows/s', ru: 'строк/с' } as const satisfies Record<Language, string>;

/** `… receptions: read 1200, mapped 1200, created 3, …; 240 rows/s; waits for bitrix24:portal.example, 2 s` */
export function flowLineText(flow: string, line: FlowLine, now: number, language: Language): string {
  const { counts, read, startedAt, waiting, done, failed } = line;
  const seconds = Math.max(0.001, (now - startedAt) / 1000);
  const parts = [
    counts
      ? countsText({ ...counts, read: Math.max(read, counts.read) }, language)
      : countsSaid({ read }, ['read'], language),
    `${Math.round(read / seconds)} ${rate[language]}`,
    ...(waiting ? [waitText(waiting, language)] : []),
  ];
  return `${failed ? '✗' : done ? '✓' : '…'} ${flow}: ${parts.join('; ')}`;
}
