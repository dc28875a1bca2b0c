import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Portal, PortalOptions } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import type { Clinic, ClinicOptions } from '../../connectors/ident/sandbox/index.ts';
import { loadPipeline } from '../../engine/config/load.ts';
import type { Connector } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import { loadConnector } from '../../engine/registry.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import { watchCrashPoints } from '../../engine/run/crash-points.ts';
import { runPipeline } from '../../engine/run/run-pipeline.ts';
import type { RunResult } from '../../engine/run/run-pipeline.ts';
import type { StateStore } from '../../engine/state/ports.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import { openState } from '../../engine/state/open-state.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compile } from '../../engine/transform/compile.ts';
import { testClock } from '../support/harness.ts';
import type { TestClock } from '../support/harness.ts';
import { memoryTokens } from '../support/tokens.ts';

export interface MainJobOptions {
  readonly appointments: number;
  readonly seed?: number;
  readonly flaws?: boolean;
  /** The portal's and ours; default: the vendor's real ones. */
  readonly limits?: NonNullable<PortalOptions['limits']>;
  readonly costPerCommand?: NonNullable<PortalOptions['costPerCommand']>;
  readonly params?: readonly string[];
  readonly clinicFaults?: ClinicOptions['faults'];
  readonly userFields?: NonNullable<PortalOptions['userFields']>;
  /** Another file than the shipped one: an edited copy, or one that extends it. */
  readonly file?: string;
}

/** The shipped pipeline between an invented clinic and a sandbox portal, over TDS and HTTP, on a clock of its own. */
export interface MainJob {
  readonly clinic: Clinic;
  readonly portal: Portal;
  readonly clock: TestClock;
  readonly events: readonly RunEvent[];
  /** Waves planned since the last run began. */
  readonly waves: number;
  readonly state: StateStore;
  readonly compiled: CompiledPipeline;
  /** The visits alone, unless `flows` says more. */
  run(options?: Partial<RunOptions>, signal?: AbortSignal): Promise<RunResult>;
  /** Another process goes on from the same state. */
  restart(): Promise<void>;
  /** Deletes the pipeline's state; the machine's portal book stays. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export async function startMainJob(options: MainJobOptions): Promise<MainJob> {
  const clock = testClock();
  const { appointments, seed = 1, flaws = false, limits, costPerCommand, clinicFaults, userFields } = options;
  const clinic = await startClinic({
    appointments,
    seed,
    flaws,
    days: 7,
    now: clock.now,
    ...(clinicFaults && { faults: clinicFaults }),
  });
  const portal = await startPortal({
    now: clock.now,
    ...(limits && { limits }),
    ...(costPerCommand !== undefined && { costPerCommand }),
    ...(userFields && { userFields }),
  });
  const folder = mkdtempSync(join(tmpdir(), 'pipe-main-job-'));
  const book = await openPortalBook(folder, clock);
  const open = async () => await openState(join(folder, 'state.db'), { pipeline: 'ident-to-bitrix', clock });
  const job = { state: await open(), waves: 0 };
  const events: RunEvent[] = [];
  const { compiled, connectors } = await load(clinic, portal, options);
  return {
    clinic,
    portal,
    clock,
    events,
    compiled,
    get waves() {
      return job.waves;
    },
    get state() {
      return job.state;
    },
    run: async (given = {}, signal = new AbortController().signal) => {
      events.length = 0;
      job.waves = 0;
      watchCrashPoints((point) => {
        if (point === 'planned') job.waves += 1;
      });
      try {
        return await runPipeline({
          compiled,
          connectors,
          options: { full: false, allow: new Set(), flows: ['receptions'], ...given },
          state: job.state,
          book,
          tokens: memoryTokens(),
          lease: { verify: () => undefined, release: () => undefined },
          clock,
          signal,
          emit: (event) => events.push(event),
        });
      } finally {
        watchCrashPoints(undefined);
      }
    },
    restart: async () => {
      await job.state.close();
      job.state = await open();
    },
    forget: async () => {
      await job.state.close();
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `state.db${end}`), { force: true });
      job.state = await open();
    },
    close: async () => {
      await job.state.close();
      await book.close();
      await portal.close();
      await clinic.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function load(clinic: Clinic, portal: Portal, { limits, params = [], file }: MainJobOptions) {
  const ours = limits === 'off' ? { capacity: 1_000_000, perSecond: 1_000_000 } : limits;
  const { pipeline, findings } = await loadPipeline(file ?? 'pipelines/ident-to-bitrix.yaml', {
    env: {},
    params: ['filial=1', ...params],
    sandboxes: { clinic: clinic.settings, portal: { webhook: portal.webhook, ...(ours && { limits: ours }) } },
  });
  const connectors = new Map<string, Connector>();
  for (const name of ['ident', 'bitrix24']) {
    const connector = await loadConnector(name);
    if (connector) connectors.set(name, connector);
  }
  const compilation =
    pipeline && compile(pipeline, { columns: (flow) => connectors.get('ident')?.source?.columns?.(flow.source.block) });
  const errors = [...findings, ...(compilation?.findings ?? [])].filter((finding) => finding.severity === 'error');
  if (!compilation?.pipeline)
    throw new Error(errors.map(({ code, parameters }) => textOf(code, parameters, 'en').message).join('\n'));
  return { compiled: compilation.pipeline, connectors };
}
