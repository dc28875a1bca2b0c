import type { Brake, Brakes } from '../config/pipeline.ts';
import type { PipeError } from '../errors.ts';
import type { Change, TargetPlan } from './change.ts';
import { planErrors } from './errors.ts';

/** Target rows a run would create, update and delete, and those it looked at. */
export interface ChangeTotals {
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  readonly looked: number;
}

export type BrakedOperation = 'creates' | 'updates' | 'deletes';

export const nothingChanged: ChangeTotals = { creates: 0, updates: 0, deletes: 0, looked: 0 };

/** `isFirst`: no record before it would make this very change. */
export function addPlan(
  totals: ChangeTotals,
  plan: TargetPlan,
  isFirst: (change: Change) => boolean = () => true,
): ChangeTotals {
  const first = plan.changes.filter(isFirst);
  const count = (operation: string) => first.filter((change) => change.operation === operation).length;
  return {
    creates: totals.creates + count('create'),
    updates: totals.updates + count('update'),
    deletes: totals.deletes + count('delete'),
    looked: totals.looked + plan.changes.length,
  };
}

/** G10: too much is suspicious. The first brake that stops the run, unless `--allow` lifted it. */
export function brake(brakes: Brakes, totals: ChangeTotals, allowed: ReadonlySet<string>): PipeError | undefined {
  for (const operation of ['creates', 'updates', 'deletes'] as const) {
    const limit = brakes[operation];
    if (!limit || allowed.has(operation) || totals[operation] <= rowsAllowed(limit, totals.looked)) continue;
    return planErrors.too_many_changes.error({ count: totals[operation], operation, allowed: limitText(limit) });
  }
  return undefined;
}

/**
 * What the first run of an edited mapping may do where the file sets no brake of its own: a hundred rows, or this share
 * of those it looks at. A rung that no longer matches creates everything anew, a wrong stage rewrites everything.
 */
const afterEdit = { rows: 100, creates: 0.1, updates: 0.3 } as const;

export function brakeAfterEdit(
  brakes: Brakes,
  totals: ChangeTotals,
  allowed: ReadonlySet<string>,
): PipeError | undefined {
  for (const operation of ['creates', 'updates'] as const) {
    const limit = Math.floor(Math.max(afterEdit.rows, afterEdit[operation] * totals.looked));
    if (brakes[operation] || allowed.has(operation) || totals[operation] <= limit) continue;
    return planErrors.too_many_after_edit.error({ count: totals[operation], operation, allowed: limit });
  }
  return undefined;
}

/** Rows of a target that `absent` speaks of: those in its scope, and those without a record. */
export interface AbsentTotals {
  readonly listed: number;
  readonly absent: number;
}

/**
 * DL-7: where the pipeline sets no limit of its own, no more than ten rows or a tenth of those in scope go at once,
 * unless `--allow deletes` says that it is right.
 */
export function brakeDeletes(
  target: string,
  brakes: Brakes,
  { listed, absent }: AbsentTotals,
  allowed: ReadonlySet<string>,
): PipeError | undefined {
  const limit = Math.floor(brakes.deletes ? rowsAllowed(brakes.deletes, listed) : Math.max(10, listed / 10));
  if (allowed.has('deletes') || absent <= limit) return undefined;
  return planErrors.too_many_deletes.error({ target, count: absent, rows: listed, allowed: limit });
}

function rowsAllowed(limit: Brake, looked: number): number {
  return 'rows' in limit ? limit.rows : limit.share * looked;
}

function limitText(limit: Brake): string {
  return 'rows' in limit ? String(limit.rows) : `${limit.share * 100} %`;
}
