import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaosPipeline } from './pipeline-text.ts';
import type { ChildPlan } from './plan.ts';
import { startPipe } from './start-pipe.ts';
import type { Running } from './start-pipe.ts';
import type { Settings } from './world.ts';

/** A folder with the pipeline, its state and its machine folder: what `pipe run` is started in. */
export interface Place {
  readonly folder: string;
  readonly stateFolder: string;
  readonly stateFile: string;
  readonly machineFolder: string;
  start(plan?: ChildPlan): Running;
  /** Processes started from here on live so much later. */
  pass(ms: number): void;
  /** Any other command over the pipeline: `queue retry --all`. */
  command(...words: readonly string[]): Running;
  /** The same, under a plan. */
  disturbed(plan: ChildPlan, ...words: readonly string[]): Running;
  remove(): void;
}

export interface PlaceOptions {
  /** Of the pipeline; default: the shipped one's. */
  readonly name?: string;
  readonly filial?: number;
  /** Default: its own. Two pipelines of one machine share it. */
  readonly machineFolder?: string;
}

export function makePlace({ clinic }: Settings, webhook: string, options: PlaceOptions = {}): Place {
  const { name = 'ident-to-bitrix', filial = 1, machineFolder } = options;
  const env = {
    FILIAL_ID: String(filial),
    BITRIX24_WEBHOOK: webhook,
    IDENT_SERVER: clinic.server,
    IDENT_PORT: String(clinic.port),
    IDENT_USER: clinic.user,
    IDENT_PASSWORD: clinic.password,
  };
  const yaml = chaosPipeline(name);
  return placeOf({ name, yaml, env, flags: ['--flow', 'receptions'], ...(machineFolder && { machineFolder }) });
}

export interface PlaceContent {
  readonly name: string;
  readonly yaml: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of `pipe run`. */
  readonly flags: readonly string[];
  readonly machineFolder?: string;
}

export function placeOf({ name, yaml, flags, ...content }: PlaceContent): Place {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-chaos-'));
  writeFileSync(join(folder, 'pipeline.yaml'), yaml);
  const machineFolder = content.machineFolder ?? join(folder, 'home');
  // PIPE_DEBUG tells where a bug of ours was thrown.
  const env = { PIPE_HOME: machineFolder, PIPE_DEBUG: '1', ...content.env };
  let passedMs = 0;
  const stateFolder = join(folder, '.pipe', name);
  const run = (plan: ChildPlan, ...words: readonly string[]) =>
    startPipe({ ...plan, monotonicMs: passedMs }, words, { cwd: folder, env });
  return {
    folder,
    stateFolder,
    stateFile: join(stateFolder, 'state.db'),
    machineFolder,
    start: ({ wallMs = 0, ...plan } = {}) =>
      run({ ...plan, wallMs: wallMs + passedMs }, 'run', 'pipeline.yaml', ...flags, '--json'),
    command: (...words) => run({ wallMs: passedMs }, ...words),
    disturbed: (plan, ...words) => run({ ...plan, wallMs: passedMs }, ...words),
    pass: (ms) => {
      passedMs += ms;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
