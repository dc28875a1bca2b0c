import type { Row } from '../../connector.ts';
import type { PipeError } from '../../errors.ts';
import type { ShownChange, ShownRecord } from '../../plan/shown-change.ts';
import type { CompiledFlow } from '../../transform/compiled.ts';
import type { ChosenFlow } from '../choose-flows.ts';
import type { FlowContext, PreviewListener, RunContext } from '../context.ts';
import type { Executed } from '../deliver/execute-wave.ts';
import { runFlows } from '../run-flows.ts';
import type { FlowResult } from '../run-flows.ts';
import { shownRecord } from './shown-record.ts';

/** What a run would do, by flow; nothing was written and nothing moved. */
export interface FlowPreview {
  readonly name: string;
  readonly read: number;
  /** Delivered before in this very version: no target would be asked. */
  readonly unchanged: number;
  /** By a guard of the flow, or since an older version waits in the queue. */
  readonly skipped: number;
  /** Records that wait in the queue; those that are due are among what is read. */
  readonly waiting: number;
  /** Records that could not be mapped or planned, by reason. */
  readonly failed: readonly { readonly error: PipeError; readonly records: number }[];
  readonly targets: readonly TargetPreview[];
  /** Why the run would not do it, or why that cannot be told. */
  readonly error?: PipeError;
}

/** Rows of a target. */
export interface TargetPreview {
  readonly name: string;
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  readonly unchanged: number;
  readonly skipped: number;
}

/** Who hears of what is planned, as it is planned: nothing of it is kept here (G8). */
export interface PreviewOutput {
  shown?(record: ShownRecord, planned: RecordPlanned | undefined): void | Promise<void>;
  /** The same with all that is needed to do it later. */
  planned?(planned: RecordPlanned, shown: ShownRecord): void | Promise<void>;
}

/** A record that got as far as its targets. */
export interface RecordPlanned {
  readonly context: FlowContext;
  readonly executed: Executed;
  readonly source: Row;
}

interface Draft {
  unchanged: number;
  skipped: number;
  waiting: number;
  /** A brake would stop the run. */
  error?: PipeError;
  readonly failed: Map<string, { error: PipeError; records: number }>;
  readonly targets: Map<string, { -readonly [Count in keyof TargetPreview]: TargetPreview[Count] }>;
}

/**
 * Runs the flows in `context`, whose connections write nothing and whose state is a copy: so what is shown is what the
 * run itself would do, wave after wave (G6).
 */
export async function previewFlows(
  context: RunContext,
  flows: readonly ChosenFlow[],
  output: PreviewOutput = {},
): Promise<{ readonly flows: readonly FlowPreview[]; readonly error?: PipeError }> {
  const drafts = new Map<string, Draft>();
  for (const { flow } of flows) drafts.set(flow.flow.name, await startDraft(context, flow));
  const { listener, flush } = listen(drafts, output);
  const done = await runFlows({ ...context, preview: listener }, flows, flush);
  context.signal.throwIfAborted();
  const previews = done.flows.flatMap((result) => {
    const draft = drafts.get(result.name);
    return draft ? [previewOf(result, draft)] : [];
  });
  const [stopped] = previews.flatMap((preview) => preview.error ?? []);
  const error = stopped ?? done.error;
  return { flows: previews, ...(error && { error }) };
}

async function startDraft({ state }: RunContext, { flow, targets }: CompiledFlow): Promise<Draft> {
  const writing = targets.filter(({ fields }) => fields).map(({ target }) => target.name);
  const none = { creates: 0, updates: 0, deletes: 0, unchanged: 0, skipped: 0 };
  const { pending, waiting, quarantined, failed } = await state.queueCounts(flow.name);
  return {
    unchanged: 0,
    skipped: 0,
    waiting: pending + waiting + quarantined + failed,
    failed: new Map(),
    targets: new Map(writing.map((name) => [name, { name, ...none }])),
  };
}

function previewOf({ name, read, unchanged, skipped, error, skippedBecause }: FlowResult, draft: Draft): FlowPreview {
  const { waiting, failed, targets } = draft;
  const reason = draft.error ?? error ?? skippedBecause;
  return {
    name,
    read,
    // What a run counts among them because its targets were left as they are is told by the targets.
    unchanged: unchanged - draft.unchanged,
    skipped: skipped - draft.skipped,
    waiting,
    failed: [...failed.values()],
    targets: [...targets.values()],
    ...(reason && { error: reason }),
  };
}

interface Listening {
  readonly listener: PreviewListener;
  /** Shows what is left to be shown. */
  flush(): Promise<void>;
}

function listen(drafts: ReadonlyMap<string, Draft>, output: PreviewOutput): Listening {
  const late: ShownRecord[] = [];
  /** Records shown with their failure already. */
  const told = new Set<string>();
  const flush = async (): Promise<void> => {
    for (const record of late.splice(0)) await output.shown?.(record, undefined);
  };
  return {
    flush,
    listener: {
      skipped: (flow, key, skip) => void late.push({ flow, key, skip, changes: [] }),
      failed: (flow, key, error) => {
        countFailed(drafts.get(flow), error);
        const { code, parameters } = error;
        if (!told.delete(key)) late.push({ flow, key, error: { code, parameters }, changes: [] });
      },
      stopped: (flow, error) => {
        const draft = drafts.get(flow);
        if (draft) draft.error ??= error;
      },
      executed: async (context, executed) => {
        await flush();
        const shown = shownRecord(context, executed);
        count(drafts.get(shown.flow), shown);
        if (shown.error) told.add(shown.key);
        else told.delete(shown.key);
        const planned = { context, executed, source: executed.record.source };
        await output.planned?.(planned, shown);
        await output.shown?.(shown, planned);
      },
    },
  };
}

function countFailed(draft: Draft | undefined, error: PipeError): void {
  const known = draft?.failed.get(error.code);
  if (known) known.records += 1;
  else draft?.failed.set(error.code, { error, records: 1 });
}

const kinds = {
  create: 'creates',
  update: 'updates',
  delete: 'deletes',
  unchanged: 'unchanged',
  skip: 'skipped',
} as const;

function count(draft: Draft | undefined, { changes, error, absent }: ShownRecord): void {
  if (!draft) return;
  for (const change of changes) {
    const counts = draft.targets.get(change.target);
    if (counts && !isMissing(change)) counts[kinds[change.operation]] += 1;
  }
  if (error || absent || changes.some(({ operation }) => operation !== 'unchanged' && operation !== 'skip')) return;
  // As a run counts such a record (counts.ts).
  if (changes.some((change) => change.operation === 'skip' && !isMissing(change))) draft.skipped += 1;
  else draft.unchanged += 1;
}

/** No row was found, and `missing` is skip: nobody counts that. */
function isMissing({ operation, skip }: ShownChange): boolean {
  return operation === 'skip' && skip === undefined;
}
