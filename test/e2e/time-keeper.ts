import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PipelineTask } from './processes/pipeline.ts';
import type { Calm, Step } from './processes/shared-time.ts';

/** How a pipeline ended. */
export interface Done {
  readonly exitCode: number;
  readonly created: number;
  readonly error?: string;
}

type Message = Calm | { readonly taken: number } | { readonly done: Done };

interface Runner {
  readonly child: ChildProcess;
  calm: Calm;
  taken: number;
  done?: Done;
}

/** An answer the portal holds back until its time has come. */
interface Held {
  readonly due: number;
  readonly release: () => void;
}

/**
 * Keeps the time of a portal in this process and of pipelines in others: it goes on to the next moment something is to
 * happen, and only when nothing moves anywhere. Real processes and real requests, and the machine's speed does not show.
 */
export interface TimeKeeper {
  now(): number;
  /** What the portal calls before it answers a request that took so long. */
  pass(seconds: number): Promise<void>;
  /** Runs the pipelines side by side to their ends. */
  run(tasks: readonly Omit<PipelineTask, 'start'>[]): Promise<readonly Done[]>;
}

export function keepTime(start: number): TimeKeeper {
  const runners: Runner[] = [];
  let held: readonly Held[] = [];
  let [now, arrived, step] = [start, 0, 0];
  let stepping = false;
  const alive = (): readonly Runner[] => runners.filter(({ done }) => !done);

  /** Every process waits, what was sent has arrived, and what was answered has come back. */
  function isStill(): boolean {
    const sum = (of: (calm: Calm) => number): number => runners.reduce((total, { calm }) => total + of(calm), 0);
    const waits = ({ calm }: Runner): boolean => calm.sleepers.length > 0 || calm.sent > calm.received;
    return (
      alive().length > 0 &&
      alive().every((runner) => runner.calm.step === step && waits(runner)) &&
      sum(({ sent }) => sent) === arrived &&
      sum(({ received }) => received) === arrived - held.length
    );
  }

  function look(): void {
    if (stepping && alive().every(({ taken }) => taken === step)) release();
    else if (!stepping && isStill()) goOn();
  }

  /** First all clocks go on, then those who wait for them. */
  function goOn(): void {
    const moments = alive().flatMap(({ calm }) => calm.sleepers.map(({ until }) => until));
    now = Math.max(now, Math.min(...moments, ...held.map(({ due }) => due)));
    step += 1;
    stepping = true;
    for (const { child, calm } of alive()) {
      const wake = calm.sleepers.filter(({ until }) => until <= now).map(({ id }) => id);
      child.send({ step, now, wake } satisfies Step);
    }
  }

  function release(): void {
    stepping = false;
    const due = held.filter((one) => one.due <= now);
    held = held.filter((one) => one.due > now);
    for (const one of due) one.release();
  }

  function hear(runner: Runner, message: Message): void {
    if ('done' in message) runner.done = message.done;
    else if ('taken' in message) runner.taken = message.taken;
    else runner.calm = message;
    look();
  }

  async function runOne(task: Omit<PipelineTask, 'start'>): Promise<Done> {
    const script = fileURLToPath(new URL('processes/pipeline.ts', import.meta.url));
    const child = fork(script, [JSON.stringify({ ...task, start } satisfies PipelineTask)], { execArgv: [] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const runner: Runner = { child, calm: { step: -1, sent: 0, received: 0, sleepers: [] }, taken: 0 };
    runners.push(runner);
    child.on('message', (message: Message) => hear(runner, message));
    await once(child, 'exit');
    if (!runner.done) throw new Error(`${task.name} ended without a result`);
    return runner.done;
  }

  return {
    now: () => now,
    async pass(seconds) {
      arrived += 1;
      await new Promise<void>((resolve) => {
        held = [...held, { due: now + seconds * 1000, release: resolve }];
        look();
      });
    },
    run: async (tasks) => await Promise.all(tasks.map(runOne)),
  };
}
