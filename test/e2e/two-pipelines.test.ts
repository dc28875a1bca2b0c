import { describe, expect, it, onTestFinished } from 'vitest';
import { documentedCost, startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Portal } from '../../connectors/bitrix24/sandbox/index.ts';
import { temporaryFolder } from '../state/temporary-folder.ts';
import { keepTime } from './time-keeper.ts';

const start = Date.UTC(2026, 10, 20, 9);
const minuteMs = 60_000;

/** Working seconds the portal counted, when. */
interface Charge {
  readonly method: string;
  readonly at: number;
  readonly seconds: number;
}

interface Driven {
  readonly portal: Portal;
  readonly charges: readonly Charge[];
}

/** Two processes, each with a pipeline of its own and new deals for the same portal, on the time of the portal. */
async function drive(records: number, batch: number, cost: (method: string) => number): Promise<Driven> {
  const keeper = keepTime(start);
  const charges: Charge[] = [];
  const portal = await startPortal({
    now: keeper.now,
    pass: keeper.pass,
    costPerCommand(method) {
      const seconds = cost(method);
      charges.push({ method, at: keeper.now(), seconds });
      return seconds;
    },
  });
  onTestFinished(() => portal.close());
  const folder = temporaryFolder();
  const done = await keeper.run(
    ['north', 'south'].map((name) => ({ name, folder, webhook: portal.webhook, records, batch })),
  );
  expect(done).toEqual(['north', 'south'].map(() => ({ exitCode: 0, created: records })));
  expect(portal.truth.deals()).toHaveLength(2 * records);
  return { portal, charges };
}

/** The bucket as the portal sees it (reference §2.1), after each request. */
function levelsOf({ journal }: Portal): readonly number[] {
  let [level, last] = [0, start];
  return journal.requests.map(({ at }) => {
    level = Math.max(0, level - ((at - last) / 1000) * 2) + 1;
    last = at;
    return level;
  });
}

function neverRefused({ journal }: Portal): void {
  expect(new Set(journal.requests.map(({ status }) => status))).toEqual(new Set([200]));
  expect(journal.commands.filter(({ error }) => error !== undefined)).toEqual([]);
}

describe('DL-22 two processes with two pipelines on one portal', () => {
  it('use 95 % and more of its requests where it answers at once, and never overrun its bucket', async () => {
    const { portal } = await drive(600, 10, () => 0);
    neverRefused(portal);
    expect(Math.max(...levelsOf(portal))).toBeLessThanOrEqual(50);
    const { requests } = portal.journal;
    const seconds = ((requests.at(-1)?.at ?? start) - (requests[0]?.at ?? start)) / 1000;
    expect(seconds).toBeGreaterThan(60);
    expect(requests.length / (1 + 2 * seconds)).toBeGreaterThanOrEqual(0.95);
  }, 120_000);

  it('use 95 % and more of the working time where it takes the documented timings, and never overrun it', async () => {
    const { portal, charges } = await drive(1_150, 100, documentedCost);
    neverRefused(portal);
    expect(Math.max(...levelsOf(portal))).toBeLessThanOrEqual(50);
    const adds = charges.filter(({ method }) => method === 'crm.deal.add');
    const secondsIn = (from: number, to: number): number =>
      adds.filter(({ at }) => at >= from && at < to).reduce((total, { seconds }) => total + seconds, 0);
    // 2,300 deals are three windows' worth and a little of a fourth; the portal counts by its own minutes.
    const windows = [0, 10, 20].map((from) => secondsIn(start + from * minuteMs, start + (from + 10) * minuteMs));
    expect(windows.map((seconds) => seconds >= 0.95 * 480)).toEqual([true, true, true]);
    const counted = adds.map(({ at }) => secondsIn((Math.floor(at / minuteMs) - 9) * minuteMs, at + 1));
    expect(Math.max(...counted)).toBeLessThanOrEqual(480);
  }, 120_000);
});
