import { differs } from '../errors.ts';
import type { Listener } from '../events/events.ts';
import type { ShownChange, ShownRecord } from '../plan/shown-change.ts';
import type { RunOptions } from '../run/context.ts';
import type { PreviewOutput } from '../run/preview/preview.ts';
import { maskedRecord } from './masked-change.ts';
import { planHash, planPlace, writePlan } from './plan-file.ts';
import type { PlanWriter } from './plan-file.ts';
import type { Prepared } from './prepare.ts';
import { instanceOf, previewExitCode, previewRun } from './preview.ts';
import type { RunPreview } from './preview.ts';

/** What was asked to be looked at, where that is not all a run would do. */
export interface Sample {
  readonly flows?: readonly string[];
  readonly full?: true;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  /** By a condition over the source row. */
  readonly only?: true;
}

/** What `pipe diff` comes to, beside the records, which are shown as they are planned. */
export interface Diff extends RunPreview {
  readonly sample: Sample;
  /** The plan that was written. */
  readonly plan?: { readonly file: string; readonly changes: number };
}

export interface DiffTask {
  readonly prepared: Prepared;
  readonly options: RunOptions;
  readonly emit: Listener;
  readonly signal: AbortSignal;
  /** Names and phones in full. */
  readonly reveal: boolean;
  /** Hears of every record of which there is something to say, in the order of the run. */
  show(record: ShownRecord): void | Promise<void>;
  /** Where the plan goes that `pipe apply` can do; none is left where a run would not do it. */
  readonly out?: string | undefined;
}

/** Plans a run and shows it, record by record. */
export async function diffRun(task: DiffTask): Promise<Diff> {
  const { prepared, options, emit, signal, reveal, show, out } = task;
  const writer = out === undefined ? undefined : await startPlan(prepared, options, out);
  const output: PreviewOutput = {
    shown: async (record, about) => {
      if (isWorthAWord(record)) await show(reveal || !about ? record : maskedRecord(record, about));
    },
    ...(writer && { planned: writer.planned }),
  };
  try {
    const preview = await previewRun(prepared, options, emit, signal, output);
    const plan = out === undefined || preview.error ? undefined : writer?.keep();
    return {
      sample: sampleOf(options),
      ...preview,
      ...(out !== undefined && plan !== undefined && { plan: { file: out, changes: plan } }),
    };
  } finally {
    writer?.close();
  }
}

async function startPlan(prepared: Prepared, options: RunOptions, file: string): Promise<PlanWriter> {
  const instance = await instanceOf(prepared);
  return writePlan(file, { ...planPlace(prepared, options), hash: planHash(prepared), instance });
}

/** Rows that stay as they are, and nobody kept them from changing, are counted and not shown. */
function isWorthAWord({ changes, skip, error }: ShownRecord): boolean {
  return skip !== undefined || error !== undefined || changes.some(isToldOf);
}

export function isToldOf({ operation, skip, kept }: ShownChange): boolean {
  return operation === 'skip' ? skip !== undefined : operation !== 'unchanged' || kept.length > 0;
}

function sampleOf({ flows, full, since, until, limit, only }: RunOptions): Sample {
  return {
    ...(flows && { flows }),
    ...(full && { full }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(limit !== undefined && { limit }),
    ...(only && { only: true as const }),
  };
}

/** Target rows and tables that would change. */
export function changesOf({ flows, tables }: Pick<Diff, 'flows' | 'tables'>): number {
  const rows = flows
    .flatMap(({ targets }) => targets)
    .map(({ creates, updates, deletes }) => creates + updates + deletes);
  return rows.reduce((sum, count) => sum + count, 0) + tables.length;
}

/** As the run would end; `--exit-code`: another one where it would change something. */
export function diffExitCode(diff: Diff, tellsChanges: boolean): number {
  return !diff.error && tellsChanges && changesOf(diff) > 0 ? differs : previewExitCode(diff);
}
