import { doctorOfTwoProfessions, doctors, registrar, standingRows } from './clinic-data.ts';
import { addPerson, nextPatient } from './patient.ts';
import type { Who } from './patient.ts';
import { inventPerson } from './people.ts';
import { createRandom } from './random.ts';
import type { Cell, Insert, TableName } from './tables.ts';
import { addVisit } from './visit.ts';
import type { Stage } from './visit.ts';
import type { ClinicPlan, World } from './world.ts';
import { day, hour, minute } from './world.ts';

/** What one visit shall be; the rest is left to chance. */
export interface Wish {
  readonly who: Who;
  readonly stage?: Stage;
  readonly orders?: number;
  readonly doctor?: number;
  /** Each order of the visit brings a treatment plan; else one in twenty-five does. */
  readonly plan?: true;
  readonly flaw?: 'doctor' | 'phone' | 'chair' | 'time';
}

/** The first visits of every clinic: the cases a mapping must survive, in however small a base. */
const firstVisits: readonly Wish[] = [
  { who: 'canary', stage: 'issued', orders: 1, plan: true },
  { who: 'same', stage: 'missed' },
  { who: 'family', stage: 'issued', orders: 2 },
  { who: 'family', stage: 'missed' },
  { who: 'family', stage: 'ended', orders: 1, plan: true },
  { who: 'new', stage: 'issued', orders: 3, doctor: doctorOfTwoProfessions, plan: true },
  { who: 'namesake', stage: 'started' },
  { who: 'nameless', stage: 'appeared' },
  { who: 'new', stage: 'cancelled' },
  { who: 'new', stage: 'cancelledByReason' },
  { who: 'same', stage: 'moved' },
  { who: 'new', stage: 'ended', orders: 0 },
  { who: 'canary', stage: 'ended', orders: 1 },
];
const flawedVisits: readonly Wish[] = [
  { who: 'new', stage: 'ended', orders: 1, flaw: 'doctor' },
  { who: 'new', stage: 'ended', orders: 1, flaw: 'phone' },
  { who: 'new', stage: 'ended', orders: 1, flaw: 'chair' },
  { who: 'new', stage: 'missed', flaw: 'time' },
];

/** Few enough for the parameters of one statement, all of the same number so that its text comes again. */
const rowsPerInsert = 25;

/** Rows of the clinic in pieces fit for one INSERT; the same plan gives the same rows. */
export function* generateClinic(plan: ClinicPlan): Generator<Insert> {
  yield* standingRows;
  const world = createWorld(plan);
  for (const id of [...doctors, registrar]) addPerson(world, id, inventPerson(world.random), null, world.beginMs);
  const wishes = plan.flaws ? [...firstVisits, ...flawedVisits] : firstVisits;
  for (let index = 0; index < plan.appointments; index++) {
    const wish = wishes[index] ?? chance(world);
    const startMs = planStart(world, index, wish.stage !== undefined);
    addVisit(world, index + 1, nextPatient(world, wish.who, startMs, wish.flaw === 'phone'), startMs, wish);
    yield* take(world.rows, rowsPerInsert);
  }
  yield* take(world.rows, 1);
}

function createWorld(plan: ClinicPlan): World {
  return {
    random: createRandom(plan.seed),
    aside: createRandom(plan.seed + 1_000_003),
    nowMs: plan.nowMs,
    beginMs: plan.nowMs - plan.days * day + hour,
    rows: new Map(),
    ids: { order: 0, line: 0, payment: 0, refund: 0, plan: 0, element: 0 },
    patients: 0,
    canaries: 0,
    relatives: [],
    cancelledLast: false,
    appointments: plan.appointments,
  };
}

function chance(world: World): Wish {
  if (world.cancelledLast && world.random.chance(0.3)) return { who: 'same', stage: 'moved' };
  return { who: 'anyone' };
}

/** Visits spread evenly over the days, one after the other, some still ahead; on a grid of 15 minutes from 9 to 20. */
function planStart(world: World, index: number, past: boolean): number {
  const aheadMs = Math.min(30 * day, (world.nowMs - world.beginMs) / 4);
  const share = (index + 0.5) / world.appointments;
  const at = world.beginMs + day + share * (world.nowMs + aheadMs - world.beginMs - day);
  const start = Math.floor(at / day) * day + 9 * hour + world.random.between(0, 43) * 15 * minute;
  return past ? Math.min(start, Math.floor((world.nowMs - 3 * hour) / hour) * hour) : start;
}

function* take(waiting: Map<TableName, Cell[][]>, atLeast: number): Generator<Insert> {
  for (const [table, rows] of waiting) {
    while (rows.length >= atLeast) yield { table, rows: rows.splice(0, rowsPerInsert) };
  }
}
