import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runPipeline } from '../../engine/run/run-pipeline.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import { openState } from '../../engine/state/open-state.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import type { PortalBook } from '../../engine/state/machine-ports.ts';
import type { StateStore } from '../../engine/state/ports.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import type { Row, Value } from '../../engine/connector.ts';
import { compiled, testClock } from '../support/harness.ts';
import type { TestClock } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import {
  descriptions,
  nameOf,
  phoneOf,
  pipelineText,
  scenario,
  sourceRow,
  taggedDescriptions,
} from './simulation-clinic.ts';
import type { Scenario, Step, Visit } from './simulation-clinic.ts';
import { makeLead, withLeads, wrongLeads } from './simulation-leads.ts';
import { beginLife, settleMs, settleSky } from './simulation-world.ts';
import type { Sky } from './simulation-world.ts';
import { memoryTokens } from '../support/tokens.ts';

/*
 * Known limits, which the scenarios keep clear of (delivery.md, "What is said honestly"): people change nothing between
 * our find and our write, and no row with a request still under way (no conditional writes exist); the state is deleted
 * only when nothing is under way (with it goes what was in doubt); a request takes effect within settle, or never; the
 * wall clock does not jump; of several rows with one key the one in the queue does not change its key (`--full` heals). Which of two visits takes a deal made by hand depends on their order: it is not compared.
 * A lead is held for a visit that has begun to take it until that one is delivered or given up, and as long as the state knows of it.
 */

type RunStep = Extract<Step, { do: 'run' }>;

/** A clinic, a portal and a pipeline between them, through a whole scenario. */
interface Stage {
  readonly given: Scenario;
  readonly system: TableSystem;
  readonly sky: Sky;
  readonly clock: TestClock;
  readonly book: PortalBook;
  readonly visits: Visit[];
  readonly stamps: number[];
  readonly renamed: number[];
  readonly wrongs: string[];
  /** Visits whose deal may name a lead that another has taken. */
  readonly strayed: Set<string>;
  state: StateStore;
  tick: number;
}

const pipelines = new Map<string, CompiledPipeline>();
const pipelineOf = ({ batch, patientsFlow, leads }: Scenario): CompiledPipeline => {
  const pipeline = pipelines.get(`${batch} ${patientsFlow} ${leads}`);
  if (!pipeline) throw new Error('not compiled');
  return pipeline;
};

beforeAll(async () => {
  const { connector } = tableSystem('tables', descriptions);
  for (const batch of [1, 2, 3, 1000]) {
    for (const patients of [false, true]) {
      const text = pipelineText(batch, patients);
      pipelines.set(`${batch} ${patients} false`, await compiled(text, [connector]));
      pipelines.set(`${batch} ${patients} true`, await compiled(withLeads(text), [connector]));
    }
  }
});
afterEach(() => watchCrashPoints(undefined));

async function openStage(given: Scenario): Promise<Stage> {
  const clock = testClock();
  const system = tableSystem('tables', given.tagged ? taggedDescriptions : descriptions);
  system.rises = given.tagged;
  system.writesPerRequest = given.writesPerRequest;
  system.requestsInFlight = given.requestsInFlight;
  for (const doctor of [0, 1]) putRow(system, 'doctor', { NAME: `Врач${doctor}` });
  if (given.leads) for (const phone of [0, 1]) makeLead(system, phoneOf(phone));
  given.patients.forEach(({ phone, handMade }, patient) => {
    for (let nth = 0; nth < handMade; nth += 1) {
      putRow(system, 'contact', {
        NAME: namesake(patient, 0),
        PHONE: [{ id: `h${patient}${nth}`, value: phoneOf(phone) }],
      });
    }
  });
  const stage: Stage = {
    given,
    system,
    sky: { late: [], hidden: [] },
    clock,
    book: await openPortalBook(':memory:', clock),
    visits: [...given.visits],
    stamps: given.visits.map((_, index) => index + 1),
    renamed: given.patients.map(() => 0),
    wrongs: [],
    strayed: new Set(),
    state: await openState(':memory:', { pipeline: 'test', clock }),
    tick: given.visits.length,
  };
  fillSource(stage);
  return stage;
}

/** Families have two of one name: a new contact is told by its origin as well. */
const namesake = (patient: number, renamed: number): string => nameOf(patient % 2, renamed);

function fillSource({ system, visits, stamps, given, renamed }: Stage): void {
  system.rows = visits
    .map((visit, index): Row => ({
      ...sourceRow(
        index + 1,
        stamps[index] ?? 0,
        visit,
        given.patients[visit.patient]?.phone ?? 0,
        renamed[visit.patient] ?? 0,
      ),
      name: namesake(visit.patient, renamed[visit.patient] ?? 0),
    }))
    .sort((a, b) => Number(a['stamp']) - Number(b['stamp']));
}

async function take(stage: Stage, step: Step): Promise<void> {
  switch (step.do) {
    case 'run':
      await live(stage, step);
      return;
    case 'edit': {
      const index = step.visit % stage.visits.length;
      const visit = stage.visits[index];
      const { patient, ...rest } = step.to;
      const moves = patient !== undefined && !stage.given.patientsFlow;
      if (visit) stage.visits[index] = { ...visit, ...rest, ...(moves && { patient }) };
      if (moves || rest.stage === 'HIDDEN') stage.strayed.add(String(index + 1));
      stage.stamps[index] = ++stage.tick;
      break;
    }
    case 'add':
      stage.visits.push(step.visit);
      stage.stamps.push(++stage.tick);
      break;
    case 'rename':
      stage.renamed[step.patient] = (stage.renamed[step.patient] ?? 0) + 1;
      stage.visits.forEach((visit, index) => {
        if (visit.patient === step.patient) stage.stamps[index] = ++stage.tick;
      });
      break;
    case 'stage': {
      // People see what is there: a request still under way would overwrite them, which no guard can prevent.
      landAll(stage);
      const deals = [...entityOf(stage.system, 'deal').rows.values()];
      const deal = deals[step.deal % Math.max(1, deals.length)];
      // A stage that was given back is the manager's until the visit changes: it would differ from the visit's own.
      if (deal && deal['STAGE'] !== 'WON') deal['STAGE'] = step.stage;
      break;
    }
    case 'make deal': {
      const contacts = [...entityOf(stage.system, 'contact').rows.keys()];
      const contact = contacts[step.contact % Math.max(1, contacts.length)];
      if (contact !== undefined) putRow(stage.system, 'deal', { CONTACT_ID: contact, STAGE: 'NEW', SUM: 0 });
      break;
    }
    case 'make lead':
      makeLead(stage.system, phoneOf(step.phone));
      break;
    case 'wait':
      stage.clock.time += step.ms;
      break;
    case 'forget':
      // Known limit: with the state goes what was in doubt, so what is under way must have landed, and be listed.
      landAll(stage);
      for (const key of await undelivered(stage)) stage.strayed.add(key);
      await stage.state.close();
      stage.state = await openState(':memory:', { pipeline: 'test', clock: stage.clock });
      break;
  }
  fillSource(stage);
}

function landAll(stage: Stage): void {
  if (stage.sky.late.length + stage.sky.hidden.length > 0) stage.clock.time += settleMs;
  settleSky(stage.system, stage.sky, stage.clock.time);
}

/** One life of the process: a run with faults, which may be its end. */
async function live(stage: Stage, step: RunStep): Promise<RunResult | undefined> {
  settleSky(stage.system, stage.sky, stage.clock.time);
  // A run stops when its first new row is not listed within half a minute (DL-3).
  const lagMs = stage.given.tagged ? Math.min(step.lagMs, 20_000) : step.lagMs;
  const life = beginLife({ ...stage, faults: step.faults, lagMs });
  const events: RunEvent[] = [];
  let points = 0;
  watchCrashPoints((point) => {
    points += 1;
    if (points > 3_000) throw new Error(`the run does not end (${point})`);
    life.onPoint(point);
  });
  const result = await runPipeline({
    compiled: pipelineOf(stage.given),
    connectors: new Map([['tables', life.connector]]),
    options: { full: step.full, allow: new Set(), ...(step.limit !== undefined && { limit: step.limit }) },
    state: life.state,
    book: life.book,
    tokens: memoryTokens(),
    lease: { verify: () => undefined, release: () => undefined },
    clock: stage.clock,
    signal: life.stop.signal,
    emit: (event) => events.push(event),
  }).catch((thrown: unknown) => {
    if (!life.dead) stage.wrongs.push(`a run throws: ${String(thrown)}`);
    return undefined;
  });
  watchCrashPoints(undefined);
  stage.wrongs.push(...life.wrongs);
  if (result && !life.dead) stage.wrongs.push(...wrongsOf(result, life.stop.signal.aborted));
  if (/Канарейка|7999123450/.test(JSON.stringify([events, result]))) stage.wrongs.push('events hold personal data');
  stage.wrongs.push(...(await lostBehindCheckpoint(stage)));
  for (const { key } of await stage.state.queue({ flow: 'visits', state: 'failed' })) stage.strayed.add(key);
  return life.dead ? undefined : result;
}

function wrongsOf(result: RunResult, stopped: boolean): readonly string[] {
  const wrongs: string[] = [];
  const { exitCode, error } = result;
  let open = 0;
  for (const { name, read, unchanged, created, updated, skipped, queued, rejected } of result.flows) {
    const ends = unchanged + created + updated + skipped + queued + rejected;
    const interrupted = stopped || error !== undefined;
    if (interrupted ? read < ends : read !== ends) wrongs.push(`${name}: read ${read}, accounted for ${ends}`);
    open += queued + rejected;
  }
  if (stopped !== (exitCode === 143)) wrongs.push(`exit ${exitCode}, stopped: ${stopped}`);
  if (!stopped && (exitCode !== 0) !== (open > 0 || error !== undefined))
    wrongs.push(`exit ${exitCode} with ${open} open`);
  if (error?.kind === 'bug' && !stopped) wrongs.push(`bug: ${error.message}`);
  return wrongs;
}

/** Rows before the checkpoint that nobody delivered, nobody has in the queue, and no guard has skipped. */
async function lostBehindCheckpoint(stage: Stage): Promise<readonly string[]> {
  const checkpoint = await stage.state.checkpoint('visits');
  const stamp = Number(checkpoint?.cursor?.['stamp'] ?? 0);
  const rows = stage.system.rows.filter((row) => Number(row['stamp']) < stamp && row['stage'] !== 'HIDDEN');
  const keys = rows.map((row) => String(row['id']));
  const known = await stage.state.known('visits', keys);
  const open = new Set([
    ...(await stage.state.queue({ flow: 'visits' }))
      .filter(({ state }) => state !== 'completed' && state !== 'superseded')
      .map(({ key }) => key),
    ...(await stage.state.openIntents('visits')).map(({ key }) => key),
  ]);
  return keys
    .filter((key) => !known.has(key) && !open.has(key))
    .map((key) => `visit ${key} is behind the checkpoint and nowhere else`);
}

async function undelivered({ state, visits }: Stage): Promise<readonly string[]> {
  const keys = visits.map((_, index) => String(index + 1));
  const known = await state.known('visits', keys);
  return keys.filter((key) => !known.has(key));
}

const calm: RunStep = { do: 'run', faults: [], full: false, lagMs: 0 };

/** Faults off, everything due: until nothing waits any more. */
async function settleDown(stage: Stage): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    stage.clock.time += 301_000;
    await stage.state.retryQueue({ state: 'failed' });
    const result = await live(stage, calm);
    if (result?.exitCode === 0 && (await openRows(stage)) === 0) return;
  }
  const queue = (await stage.state.queue({})).filter(({ state }) => state !== 'completed' && state !== 'superseded');
  stage.wrongs.push(
    `does not come to rest: ${JSON.stringify(queue.map(({ key, state, error }) => [key, state, error]))}`,
  );
}

async function openRows({ state }: Stage): Promise<number> {
  const { pending, waiting, quarantined, failed } = await state.queueCounts();
  return pending + waiting + quarantined + failed + (await state.openIntents()).length;
}

type Held = Record<string, Value>;

/** What the portal must hold in the end, told from the clinic alone. */
function wrongsInPortal(stage: Stage): readonly string[] {
  const wrongs: string[] = [];
  const all = (entity: string) =>
    [...entityOf(stage.system, entity).rows].map(([key, row]): Held => ({ ...row, ID: key }));
  const one = (rows: readonly Held[], what: string): Held | undefined => {
    if (rows.length !== 1) wrongs.push(`${rows.length} rows: ${what}`);
    return rows[0];
  };
  const doctors = new Map(all('doctor').map((row) => [row['NAME'], row['ID']]));
  const expectField = (row: Held, field: string, value: unknown, what: string) => {
    if (row[field] !== value) wrongs.push(`${what}: ${field} is ${String(row[field])}, not ${String(value)}`);
  };
  for (const row of stage.system.rows) {
    const visit = String(row['id']);
    const deals = all('deal').filter((deal) => deal['VISIT'] === visit);
    if (deals.length > 1) wrongs.push(`${deals.length} deals of visit ${visit}`);
    if (row['stage'] === 'HIDDEN') continue;
    const origin = `P${Number(row['patient'])}`;
    const contact = one(
      all('contact').filter((held) => held['ORIGIN'] === origin),
      `contact ${origin}`,
    );
    const deal = one(deals, `deal of visit ${visit}`);
    const task = one(
      all('task').filter((held) => held['VISIT'] === visit),
      `task of visit ${visit}`,
    );
    if (!contact || !deal || !task) continue;
    expectField(contact, 'NAME', row['name'], origin);
    expectField(task, 'DEAL_ID', deal['ID'], `task ${visit}`);
    expectField(task, 'CONTACT_ID', deal['CONTACT_ID'], `task ${visit}`);
    if (deal['STAGE'] === 'WON') continue;
    expectField(deal, 'CONTACT_ID', contact['ID'], `deal ${visit}`);
    expectField(deal, 'DOCTOR_ID', doctors.get(row['doctor'] ?? ''), `deal ${visit}`);
    expectField(deal, 'SUM', row['sum'], `deal ${visit}`);
    const prices = (value: unknown): string =>
      JSON.stringify(Array.isArray(value) ? value.map((item: Held) => item['PRICE'] ?? item['price']) : []);
    if (prices(deal['products']) !== prices(row['items']))
      wrongs.push(`deal ${visit}: products are ${prices(deal['products'])}`);
    if (deal['STAGE'] !== 'HOLD') expectField(deal, 'STAGE', row['stage'], `deal ${visit}`);
  }
  return wrongs;
}

async function play(given: Scenario): Promise<readonly string[]> {
  const stage = await openStage(given);
  for (const step of given.steps) await take(stage, step);
  await settleDown(stage);
  stage.wrongs.push(...wrongsInPortal(stage), ...wrongLeads(stage.system, stage.strayed));
  // Nothing is left to write, as a pipeline sees it that remembers nothing.
  await take(stage, { do: 'forget' });
  stage.system.writes.length = 0;
  await live(stage, { ...calm, full: true });
  if (stage.system.writes.length > 0) stage.wrongs.push(`not at rest: ${JSON.stringify(stage.system.writes)}`);
  await stage.state.close();
  await stage.book.close();
  return stage.wrongs;
}

const seed = Number(process.env['PIPE_SIMULATION_SEED'] ?? 20_261_120);
const numRuns = Number(process.env['PIPE_SIMULATION_RUNS'] ?? 200);

describe('a clinic, a portal, and everything that goes wrong between them', () => {
  it('loses nothing and doubles nothing, whatever fails', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        expect(await play(given)).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});
