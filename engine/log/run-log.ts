import { EOL } from 'node:os';
import type { Listener, RunEvent } from '../events/events.ts';
import type { Language } from '../messages/template.ts';
import { entriesOf, rememberNothing } from './entries.ts';
import type { Entry } from './entries.ts';
import { isHeard } from './level.ts';
import type { Level } from './level.ts';
import { localInstant, localTime } from './moment.ts';
import { oneLine } from './one-line.ts';

export const formats = ['text', 'json'] as const;

export type Format = (typeof formats)[number];

export interface Voice {
  /** The lowest level that is said. */
  readonly level: Level;
  readonly format: Format;
  readonly language: Language;
}

/** Says a run line by line; a line comes with its end and the time of its event. */
export function runLog({ level, format, language }: Voice, write: (line: string, at: number) => void): Listener {
  let remembered = rememberNothing();
  return (event) => {
    if (event.type === 'run-started') remembered = rememberNothing();
    for (const entry of entriesOf(event, remembered, language)) {
      if (!isHeard(entry.level, level)) continue;
      const lines = format === 'json' ? [jsonLine(event, entry)] : textLines(event, entry);
      for (const line of lines) write(line, event.at);
    }
  };
}

/** `YYYY-MM-DD HH:MM:SS - LEVEL - text` (rule 45). A text of several lines would be lines without a time. */
function textLines({ at }: RunEvent, { level, text, block }: Entry): readonly string[] {
  const head = `${localTime(at)} - ${level} - `;
  return (block?.() ?? [text()]).map((line) => `${head}${oneLine(line)}${EOL}`);
}

/** The event as it is, with what the other format says of it. */
function jsonLine({ at, ...event }: RunEvent, { level, text }: Entry): string {
  // How a row is called is in its text.
  return `${JSON.stringify({ time: localInstant(at), level, text: text(), ...event, called: undefined })}\n`;
}
