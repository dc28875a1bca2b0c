import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { prepare } from '../../engine/cli/prepare.ts';
import { runOnce } from '../../engine/cli/run-once.ts';
import type { Prepared } from '../../engine/cli/prepare.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';

export const pipeline = join(import.meta.dirname, '..', '..', 'pipelines', 'ident-to-bitrix.yaml');

/** A clinic and its portals, each in a process of its own as they are machines of their own. */
export interface Stand {
  readonly clinic: Readonly<Record<string, unknown>>;
  readonly webhooks: readonly string[];
  /** Lets the staff change so many open visits; gives their IDs. */
  change(visits: number): Promise<readonly number[]>;
}

export type Limits = 'on' | 'off';

/** Each portal is empty, and the clinic's visits all lie in the pipeline's first window. */
export async function withStand<Result>(
  size: { readonly appointments: number; readonly portals: number; readonly limits: Limits },
  work: (stand: Stand) => Promise<Result>,
): Promise<Result> {
  const clinic = startServer('clinic.ts', String(size.appointments));
  const portals = startServer('portals.ts', String(size.portals), size.limits);
  try {
    const settings: Stand['clinic'] = JSON.parse(await clinic.told());
    const webhooks: readonly string[] = JSON.parse(await portals.told());
    return await work({
      clinic: settings,
      webhooks,
      async change(visits) {
        clinic.tell(String(visits));
        const changed: readonly number[] = JSON.parse(await clinic.told());
        return changed;
      },
    });
  } finally {
    await Promise.all([clinic.end(), portals.end()]);
  }
}

interface Server {
  /** Its next line. */
  told(): Promise<string>;
  tell(line: string): void;
  end(): Promise<void>;
}

function startServer(script: string, ...options: readonly string[]): Server {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async told() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended early`);
      return value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** A folder of its own for state and portal book while `work` goes on. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
  process.env['PIPE_HOME'] = folder;
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The limiter that holds nothing back, for a portal without limits. */
export const noLimits = { limits: { capacity: 1_000_000, perSecond: 1_000_000 } };

/** The shipped pipeline on this clinic and this portal. */
export async function prepareOn(
  clinic: Stand['clinic'],
  portal: Readonly<Record<string, unknown>>,
  folder?: string,
): Promise<Prepared> {
  const sandboxes = { clinic, portal };
  return prepare(pipeline, { param: ['filial=1'], sandboxes, ...(folder !== undefined && { state: folder }) }, {});
}

/** The run loop in this process, from the first call to the last, as the run itself counts. */
export async function runHere(prepared: Prepared): Promise<RunResult> {
  const options = { full: false, allow: new Set<never>(), flows: ['receptions'] };
  const result = await runOnce(prepared, options, () => undefined, new AbortController().signal);
  if (result.error) throw result.error;
  return result;
}

/** One call as the old program made it: alone, awaited. */
export async function call(webhook: string, method: string, body: object): Promise<unknown> {
  const response = await request(`${webhook}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: { result: unknown } = JSON.parse(await response.body.text());
  return answer.result;
}

/** All deals, past the portal's methods. */
export async function dealsOf(webhook: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response = await request(new URL('/sandbox/truth/deals', webhook));
  const deals: readonly Record<string, unknown>[] = JSON.parse(await response.body.text());
  return deals;
}
