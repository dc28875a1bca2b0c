import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface TestProcess {
  readonly pid: number;
  send(message: object): void;
  /** The next message it sends. */
  next(): Promise<unknown>;
  /** Sends the signal; for SIGKILL resolves when the process is gone. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

/** Runs a file of this folder as a process of its own, which ends with the test. Its messages wait to be read. */
export function startProcess(name: string, ...given: readonly string[]): TestProcess {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), [...given], { execArgv: [] });
  onTestFinished(async () => await kill(child));
  const messages: unknown[] = [];
  let wake = (): void => {};
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  child.on('exit', () => wake());
  return {
    pid: child.pid ?? 0,
    send: (message) => void child.send(message),
    async next() {
      while (messages.length === 0) {
        if (hasEnded(child)) throw new Error(`${name} ended without the awaited message`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift();
    },
    async signal(signalName) {
      if (signalName === 'SIGKILL') await kill(child);
      else child.kill(signalName);
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
