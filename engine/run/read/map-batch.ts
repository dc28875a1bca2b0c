import { hash } from 'node:crypto';
import type { Row, Value } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import type { SeenRow } from '../../plan/absent.ts';
import type { FlowRecord } from '../../plan/change.ts';
import { isEmpty } from '../../plan/value.ts';
import { mask } from '../../transform/mask.ts';
import type { FlowContext } from '../context.ts';
import { runErrors } from '../errors.ts';
import { warn } from '../warn.ts';

/** What became of the rows of a batch before any target was asked. */
export interface MappedBatch {
  /** Every row, whatever became of it: what a source shows is not absent (DL-7). */
  readonly seen: readonly SeenRow[];
  /** To be planned, in the order of the source; of one key the last. */
  readonly records: readonly MappedRow[];
  /** Rows a later row of the same key replaced. */
  readonly replaced: number;
  /** Delivered before in this very version (DL-5). */
  readonly unchanged: number;
  readonly skipped: readonly { readonly key: string; readonly name: string }[];
  readonly failed: readonly FailedRow[];
  /** Skipped records of which an older version waits in the queue: it is not to be tried any more. */
  readonly withdrawn: readonly string[];
  /** Keys of the records that wait in the queue, in whatever version. */
  readonly waiting: ReadonlySet<string>;
}

export interface MappedRow extends FlowRecord {
  /** Of row, record and mapping: what `known` remembers of a delivery; empty where nothing is remembered. */
  readonly hash: string;
}

export interface FailedRow {
  /** The record's key; where there is none, a hash of the row's own key, or else of the row, stands for it. */
  readonly key: string;
  readonly source: Row;
  readonly error: PipeError;
  readonly hash: string;
}

type Mapped = { readonly seen: SeenRow } & Outcome;

type Outcome =
  | { readonly state: 'record'; readonly row: MappedRow }
  | { readonly state: 'skipped'; readonly key: string; readonly name: string }
  | { readonly state: 'failed'; readonly row: FailedRow };

/**
 * Rows → records: map, key, `require`, guards of the flow. `comparing` leaves out versions that need no work; `loading`
 * means that the target itself compares, so that no version is told from another here.
 */
export async function mapBatch(
  context: FlowContext,
  rows: readonly Row[],
  comparing: boolean,
  loading = false,
): Promise<MappedBatch> {
  const mapped: Mapped[] = [];
  for (const row of rows) mapped.push(await mapRow(context, row, !loading));
  const items = lastOfEachKey(mapped);
  const records = items.flatMap((item) => (item.state === 'record' ? [item.row] : []));
  const failed = items.flatMap((item) => (item.state === 'failed' ? [item.row] : []));
  const skipped = items.flatMap((item) => (item.state === 'skipped' ? [item] : []));
  const { name: flow } = context.flow.flow;
  const keys = [...records, ...failed].map(({ key }) => key);
  const queued = await context.state.queuedVersions(flow, [...keys, ...skipped.map(({ key }) => key)]);
  const delivered = comparing ? await context.state.known(flow, keys) : noVersions;
  const fresh = records.filter((record) => delivered.get(record.key) !== record.hash);
  const isWaiting = (row: { key: string; hash: string }) => comparing && queued.get(row.key) === row.hash;
  return {
    seen: mapped.map(({ seen }) => seen),
    records: fresh.filter((record) => !isWaiting(record)),
    replaced: rows.length - items.length,
    unchanged: records.length - fresh.length,
    skipped: [
      ...skipped.map(({ key, name }) => ({ key, name })),
      ...[...fresh, ...failed].filter(isWaiting).map(({ key }) => ({ key, name: 'QUEUE' })),
    ],
    failed: failed.filter((row) => !isWaiting(row)),
    withdrawn: skipped.flatMap(({ key }) => (queued.has(key) ? [key] : [])),
    waiting: new Set(queued.keys()),
  };
}

const noVersions: ReadonlyMap<string, string> = new Map();

/** §4.8: of one key the last by cursor wins. */
function lastOfEachKey(mapped: readonly Mapped[]): readonly Mapped[] {
  const last = new Map<string, Mapped>();
  for (const item of mapped) {
    const key = item.state === 'skipped' ? item.key : item.row.key;
    last.delete(key);
    last.set(key, item);
  }
  return [...last.values()];
}

async function mapRow(context: FlowContext, source: Row, isTold: boolean): Promise<Mapped> {
  const variables = { ...context.variables, source };
  const { record, unknown, failures } = await context.flow.map(source, variables);
  const own = keyOf(context, record);
  const seen = { source, record, whole: failures.length === 0, ...(own !== undefined && { key: own }) };
  const key = own ?? rowHash(context.sourceKey(source) ?? source);
  try {
    const [failure] = failures;
    if (failure) throw failure;
    if (own === undefined) throw runErrors.no_key.error({ field: context.flow.flow.key });
    warnUnknown(context, key, unknown);
    for (const guard of context.flow.guards) {
      if (await guard.test(record, variables)) return { seen, state: 'skipped', key, name: guard.skip };
    }
    requireFields(context, record);
    return {
      seen,
      state: 'record',
      row: { key, source, record, hash: isTold ? versionHash(context, source, record) : '' },
    };
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind !== 'data') throw error;
    return { seen, state: 'failed', row: { key, source, error, hash: versionHash(context, source, record) } };
  }
}

function keyOf(context: FlowContext, record: Row): string | undefined {
  const value = record[context.flow.flow.key];
  return isEmpty(value) || typeof value === 'object' ? undefined : String(value);
}

function requireFields(context: FlowContext, record: Row): void {
  const empty = context.flow.flow.require.filter(({ field }) => isEmpty(record[field])).map(({ field }) => field);
  if (empty.length > 0) throw runErrors.required_empty.error({ fields: empty.join(', ') });
}

/** Masked: the table may be over a name, and what is not known is no word of the mapping (G9). */
function warnUnknown(context: FlowContext, key: string, unknown: readonly { field: string; value: string }[]): void {
  const flow = context.flow.flow.name;
  for (const { field, value } of unknown) {
    warn(context, runErrors.unknown_table_value.error({ field, value: mask(value, 'name') }), { flow, key });
  }
}

/** A new mapping or another param makes another version of every record. */
export function versionHash(context: Pick<FlowContext, 'compiled'>, source: Row, record: Row): string {
  return hash('sha256', context.compiled.hash + JSON.stringify([source, record] satisfies Value), 'base64url');
}

function rowHash(source: Row): string {
  return `row:${hash('sha256', JSON.stringify(source), 'hex').slice(0, 16)}`;
}
