import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { root } from './clone.ts';
import { fencesOf } from './markdown.ts';
import type { Fence } from './markdown.ts';
import { run } from './process.ts';

/** What a step of a lesson does, beside what its README says it does. */
export interface Step {
  /** Line of the README, from 1. */
  readonly line: number;
  readonly command: string;
  readonly said: string;
  readonly seen: string;
  /** Of a `text` block: how many lines it has, and what it would have to hold. */
  readonly block?: { readonly lines: number; readonly output: string };
}

const bin = join(root, 'engine', 'cli', 'bin.ts');

/**
 * Follows the README of an example to the letter, in a copy of the example. Its blocks are
 *
 *     sh           `pipe …`, ending with `# exit code 4` where it does not end with 0; `export NAME=value`;
 *                  `curl -sg "address"`, which the sandbox has to answer with 200
 *     diff <file>  an edit of that file
 *     text         what the last command prints: its result, or its messages where it has none
 *     csv <file>   what that file holds
 *
 * `pipe sandbox` goes on until the lesson ends; its port is another one than the README's.
 */
export async function followLesson(example: string, folder: string): Promise<readonly Step[]> {
  cpSync(join(root, 'examples', example), join(folder, 'examples', example), {
    recursive: true,
    filter: (path) => !path.endsWith('.pipe'),
  });
  const markdown = readFileSync(join(folder, 'examples', example, 'README.md'), 'utf8');
  const lesson: Lesson = {
    folder,
    variables: { PIPE_HOME: join(folder, 'home'), LANG: 'C', LC_ALL: 'C' },
    servers: [],
  };
  const steps: Step[] = [];
  try {
    for (const fence of fencesOf(markdown)) steps.push(...(await follow(lesson, fence)));
  } finally {
    await Promise.all(lesson.servers.map(stop));
  }
  return steps;
}

interface Lesson {
  readonly folder: string;
  readonly variables: Record<string, string>;
  readonly servers: ChildProcess[];
  /** The port the README names and the one the sandbox really has. */
  port?: { readonly said: string; readonly real: string };
  last?: { readonly command: string; readonly output: string };
}

async function follow(lesson: Lesson, { info, lines, line }: Fence): Promise<readonly Step[]> {
  const [kind, file] = info.split(' ');
  if (kind === 'sh') {
    const steps: Step[] = [];
    for (const [index, text] of lines.entries()) steps.push(...(await type(lesson, text, line + index)));
    return steps;
  }
  if (kind === 'diff' && file !== undefined) edit(join(lesson.folder, file), lines);
  if (kind === 'text') return [printed(lesson, lines, line)];
  if (kind === 'csv' && file !== undefined) {
    return [{ line, command: file, said: lines.join('\n'), seen: csvText(join(lesson.folder, file)) }];
  }
  return [];
}

async function type(lesson: Lesson, text: string, line: number): Promise<readonly Step[]> {
  const [, command = '', exitCode = '0'] = /^(.*?)(?:\s+# exit code (\d+))?$/.exec(text) ?? [];
  const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? [];
  if (name !== undefined && value !== undefined) {
    lesson.variables[name] = onRealPort(lesson, value);
    return [];
  }
  const [, address] = /^curl -sg "(\S+)"$/.exec(command) ?? [];
  if (address !== undefined) {
    // No connection is kept: by the next call the sandbox would have closed it, while a command held this process.
    const { statusCode, body } = await request(onRealPort(lesson, address), { reset: true });
    await body.dump();
    return [{ line, command, said: 'status 200', seen: `status ${statusCode}` }];
  }
  const [program, ...args] = command.split(/ +/);
  if (program !== 'pipe') throw new Error(`line ${line}: a lesson runs pipe, not ${command}`);
  if (args[0] === 'sandbox') {
    await startSandbox(lesson, args);
    return [];
  }
  const { status, stdout, stderr } = run(process.execPath, [bin, ...args], {
    cwd: lesson.folder,
    env: lesson.variables,
  });
  lesson.last = { command, output: stdout.trim() === '' ? stderr : stdout };
  const seen = `exit code ${status}`;
  const said = `exit code ${exitCode}`;
  return [{ line, command, said, seen: seen === said ? seen : `${seen}\n${stdout}${stderr}` }];
}

async function startSandbox(lesson: Lesson, args: readonly string[]): Promise<void> {
  const at = args.indexOf('--port') + 1;
  const free = args.map((arg, index) => (index === at && at > 0 ? '0' : arg));
  const server = spawn(process.execPath, [bin, ...free], {
    cwd: lesson.folder,
    env: { ...process.env, ...lesson.variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  lesson.servers.push(server);
  let output = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(server, 'exit').then(() => {
    throw new Error(`the sandbox ended: ${output}`);
  });
  while (!/127\.0\.0\.1:\d+[^]*\n/.test(output)) await Promise.race([once(server.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  lesson.port = { said: args[at] ?? '', real: /127\.0\.0\.1:(\d+)/.exec(output)?.[1] ?? '' };
  lesson.last = { command: args.join(' '), output };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill();
  await ended;
}

/** Replaces the lines with a minus by those with a plus; lines without either must stand around them. */
function edit(file: string, lines: readonly string[]): void {
  const text = readFileSync(file, 'utf8');
  const side = (other: string) =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => line.slice(1))
      .join('\n');
  const parts = text.split(side('+'));
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times\n${side('+')}`);
  writeFileSync(file, parts.join(side('-')));
}

function printed(lesson: Lesson, lines: readonly string[], line: number): Step {
  const { command = '', output = '' } = lesson.last ?? {};
  return {
    line,
    command,
    said: measured(onRealPort(lesson, lines.join('\n'))),
    seen: measured(output),
    block: { lines: lines.length, output: output.trim() },
  };
}

/** UTF-8 or, as old programs write, cp1251. */
function csvText(file: string): string {
  const bytes = readFileSync(file);
  const decoded = (encoding: string) => new TextDecoder(encoding, { fatal: true }).decode(bytes);
  const text = isUtf8(bytes) ? decoded('utf-8') : decoded('windows-1251');
  return text.replaceAll('\r\n', '\n').trim();
}

function onRealPort({ port }: Lesson, text: string): string {
  return port ? text.replaceAll(`127.0.0.1:${port.said}`, `127.0.0.1:${port.real}`) : text;
}

/** The README with what its commands print now: for when their output was changed on purpose. */
export function rewriteLesson(example: string, steps: readonly Step[]): void {
  const file = join(root, 'examples', example, 'README.md');
  const lines: (string | readonly string[])[] = readFileSync(file, 'utf8').split('\n');
  for (const { line, said, seen, block } of steps.toReversed()) {
    if (block && said !== seen) lines.splice(line - 1, block.lines, block.output.split('\n'));
  }
  writeFileSync(file, lines.flat().join('\n'));
}

/** Without times and what depends on how fast the machine is. */
function measured(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?/g, '<time>')
    .replaceAll(/\d+ s (ago|ahead|behind)/g, '<s> s $1')
    .replaceAll(/^(Time|Requests): .*$/gm, '$1: <measured>')
    .replaceAll(/[ \t]+$/gm, '')
    .trim();
}
