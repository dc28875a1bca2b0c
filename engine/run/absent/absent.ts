import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import { isInScope, recordIdentity, rowIdentity } from '../../plan/absent.ts';
import type { SeenRow } from '../../plan/absent.ts';
import { brakeDeletes } from '../../plan/brakes.ts';
import { asRow } from '../../plan/question.ts';
import type { FoundRow, Row } from '../../connector.ts';
import { isOpenRow } from '../../state/open-row.ts';
import type { ListedRow } from '../../state/ports.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import { attempt } from '../attempt.ts';
import { orTell } from '../preview/brake-told.ts';
import type { FlowContext } from '../context.ts';
import { reach } from '../crash-points.ts';
import { runErrors } from '../errors.ts';
import { mapBatch } from '../read/map-batch.ts';
import { removeRows } from './remove-rows.ts';
import type { FlowRun } from '../open-flow.ts';
import { warn } from '../warn.ts';

/** What a read of the source shows of target rows that have no record any more (DL-7). */
export interface Absence {
  /** Targets whose rows may be taken for absent in this run; none when the read is not that of the whole source. */
  readonly targets: readonly CompiledTarget[];
  /** Source rows of the read; a source that returns nothing deletes nothing (G10). */
  rows: number;
  /** Why none is taken for absent after all. */
  off?: PipeError;
}

export function openAbsence(context: FlowContext): Absence {
  const { flow, options } = context;
  const { window } = flow.flow.source;
  const isCut =
    options.only !== undefined ||
    options.limit !== undefined ||
    options.since !== undefined ||
    options.until !== undefined;
  const targets = flow.targets.filter(({ identity }) => identity);
  if (targets.length === 0 || isCut || (window && !options.full)) return { targets: [], rows: 0 };
  if (!window || window.fullMs === 'all') return { targets, rows: 0 };
  const { name } = flow.flow;
  warn(context, runErrors.absent_bounded.error({ flow: name }), { flow: name });
  return { targets: [], rows: 0 };
}

/** Before the source is read: a row that appears later is not among those listed. */
export async function listTargets({ context, absence }: FlowRun): Promise<void> {
  if (absence.targets.length === 0) return;
  await context.scopes.load();
  await context.state.presence.clear(context.flow.flow.name);
  absence.rows = 0;
  delete absence.off;
  for (const target of absence.targets) {
    // A listing that broke off begins again: what it listed before is listed once more.
    await attempt(context, target.target.connection, () => listTarget(context, target));
  }
}

async function listTarget(context: FlowContext, target: CompiledTarget): Promise<void> {
  const { name, entity } = target.target;
  const { sink } = context.scopes.of(name);
  const judge = scopeOf(context, target);
  if (!sink.scan || !target.identity) throw new Error(`target ${name} cannot be listed`);
  for await (const page of sink.scan(entity, target.identity.select, context.signal)) {
    const rows: ListedRow[] = [];
    for (const found of page) rows.push(...(await listed(context, target, found, judge)));
    await context.state.presence.list(context.flow.flow.name, name, rows);
    context.signal.throwIfAborted();
  }
}

type InScope = (row: Row) => Promise<boolean>;

async function listed(
  context: FlowContext,
  target: CompiledTarget,
  found: FoundRow,
  inScope: InScope,
): Promise<readonly ListedRow[]> {
  const { description, fields } = context.scopes.of(target.target.name);
  const row = asRow(description, found);
  const key = target.identity && rowIdentity(target.identity, fields, row);
  return key !== undefined && (await inScope(row)) ? [{ row: found.key, key }] : [];
}

/** A row that `within` cannot judge is not ours to touch; said once, it may be true of all of them. */
function scopeOf(context: FlowContext, target: CompiledTarget): InScope {
  let told = false;
  return async (row) => {
    try {
      return await isInScope(target, row, context.variables);
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (error.kind !== 'data') throw error;
      if (!told) warn(context, error, { flow: context.flow.flow.name });
      told = true;
      return false;
    }
  };
}

/** What the source shows is not absent, whether it was mapped, skipped or failed. */
export async function noteSeen({ context, absence }: FlowRun, seen: readonly SeenRow[]): Promise<void> {
  if (absence.targets.length === 0) return;
  absence.rows += seen.length;
  await note(context, absence, seen);
  reach('absent-scan-half');
}

async function note(context: FlowContext, absence: Absence, seen: readonly SeenRow[]): Promise<void> {
  const flow = context.flow.flow.name;
  const keys: { target?: string; key: string }[] = [];
  for (const row of seen) {
    if (row.key !== undefined) keys.push({ key: row.key });
    for (const { target, identity } of absence.targets) {
      const { fields } = context.scopes.of(target.name);
      const key = identity && (await recordIdentity(identity, fields, row, context.variables));
      if (key === undefined) absence.off ??= runErrors.absent_unreadable.error({ flow, target: target.name });
      else keys.push({ target: target.name, key });
    }
  }
  await context.state.presence.see(flow, keys);
}

/** Once the source is read to its end and the queue worked off: rows whose record is in neither are deleted or marked. */
export async function removeAbsent(work: FlowRun): Promise<void> {
  const { context, absence } = work;
  if (absence.targets.length === 0) return;
  context.signal.throwIfAborted();
  const flow = context.flow.flow.name;
  await orTell(context, () => refuseTooMany(work));
  if (absence.off) warn(context, absence.off, { flow });
  else {
    await context.state.presence.forgetUnseen(flow);
    for (const target of absence.targets) await removeRows(work, target);
  }
  await context.state.presence.clear(flow);
}

/** Throws where far more would go than usual (G10); an empty source, or one with unknown keys, removes nothing. */
export async function refuseTooMany({ context, absence }: FlowRun): Promise<void> {
  if (absence.targets.length === 0) return;
  const flow = context.flow.flow.name;
  await noteQueued(context, absence);
  if (absence.rows === 0) absence.off ??= runErrors.absent_empty.error({ flow });
  if (absence.off) return;
  for (const { target } of absence.targets) {
    const totals = await context.state.presence.count(flow, target.name);
    const error = brakeDeletes(target.name, context.compiled.pipeline.brakes, totals, context.options.allow);
    if (error) throw error;
  }
}

/** A record that waits in the queue is present, though the source may not have it any more (language.md §4.13). */
async function noteQueued(context: FlowContext, absence: Absence): Promise<void> {
  const entries = await context.state.queue({ flow: context.flow.flow.name });
  const open = entries.filter(isOpenRow);
  const quiet = { ...context, emit: () => undefined };
  const { seen } = await mapBatch(
    quiet,
    open.map(({ source }) => source),
    false,
  );
  await note(context, absence, seen);
}
