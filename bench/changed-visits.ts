import { machine, median, rounded } from './stand/figures.ts';
import { call, dealsOf, inFolder, noLimits, prepareOn, runHere, withStand } from './stand/stand.ts';
import type { Limits, Stand } from './stand/stand.ts';

/**
 * What a clinic has every two minutes: 50 visits changed since the last run, everything else known. Without limits, and
 * with them right after a first load that has emptied the bucket, the worst moment: then the portal's two requests a
 * second say how long it takes. Beside it a loop that finds and updates one deal after the other, as the old program
 * did, without reading the clinic. The deals that differ afterwards are counted in the portal.
 */
const quick = process.argv.includes('--quick');
const rounds = quick ? 5 : 11;
const visits = 50;
const appointments = 2_000;

interface Measured {
  readonly seconds: number;
  readonly requests: number;
  /** Seconds; none where the portal would refuse so many calls. */
  readonly oneByOne: number;
}

const free = await changes('off', rounds);
const limited = await changes('on', 3);
const ours = median(free.map(({ seconds }) => seconds));
const reference = median(free.map((round) => round.oneByOne));
const result = {
  name: 'changed-visits',
  machine,
  unit: 'seconds for 50 changed visits: the run loop, and a loop of one call after the other',
  ours: rounded(ours),
  reference: rounded(reference),
  ratio: rounded(reference / ours),
  requests: median(free.map(({ requests }) => requests)),
  emptyBucketSeconds: rounded(median(limited.map(({ seconds }) => seconds))),
  emptyBucketRequests: median(limited.map(({ requests }) => requests)),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function changes(limits: Limits, counted: number): Promise<readonly Measured[]> {
  return withStand({ appointments, portals: 1, limits }, async (stand) =>
    inFolder(async (folder) => {
      const [webhook = ''] = stand.webhooks;
      const prepared = await prepareOn(stand.clinic, { webhook, ...(limits === 'off' && noLimits) }, folder);
      await runHere(prepared);
      const measured: Measured[] = [];
      // Runs of a warm process: the first two are not counted.
      for (let round = -2; round < counted; round += 1) {
        const before = await dealsOf(webhook);
        const changed = await stand.change(visits);
        const { seconds, requests } = await runHere(prepared);
        const updated = differing(before, await dealsOf(webhook));
        if (updated !== visits) throw new Error(`${updated} deals differ after ${visits} changed visits`);
        process.stderr.write(`limits ${limits}: ${seconds.toFixed(3)} s, ${requests} requests\n`);
        const loop = limits === 'off' ? await oneByOne(webhook, changed) : Number.NaN;
        if (round >= 0) measured.push({ seconds, requests, oneByOne: loop });
      }
      return measured;
    }),
  );
}

function differing(before: Deals, after: Deals): number {
  const known = new Map(before.map((deal) => [deal['ID'], JSON.stringify(deal)]));
  return after.filter((deal) => known.get(deal['ID']) !== JSON.stringify(deal)).length;
}

type Deals = readonly Readonly<Record<string, unknown>>[];

/** Finds the deal of each visit and writes back the title it has. */
async function oneByOne(webhook: string, changed: Awaited<ReturnType<Stand['change']>>): Promise<number> {
  const startedAt = performance.now();
  for (const visit of changed) {
    const filter = { UF_CRM_1769072841035: `F1_${visit}` };
    const found = await call(webhook, 'crm.deal.list', { filter, select: ['ID', 'TITLE'] });
    const deal: unknown = Array.isArray(found) ? found[0] : undefined;
    if (typeof deal !== 'object' || deal === null || !('ID' in deal) || !('TITLE' in deal))
      throw new Error(`no deal of visit ${visit}`);
    await call(webhook, 'crm.deal.update', { id: deal.ID, fields: { TITLE: deal.TITLE } });
  }
  return (performance.now() - startedAt) / 1000;
}
