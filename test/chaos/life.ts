import type { Intent } from '../../engine/state/ports.ts';
import { createRandom } from '../../connectors/ident/sandbox/random.ts';
import { comeToRest } from './rest.ts';
import { actions } from './actions.ts';
import { createChooser } from './choose.ts';
import { disturbedRun, finish, letTimePass } from './disturbed-run.ts';
import type { Life } from './disturbed-run.ts';
import type { Place } from './place.ts';
import { inDoubtPoints } from './plan.ts';
import type { Point } from './plan.ts';
import { startPortalGround } from './portal-ground.ts';
import type { Waiting } from './state-file.ts';

export interface LifeOptions {
  readonly seed: number;
  readonly kills: number;
  /** Where it is killed; default: everywhere in turn. */
  readonly points?: readonly Point[];
  /** Of the points outside of doubt only these. */
  readonly rare?: readonly Point[];
  /** What is done to the state after each kill: a suite that cannot turn red proves nothing. */
  readonly sabotage?: (place: Place) => void;
}

export interface LifeReport {
  readonly seed: number;
  readonly rare: readonly Point[];
  /** Points a run comes to, outside of doubt. */
  readonly otherPoints: readonly Point[];
  readonly kills: number;
  readonly betweenIntentAndReceipt: number;
  /** Kills, stops and the like by the point they came at. */
  readonly points: ReadonlyMap<Point, number>;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly inDoubt: readonly string[];
  /** Every other invariant that does not hold. */
  readonly wrongs: readonly string[];
  /** What happened, for whoever has to find out why. */
  readonly story: readonly string[];
}

/** Where a life is lived: a clinic and a CRM. */
export interface Ground {
  readonly world: Life['world'];
  readonly place: Place;
  readonly faultKinds: Life['faultKinds'];
  /** Points a run against it comes to, outside of doubt. */
  readonly otherPoints: readonly Point[];
  /** For a run of the same clinic into an empty CRM where nothing goes wrong. */
  twin(): Place;
  /** What is true at the end. */
  judge(ended: Ended): Promise<Verdict>;
}

/** What a life leaves on the disk. */
export interface Ended {
  /** Every intent that ever was, also in states that were deleted since. */
  readonly intents: readonly Intent[];
  readonly waiting: readonly Waiting[];
}

export type Verdict = Pick<LifeReport, 'lost' | 'duplicated' | 'wrongs'>;

/** A clinic and a CRM from their first run on, through so many kills, until nothing waits any more. */
export async function live(options: LifeOptions, startGround = startPortalGround): Promise<LifeReport> {
  const { seed } = options;
  const ground = await startGround(seed);
  const { world, place, faultKinds } = ground;
  const life: Life = {
    world,
    faultKinds,
    place,
    random: createRandom(seed),
    wrongs: [],
    story: [],
    intents: new Map(),
    points: new Map(),
    kills: [],
  };
  try {
    await disturb(life, { rare: ground.otherPoints, ...options });
    const { intents, waiting } = await comeToRest(life);
    await runTwin(ground, life.wrongs);
    const verdict = await ground.judge({ intents: [...life.intents.values()], waiting });
    const open = intents.filter((intent) => intent.open).map(({ key, target }) => `${key} at ${target}`);
    return {
      seed,
      rare: options.rare ?? [],
      otherPoints: ground.otherPoints,
      kills: life.kills.length,
      betweenIntentAndReceipt: life.kills.filter((point) => inDoubtPoints.includes(point)).length,
      points: life.points,
      ...verdict,
      inDoubt: [...open, ...waiting.map((row) => `${row.key} is ${row.state}: ${row.code}`)],
      wrongs: [...life.wrongs, ...verdict.wrongs],
      story: life.story,
    };
  } finally {
    await world.close();
    place.remove();
  }
}

/** Kills until there were enough, with the other actions in between. */
async function disturb(life: Life, { seed, kills, points, rare, sabotage }: LifeOptions): Promise<void> {
  const chooser = createChooser(seed, { points, rare });
  for (let tries = 1; life.kills.length < kills; tries++) {
    if (tries > 6 * kills) throw new Error(`seed ${seed}: only ${life.kills.length} kills in ${tries} runs`);
    if (tries % 3 === 0) await actions[(seed + tries / 3) % actions.length]?.(life);
    if (life.random.chance(0.4)) await letTimePass(life);
    const point = chooser.next();
    await prepare(life, point);
    if (!(await killAt(life, point))) chooser.missed(point);
    sabotage?.(life.place);
  }
}

/** False: the process came to its end without getting there. */
async function killAt(life: Life, point: Point): Promise<boolean> {
  const { signal } = await disturbedRun(life, point, 'SIGKILL');
  if (signal === 'SIGKILL') life.kills.push(point);
  return signal === 'SIGKILL';
}

const needsALostWrite: ReadonlySet<Point> = new Set(['queue-taken', 'queue-superseded', 'reconcile-closed']);

/** Some points are reached only when a write was lost before: a moment ago, or so long that it can no longer arrive. */
async function prepare(life: Life, point: Point): Promise<void> {
  if (point === 'reconcile-waiting') await killAt(life, 'intents-durable');
  if (!needsALostWrite.has(point)) return;
  await life.world.work();
  await life.world.arm([{ kind: 'write-html-503', nth: 1 }]);
  await finish(life, 'run whose first write is lost', life.place.start());
  await letTimePass(life);
}

async function runTwin(ground: Ground, wrongs: string[]): Promise<void> {
  const place = ground.twin();
  try {
    const { exit, stderr } = await place.start().ended;
    if (exit !== 0) wrongs.push(`the fault-free run ended with ${exit}: ${stderr}`);
  } finally {
    place.remove();
  }
}
