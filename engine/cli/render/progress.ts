import type { Listener, RunEvent } from '../../events/events.ts';
import { oneLine } from '../../log/one-line.ts';
import { runLog } from '../../log/run-log.ts';
import type { Voice } from '../../log/run-log.ts';
import { spokenText } from '../../log/spoken.ts';
import type { Language } from '../../messages/template.ts';
import { flowLineText, follow } from './flow-line.ts';
import type { FlowLines } from './flow-line.ts';

/** Shows a run while it goes: one live line per flow on a terminal, the lines of the log elsewhere (rule 44). */
export interface Progress {
  readonly listen: Listener;
  /** A line that stays, above those that live. */
  say(line: string): void;
  end(): void;
}

/** `verbose`: line by line on a terminal too. */
export async function showProgress(stream: NodeJS.WriteStream, voice: Voice, verbose = false): Promise<Progress> {
  return stream.isTTY && !verbose ? liveLines(stream, voice.language) : logLines(stream, voice);
}

/** What is to be noticed among the words of guards. */
const marks: Partial<Record<RunEvent['type'], string>> = {
  warning: 'WARNING: ',
  'flow-skipped': 'ERROR: ',
  'flow-failed': 'ERROR: ',
};

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
    const said = spokenText(event, language);
    if (said !== undefined) say(oneLine(`${marks[event.type] ?? ''}${said}`));
    const isDue = said !== undefined || event.at - drawnAt >= redrawMs || event.type === 'flow-finished';
    if (isDue && lines.size > 0) draw(event.at);
  };
  return { listen, say, end: () => update.done() };
}

function logLines(stream: NodeJS.WriteStream, voice: Voice): Progress {
  const log = runLog(voice, (line) => void stream.write(line));
  const listen: Listener = (event) => {
    // The result stands on stdout, and a command says itself why it failed.
    if (event.type !== 'run-finished' && event.type !== 'run-failed') log(event);
  };
  return { listen, say: (line) => void stream.write(`${line}\n`), end: () => undefined };
}
