import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Holder } from './machine-ports.ts';

/**
 * How one process asks another to finish where no signal can say it: `process.kill` on Windows ends a process there and
 * then, whatever the signal (https://nodejs.org/api/process.html#signal-events). A file beside the lock names the
 * process that is asked, so that a request which comes too late is nobody's.
 */
export function askToStop(lock: string, { pid }: Holder): void {
  writeFileSync(requestFile(lock), String(pid), { mode: 0o600 });
}

const lookMs = 500;

/** Calls `onAsked` once when this process, which holds the lock, is asked to stop. Returns how to stop looking. */
export function listenForStop(lock: string, onAsked: () => void): () => void {
  const file = requestFile(lock);
  forget(file);
  const end = (): void => clearInterval(timer);
  const look = (): void => {
    if (pidIn(file) !== process.pid) return;
    end();
    forget(file);
    onAsked();
  };
  const timer = setInterval(look, lookMs).unref();
  return end;
}

function requestFile(lock: string): string {
  return `${lock}.stop`;
}

/** One that stays names a process that is no more. */
function forget(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Another user's: it may not be ours to remove.
  }
}

function pidIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
