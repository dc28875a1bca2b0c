import { live } from './life.ts';
import type { Ground, LifeOptions, LifeReport } from './life.ts';
import { inDoubtPoints } from './plan.ts';
import { startPortalGround } from './portal-ground.ts';
import type { Point } from './plan.ts';

/** Kills in one life. */
const lifeKills = 25;

export interface SuiteResult {
  readonly kills: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly inDoubt: number;
  /** Other invariants that did not hold. */
  readonly wrong: number;
  readonly points: Readonly<Partial<Record<Point, number>>>;
  readonly betweenIntentAndReceipt: number;
}

export interface SuiteOptions {
  readonly kills: number;
  readonly seed: number;
  /** Of the points outside of doubt only these. */
  readonly rare?: readonly Point[] | undefined;
  /** Default: IDENT into Bitrix24. */
  readonly ground?: (seed: number) => Promise<Ground>;
  /** Told after each life. */
  readonly tell?: (life: LifeReport) => void;
}

/** Of so many kills one at least comes at each point: 300 are ten of each. */
const killsForAHit = 30;
/** Lives added for points the others came to too seldom. */
const mostAdded = 10;

/**
 * Life after life, each of the seed that follows, until there were so many kills; then some more that come to the points
 * the others have left short. Half of the kills leave doubt in those too, so there are not enough others in the first.
 */
export async function runSuite({
  kills,
  seed,
  rare,
  ground = startPortalGround,
  tell,
}: SuiteOptions): Promise<SuiteResult> {
  const lives: LifeReport[] = [];
  const add = async (options: Omit<LifeOptions, 'seed'>): Promise<void> => {
    const life = await live({ ...options, seed: seed + lives.length }, ground);
    lives.push(life);
    tell?.(life);
  };
  for (let left = kills; left > 0; left -= lifeKills) {
    await add({ kills: Math.min(left, lifeKills), ...(rare && { rare }) });
  }
  for (let added = 0; added < mostAdded; added++) {
    const short = shortOf(lives, Math.floor(kills / killsForAHit));
    if (short.length === 0) break;
    await add({ kills: lifeKills, rare: short });
  }
  return resultOf(lives);
}

function shortOf(lives: readonly LifeReport[], wanted: number): readonly Point[] {
  const hits = hitsIn(lives);
  return [...inDoubtPoints, ...(lives[0]?.otherPoints ?? [])].filter((point) => (hits[point] ?? 0) < wanted);
}

function hitsIn(lives: readonly LifeReport[]): SuiteResult['points'] {
  const points: Partial<Record<Point, number>> = {};
  for (const { points: hits } of lives) for (const [point, count] of hits) points[point] = (points[point] ?? 0) + count;
  return points;
}

function resultOf(lives: readonly LifeReport[]): SuiteResult {
  const sum = (of: (life: LifeReport) => number): number => lives.reduce((total, life) => total + of(life), 0);
  return {
    kills: sum((life) => life.kills),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    inDoubt: sum(({ inDoubt }) => inDoubt.length),
    wrong: sum(({ wrongs }) => wrongs.length),
    points: hitsIn(lives),
    betweenIntentAndReceipt: sum((life) => life.betweenIntentAndReceipt),
  };
}

/** What went wrong in a life, and the one command that shows it again; undefined: nothing did. */
export function complaintOf({
  seed,
  rare,
  kills,
  lost,
  duplicated,
  inDoubt,
  wrongs,
  story,
}: LifeReport): string | undefined {
  const all = [...lost, ...duplicated, ...inDoubt.map((one) => `still open: ${one}`), ...wrongs];
  if (all.length === 0) return undefined;
  const only = rare.length > 0 ? ` --rare ${rare.join()}` : '';
  const again = `again: npm run chaos -- --kills ${Math.min(kills, lifeKills)} --seed ${seed}${only}`;
  return [`seed ${seed}:`, ...all.map((one) => `  ${one}`), ...story.map((one) => `  . ${one}`), again].join('\n');
}
