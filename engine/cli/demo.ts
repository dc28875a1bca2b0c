import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningSandbox, SandboxOptions } from '../connector.ts';
import type { Language } from '../messages/template.ts';
import type { RunResult } from '../run/run-pipeline.ts';
import { prepare } from './prepare.ts';
import { runData } from './render/run.ts';
import { runOnce } from './run-once.ts';
import { findSandbox } from './sandbox.ts';
import { shippedFile } from './shipped.ts';

const changedAppointments = 10;

/** What the demo did: one entry for each run, and what the portal holds at the end. */
export interface DemoStory {
  readonly runs: readonly {
    readonly name: 'first' | 'again' | 'changed';
    readonly result: object;
    readonly written: number;
  }[];
  readonly clinic: Readonly<Record<string, number>>;
  readonly portal: Readonly<Record<string, number>>;
  readonly changed: number;
  /** 1 when the second run wrote something, or the third wrote other appointments than were changed. */
  readonly exitCode: number;
}

export interface DemoOptions {
  readonly appointments: number;
  readonly seed: number;
}

type Tell = (line: string) => void;

/** Starts both sandboxes, runs the shipped pipeline three times, and ends everything it started. */
export async function runDemo(
  options: DemoOptions,
  tell: Tell,
  signal: AbortSignal,
  language: Language,
): Promise<DemoStory> {
  const folder = await mkdtemp(join(tmpdir(), 'pipe-demo-'));
  const home = process.env['PIPE_HOME'];
  process.env['PIPE_HOME'] = folder;
  const clinic = await startSandbox('ident', { seed: options.seed, size: options.appointments });
  const portal = await startSandbox('bitrix24', { unlimited: true });
  try {
    return await tellStory({ clinic, portal, folder, tell, signal, language });
  } finally {
    await clinic.close();
    await portal.close();
    if (home === undefined) delete process.env['PIPE_HOME'];
    else process.env['PIPE_HOME'] = home;
    await rm(folder, { recursive: true, force: true });
  }
}

async function startSandbox(name: string, options: SandboxOptions): Promise<RunningSandbox> {
  return (await findSandbox(name)).start(options);
}

interface Stage {
  readonly clinic: RunningSandbox;
  readonly portal: RunningSandbox;
  readonly folder: string;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly language: Language;
}

const lines = {
  en: {
    clinic:
      'An invented clinic speaks the SQL Server protocol on loopback, a sandbox portal the Bitrix24 REST API (without its limit of 2 requests a second, so that you need not wait).',
    first: 'First run: every appointment is new.',
    again: 'Second run: nothing has changed, so nothing is asked and nothing is written.',
    changed: (rows: number) => `The clinic changes ${rows} appointments. Third run:`,
  },
  ru: {
    clinic:
      'Вымышленная клиника отвечает по протоколу SQL Server, песочница портала — по REST API Битрикс24 (без его предела в 2 запроса в секунду, чтобы не ждать).',
    first: 'Первый запуск: все приёмы новые.',
    again: 'Второй запуск: ничего не изменилось — ничего не спрошено и не записано.',
    changed: (rows: number) => `Клиника изменила приёмов: ${rows}. Третий запуск:`,
  },
} as const;

async function tellStory(stage: Stage): Promise<DemoStory> {
  const say = lines[stage.language];
  stage.tell(say.clinic);
  for (const fact of [...stage.clinic.facts, ...stage.portal.facts]) stage.tell(`  ${fact}`);
  stage.tell(say.first);
  const first = await runHere(stage);
  stage.tell(say.again);
  const again = await runHere(stage);
  const changed = (await stage.clinic.change?.(changedAppointments)) ?? 0;
  stage.tell(say.changed(changed));
  const third = await runHere(stage);
  const runs = [
    { name: 'first' as const, result: runData(first, stage.language), written: appointmentsWritten(first) },
    { name: 'again' as const, result: runData(again, stage.language), written: recordsWritten(again) },
    { name: 'changed' as const, result: runData(third, stage.language), written: appointmentsWritten(third) },
  ];
  const right = recordsWritten(again) === 0 && appointmentsWritten(third) === changed;
  const failed = [first, again, third].map((result) => result.exitCode).find((code) => code !== 0 && code !== 4);
  return {
    runs,
    clinic: (await stage.clinic.counts?.()) ?? {},
    portal: (await stage.portal.counts?.()) ?? {},
    changed,
    exitCode: failed ?? (right ? 0 : 1),
  };
}

async function runHere(stage: Stage): Promise<RunResult> {
  const flags = {
    sandboxes: { clinic: stage.clinic.settings, portal: stage.portal.settings },
    param: ['filial=1'],
    state: join(stage.folder, 'state'),
  };
  const prepared = await prepare(shippedFile('pipelines/ident-to-bitrix.yaml'), flags, {});
  const result = await runOnce(prepared, { full: false, allow: new Set() }, () => undefined, stage.signal);
  stage.signal.throwIfAborted();
  if (result.error) throw result.error;
  return result;
}

function recordsWritten({ flows }: Pick<RunResult, 'flows'>): number {
  return flows.reduce((sum, flow) => sum + flow.created + flow.updated, 0);
}

/** Of the first flow of the shipped pipeline; the treatment plans are one of their own. */
function appointmentsWritten({ flows }: RunResult): number {
  return recordsWritten({ flows: flows.slice(0, 1) });
}
