import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../engine/state/clock.ts';
import { endHolder } from '../../engine/state/end-holder.ts';
import type { Patience } from '../../engine/state/end-holder.ts';
import { acquireLease, holderOf, lockFile } from '../../engine/state/lease.ts';
import type { Holder } from '../../engine/state/machine-ports.ts';
import { startProcess } from './processes/start.ts';
import type { TestProcess } from './processes/start.ts';
import { temporaryFolder } from './temporary-folder.ts';

const never = new AbortController().signal;

/** Real time: it waits only until the system has let go of the lock. */
const real: Patience = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  sleep: (ms) => setTimeout(ms),
};

/** Half a minute goes by with the first pause. */
function impatient(): Patience & { readonly skipped: () => number } {
  let skipped = 0;
  return {
    ...real,
    skipped: () => skipped,
    monotonic: () => systemClock.monotonic() + skipped,
    sleep: async (ms) => {
      if (skipped === 0) skipped = 30_000;
      else await setTimeout(ms);
    },
  };
}

async function held(): Promise<{ file: string; process: TestProcess; holder: Holder }> {
  const file = lockFile(temporaryFolder(), 'a');
  const process = startProcess('hold-lease.ts', file);
  await process.next();
  const holder = holderOf(file);
  if (holder?.pid !== process.pid) throw new Error('it does not hold the lock');
  return { file, process, holder };
}

function isFree(file: string): boolean {
  const answer = acquireLease(file, systemClock);
  if (answer.ok) onTestFinished(() => answer.lease.release());
  return answer.ok;
}

it('DL-19 asks the holder to stop, and the lock is free', async () => {
  const { file, holder } = await held();
  await endHolder(file, holder, real, never);
  expect(isFree(file)).toBe(true);
});

it('DL-19 kills a stopped holder that is still young when half a minute has gone by', async () => {
  const { file, process, holder } = await held();
  await process.signal('SIGSTOP');
  const clock = impatient();
  await endHolder(file, holder, clock, never);
  expect([clock.skipped(), isFree(file)]).toEqual([30_000, true]);
});

it('DL-19 kills at once a stopped holder that gave no sign of life for half a minute', async () => {
  const { file, process, holder } = await held();
  await process.signal('SIGSTOP');
  await endHolder(file, { ...holder, seen: systemClock.now() - 30_001 }, real, never);
  expect(isFree(file)).toBe(true);
});

it.runIf(process.platform === 'linux')(
  'DL-19 ends nobody whose number the note may have from a dead one, or who runs elsewhere',
  async () => {
    const { file, holder } = await held();
    const other = await held();
    const unsure = expect.objectContaining({ code: 'state.holder_unsure', kind: 'environment' });
    await expect(endHolder(file, { ...holder, pid: other.holder.pid }, real, never)).rejects.toThrow(unsure);
    await expect(endHolder(file, { ...holder, host: 'elsewhere' }, real, never)).rejects.toThrow(unsure);
    await expect(endHolder(file, { ...holder, pid: 0 }, real, never)).rejects.toThrow(unsure);
    expect([holderOf(file)?.pid, holderOf(other.file)?.pid]).toEqual([holder.pid, other.holder.pid]);
  },
);
