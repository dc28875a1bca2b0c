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

/** A clinic and its portals in a process of their own. */
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
  const script = join(import.meta.dirname, 'sandboxes.ts');
  const child = spawn(process.execPath, [script, String(size.appointments), String(size.portals), size.limits], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { clinic, webhooks }: Pick<Stand, 'clinic' | 'webhooks'> = JSON.parse(await nextLine(lines));
    return await work({
      clinic,
      webhooks,
      async change(visits) {
        child.stdin.write(`${visits}\n`);
        const changed: readonly number[] = JSON.parse(await nextLine(lines));
        return changed;
      },
    });
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error('the sandboxes ended early');
  return value;
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
