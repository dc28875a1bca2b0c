import type { Ended } from './start-pipe.ts';
import type { StateSight } from './state-file.ts';

/** Whether a run that came to its own end said the truth by its exit code: 0 and nothing waits, 4 and something does. */
export function wrongEnd({ exit, signal, stdout, stderr }: Ended, state: StateSight): readonly string[] {
  if (signal !== null || exit === 143) return [];
  const left = [
    ...state.intents.filter(({ open }) => open).map(({ key }) => key),
    ...state.waiting.map(({ key }) => key),
  ];
  const counted = countedIn(stdout);
  if (exit === 0 && counted > 0) return [`exit 0, and ${counted} records were queued or rejected`];
  if (exit === 0 && state.intents.some(({ open }) => open)) return [`exit 0, and in doubt are ${left.join(', ')}`];
  if (exit === 4 && counted === 0) return ['exit 4, and nothing was queued or rejected'];
  return exit === 0 || exit === 4 ? [] : [`exit ${exit}: ${errorIn(stdout)} ${stderr.slice(-1500)}`];
}

function countedIn(stdout: string): number {
  const { flows } = JSON.parse(stdout) as { flows: readonly { queued: number; rejected: number }[] };
  return flows.reduce((sum, { queued, rejected }) => sum + queued + rejected, 0);
}

function errorIn(stdout: string): string {
  const { error } = JSON.parse(stdout || '{}') as { error?: object };
  return JSON.stringify(error ?? null);
}
