import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildPlan } from './plan.ts';

export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The point where its plan struck; undefined: it never got there. */
  readonly point: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** `pipe` under a plan. */
export interface Running {
  readonly pid: number;
  /** Resolves when it gets to the point of its plan, or ends without. */
  readonly reached: Promise<string | undefined>;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

const file = fileURLToPath(new URL('processes/pipe.ts', import.meta.url));

export function startPipe(
  plan: ChildPlan,
  words: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Running {
  const child = spawn(process.execPath, [file, JSON.stringify(plan), ...words], {
    cwd: place.cwd,
    env: { PATH: process.env['PATH'], TZ: 'Europe/Moscow', ...place.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said = ['', '', '', ''];
  const reached = Promise.withResolvers<string | undefined>();
  for (const descriptor of [1, 2, 3] as const) {
    child.stdio[descriptor]?.on('data', (bytes: Buffer) => {
      said[descriptor] += bytes.toString();
      if (descriptor === 3) reached.resolve(said[3]?.trim());
    });
  }
  const ended = Promise.withResolvers<Ended>();
  child.on('error', (error) => ended.reject(error));
  child.on('close', (exit, signal) => {
    const point = said[3]?.trim() || undefined;
    reached.resolve(point);
    ended.resolve({ exit, signal, point, stdout: said[1] ?? '', stderr: said[2] ?? '' });
  });
  return {
    pid: child.pid ?? 0,
    reached: reached.promise,
    ended: ended.promise,
    kill: (signal) => void child.kill(signal),
  };
}
