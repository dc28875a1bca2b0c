import { armchairs, doctors, prices, registrar } from './clinic-data.ts';
import type { Wish } from './generate.ts';
import type { Random } from './random.ts';
import { columns } from './tables.ts';
import type { Cell } from './tables.ts';
import { addRow, day, hour, minute, money, naive } from './world.ts';
import type { World } from './world.ts';

const doingColumn = columns.OrderServiceRelation.indexOf('ID_TreatmentPlanElementRelations');

/** How far a visit got. `missed` was planned and nobody came; `moved` is the visit another one was moved to. */
export type Stage =
  | 'planned'
  | 'missed'
  | 'appeared'
  | 'started'
  | 'ended'
  | 'issued'
  | 'cancelled'
  | 'cancelledByReason'
  | 'moved';

/** Stamps of a visit in milliseconds of naive time, absent where it did not get that far. */
type Stamps = {
  readonly added: number;
  readonly appeared?: number;
  readonly started?: number;
  readonly ended?: number;
  readonly issued?: number;
  readonly cancelled?: number;
};

export function addVisit(world: World, id: number, patient: number, startMs: number, wish: Wish): void {
  const { random } = world;
  const stage = wish.stage ?? inventStage(world, startMs);
  const stamps = inventStamps(world, stage, startMs);
  const chair = random.pick(armchairs);
  const doctor = wish.doctor ?? random.pick(doctors);
  const off = stage === 'cancelled' || stage === 'cancelledByReason';
  const at = (ms: number | undefined): string | null => (ms === undefined ? null : naive(ms));
  addRow(world, 'Receptions', [
    id,
    patient,
    wish.flaw === 'doctor' ? null : doctor,
    wish.flaw === 'chair' ? null : chair.id,
    wish.flaw === 'time' ? null : naive(startMs),
    wish.flaw === 'time' ? null : naive(startMs + random.pick([30, 45, 60, 90]) * minute),
    naive(stamps.added),
    registrar,
    at(stamps.appeared),
    at(stamps.started),
    at(stamps.ended),
    at(stamps.issued),
    stage === 'cancelled' ? at(stamps.cancelled) : null,
    off ? random.between(1, 4) : null,
    off && random.chance(0.7) ? 'Пациент заболел' : null,
    stage === 'moved' ? id - 1 : null,
    random.chance(0.2) ? 'Первый раз у этого врача' : null,
    naive(stamps.added),
    at(changed(world, stamps)),
  ]);
  world.cancelledLast = off;
  if (stage === 'ended' || stage === 'issued')
    addOrders(world, { id, patient, doctor, branch: chair.branch }, stamps, wish);
}

function inventStage(world: World, startMs: number): Stage {
  const roll = world.random.next();
  if (startMs > world.nowMs) return roll < 0.92 ? 'planned' : 'cancelled';
  if (startMs > world.nowMs - hour) return roll < 0.5 ? 'appeared' : 'started';
  if (roll < 0.7) return 'issued';
  if (roll < 0.78) return 'ended';
  if (roll < 0.87) return 'missed';
  return roll < 0.97 ? 'cancelled' : 'cancelledByReason';
}

function inventStamps(world: World, stage: Stage, startMs: number): Stamps {
  const { random, beginMs, nowMs } = world;
  const within = (ms: number): number => Math.max(beginMs, Math.min(ms + random.between(1, 59_999), nowMs - minute));
  const added = within(Math.min(startMs, nowMs) - random.between(2 * hour, 14 * day));
  if (stage === 'cancelled' || stage === 'cancelledByReason') {
    return { added, cancelled: within(added + random.next() * (Math.min(startMs, nowMs) - added)) };
  }
  if (stage === 'planned' || stage === 'missed' || stage === 'moved') return { added };
  const appeared = within(startMs - random.between(-5, 15) * minute);
  if (stage === 'appeared') return { added, appeared };
  const started = within(appeared + random.between(1, 12) * minute);
  if (stage === 'started') return { added, appeared, started };
  const ended = within(started + random.between(15, 80) * minute);
  if (stage === 'ended') return { added, appeared, started, ended };
  return { added, appeared, started, ended, issued: within(ended + random.between(1, 10) * minute) };
}

/** IDENT does not always touch DateTimeChanged when it sets a stamp (reference A.6): one row in six keeps the old one. */
function changed(world: World, stamps: Stamps): number | undefined {
  if (world.random.chance(0.16)) return world.random.chance(0.5) ? stamps.added : undefined;
  return Math.max(...Object.values(stamps));
}

interface Billed {
  readonly id: number;
  readonly patient: number;
  readonly doctor: number;
  readonly branch: number;
}

function addOrders(world: World, visit: Billed, stamps: Stamps, wish: Wish): void {
  const { random } = world;
  const roll = random.next();
  const count = wish.orders ?? (roll < 0.05 ? 0 : roll < 0.9 ? 1 : roll < 0.98 ? 2 : 3);
  for (let index = 0; index < count; index++) {
    const orderedMs = Math.min((stamps.started ?? stamps.added) + (index + 1) * minute, world.nowMs);
    const billedMs = stamps.issued === undefined ? undefined : Math.max(orderedMs, stamps.issued);
    const lines = addOrder(world, visit, orderedMs, billedMs);
    if (random.chance(0.04)) addTreatmentPlan(world, random, visit, lines, orderedMs);
    else if (wish.plan) addTreatmentPlan(world, world.aside, visit, lines, orderedMs);
  }
}

function addOrder(world: World, visit: Billed, orderedMs: number, billedMs: number | undefined): readonly OrderLine[] {
  const { random, aside } = world;
  const id = ++world.ids.order;
  const branch = random.chance(0.95) ? visit.branch : random.pick([1, 2, null]);
  const billed = billedMs === undefined ? null : naive(billedMs);
  addRow(world, 'Orders', [
    id,
    visit.id,
    visit.patient,
    visit.doctor,
    branch,
    naive(orderedMs),
    billed,
    naive(orderedMs),
    billed,
  ]);
  const lines = Array.from({ length: random.between(1, 4) }, () => addLine(world, id, orderedMs));
  const sum = money(lines.reduce((total, line) => total + line.sum, 0));
  if (billed === null) return lines;
  const paid = sum + (aside.chance(0.05) ? 5000 : 0);
  addRow(world, 'PaymentsIn', [++world.ids.payment, visit.patient, branch, paid, billed]);
  if (aside.chance(0.03))
    addRow(world, 'PaymentsOut', [++world.ids.refund, visit.patient, branch, money(sum * 0.1), billed]);
  return lines;
}

/** A line of an order while its row is on its way: a plan may still say that the line does one of its own. */
interface OrderLine {
  readonly row: Cell[];
  readonly price: number;
  readonly sum: number;
}

function addLine(world: World, order: number, orderedMs: number): OrderLine {
  const { random } = world;
  const { id: price, price: amount } = random.pick(prices);
  const count = random.chance(0.8) ? 1 : random.between(2, 4);
  const discount = random.chance(0.3) ? money(amount * count * 0.1) : random.chance(0.5) ? 0 : null;
  const row = [++world.ids.line, order, price, count, discount, naive(orderedMs), null];
  addRow(world, 'OrderServiceRelation', row);
  return { row, price, sum: amount * count - (discount ?? 0) };
}

/** Three lines in two stages; what the order does of them is done, and paid once it has its bill. */
function addTreatmentPlan(
  world: World,
  random: Random,
  visit: Billed,
  lines: readonly OrderLine[],
  atMs: number,
): void {
  const plan = ++world.ids.plan;
  const at = naive(atMs);
  addRow(world, 'TreatmentPlans', [plan, visit.patient, `План ${plan}`, visit.doctor, at, random.chance(0.8), at]);
  const done = lines.slice(0, world.aside.between(1, 2));
  for (let element = 1; element <= 3; element++) {
    const { id, price } = random.pick(prices);
    const doing = done[element - 1];
    addRow(world, 'TreatmentPlanElementRelations', [
      ++world.ids.element,
      plan,
      element === 1 ? 1 : 2,
      element,
      doing?.price ?? id,
      element === 3 ? money(price * 0.1) : 0,
      at,
    ]);
    if (doing) doing.row[doingColumn] = world.ids.element;
  }
}
