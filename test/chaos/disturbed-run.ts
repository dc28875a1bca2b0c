import type { Random } from '../../connectors/ident/sandbox/random.ts';
import type { Intent } from '../../engine/state/ports.ts';
import { chooseFaults } from './choose.ts';
import { beyondCheckpoint, wrongEpochs } from './invariants.ts';
import type { Place } from './place.ts';
import { isPortalPoint } from './plan.ts';
import { settleMs } from './pipeline-text.ts';
import type { Deed, Disturbance, Point, PortalFault } from './plan.ts';
import type { Ended, Running } from './start-pipe.ts';
import { readState } from './state-file.ts';
import { wrongEnd } from './wrong-end.ts';
import type { Touched, World } from './world.ts';

/** A life at work. */
export interface Life {
  readonly world: World<{ readonly touched: readonly Touched[] }, unknown>;
  /** What goes wrong there. */
  readonly faultKinds: readonly PortalFault['kind'][];
  readonly place: Place;
  readonly random: Random;
  readonly wrongs: string[];
  readonly story: string[];
  readonly intents: Map<string, Intent>;
  readonly points: Map<Point, number>;
  /** Where it was killed, in order. */
  readonly kills: Point[];
}

/** Longer than anything may still be under way; nothing is. */
export async function letTimePass({ world, place, story }: Life): Promise<void> {
  await world.drain();
  await world.pass(settleMs + 5_000);
  place.pass(settleMs + 5_000);
  story.push('time passes');
}

/** The staff works, the portal has a temper, and the process meets its fate at this point. */
export async function disturbedRun(life: Life, point: Point, does: Deed): Promise<Ended> {
  const running = await startDisturbed(life, point, does);
  return await finish(life, `${does} at ${point}`, running, point);
}

export async function startDisturbed(life: Life, point: Point, does: Deed): Promise<Running> {
  const { world, place, random } = life;
  const nth = onlyOnce.has(point) ? 1 : random.pick([1, 1, 2, 3]);
  const visits = await world.work();
  const faults = [...needed(point, nth, random), ...chooseFaults(random, life.faultKinds)];
  await world.arm(faults);
  life.story.push(`visits ${visits.join(', ')}; ${faults.map((fault) => `${fault.kind} ${fault.nth}`).join(', ')}`);
  if (!isPortalPoint(point)) {
    const at: Disturbance<typeof point> = { point, nth, does };
    return place.start({ at });
  }
  const running = place.start();
  if (does === 'SIGKILL' || does === 'SIGSTOP') {
    const { pid } = running;
    await world.strike({ pid, point, nth, signal: does, share: random.next(), finishes: random.chance(0.5) });
  }
  return running;
}

/** What leads to the point; and what the dead asked for is often done behind the back of whoever comes next. */
function needed(point: Point, nth: number, random: Random): readonly PortalFault[] {
  // The second request makes deals, or contacts, which carry a tag: they are adopted as soon as they are looked up.
  if (point === 'reconcile-lookup' || point === 'reconcile-adopted') return [{ kind: 'write-502-done', nth: 2 }];
  return point === 'request-sent' && random.chance(0.8) ? [{ kind: 'write-held', nth }] : [];
}

const onlyOnce: ReadonlySet<Point> = new Set([
  'lock-taken',
  'window-taken',
  'reconcile-lookup',
  'reconcile-waiting',
  'reconcile-adopted',
  'reconcile-closed',
  'queue-taken',
  'batch-read',
  'rows-before',
  'rows-after',
]);

/** Waits for its end, and looks whether the state is what it may be at any moment. */
export async function finish(
  life: Life,
  what: string,
  running: Running,
  point?: Point,
  mayFail = false,
): Promise<Ended> {
  const { world, place, wrongs, story } = life;
  const ended = await running.ended;
  await world.calm();
  story.push(`${what}: ${ended.signal ?? `exit ${ended.exit}`}`);
  const reached = ended.point ?? (ended.signal === 'SIGKILL' ? point : undefined);
  if (point && reached) life.points.set(point, (life.points.get(point) ?? 0) + 1);
  const state = readState(place.stateFile);
  for (const intent of state.intents) life.intents.set(intent.id, intent);
  const { touched } = await world.look();
  wrongs.push(...beyondCheckpoint(state, touched), ...wrongEpochs(state));
  if (!mayFail) wrongs.push(...wrongEnd(ended, state).map((wrong) => `${what}: ${wrong}`));
  return ended;
}
