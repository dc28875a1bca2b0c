import type { FlowCounts } from '../events/events.ts';
import type { Executed } from './deliver/execute-wave.ts';

/** The counts of a flow while it runs: records by what became of them, rows by target. */
export interface Tally {
  read: number;
  mapped: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  queued: number;
  rejected: number;
  deleted: number;
  purged: number;
  readonly targets: Map<string, TargetTally>;
}

interface TargetTally {
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  deleted: number;
}

export function startTally(targets: readonly string[]): Tally {
  return {
    read: 0,
    mapped: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    queued: 0,
    rejected: 0,
    purged: 0,
    deleted: 0,
    targets: new Map(targets.map((name) => [name, { created: 0, updated: 0, unchanged: 0, skipped: 0, deleted: 0 }])),
  };
}

/** What waves wrote for one record before its last one counts with it. */
export interface Progress {
  created: boolean;
  updated: boolean;
}

/** Counts the rows one wave wrote for a record. */
export function tallyWritten(tally: Tally, progress: Progress, executed: Executed): void {
  for (const { target, operation } of executed.written) {
    const counts = tally.targets.get(target);
    if (counts) counts[operation] += 1;
    if (operation !== 'deleted') progress[operation] = true;
  }
}

/** A record is done: created, else updated, else skipped by a named guard, else unchanged. */
export function tallyDone(tally: Tally, progress: Progress, executed: Executed): void {
  let skipped = false;
  for (const [name, plan] of executed.plans) {
    const counts = tally.targets.get(name);
    if (!counts) continue;
    if (plan.skip !== undefined) {
      counts.skipped += 1;
      skipped = true;
    }
    counts.unchanged += plan.changes.filter((change) => change.operation === 'unchanged').length;
  }
  tally[progress.created ? 'created' : progress.updated ? 'updated' : skipped ? 'skipped' : 'unchanged'] += 1;
}

export function countsOf(tally: Tally): FlowCounts {
  const { targets, purged, ...records } = tally;
  return {
    ...records,
    ...(purged > 0 && { purged }),
    targets: [...targets].map(([name, counts]) => ({ name, ...counts })),
  };
}
