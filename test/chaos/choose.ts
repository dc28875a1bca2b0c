import type { Random } from '../../connectors/ident/sandbox/random.ts';
import { inDoubtPoints, otherPoints } from './plan.ts';
import type { Point, PortalFault } from './plan.ts';

/** Which point is next: every point in turn, half of the time one between intent and receipt. */
export interface Chooser {
  next(): Point;
  /** The process came to its end without getting there: it is tried again soon. */
  missed(point: Point): void;
}

/** How far a life of 25 kills comes in either list. */
const turnsOfALife = 13;

/** A wait that is met right after a kill has that kill before it: together they are more than half. */
const share = 0.5;

/** The turns of a life begin where its seed says, so that many lives reach every point equally often. */
export function createChooser(
  seed: number,
  {
    points,
    rare,
  }: { readonly points?: readonly Point[] | undefined; readonly rare?: readonly Point[] | undefined } = {},
): Chooser {
  const lists = [points ?? inDoubtPoints, points ?? rare ?? otherPoints];
  const turns = lists.map((list) => rotated(list, seed * turnsOfALife));
  const missed: Point[] = [];
  let owed = 0;
  return {
    next() {
      const again = missed.length > 1 ? missed.shift() : undefined;
      if (again) return again;
      owed += share;
      const turn = turns[owed >= 1 ? 0 : 1] ?? [];
      if (owed >= 1) owed -= 1;
      const point = turn.shift() ?? 'intents-durable';
      turn.push(point);
      return point;
    },
    missed(point) {
      if (!missed.includes(point)) missed.push(point);
    },
  };
}

function rotated(points: readonly Point[], by: number): Point[] {
  const start = by % points.length;
  return [...points.slice(start), ...points.slice(0, start)];
}

/** What goes wrong with the next run's requests: often nothing, never a thing that only costs time twice. */
export function chooseFaults(random: Random, kinds: readonly PortalFault['kind'][]): readonly PortalFault[] {
  if (random.chance(0.5)) return [];
  const count = random.between(1, 2);
  return Array.from({ length: count }, () => ({ kind: random.pick(kinds), nth: random.between(1, 3) }));
}
