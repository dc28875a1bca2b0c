import { subscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Connector } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import { runPipeline } from '../../engine/run/run-pipeline.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import { openState } from '../../engine/state/open-state.ts';
import type { PortalBook } from '../../engine/state/machine-ports.ts';
import type { StateStore } from '../../engine/state/ports.ts';
import { compile } from '../../engine/transform/compile.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { memoryTokens } from './tokens.ts';

/** Requests over HTTP that have no answer yet. */
const underWay = new Set<unknown>();
subscribe('undici:request:create', (message) => underWay.add(requestOf(message)));
for (const end of ['undici:request:trailers', 'undici:request:error'])
  subscribe(end, (message) => underWay.delete(requestOf(message)));

function requestOf(message: unknown): unknown {
  return Reflect.get(Object(message), 'request');
}

/**
 * No time passes while a request is under way: it would arrive late by as much as somebody else sleeps meanwhile. One
 * that was let through needs a few turns of the loop before it is there to be seen.
 */
async function untilNothingIsUnderWay(): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet = underWay.size > 0 ? 0 : quiet + 1) await setImmediate();
}

/** A clock that moves only when it is told to, or when somebody sleeps on it. */
export interface TestClock {
  time: number;
  slept: number[];
  now(): number;
  monotonic(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  readonly bootId: string;
}

export function testClock(start = Date.UTC(2026, 10, 20, 9)): TestClock {
  const sleepers = new Set<{ readonly until: number }>();
  const clock: TestClock = {
    time: start,
    slept: [],
    now: () => clock.time,
    monotonic: () => clock.time,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      clock.slept.push(ms);
      const sleeper = { until: clock.time + ms };
      sleepers.add(sleeper);
      // Who sleeps shortest wakes first, and does what he woke for before the next one wakes.
      do await untilNothingIsUnderWay();
      while ([...sleepers].some(({ until }) => until < sleeper.until));
      sleepers.delete(sleeper);
      clock.time = Math.max(clock.time, sleeper.until);
    },
    bootId: 'test',
  };
  return clock;
}

/** A pipeline file's text through load and compile, with the connectors given; any finding of severity error throws. */
export async function compiled(
  yaml: string,
  connectors: readonly Connector[],
  env: Record<string, string> = {},
): Promise<CompiledPipeline> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
  const file = join(folder, 'pipeline.yaml');
  writeFileSync(file, yaml);
  const byName = new Map(connectors.map((connector) => [connector.name, connector]));
  const registry = {
    connectorNames: () => [...byName.keys()],
    loadConnector: async (name: string) => byName.get(name),
  };
  const { pipeline, findings } = await loadPipeline(file, { env, registry }).finally(() =>
    rmSync(folder, { recursive: true }),
  );
  const compilation = pipeline && compile(pipeline);
  const errors = [...findings, ...(compilation?.findings ?? [])].filter((finding) => finding.severity === 'error');
  if (errors.length > 0 || !compilation?.pipeline) {
    throw new Error(
      errors
        .map(
          ({ code, parameters, where }) =>
            `${where?.line}:${where?.column} ${code} ${textOf(code, parameters, 'en').message}`,
        )
        .join('\n'),
    );
  }
  return compilation.pipeline;
}

/** What runs of one pipeline share: state, book and clock stay, so that a second run goes on from the first. */
export interface Stand {
  readonly connectors: readonly Connector[];
  readonly clock: TestClock;
  readonly state: StateStore;
  readonly book: PortalBook;
  readonly events: RunEvent[];
  run(pipeline: CompiledPipeline, options?: Partial<RunOptions>, signal?: AbortSignal): Promise<RunResult>;
  close(): Promise<void>;
}

/** `kept`: what it shares with another stand, as when a state is copied or a machine goes on without it. */
export async function stand(
  connectors: readonly Connector[],
  name = 'test',
  kept: Partial<Pick<Stand, 'clock' | 'state' | 'book'>> = {},
): Promise<Stand> {
  const { clock = testClock() } = kept;
  const state = kept.state ?? (await openState(':memory:', { pipeline: name, clock }));
  const book = kept.book ?? (await openPortalBook(':memory:', clock));
  const tokens = memoryTokens();
  const events: RunEvent[] = [];
  return {
    connectors,
    clock,
    state,
    book,
    events,
    run: (pipeline, options = {}, signal = new AbortController().signal) => {
      events.length = 0;
      return runPipeline({
        compiled: pipeline,
        connectors: new Map(connectors.map((connector) => [connector.name, connector])),
        options: { full: false, allow: new Set(), ...options },
        state,
        book,
        tokens,
        lease: { verify: () => undefined, release: () => undefined },
        clock,
        signal,
        emit: (event) => events.push(event),
      });
    },
    close: async () => {
      await state.close();
      await book.close();
    },
  };
}
