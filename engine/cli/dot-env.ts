import { parseEnv } from 'node:util';
import type { Diagnostic } from '../diagnostics.ts';
import { cliErrors } from './errors.ts';
import { readTextFile } from './text-file.ts';

const file = '.env';

/** Variables of `.env` in the working directory become the environment's, where it lacks them. Says what it cannot read. */
export function loadDotEnv(environment: NodeJS.ProcessEnv): readonly Diagnostic[] {
  const text = textOf();
  if (typeof text !== 'string') return text;
  const { values, findings } = readDotEnv(text);
  for (const [name, value] of Object.entries(values)) environment[name] ??= value;
  return findings;
}

function textOf(): string | readonly Diagnostic[] {
  try {
    return readTextFile(file);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    return code === 'ENOENT' ? [] : [cliErrors.unreadable_file.finding({ file, reason: code }, undefined, 'warning')];
  }
}

export interface DotEnv {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly findings: readonly Diagnostic[];
}

/** Node's parser, without the lines that it would take for half of a neighbour's name. */
export function readDotEnv(text: string): DotEnv {
  const parts = envParts(text);
  const findings = parts.flatMap(({ problem, line }) => problem?.finding({ file, line }, undefined, 'warning') ?? []);
  const kept = parts.filter(({ problem }) => problem === undefined || problem === cliErrors.env_comment);
  return { values: parseEnv(kept.map((part) => part.text).join('')), findings };
}

/** A line of `.env`, or several where a quoted value goes on over them. */
export interface EnvPart {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Absent: it sets nothing. */
  readonly name?: string;
  readonly problem?: ReturnType<typeof problemOf>;
}

/** The text in order and whole, line ends included. */
export function envParts(text: string): readonly EnvPart[] {
  const lines = text.split(/(?<=\n)/);
  const parts: EnvPart[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const end = endOfValue(lines, at);
    const problem = end === undefined ? cliErrors.env_quote : problemOf(line);
    const name = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
    const whole = lines.slice(at, (end ?? at) + 1).join('');
    parts.push({ text: whole, line: at + 1, ...(name !== undefined && { name }), ...(problem && { problem }) });
    at = end ?? at;
  }
  return parts;
}

function problemOf(line: string) {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const value = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=(.*)$/.exec(line.trimEnd())?.[1];
  if (value === undefined) return cliErrors.env_line;
  return /^[^"'`#\s][^#]*\S#/.test(value.trim()) || /^[^"'`#\s]#/.test(value.trim())
    ? cliErrors.env_comment
    : undefined;
}

/** The line a value ends on: a quoted one may go on over lines. undefined: its quote is never closed. */
function endOfValue(lines: readonly string[], at: number): number | undefined {
  const quote = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*(["'`])/.exec(lines[at] ?? '');
  if (!quote) return at;
  const [opening = '', mark = ''] = quote;
  if ((lines[at] ?? '').slice(opening.length).includes(mark)) return at;
  const after = lines.slice(at + 1).findIndex((line) => line.includes(mark));
  return after < 0 ? undefined : at + 1 + after;
}
