import { isAskedFor } from '../../state/asked-for.ts';
import { isOpenRow } from '../../state/open-row.ts';
import type { Intent, OpenIntent, QueueEntry, QueuePut, StoredError } from '../../state/ports.ts';
import type { PipeError } from '../../errors.ts';
import type { Doubts, FlowContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import { runErrors } from '../errors.ts';
import { adopt, lookUp } from '../ask/look-up.ts';
import type { Lookup } from '../ask/look-up.ts';
import { owedBy } from '../deliver/receipts.ts';
import { leftMs, markUnmarked } from './settling.ts';
import { tellWritten } from '../deliver/tell-rows.ts';
import { closeIntents } from './close-intents.ts';

export function noDoubts(): Doubts {
  return { claims: new Set(), records: new Map(), unmet: new Set() };
}

/**
 * Decides what can be decided of writes that got no answer, this run's and those of processes that died (DL-12, DL-13).
 * A create that is found by its tag is adopted at once. What is not found is held, with everything it touches, until a
 * late effect is no longer possible; then the intent is closed and the record planned anew. What nobody can look up is
 * quarantined.
 */
export async function lookAtDoubts(context: FlowContext): Promise<void> {
  const { doubts, state, flow } = context;
  doubts.claims.clear();
  doubts.records.clear();
  const open = await state.openIntents();
  if (open.length === 0) return;
  await markUnmarked(context, open);
  const { name } = flow.flow;
  const own = open.filter((intent) => intent.flow === name && !intent.absent);
  const strangers = open.filter((intent) => intent.flow !== name || intent.absent);
  await holdStrangers(context, strangers);
  const entries = await openEntries(context, own);
  const found = await lookUp(context, own);
  const isOlder = await olderRows(context, own);
  reach('reconcile-lookup');
  const fates = own.map((intent) => fateOf(context, intent, found.get(intent.id), isOlder));
  for (const { intent, fate } of fates) {
    if (fate === 'held' || fate === 'undecidable') for (const claim of heldBy(intent)) doubts.claims.add(claim);
    if (fate === 'held') hold(context, intent, context.clock.now() + leftMs(context, intent));
    if (fate === 'undecidable') hold(context, intent, Infinity);
  }
  await record(context, fates, entries);
}

/** The longest wait of a record is the one it is told of. */
function hold({ doubts }: FlowContext, intent: OpenIntent, dueAt: number): void {
  if (dueAt <= (doubts.records.get(intent.key)?.dueAt ?? 0)) return;
  doubts.records.set(intent.key, { dueAt, error: Number.isFinite(dueAt) ? noAnswer(intent) : nobodyCanTell(intent) });
}

/**
 * - `adopted`: its row is there. - `over`: it did not arrive, and cannot any more; or it can be read off the target, as
 * updates can. - `held`: it may still arrive. - `undecidable`: nobody can tell.
 */
interface Fate {
  readonly intent: OpenIntent;
  readonly fate: 'adopted' | 'over' | 'held' | 'undecidable';
  readonly row?: string;
}

function fateOf(context: FlowContext, intent: OpenIntent, found: Lookup | undefined, isOlder: IsOlder): Fate {
  const row = found?.rows.find((candidate) => !isOlder(intent, candidate));
  if (row !== undefined) return { intent, fate: 'adopted', row };
  if (leftMs(context, intent) > 0 || found?.failed) return { intent, fate: 'held' };
  const canBeTold = !intent.final && (intent.write.operation !== 'create' || found !== undefined || isAskedFor(intent));
  // Where nobody can tell but a person, their word closes the intent (`StateStore.decideQueue`).
  return { intent, fate: canBeTold ? 'over' : 'undecidable' };
}

/** What waits for an intent: all that it touches, and what its record will touch after it. */
export function heldBy({ claims, holds = [] }: Intent): readonly string[] {
  return [...claims, ...holds];
}

type IsOlder = (intent: Intent, row: string) => boolean;

/** A row its record was written to before is not what a lost create made, though it has the same tag. */
async function olderRows({ state, flow }: FlowContext, intents: readonly Intent[]): Promise<IsOlder> {
  const links = await state.links(
    flow.flow.name,
    intents.map(({ key }) => key),
  );
  return ({ key, target, connection }, row) =>
    links.some(
      (link) => link.row === row && link.key === key && link.target === target && link.connection === connection,
    );
}

/**
 * Another flow decides on its own writes, and removals are looked at where rows are removed (absent-doubts.ts); here
 * what they touch is held until they can no longer arrive. Those of flows that are no longer in the file are closed
 * then: nobody else will.
 */
async function holdStrangers(context: FlowContext, intents: readonly OpenIntent[]): Promise<void> {
  const { doubts, clock, compiled } = context;
  for (const intent of intents) {
    if (leftMs(context, intent) > 0) for (const claim of heldBy(intent)) doubts.claims.add(claim);
  }
  const flows = new Set(compiled.flows.map(({ flow }) => flow.name));
  const left = intents.filter((intent) => !flows.has(intent.flow) && leftMs(context, intent) === 0);
  for (const [flow, closed] of Map.groupBy(left, (intent) => intent.flow)) {
    const at = clock.now();
    const receipts = closed.map((intent) => ({
      intent: intent.id,
      outcome: 'not-applied' as const,
      error: unanswered(intent),
      at,
    }));
    await closeIntents(context, flow, receipts);
  }
}

async function openEntries(
  { state, flow }: FlowContext,
  own: readonly OpenIntent[],
): Promise<ReadonlyMap<string, QueueEntry>> {
  if (own.length === 0) return new Map();
  const entries = await state.queue({ flow: flow.flow.name });
  const open = entries.filter(isOpenRow);
  return new Map(open.map((entry) => [entry.key, entry]));
}

/** Receipts and queue rows of what was decided, in one transaction; rows we made are in the book before (DL-2). */
async function record(
  context: FlowContext,
  fates: readonly Fate[],
  entries: ReadonlyMap<string, QueueEntry>,
): Promise<void> {
  const { run, epoch, flow, clock, state, doubts } = context;
  const at = clock.now();
  const adopted = fates.flatMap(({ intent, row }) => (row === undefined ? [] : [{ intent, row }]));
  const links = await adopt(context, adopted, at);
  const over = fates.filter(({ fate }) => fate === 'over');
  const receipts = [
    ...adopted.map(({ intent, row }) => ({ intent: intent.id, outcome: 'applied' as const, row, at })),
    ...over.map(({ intent }) => ({
      intent: intent.id,
      outcome: 'not-applied' as const,
      error: unanswered(intent),
      at,
    })),
  ];
  const owed = adopted.flatMap(({ intent, row }) => owedBy(intent, row));
  const byRecord = [...Map.groupBy(fates, ({ intent }) => intent.key).values()];
  const queued = byRecord.flatMap((own) => queueRow(context, own, entries));
  if (receipts.length + queued.length === 0) return;
  if (fates.some(({ fate }) => fate === 'held')) reach('reconcile-waiting');
  await state.commit({ run, epoch, flow: flow.flow.name, at, receipts, links, owed, delivered: [], queued });
  if (adopted.length > 0) reach('reconcile-adopted');
  for (const { intent, row } of adopted) tellWritten(context, { ...intent, row, operation: 'adopted' });
  if (over.length > 0) reach('reconcile-closed');
  for (const { key, error, dueAt, state: put } of queued) {
    if (put !== 'pending' || !entries.has(key)) doubts.unmet.add(key);
    if (put === 'pending') continue;
    const retryAt = dueAt === undefined ? {} : { retryAt: dueAt };
    context.emit({ type: 'record-queued', at, flow: flow.flow.name, key, error, ...retryAt });
  }
}

/** What is held waits, what nobody can tell is quarantined, what is decided is due at once. */
function queueRow(
  { clock, doubts }: FlowContext,
  fates: readonly Fate[],
  entries: ReadonlyMap<string, QueueEntry>,
): readonly QueuePut[] {
  const [last] = fates.toReversed();
  if (!last) return [];
  const { intent } = last;
  const { key, source } = intent;
  const entry = entries.get(key);
  // What waits there may be newer than what was sent.
  const waiting = entry && { source: entry.source, ...given(entry) };
  const put = { key, source, attempts: entry?.attempts ?? 0, error: unanswered(intent), ...waiting };
  if (fates.some(({ fate }) => fate === 'held')) {
    const waits = entry?.state === 'waiting' && entry.lastAt >= intent.at;
    return waits ? [] : [{ ...put, state: 'waiting', dueAt: doubts.records.get(key)?.dueAt ?? clock.now() }];
  }
  if (fates.some(({ fate }) => fate === 'undecidable')) {
    return entry?.state === 'quarantined'
      ? []
      : [{ ...put, error: stored(nobodyCanTell(intent)), state: 'quarantined' }];
  }
  return [{ ...put, state: 'pending', dueAt: clock.now() }];
}

function given({ hash, sourceKey }: QueueEntry): Pick<QueuePut, 'hash' | 'sourceKey'> {
  return { ...(hash !== undefined && { hash }), ...(sourceKey && { sourceKey }) };
}

export function unanswered(intent: OpenIntent): StoredError {
  return stored(noAnswer(intent));
}

function noAnswer({ write, target }: OpenIntent): PipeError {
  return runErrors.unanswered.error({ operation: write.operation, target }, { retry: true });
}

function nobodyCanTell({ write, target }: OpenIntent): PipeError {
  return runErrors.undecidable.error({ operation: write.operation, target });
}

function stored({ code, parameters }: PipeError): StoredError {
  return { code, parameters };
}
