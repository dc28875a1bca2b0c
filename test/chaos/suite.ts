import { live } from './life.ts';
import type { LifeReport } from './life.ts';
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
  /** Told after each life. */
  readonly tell?: (life: LifeReport) => void;
}

/** Life after life, each of the seed that follows, until there were so many kills. */
export async function runSuite({ kills, seed, tell }: SuiteOptions): Promise<SuiteResult> {
  const lives: LifeReport[] = [];
  for (let left = kills, index = 0; left > 0; left -= lifeKills, index++) {
    const life = await live({ seed: seed + index, kills: Math.min(left, lifeKills) });
    lives.push(life);
    tell?.(life);
  }
  const sum = (of: (life: LifeReport) => number): number => lives.reduce((total, life) => total + of(life), 0);
  const points: Partial<Record<Point, number>> = {};
  for (const { points: hits } of lives) for (const [point, count] of hits) points[point] = (points[point] ?? 0) + count;
  return {
    kills: sum((life) => life.kills),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    inDoubt: sum(({ inDoubt }) => inDoubt.length),
    wrong: sum(({ wrongs }) => wrongs.length),
    points,
    betweenIntentAndReceipt: sum((life) => life.betweenIntentAndReceipt),
  };
}

/** What went wrong in a life, and the one command that shows it again; undefined: nothing did. */
export function complaintOf({ seed, kills, lost, duplicated, inDoubt, wrongs, story }: LifeReport): string | undefined {
  const all = [...lost, ...duplicated, ...inDoubt.map((one) => `still open: ${one}`), ...wrongs];
  if (all.length === 0) return undefined;
  const again = `again: npm run chaos -- --kills ${kills} --seed ${seed}`;
  return [`seed ${seed}:`, ...all.map((one) => `  ${one}`), ...story.map((one) => `  . ${one}`), again].join('\n');
}
