import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommandEntry, LegacyRecord, Overlap } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Clinic } from '../../connectors/ident/sandbox/index.ts';
import type { PortalFault, PortalPoint, Strike } from './plan.ts';

export type Order =
  | { readonly do: 'settings' | 'work' | 'calm' | 'drain' | 'look' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'arm'; readonly faults: readonly PortalFault[] }
  | { readonly do: 'strike'; readonly strike: Strike };

export type Told = { readonly id: number; readonly value: unknown } | { readonly struck: PortalPoint };

export interface Settings {
  readonly clinic: Clinic['settings'];
  readonly webhook: string;
  readonly twin: string;
}

export interface PortalContent {
  readonly contacts: readonly LegacyRecord[];
  readonly deals: readonly LegacyRecord[];
  readonly leads: readonly LegacyRecord[];
}

/** A record that the staff touched, and when last, in the clinic's naive time. */
export interface Touched {
  readonly flow: string;
  readonly key: string;
  readonly at: string;
}

/** All the world knows: what invariants are computed from. */
export interface Sight {
  readonly portal: PortalContent;
  readonly twin: PortalContent;
  readonly commands: readonly CommandEntry[];
  readonly touched: readonly Touched[];
  /** Writes that a guard forbids. */
  readonly wrongs: readonly string[];
  /** Writes of one row that were under way at once. */
  readonly overlaps: readonly Overlap[];
  /** Requests the portal refused because there were too many. */
  readonly overruns: number;
}

/** Clinic and CRM in their own process. */
export interface World<Looked extends { readonly touched: readonly Touched[] } = Sight, Reached = Settings> {
  readonly settings: Reached;
  /** The staff of the clinic does something; gives the visits it touched. */
  work(): Promise<readonly number[]>;
  arm(faults: readonly PortalFault[]): Promise<void>;
  strike(strike: Strike): Promise<void>;
  calm(): Promise<void>;
  /** Everything that was on its way or held back is done. */
  drain(): Promise<void>;
  /** It is so much later, in the clinic and at the portal. */
  pass(ms: number): Promise<void>;
  look(): Promise<Looked>;
  /** The next time somebody is struck. */
  struck(): Promise<PortalPoint>;
  close(): Promise<void>;
}

export function startWorld(seed: number, appointments: number): Promise<World> {
  return forkWorld('processes/world.ts', seed, appointments);
}

export async function forkWorld<Looked extends { readonly touched: readonly Touched[] }, Reached>(
  script: string,
  seed: number,
  appointments: number,
): Promise<World<Looked, Reached>> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(file, [String(seed), String(appointments)], { execArgv: [] });
  const waiting = new Map<number, (value: unknown) => void>();
  const strikes: ((point: PortalPoint) => void)[] = [];
  let id = 0;
  const answered = (of: number) => new Promise<unknown>((resolve) => waiting.set(of, resolve));
  const ask = async (order: Order): Promise<unknown> => {
    id += 1;
    const answer = answered(id);
    child.send({ id, order });
    return await answer;
  };
  child.on('message', (told: Told) => {
    if ('struck' in told) strikes.splice(0).forEach((wake) => wake(told.struck));
    else waiting.get(told.id)?.(told.value);
  });
  await answered(0);
  return {
    settings: (await ask({ do: 'settings' })) as Reached,
    work: async () => (await ask({ do: 'work' })) as readonly number[],
    arm: async (faults) => void (await ask({ do: 'arm', faults })),
    strike: async (strike) => void (await ask({ do: 'strike', strike })),
    calm: async () => void (await ask({ do: 'calm' })),
    drain: async () => void (await ask({ do: 'drain' })),
    pass: async (ms) => void (await ask({ do: 'pass', ms })),
    look: async () => (await ask({ do: 'look' })) as Looked,
    struck: () => new Promise((resolve) => strikes.push(resolve)),
    async close() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
