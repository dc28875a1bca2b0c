import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { portalOf } from '../connectors/bitrix24/config.ts';
import bitrix24 from '../connectors/bitrix24/index.ts';
import type { Cursor, Host, Tokens } from '../engine/connector.ts';
import { PipeError } from '../engine/errors.ts';
import { runClock } from '../engine/cli/run-clock.ts';
import { makeHost } from '../engine/run/host.ts';
import { openPortalBook } from '../engine/state/portal-book.ts';
import { machine, rounded } from './stand/figures.ts';
import { inFolder, noLimits } from './stand/stand.ts';

/**
 * Deals out of a portal in a process of its own, the source alone, its rows counted and told apart by their ids. With the
 * vendor's limits, in real time, from a full bucket on: how much of two requests a second with 2,500 rows each is used.
 * Without limits: how fast the connector is. Every field there is, and a few of them.
 */
const quick = process.argv.includes('--quick');
const rows = quick ? 100_000 : 1_000_000;
/** Of the widest rows no more are read, with limits or without. */
const wide = 100_000;
const window = { field: 'DATE_MODIFY', firstMs: 'all', overlapMs: 300_000, fullMs: 'all' } as const;
const perSecond = 2 * 2_500;
const few = ['TITLE', 'STAGE_ID', 'OPPORTUNITY', 'DATE_MODIFY', 'ASSIGNED_BY_ID'];
/** A webhook needs none. */
const noTokens: Tokens = { read: async () => undefined, replace: async (_key, make) => make(undefined) };

interface Measured {
  readonly seconds: number;
  readonly requests: number;
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
}

const limited = await withPortal('on', (webhook) => read(webhook, { select: few }, 'on', rows));
const free = await withPortal('off', async (webhook) => ({
  few: await read(webhook, { select: few }, 'off', rows),
  all: await read(webhook, {}, 'off', wide),
}));
const ours = rows / limited.seconds;
const result = {
  name: 'bitrix-read',
  machine,
  unit: 'deals a second with the vendor’s limits, and the most they allow',
  ours: Math.round(ours),
  reference: perSecond,
  ratio: rounded(ours / perSecond),
  rows,
  seconds: rounded(limited.seconds),
  requests: limited.requests,
  withoutLimits: { fewFields: Math.round(rows / free.few.seconds), allFields: Math.round(wide / free.all.seconds) },
  /** A second of our own working time, whatever the sandbox takes on the same machine. */
  perCpuSecond: {
    fewFields: Math.round(rows / free.few.cpuSeconds),
    allFields: Math.round(wide / free.all.cpuSeconds),
  },
  peakMegabytes: free.all.peakMegabytes,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

type Limits = 'on' | 'off';

async function withPortal<Result>(limits: Limits, work: (webhook: string) => Promise<Result>): Promise<Result> {
  const script = join(import.meta.dirname, 'stand', 'portal.ts');
  const node = ['--max-old-space-size=8192', script, String(rows), limits];
  const child = spawn(process.execPath, node, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const { webhook }: { webhook: string } = JSON.parse(String(value));
    return await work(webhook);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

/** Reads all deals and makes sure that each came once. */
async function read(webhook: string, block: object, limits: Limits, wanted: number): Promise<Measured> {
  return inFolder(async (folder) => {
    const book = await openPortalBook(folder, runClock);
    const usage = { requests: 0, limitedMs: 0 };
    const parts = { folder, clock: runClock, book, tokens: noTokens, priority: 'full' as const, usage };
    const host: Host = makeHost({ ...parts, emit: () => undefined });
    const connection = await bitrix24.connect({ webhook, ...(limits === 'off' && noLimits) }, host);
    const source = connection.source?.({ entity: 'deal', ...block });
    if (!source) throw new Error('a portal can be read');
    if (limits === 'on') await drain(webhook);
    const seen = new Uint8Array(rows + 1);
    let count = 0;
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    const signal = new AbortController().signal;
    let cursor: Cursor | undefined;
    for (let tries = 0; count < wanted; tries += 1) {
      try {
        const going = { window, limit: wanted - count, ...(cursor && { cursor }) };
        for await (const batch of source.read({ mode: 'incremental', batch: 500, params: {}, signal, ...going })) {
          for (const { ID: id } of batch.rows) {
            if (seen[Number(id)] !== 0) throw new Error(`deal ${String(id)} came twice, or is none of ours`);
            seen[Number(id)] = 1;
            count += 1;
          }
          cursor = batch.cursor;
        }
        break;
      } catch (thrown) {
        // As the engine does: a connection that broke is met by reading on from the last cursor.
        if (!(thrown instanceof PipeError) || !thrown.retry || tries === 3) throw thrown;
        process.stderr.write(`again after ${count} deals: ${thrown.code}\n`);
      }
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = (user + system) / 1_000_000;
    const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    await connection.close();
    await book.close();
    if (count !== wanted) throw new Error(`${count} deals of ${wanted}`);
    process.stderr.write(
      `limits ${limits}, ${JSON.stringify(block)}: ${seconds.toFixed(1)} s, own CPU ${cpuSeconds.toFixed(1)} s, ${usage.requests} requests, ${peakMegabytes} MB\n`,
    );
    return { seconds, requests: usage.requests, peakMegabytes, cpuSeconds };
  });
}

/** Another program has just used up what the vendor allows; a book that knows nothing takes that to be so. */
async function drain(webhook: string): Promise<void> {
  const { limit } = portalOf({ webhook });
  const order = { method: 'POST', body: JSON.stringify({ requests: limit.capacity }) } as const;
  const answer = await request(new URL('/sandbox/neighbour', webhook), order);
  await answer.body.dump();
}
