import type { Language } from '../messages/template.ts';

/** A pipeline as something the system runs by itself. All paths are absolute. */
export interface Service {
  readonly pipeline: string;
  readonly file: string;
  /** Where the pipeline lies: `.env` is read there, state, logs and files it names lie below it. */
  readonly folder: string;
  readonly stateFolder: string;
  /** What all pipelines of the machine share (`PIPE_HOME`). */
  readonly home: string;
  /** How this program is called: Node and our script, or the one executable. */
  readonly program: readonly string[];
  /** How often it is started. */
  readonly tickMs: number;
  readonly user: string;
  readonly language: Language;
}

export type Action = 'install' | 'start' | 'stop' | 'enable' | 'disable' | 'uninstall';

/** What an action does, in order; `--print` shows exactly this. */
export type Step =
  | { readonly write: string; readonly text: string }
  | { readonly remove: string }
  /** Makes a folder that is not there, for that user. */
  | { readonly folder: string }
  | { readonly call: readonly [program: string, ...given: string[]] }
  /** Asks a run under way to finish, and ends it when it does not. */
  | { readonly endRun: true };

/** `ready`: waits for its next time; rule 56 calls them Ready, Running and Disabled. */
export type ServiceState = 'ready' | 'running' | 'disabled';

/** One way a system has to run things by itself: the Task Scheduler, systemd. */
export interface Manager {
  /** What people call the service there: `pipe\ident-to-bitrix`, `pipe-ident-to-bitrix.timer`. */
  nameOf(service: Service): string;
  steps(action: Action, service: Service): readonly Step[];
  /** Throws `service.*` where this machine or this user cannot do that. */
  checkRights(): Promise<void>;
  /** undefined: it is not installed. */
  stateOf(service: Service): Promise<ServiceState | undefined>;
}

const shortestTickMs = 60_000;
const longestTickMs = 31 * 24 * 60 * 60 * 1000;

/** Whole minutes between one and 31 days, which is what both systems can repeat. */
export function tickMinutes({ tickMs }: Service): number {
  return Math.round(Math.min(Math.max(tickMs, shortestTickMs), longestTickMs) / 60_000);
}

/** What the system calls each time. */
export function commandOf({ program, file, stateFolder, language }: Service): readonly string[] {
  return [...program, 'run', file, '--scheduled', '--state', stateFolder, '--lang', language];
}
