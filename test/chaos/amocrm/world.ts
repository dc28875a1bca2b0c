import type { Overlap } from '../../../connectors/amocrm/sandbox/index.ts';
import type { Clinic } from '../../../connectors/ident/sandbox/index.ts';
import { forkWorld } from '../world.ts';
import type { Touched, World } from '../world.ts';

export interface AccountPlace {
  readonly address: string;
  readonly token: string;
}

export interface Settings {
  readonly clinic: Clinic['settings'];
  readonly account: AccountPlace;
  readonly twin: AccountPlace;
}

/** A contact or lead by what the clinic calls it. */
export interface Held {
  readonly entity: 'contact' | 'lead';
  readonly id: number;
  /** The id of its patient, or visit; '' where it has none. */
  readonly key: string;
  /** The engine's own mark; '' where it has none. */
  readonly mark: string;
  /** Won or lost. */
  readonly closed: boolean;
  /** Without ids, moments and what people added: a text for each field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What was done to a row by a request of ours: `create contact 1001`, `update lead 7`. */
export interface Done {
  readonly name: string;
  readonly tick: number;
}

/** A key that rows were looked for by. */
export interface Look {
  readonly key: string;
  readonly tick: number;
}

/** All the world knows: what invariants are computed from. */
export interface Sight {
  readonly account: readonly Held[];
  readonly twin: readonly Held[];
  readonly done: readonly Done[];
  readonly looks: readonly Look[];
  readonly touched: readonly Touched[];
  readonly overlaps: readonly Overlap[];
  /** What people added to contacts and is not there any more. */
  readonly lostAdditions: readonly string[];
  /** Requests the account refused because there were too many. */
  readonly overruns: number;
  /** What the vendor's documentation does not describe. */
  readonly unknown: readonly string[];
}

export function startAmoWorld(seed: number, appointments: number): Promise<World<Sight, Settings>> {
  return forkWorld('amocrm/processes/world.ts', seed, appointments);
}
