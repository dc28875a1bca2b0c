import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAccount, type Account } from '../../connectors/amocrm/sandbox/index.ts';
import { startClinic, type Clinic } from '../../connectors/ident/sandbox/index.ts';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Connector } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import { loadConnector } from '../../engine/registry.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import { compile } from '../../engine/transform/compile.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { stand, testClock, type Stand } from '../support/harness.ts';

/** The clinic's patients with 26 fields, and its visits as leads in two funnels, through the limits of an account. */
const clock = testClock();
let account: Account;
let clinic: Clinic;
let first: Stand;
let pipeline: CompiledPipeline;
let connectors: readonly Connector[];

beforeAll(async () => {
  clinic = await startClinic({ appointments: 240, days: 7, now: clock.now });
  account = await startAccount({ now: clock.now });
  connectors = (await Promise.all(['ident', 'amocrm'].map(loadConnector))).filter((one) => one !== undefined);
  pipeline = await load(account);
  first = await stand(connectors, 'ident-to-amocrm', { clock });
}, 60_000);

afterAll(async () => {
  await first.close();
  await account.close();
  await clinic.close();
});

async function load({ domain, origin: address, token }: Account): Promise<CompiledPipeline> {
  const loaded = await loadPipeline('test/e2e/ident-to-amocrm.yaml', {
    env: {},
    sandboxes: { clinic: clinic.settings, amo: { domain, address, token } },
  });
  const byName = new Map(connectors.map((one) => [one.name, one]));
  const compilation =
    loaded.pipeline &&
    compile(loaded.pipeline, { columns: (flow) => byName.get('ident')?.source?.columns?.(flow.source.block) });
  const findings = [...loaded.findings, ...(compilation?.findings ?? [])].filter(
    ({ severity }) => severity === 'error',
  );
  if (!compilation?.pipeline)
    throw new Error(findings.map(({ code, parameters }) => textOf(code, parameters, 'en').message).join('\n'));
  return compilation.pipeline;
}

const writes = (): number =>
  account.journal.requests.filter(({ operation }) => /^(POST|PATCH) /.test(operation)).length;
const statuses = (): ReadonlySet<number> => new Set(account.journal.requests.map(({ status }) => status));

async function run(through: Stand, ...flows: string[]): Promise<RunResult> {
  account.journal.reset();
  return through.run(pipeline, { flows });
}

it('every patient becomes a contact, in fifties and without one refusal', async () => {
  const patients = await clinic.execute('SELECT ID_Persons AS id FROM dbo.Patients ORDER BY ID_Persons');
  const result = await run(first, 'patients');
  expect(first.events.filter(({ type }) => type === 'record-queued')).toEqual([]);
  expect(result).toMatchObject({ exitCode: 0, flows: [{ created: patients.length, updated: 0, queued: 0 }] });
  const contacts = account.truth.rows('contacts');
  const keys = contacts.map(({ id }) => account.truth.values('contacts', Number(id))['ID пациента IDENT']);
  expect(keys.map(String).sort()).toEqual(patients.map(({ id }) => String(id)));
  expect(contacts.every(({ _embedded }) => JSON.stringify(_embedded).includes('IDENT'))).toBe(true);
  expect([...statuses()].filter((status) => status >= 300)).toEqual([]);
  // The first alone (DL-3), the others fifty at a time, and those who share a phone in two waves of their own.
  expect(writes()).toBe(1 + Math.ceil((patients.length - 1) / 50) + 2);
  expect(account.journal.refusals).toEqual([]);
}, 120_000);

it('every visit becomes a lead of its patient, in its own funnel', async () => {
  const visits = await clinic.execute('SELECT ID AS id, ID_Patients AS patient FROM dbo.Receptions ORDER BY ID');
  const result = await run(first, 'receptions');
  expect(first.events.filter(({ type }) => type === 'record-queued')).toEqual([]);
  expect(result).toMatchObject({ exitCode: 0, flows: [{ created: visits.length, queued: 0 }] });
  const patientOf = new Map(
    account.truth
      .rows('contacts')
      .map(({ id }) => [id, account.truth.values('contacts', Number(id))['ID пациента IDENT']]),
  );
  const leads = account.truth.rows('leads').map((lead) => {
    const { contacts } = Object(lead['_embedded']);
    const visit = account.truth.values('leads', Number(lead['id']))['ID приёма IDENT'];
    return `${String(visit)} ${String(patientOf.get(contacts[0].id))} ${String(lead['pipeline_id'])} ${String(lead['status_id'])}`;
  });
  const wanted = visits.map(({ id, patient }) => {
    const place = Number(id) % 2 === 1 ? '3102 42003' : '3101 41003';
    return `${String(id)} ${String(patient)} ${place}`;
  });
  expect(leads.sort()).toEqual(wanted.sort());
  expect([...statuses()].filter((status) => status >= 300)).toEqual([]);
}, 120_000);

it('without a state, and with filters or none, nothing is written again', async () => {
  for (const apiFilter of [true, false]) {
    account.behave({ apiFilter });
    const again = await stand(connectors, 'ident-to-amocrm', { clock });
    expect(await run(again, 'patients', 'receptions')).toMatchObject({
      exitCode: 0,
      flows: [
        { created: 0, updated: 0, queued: 0 },
        { created: 0, updated: 0, queued: 0 },
      ],
    });
    expect(writes()).toBe(0);
    await again.close();
  }
  account.behave({ apiFilter: true });
}, 240_000);

it('T16 of a patient who paid, the sums are written, and nothing of what a manager added is lost', async () => {
  const { id } = account.field('contacts', 'PHONE');
  account.edit('contacts', 1, {
    tags_to_add: [{ name: 'VIP' }],
    custom_fields_values: [{ field_id: id, values: [{ value: '+79990000000', enum_code: 'HOME' }] }],
  });
  const key = Number(account.truth.values('contacts', 1)['ID пациента IDENT']);
  clock.time += 60_000;
  await clinic.pay(key, 1_000_000);
  expect(await run(first, 'patients')).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 1 }] });
  const values = account.truth.values('contacts', 1);
  expect(Number(values['Аванс'])).toBeGreaterThan(0);
  expect(values['Телефон']).toContain('+79990000000');
  expect(JSON.stringify(account.truth.rows('contacts')[0]?.['_embedded'])).toContain('VIP');
}, 120_000);

const mark = (code: string) => ({ home: 'contacts', name: code, type: 'text', code, apiOnly: true }) as const;

it.each([
  ['by the mark of the engine', [mark('PIPE_ORIGIN'), mark('PIPE_KEY')]],
  ['by their own key, where there is no room for a mark', []],
])(
  'DL-12 creates whose answer was lost are found %s, and none is made twice',
  async (_how, fields) => {
    const other = await startAccount({ now: clock.now, fields });
    const desk = await stand(connectors, 'ident-to-amocrm', { clock });
    other.fail({ operation: 'POST /contacts', nth: 2, when: 'after', fault: 'reset' });
    const marked = await load(other);
    for (const _run of ['lost', 'decided', 'again']) {
      await desk.run(marked, { flows: ['patients'] });
      // So long what was lost may still arrive.
      clock.time += 600_000;
    }
    const keys = other.truth
      .rows('contacts')
      .map(({ id }) => other.truth.values('contacts', Number(id))['ID пациента IDENT']);
    expect(new Set(keys).size).toBe(keys.length);
    const queue = await desk.state.queue({ flow: 'patients' });
    expect(new Set(queue.map(({ state }) => state))).toEqual(new Set(['completed']));
    expect(keys).toHaveLength(122);
    await desk.close();
    await other.close();
  },
  120_000,
);
