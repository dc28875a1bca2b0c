import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, median, rounded } from './stand/figures.ts';
import { call, dealsOf, inFolder, noLimits, pipeline, prepareOn, runHere, withStand } from './stand/stand.ts';
import type { Stand } from './stand/stand.ts';

/**
 * The shipped pipeline over TDS and HTTP on loopback, each sandbox in a process of its own and without limits: records
 * a second of the run loop and of the whole process, requests per thousand records, memory. Beside it, on the same
 * machine in the same run, a loop that does what the old program did: one call after the other for each appointment.
 */
const quick = process.argv.includes('--quick');
const rounds = quick ? 5 : 15;
/** Servers that nobody has asked yet are slow, a clinic's are not. */
const warmingUp = 10;
const many = quick ? 1_000 : 5_000;
const small = 50;

interface Measured {
  readonly seconds: number;
  readonly requests: number;
}

type Load = (clinic: Stand['clinic'], webhook: string) => Promise<Measured>;

// The large loads first: what comes after them is measured in a warm process, what a cold one costs is `wholeProcess`.
const loads = await firstLoads(many, 3, () => runLoop);
const turns = await firstLoads(small, 2 * (warmingUp + rounds), (round) => (round % 2 === 0 ? runLoop : oneByOne));
const processes = await firstLoads(small, 5, () => wholeProcess);

const times = secondsOf(turns.slice(2 * warmingUp));
const ours = median(times.filter((_, turn) => turn % 2 === 0));
const reference = median(times.filter((_, turn) => turn % 2 === 1));
const result = {
  name: 'main-job',
  machine,
  unit: 'seconds for 50 appointments: the run loop, and a loop of one call after the other',
  ours: rounded(ours),
  reference: rounded(reference),
  ratio: rounded(reference / ours),
  wholeProcess: rounded(median(secondsOf(processes))),
  appointments: many,
  recordsPerSecond: Math.round(many / median(secondsOf(loads))),
  requestsPerThousand: Math.round((loads[0]?.requests ?? 0) / (many / 1_000)),
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** Each round is a first load into an empty portal; the deals are counted there afterwards. */
async function firstLoads(
  appointments: number,
  portals: number,
  loadOf: (round: number) => Load,
): Promise<readonly Measured[]> {
  return withStand({ appointments, portals, limits: 'off' }, async ({ clinic, webhooks }) => {
    const measured: Measured[] = [];
    for (const [round, webhook] of webhooks.entries()) {
      const load = loadOf(round);
      const one = await load(clinic, webhook);
      const deals = new Set((await dealsOf(webhook)).map((deal) => String(deal['UF_CRM_1769072841035']))).size;
      if (deals !== appointments) throw new Error(`${load.name}: ${deals} deals of ${appointments} appointments`);
      process.stderr.write(`${load.name} ${appointments}: ${one.seconds.toFixed(3)} s, ${one.requests} requests\n`);
      measured.push(one);
    }
    return measured;
  });
}

/** On a state of its own. */
async function runLoop(clinic: Stand['clinic'], webhook: string): Promise<Measured> {
  return inFolder(async (folder) => runHere(await prepareOn(clinic, { webhook, ...noLimits }, folder)));
}

/** `pipe run` as a person starts it, from the first byte of Node to its end. */
async function wholeProcess(clinic: Stand['clinic'], webhook: string): Promise<Measured> {
  return inFolder(async (folder) => {
    const file = join(folder, 'bench.yaml');
    // JSON is YAML.
    const derived = {
      version: 1,
      extends: pipeline,
      name: 'bench',
      connections: { clinic, portal: { webhook, ...noLimits } },
    };
    writeFileSync(file, JSON.stringify(derived));
    const argv = ['run', file, '--flow', 'receptions', '--param', 'filial=1', '--state', folder, '--json'];
    const startedAt = performance.now();
    const bin = join(import.meta.dirname, '..', 'engine', 'cli', 'bin.ts');
    const child = spawn(process.execPath, [bin, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    const seconds = (performance.now() - startedAt) / 1000;
    const { requests }: { requests: number } = JSON.parse(Buffer.concat(chunks).toString());
    return { seconds, requests };
  });
}

/** What the old program did for each appointment: find the deal, find the contact, make both, one call at a time. */
async function oneByOne(clinic: Stand['clinic'], webhook: string): Promise<Measured> {
  const prepared = await prepareOn(clinic, { webhook });
  const flow = prepared.compiled.flows[0];
  const connector = prepared.connectors.get('ident');
  if (!flow || !connector) throw new Error('the pipeline has no flow');
  const host = {
    folder: '.',
    now: Date.now,
    admit: async () => ({ ended: () => undefined }),
    warn: () => undefined,
  };
  const connection = await connector.connect(clinic, host);
  const source = connection.source?.(flow.flow.source.block);
  const { window } = flow.flow.source;
  const variables = {
    params: prepared.compiled.pipeline.values,
    run: { id: 'reference', startedAt: new Date().toISOString() },
  };
  let requests = 0;
  const counted = async (method: string, body: object): Promise<unknown> => {
    requests += 1;
    return call(webhook, method, body);
  };
  const startedAt = performance.now();
  for await (const batch of source?.read({
    mode: 'incremental',
    batch: 1_000,
    params: {},
    signal: new AbortController().signal,
    ...(window && { window }),
  }) ?? []) {
    for (const row of batch.rows) {
      const { record } = await flow.map(row, { ...variables, source: row });
      await makeOne(record, counted);
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await connection.close();
  return { seconds, requests };
}

async function makeOne(
  record: Readonly<Record<string, unknown>>,
  ask: (method: string, body: object) => Promise<unknown>,
): Promise<void> {
  const { uniqueId, phone, name, surname, fullName, stage, amount } = record;
  await ask('crm.deal.list', { filter: { UF_CRM_1769072841035: uniqueId }, select: ['ID', 'STAGE_ID'] });
  const found = await ask('crm.duplicate.findbycomm', { entity_type: 'CONTACT', type: 'PHONE', values: [phone] });
  const person = { NAME: name, LAST_NAME: surname, PHONE: [{ VALUE: phone, VALUE_TYPE: 'MOBILE' }] };
  const contact = firstContact(found) ?? (await ask('crm.contact.add', { fields: person }));
  await ask('crm.deal.list', { filter: { CONTACT_ID: contact, UF_CRM_1769072841035: '' }, select: ['ID'] });
  await ask('crm.deal.add', {
    fields: {
      TITLE: fullName,
      STAGE_ID: stage,
      CONTACT_ID: contact,
      OPPORTUNITY: amount,
      UF_CRM_1769072841035: uniqueId,
    },
  });
}

function firstContact(found: unknown): number | undefined {
  const lists = typeof found === 'object' && found !== null && 'CONTACT' in found ? found.CONTACT : undefined;
  return Array.isArray(lists) ? Number(lists[0]) : undefined;
}

function secondsOf(measured: readonly Measured[]): readonly number[] {
  return measured.map(({ seconds }) => seconds);
}
