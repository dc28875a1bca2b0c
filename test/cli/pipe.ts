import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

const bin = resolve(import.meta.dirname, '../../engine/cli/bin.ts');

export interface Done {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly done: Promise<Done>;
  kill(signal: NodeJS.Signals): void;
  /** Closes our ends of its stdout and stderr, as `| head` does. */
  hangUp(): void;
  /** Closes our end of its stdout alone. */
  stopReading(): void;
  /** What it has written so far to stdout. */
  said(): string;
  /** And to stderr. */
  told(): string;
  /** Resolves when stdout or stderr holds this text. */
  says(text: string): Promise<void>;
}

/** A folder of files with a machine folder of its own: what `pipe` is run in. */
export interface Place {
  readonly folder: string;
  path(name: string): string;
  /** `input`: what it reads from stdin. */
  pipe(argv: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Done>;
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): Started;
}

export function place(files: Readonly<Record<string, string | Uint8Array>> = {}): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-cli-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode: name === '.env' ? 0o600 : 0o644 });
  }
  const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) =>
    start(argv, folder, { PIPE_HOME: join(folder, 'home'), ...env }, input);
  return {
    folder,
    path: (name) => join(folder, name),
    pipe: (argv, env, input) => run(argv, env, input).done,
    start: run,
  };
}

/** Nothing of this machine's variables but what a program needs to start: no language, no proxy, no test runner. */
function start(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>>, input?: string): Started {
  const child = spawn(process.execPath, [bin, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], TZ: 'Europe/Moscow', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Who reads nothing may have ended before it is offered.
  child.stdin.on('error', () => undefined).end(input);
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const listen of listeners) listen();
    });
  }
  const done = new Promise<Done>((end, fail) => {
    child.on('error', fail);
    child.on('close', (exit) => end({ exit, ...said }));
  });
  return {
    pid: child.pid ?? 0,
    done,
    kill: (signal) => child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    hangUp: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    said: () => said.stdout,
    told: () => said.stderr,
    says: (text) =>
      new Promise((heard, fail) => {
        const listen = () => {
          if (!said.stdout.includes(text) && !said.stderr.includes(text)) return;
          listeners.delete(listen);
          heard();
        };
        listeners.add(listen);
        listen();
        void done.then(({ stderr }) => fail(new Error(`it ended without a word of "${text}": ${stderr}`)));
      }),
  };
}

/** The lines of a log without their times. */
export function untimed(text: string): string {
  return text.replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, '<time>');
}

/** What differs from run to run. */
export function steady(text: string): string {
  return text
    .replaceAll(/\b\d+\.\d\d(?=s\b|с(?![\p{L}]))/gu, '0.00')
    .replaceAll(/"seconds": [\d.]+/g, '"seconds": 0')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<run>');
}
