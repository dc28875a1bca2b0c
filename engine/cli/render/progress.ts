import type { Listener, RunEvent } from '../../events/events.ts';
import type { Language } from '../../messages/template.ts';
import { countsText, flowLineText, follow, waitText } from './flow-line.ts';
import type { FlowLines } from './flow-line.ts';
import { spokenLine } from './spoken-line.ts';

/** Shows a run while it goes: one live line per flow on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly listen: Listener;
  /** A line that stays, above those that live. */
  say(line: string): void;
  end(): void;
}

export async function showProgress(stream: NodeJS.WriteStream, language: Language): Promise<Progress> {
  return stream.isTTY ? liveLines(stream, language) : plainLines(stream, language);
}

/** Faster than anybody reads; a terminal takes longer to draw a line than a run to count a record. */
const redrawMs = 100;

async function liveLines(stream: NodeJS.WriteStream, language: Language): Promise<Progress> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(stream, { showCursor: true });
  let lines: FlowLines = new Map();
  let drawnAt = 0;
  const draw = (at: number) => {
    drawnAt = at;
    update([...lines].map(([flow, line]) => flowLineText(flow, line, at, language)).join('\n'));
  };
  const say = (line: string) => {
    update.clear();
    stream.write(`${line}\n`);
  };
  const listen: Listener = (event) => {
    lines = follow(lines, event);
    const said = spokenLine(event, language);
    if (said !== undefined) say(said);
    const isDue = said !== undefined || event.at - drawnAt >= redrawMs || event.type === 'flow-finished';
    if (isDue && lines.size > 0) draw(event.at);
  };
  return { listen, say, end: () => update.done() };
}

function plainLines(stream: NodeJS.WriteStream, language: Language): Progress {
  const say = (line: string) => void stream.write(`${line}\n`);
  const listen: Listener = (event) => {
    const line = plainLine(event, language);
    if (line !== undefined) say(line);
  };
  return { listen, say, end: () => undefined };
}

/** A wait for the limit that somebody looking at a silent log would wonder about; a failure is always told. */
const longWaitMs = 5000;

/** One line per batch and long wait, and what is worth one of its own. */
function plainLine(event: RunEvent, language: Language): string | undefined {
  if (event.type === 'waiting') return event.error || event.ms >= longWaitMs ? waitText(event, language) : undefined;
  if (event.type === 'batch-done') return `${event.flow}: ${countsText(event.counts, language)}`;
  return spokenLine(event, language);
}
