import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { saysDelivered } from './entries.ts';
import { isLevel } from './level.ts';
import type { Level } from './level.ts';
import type { LogFile } from './log-files.ts';
import { localTime } from './moment.ts';

/** A line of a log, whichever format it is in; what is no line of ours is all text. */
export interface LogLine {
  readonly time?: string;
  readonly level?: Level;
  readonly text: string;
}

/** A day of a log. */
export interface LogDay {
  readonly lines: readonly LogLine[];
  /** Runs that ended with «Успешно синхронизировано». */
  readonly delivered: number;
  readonly errors: number;
}

export interface Wanted {
  /** Only lines that hold this, whatever its case. */
  readonly grep?: string;
  /** Only so many, the last. */
  readonly last?: number;
}

/** What a day's files hold of the lines that are wanted; its numbers are of all lines (rule 51). */
export async function readDay(files: readonly LogFile[], { grep, last = Infinity }: Wanted): Promise<LogDay> {
  const lines: LogLine[] = [];
  let [delivered, errors] = [0, 0];
  for (const file of files) {
    for await (const raw of createInterface({ input: createReadStream(file.path, 'utf8'), crlfDelay: Infinity })) {
      const line = parseLine(raw);
      if (saysDelivered(line.text)) delivered += 1;
      if (isError(line)) errors += 1;
      if (!holds(line, grep)) continue;
      lines.push(line);
      if (lines.length > last) lines.shift();
    }
  }
  return { lines, delivered, errors };
}

export function parseLine(raw: string): LogLine {
  const line = raw.replace(/^\uFEFF/, '');
  return (line.startsWith('{') ? ofJson(line) : ofText(line)) ?? { text: line };
}

function ofText(line: string): LogLine | undefined {
  const [, time, level, text] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - ([A-Z]+) - (.*)$/.exec(line) ?? [];
  return time !== undefined && level !== undefined && text !== undefined && isLevel(level)
    ? { time, level, text }
    : undefined;
}

function ofJson(line: string): LogLine | undefined {
  try {
    const { time, level, text } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof time !== 'string' || typeof level !== 'string' || typeof text !== 'string') return undefined;
    return isLevel(level) ? { time: localTime(Date.parse(time)), level, text } : undefined;
  } catch {
    return undefined;
  }
}

/** As the line format writes it. */
export function lineText({ time, level, text }: LogLine): string {
  return time === undefined ? text : `${time} - ${level} - ${text}`;
}

export function holds(line: LogLine, grep: string | undefined): boolean {
  return grep === undefined || lineText(line).toLowerCase().includes(grep.toLowerCase());
}

/** What is worse than an error is one too. */
function isError({ level }: LogLine): boolean {
  return level === 'ERROR' || level === 'CRITICAL';
}
