import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { prepare } from '../engine/cli/prepare.ts';
import { runOnce } from '../engine/cli/run-once.ts';

/**
 * The visits of the shipped pipeline over TDS and HTTP on loopback, sandboxes in a process of their own and without limits: records
 * a second of the run loop and of the whole process, requests per thousand records, memory. Beside it, on the same
 * machine in the same run, a loop that does what the old program did: one call after the other for each appointment.
 */
const quick = process.argv.includes('--quick');
const rounds = quick ? 5 : 11;
const many = quick ? 1_000 : 5_000;
const pipeline = join(import.meta.dirname, '..', 'pipelines', 'ident-to-bitrix.yaml');

interface Sandboxes {
  readonly clinic: Readonly<Record<string, unknown>>;
  readonly webhook: string;
}

interface Measured {
  readonly seconds: number;
  readonly requests: number;
  /** Distinct appointments that have a deal in the portal afterwards. */
  readonly deals: number;
}

// The large loads first: what comes after them is measured in a warm process, what a cold one costs is `wholeProcess`.
const loads = await inSandboxes(many, 3, (sandboxes) => told('run loop', many, runLoop(sandboxes)));
const small = 50;
const loops: Measured[] = [];
const references: Measured[] = [];
await inSandboxes(small, 2 * rounds + 2, async (sandboxes, round) => {
  // Turn by turn; the first of each is not counted: servers that nobody has asked yet are slow, a clinic's are not.
  const isOurs = round % 2 === 0;
  const measured = await told(isOurs ? 'run loop' : 'one by one', small, (isOurs ? runLoop : oneByOne)(sandboxes));
  if (round > 1) (isOurs ? loops : references).push(measured);
});
const processes = await inSandboxes(small, 5, (sandboxes) => told('process', small, wholeProcess(sandboxes)));

const ours = median(loops.map(({ seconds }) => seconds));
const reference = median(references.map(({ seconds }) => seconds));
const result = {
  name: 'main-job',
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  unit: 'seconds for 50 appointments: the run loop, and a loop of one call after the other',
  ours: rounded(ours),
  reference: rounded(reference),
  ratio: rounded(reference / ours),
  wholeProcess: rounded(median(processes.map(({ seconds }) => seconds))),
  appointments: many,
  recordsPerSecond: Math.round(many / median(loads.map(({ seconds }) => seconds))),
  requestsPerThousand: Math.round((loads[0]?.requests ?? 0) / (many / 1_000)),
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** Starts the servers in a process of their own; each round is a first load into an empty portal. */
async function inSandboxes<Result>(
  appointments: number,
  portals: number,
  work: (sandboxes: Sandboxes, round: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const script = join(import.meta.dirname, 'sandboxes.ts');
  const child = spawn(process.execPath, [script, String(appointments), String(portals)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { clinic, webhooks }: { clinic: Sandboxes['clinic']; webhooks: readonly string[] } = JSON.parse(String(line));
    const results: Result[] = [];
    for (const [round, webhook] of webhooks.entries()) results.push(await work({ clinic, webhook }, round));
    return results;
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

async function told(what: string, appointments: number, measuring: Promise<Measured>): Promise<Measured> {
  const measured = await measuring;
  if (measured.deals !== appointments)
    throw new Error(`${what}: ${measured.deals} deals of ${appointments} appointments`);
  process.stderr.write(`${what} ${appointments}: ${measured.seconds.toFixed(3)} s, ${measured.requests} requests\n`);
  return measured;
}

/** The run loop in this process, on a state of its own: from the first call to the last, as the run itself counts. */
async function runLoop({ clinic, webhook }: Sandboxes): Promise<Measured> {
  return inFolder(async (folder) => {
    const prepared = await prepare(
      pipeline,
      { param: ['filial=1'], state: folder, sandboxes: sandboxSettings(clinic, webhook) },
      {},
    );
    const { error, seconds, requests } = await runOnce(
      prepared,
      { full: false, allow: new Set(), flows: ['receptions'] },
      () => undefined,
      new AbortController().signal,
    );
    if (error) throw error;
    return { seconds, requests, deals: await dealsOf(webhook) };
  });
}

/** `pipe run` as a person starts it, from the first byte of Node to its end. */
async function wholeProcess({ clinic, webhook }: Sandboxes): Promise<Measured> {
  return inFolder(async (folder) => {
    const file = join(folder, 'bench.yaml');
    const limits = { capacity: 1_000_000, perSecond: 1_000_000 };
    // JSON is YAML.
    const derived = {
      version: 1,
      extends: pipeline,
      name: 'bench',
      connections: { clinic, portal: { webhook, limits } },
    };
    writeFileSync(file, JSON.stringify(derived));
    const argv = ['run', file, '--flow', 'receptions', '--param', 'filial=1', '--state', folder, '--json'];
    const startedAt = performance.now();
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'engine', 'cli', 'bin.ts'), ...argv], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    const seconds = (performance.now() - startedAt) / 1000;
    const { requests }: { requests: number } = JSON.parse(Buffer.concat(chunks).toString());
    return { seconds, requests, deals: await dealsOf(webhook) };
  });
}

/** What the old program did for each appointment: find the deal, find the contact, make both, one call at a time. */
async function oneByOne({ clinic, webhook }: Sandboxes): Promise<Measured> {
  const prepared = await prepare(pipeline, { param: ['filial=1'], sandboxes: sandboxSettings(clinic, webhook) }, {});
  const flow = prepared.compiled.flows[0];
  const connector = prepared.connectors.get('ident');
  if (!flow || !connector) throw new Error('the pipeline has no flow');
  const host = {
    folder: '.',
    now: Date.now,
    admit: async () => ({ ended: () => undefined }),
    warn: () => undefined,
  };
  const connection = connector.connect(clinic, host);
  const source = connection.source?.(flow.flow.source.block);
  const signal = new AbortController().signal;
  let requests = 0;
  const call = async (method: string, body: object): Promise<unknown> => {
    requests += 1;
    const response = await request(`${webhook}${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: { result: unknown } = JSON.parse(await response.body.text());
    return answer.result;
  };
  const startedAt = performance.now();
  const window = flow.flow.source.window;
  const variables = {
    params: prepared.compiled.pipeline.values,
    run: { id: 'reference', startedAt: new Date().toISOString() },
  };
  for await (const batch of source?.read({
    mode: 'incremental',
    batch: 1_000,
    params: {},
    signal,
    ...(window && { window }),
  }) ?? []) {
    for (const row of batch.rows) {
      const { record } = await flow.map(row, { ...variables, source: row });
      await call('crm.deal.list', { filter: { UF_CRM_1769072841035: record['uniqueId'] }, select: ['ID', 'STAGE_ID'] });
      const found = await call('crm.duplicate.findbycomm', {
        entity_type: 'CONTACT',
        type: 'PHONE',
        values: [record['phone']],
      });
      const known =
        typeof found === 'object' && found !== null && 'CONTACT' in found && Array.isArray(found.CONTACT)
          ? Number(found.CONTACT[0])
          : undefined;
      const person = {
        NAME: record['name'],
        LAST_NAME: record['surname'],
        PHONE: [{ VALUE: record['phone'], VALUE_TYPE: 'MOBILE' }],
      };
      const contact = known ?? (await call('crm.contact.add', { fields: person }));
      await call('crm.deal.list', { filter: { CONTACT_ID: contact, UF_CRM_1769072841035: '' }, select: ['ID'] });
      await call('crm.deal.add', {
        fields: {
          TITLE: record['fullName'],
          STAGE_ID: record['stage'],
          CONTACT_ID: contact,
          OPPORTUNITY: record['amount'],
          UF_CRM_1769072841035: record['uniqueId'],
        },
      });
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await connection.close();
  return { seconds, requests, deals: await dealsOf(webhook) };
}

function sandboxSettings(clinic: Sandboxes['clinic'], webhook: string) {
  return { clinic, portal: { webhook, limits: { capacity: 1_000_000, perSecond: 1_000_000 } } };
}

/** Distinct appointments that have a deal in the portal. */
async function dealsOf(webhook: string): Promise<number> {
  const response = await request(new URL('/sandbox/truth/deals', webhook));
  const truth: readonly Record<string, unknown>[] = JSON.parse(await response.body.text());
  return new Set(truth.map((deal) => String(deal['UF_CRM_1769072841035']))).size;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
  process.env['PIPE_HOME'] = folder;
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
