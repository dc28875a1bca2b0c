import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { disturbedRun, finish, startDisturbed } from './disturbed-run.ts';
import type { Life } from './disturbed-run.ts';
import { timeoutMs } from './pipeline-text.ts';
import { inDoubtPoints } from './plan.ts';
import type { Deed, Point, PortalPoint } from './plan.ts';
import { comeToRest } from './rest.ts';
import { readState } from './state-file.ts';

type Action = (life: Life) => Promise<void>;

const dayMs = 24 * 60 * 60 * 1000;

/** What happens to a clinic's computer beside sudden death. */
export const actions: readonly Action[] = [
  restored,
  stoppedPastEveryTimeout,
  deleted,
  askedToEnd,
  restored,
  clockMoved(dayMs),
  diskFull,
  twoAtOnce,
  clockMoved(-dayMs),
];

/** Stopped between intent and receipt, a second one started meanwhile, then let go on. */
export async function stoppedPastEveryTimeout(life: Life): Promise<void> {
  const point = life.random.pick(inDoubtPoints);
  const running = await startDisturbed(life, point, 'SIGSTOP');
  const stopped = await Promise.race([life.world.struck(), running.reached]);
  if (stopped !== undefined) {
    const since = performance.now();
    do {
      const second = await life.place.start().ended;
      life.story.push(`a second one beside a stopped one: exit ${second.exit}`);
      if (second.exit !== 3) life.wrongs.push(`a second one beside a stopped one ended with ${second.exit}`);
    } while (performance.now() - since < timeoutMs);
    running.kill('SIGCONT');
  }
  await finish(life, `SIGSTOP at ${point}`, running, stopped === undefined ? undefined : point);
}

async function askedToEnd(life: Life): Promise<void> {
  const point = inProcess(life);
  await disturbedRun(life, point, 'SIGTERM');
}

async function diskFull(life: Life): Promise<void> {
  const deed: Deed = 'full';
  const point = life.random.pick<Point>(['intents-before-fsync', 'receipts-before-commit', 'checkpoint-before']);
  const running = await startDisturbed(life, point, deed);
  await finish(life, `full at ${point}`, running, point, true);
}

async function twoAtOnce(life: Life): Promise<void> {
  await life.world.work();
  const [first, second] = [life.place.start(), life.place.start()];
  const ends = await Promise.all([first.ended, second.ended]);
  life.story.push(`two at once: exits ${ends.map(({ exit }) => exit).join(' and ')}`);
  const unexpected = ends.filter(({ exit }) => exit !== 0 && exit !== 3 && exit !== 4);
  for (const { exit, stderr } of unexpected) life.wrongs.push(`one of two at once ended with ${exit}: ${stderr}`);
}

/**
 * Somebody clears up: everything this pipeline remembers is gone. Once nothing is under way, as docs/guarantees.md asks:
 * with the state goes what was in doubt, and which child rows a new deal has yet to get.
 */
async function deleted(life: Life): Promise<void> {
  const { place, story } = life;
  await comeToRest(life);
  rmSync(place.stateFolder, { recursive: true, force: true });
  story.push('state deleted');
}

/** A backup is put back: what happened since the last time is forgotten. Then another one is made. */
async function restored(life: Life): Promise<void> {
  const { place, story } = life;
  const backup = join(place.folder, 'backup');
  if (existsSync(backup)) {
    await comeToRest(life);
    rmSync(place.stateFolder, { recursive: true, force: true });
    cpSync(backup, place.stateFolder, { recursive: true });
    story.push(`state restored: ${readState(place.stateFile).known.size} rows known`);
    return;
  }
  if (existsSync(place.stateFolder)) cpSync(place.stateFolder, backup, { recursive: true });
  story.push('state copied');
}

function clockMoved(byMs: number): Action {
  return async (life) => {
    const point = inProcess(life);
    const { world, place, random } = life;
    await world.work();
    const at = { point, nth: 1, does: 'SIGTERM' } as const;
    const isStopped = random.chance(0.5);
    const running = place.start({ wallMs: byMs, ...(isStopped && { at }) });
    await finish(life, `clock moved by ${byMs} ms`, running, isStopped ? point : undefined);
  };
}

/** Any point that a run comes to by itself. */
function inProcess({ random }: Life): Exclude<Point, PortalPoint> {
  return random.pick([
    'lock-taken',
    'window-taken',
    'batch-read',
    'find-answered',
    'planned',
    'intents-before-fsync',
    'intents-durable',
    'receipts-after-commit',
    'between-targets',
    'rows-before',
    'rows-after',
    'queue-insert',
    'checkpoint-before',
    'checkpoint-after',
  ] as const);
}
