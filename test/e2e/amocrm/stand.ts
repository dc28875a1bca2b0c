import { onTestFinished } from 'vitest';
import { startAccount, type Account, type AccountOptions } from '../../../connectors/amocrm/sandbox/index.ts';
import type { Json } from '../../../connectors/amocrm/sandbox/index.ts';
import { startClinic, type Clinic } from '../../../connectors/ident/sandbox/index.ts';
import { loadPipeline } from '../../../engine/config/load.ts';
import type { Connector } from '../../../engine/connector.ts';
import { textOf } from '../../../engine/diagnostics.ts';
import { loadConnector } from '../../../engine/registry.ts';
import { compile } from '../../../engine/transform/compile.ts';
import type { CompiledPipeline } from '../../../engine/transform/compiled.ts';
import { stand, testClock, type Stand, type TestClock } from '../../support/harness.ts';

export const shipped = 'pipelines/ident-to-amocrm.yaml';

/** The shipped pipeline between an invented clinic and an account with its limits, over TDS and HTTP, on a clock of its own. */
export interface Job extends Omit<Stand, 'run'> {
  readonly clinic: Clinic;
  readonly account: Account;
  readonly pipeline: CompiledPipeline;
  /** With the account's journal empty before; the patients alone, unless `flows` says more. */
  run(options?: Parameters<Stand['run']>[1]): ReturnType<Stand['run']>;
  /** The same clinic and account without a state: another machine. */
  withoutState(): Promise<Job>;
}

export interface JobOptions {
  readonly appointments?: number;
  readonly params?: readonly string[];
  readonly account?: AccountOptions;
  /** Before the first run, at the clinic. */
  readonly sql?: readonly string[];
}

/** Ends with the test. */
export async function job(options: JobOptions = {}): Promise<Job> {
  const started = await startJob(options);
  onTestFinished(() => started.close());
  return started;
}

export async function startJob({ appointments = 13, params = [], account: given, sql = [] }: JobOptions): Promise<Job> {
  const clock = testClock();
  const clinic = await startClinic({ appointments, days: 7, now: clock.now });
  for (const statement of sql) await clinic.execute(statement);
  const account = await startAccount({ now: clock.now, ...given });
  const connectors = (await Promise.all(['ident', 'amocrm'].map(loadConnector))).filter((one) => one !== undefined);
  const pipeline = await load(connectors, clinic, account, ['leads=true', ...params]);
  const whole = await jobOn({ clinic, account, pipeline, connectors, clock });
  const close = async (): Promise<void> => {
    await whole.close();
    await account.close();
    await clinic.close();
  };
  return { ...whole, close };
}

interface Ground {
  readonly clinic: Clinic;
  readonly account: Account;
  readonly pipeline: CompiledPipeline;
  readonly connectors: readonly Connector[];
  readonly clock: TestClock;
}

async function jobOn(ground: Ground): Promise<Job> {
  const { account, pipeline, connectors, clock } = ground;
  const desk = await stand(connectors, 'ident-to-amocrm', { clock });
  return {
    ...desk,
    ...ground,
    run: async (options = {}) => {
      account.journal.reset();
      return desk.run(pipeline, { flows: ['patients'], ...options });
    },
    withoutState: () => jobOn(ground),
  };
}

async function load(
  connectors: readonly Connector[],
  clinic: Clinic,
  { domain, origin: address, token }: Account,
  params: readonly string[],
): Promise<CompiledPipeline> {
  const sandboxes = { clinic: clinic.settings, amo: { domain, address, token } };
  const loaded = await loadPipeline(shipped, { env: {}, params, sandboxes });
  const ident = connectors.find(({ name }) => name === 'ident');
  const compilation =
    loaded.pipeline && compile(loaded.pipeline, { columns: (flow) => ident?.source?.columns?.(flow.source.block) });
  const findings = [...loaded.findings, ...(compilation?.findings ?? [])];
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!compilation?.pipeline || errors.length > 0)
    throw new Error(errors.map(({ code, parameters }) => textOf(code, parameters, 'en').message).join('\n'));
  return compilation.pipeline;
}

/** What was written over the wire, in order: `POST /contacts`. */
export function writesIn({ account }: Job): readonly string[] {
  return account.journal.requests.flatMap(({ operation }) => (operation.startsWith('GET ') ? [] : [operation]));
}

/** Statuses that say no. */
export function refusalsIn({ account }: Job): readonly number[] {
  return account.journal.requests.flatMap(({ status }) => (status >= 300 || status === 0 ? [status] : []));
}

/** What the account holds of a patient, by the names of its fields, with the contact's name and tags. */
export function contactOf({ account }: Job, patient: number): Readonly<Record<string, Json>> | undefined {
  return contactsIn(account).find((contact) => contact['ID пациента IDENT'] === String(patient));
}

export function contactsIn({ truth }: Account): readonly Readonly<Record<string, Json>>[] {
  return truth.rows('contacts').map((row) => {
    const { tags } = Object(row['_embedded']) as { readonly tags?: readonly { readonly name: string }[] };
    const names = (tags ?? []).map(({ name }) => name);
    return { id: row['id'] ?? 0, name: row['name'] ?? '', tags: names, ...truth.values('contacts', Number(row['id'])) };
  });
}
