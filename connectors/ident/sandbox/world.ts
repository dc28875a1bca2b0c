import type { Patient } from './patient.ts';
import type { Random } from './random.ts';
import type { Cell, TableName } from './tables.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export interface ClinicPlan {
  readonly appointments: number;
  readonly seed: number;
  /** The clinic's wall clock: a naive time, read as if it were UTC. */
  readonly nowMs: number;
  /** How far back the visits reach; no stamp is older, and none lies ahead of now. */
  readonly days: number;
  /** Adds visits a registrar left incomplete: no doctor, no phone, no chair, no time. */
  readonly flaws: boolean;
}

/** The clinic while it is being invented: what was given out so far, and rows on their way into the data base. */
export interface World {
  readonly random: Random;
  /** For what was invented after the visits: it takes no number of theirs, so that a seed keeps its visits. */
  readonly aside: Random;
  readonly nowMs: number;
  readonly beginMs: number;
  readonly appointments: number;
  readonly rows: Map<TableName, Cell[][]>;
  readonly ids: Record<'order' | 'line' | 'payment' | 'refund' | 'plan' | 'element', number>;
  /** Patients so far; their IDs follow each other. */
  patients: number;
  canaries: number;
  /** Relatives of a patient on the same phone who have not come yet. */
  relatives: Patient[];
  last?: Patient;
  /** The visit before this one was called off: the next may be the one it was moved to. */
  cancelledLast: boolean;
}

export function addRow(world: World, table: TableName, row: Cell[]): void {
  const rows = world.rows.get(table);
  if (rows) rows.push(row);
  else world.rows.set(table, [row]);
}

/** `2026-03-01T10:00:00.123`: naive time as T-SQL takes it in every language. */
export function naive(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}

/** An amount in roubles with whole kopecks. */
export function money(amount: number): number {
  return Math.round(amount * 100) / 100;
}
