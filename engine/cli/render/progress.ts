import type { Listener, RunEvent } from '../../events/events.ts';
import type { Language } from '../../messages/template.ts';
import { countsText, flowLineText, follow } from './flow-line.ts';
import type { FlowLines } from './flow-line.ts';
import { spokenLine } from './spoken-line.ts';

/** Shows a run while it goes: one live line per flow on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly listen: Listener;
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
  const listen: Listener = (event) => {
    lines = follow(lines, event);
    const said = spokenLine(event, language);
    if (said !== undefined) {
      update.clear();
      stream.write(`${said}\n`);
    }
    if (said !== undefined || event.at - drawnAt >= redrawMs || event.type === 'flow-finished') draw(event.at);
  };
  return { listen, end: () => update.done() };
}

function plainLines(stream: NodeJS.WriteStream, language: Language): Progress {
  const listen: Listener = (event) => {
    const line = plainLine(event, language);
    if (line !== undefined) stream.write(`${line}\n`);
  };
  return { listen, end: () => undefined };
}

/** One line per batch, and what is worth one of its own. */
function plainLine(event: RunEvent, language: Language): string | undefined {
  if (event.type === 'batch-done') return `${event.flow}: ${countsText(event.counts, language)}`;
  return spokenLine(event, language);
}
