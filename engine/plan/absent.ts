import type { Row, Value } from '../connector.ts';
import { PipeError } from '../errors.ts';
import type { CompiledTarget, Evaluate, Identity, Variables } from '../transform/compiled.ts';
import type { Change, TargetPlan } from './change.ts';
import { allows, judge } from './guard.ts';
import type { Verdict } from './guard.ts';
import { fieldValue } from './mapped-fields.ts';
import type { TargetEntity } from './match.ts';
import { fieldNamed } from './question.ts';
import type { Fields } from './question.ts';
import { canonical, isEmpty } from './value.ts';

/** A source row with what could be mapped of it, whatever became of it then. */
export interface SeenRow {
  /** The record's key, where it has one. */
  readonly key?: string;
  readonly source: Row;
  readonly record: Row;
  /** Every field could be made. */
  readonly whole: boolean;
}

/** The target's key as the row holds it; undefined: a part of it is empty, so it is nobody's of ours. */
export function rowIdentity({ parts }: Identity, fields: Fields, row: Row): string | undefined {
  return joined(parts.map(({ made }) => part(fields, made.mapping.field, row[made.mapping.field])));
}

/** The target's key as the record makes it; undefined: it cannot be told. */
export async function recordIdentity(
  { parts }: Identity,
  fields: Fields,
  { source, record, whole }: SeenRow,
  variables: Variables,
): Promise<string | undefined> {
  const values: (string | undefined)[] = [];
  for (const { made, reads } of parts) {
    if (!whole && reads.some((name) => record[name] === undefined)) return undefined;
    const value = await orNothing(() => fieldValue(made, record, { ...variables, source }));
    values.push(part(fields, made.mapping.field, value));
  }
  return joined(values);
}

async function orNothing(make: () => ReturnType<Evaluate>): Promise<Value | undefined> {
  try {
    return await make();
  } catch (thrown) {
    if (thrown instanceof PipeError && thrown.kind === 'data') return undefined;
    throw thrown;
  }
}

function part(fields: Fields, name: string, value: Value | undefined): string | undefined {
  return isEmpty(value) ? undefined : canonical(fieldNamed(fields, name), value);
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter((value) => value !== undefined);
  if (known.length < parts.length || known.length === 0) return undefined;
  return known.length === 1 ? known[0] : JSON.stringify(known);
}

/** Whether what `absent` asks for is so: the row is gone, or marked. */
export function isRemoved({ target: { absent } }: CompiledTarget, row: Row | undefined): boolean {
  return row === undefined || (typeof absent === 'object' && !isEmpty(row[absent.mark]));
}

/** Whether `absent` may touch the row: `within` holds, and it is not marked already. */
export async function mayBeRemoved(target: CompiledTarget, row: Row, variables: Variables): Promise<boolean> {
  if (isRemoved(target, row)) return false;
  return target.within === undefined || (await target.within({}, { ...variables, found: row }));
}

/**
 * What becomes of a row without a record. Its guards speak first (G7): one that skips protects it, and so does one that
 * keeps anything of it, since a deletion keeps nothing. They see `$found` alone: there is no record.
 */
export async function planAbsent(
  target: CompiledTarget,
  entity: TargetEntity,
  row: Row,
  variables: Variables,
  at: string,
): Promise<TargetPlan> {
  const key = String(row[entity.description.id]);
  const verdict = await judge(target, {}, { ...variables, found: row }, key);
  const skip = verdict.skip ?? protection(target, verdict);
  const common = { target, named: verdict.named, created: false };
  if (skip !== undefined) return { ...common, changes: [], skip };
  return { ...common, changes: [changeOf(target, entity, row, key, at)] };
}

function protection({ target }: CompiledTarget, verdict: Verdict): string | undefined {
  const { absent } = target;
  const free = typeof absent === 'object' ? allows(verdict, absent.mark) : verdict.keep.size === 0 && !verdict.only;
  return free ? undefined : 'keep';
}

function changeOf({ target }: CompiledTarget, entity: TargetEntity, row: Row, key: string, at: string): Change {
  if (typeof target.absent !== 'object') return { operation: 'delete', key, before: row };
  const { mark } = target.absent;
  const value = fieldNamed(entity.fields, mark).type === 'date' ? at.slice(0, 10) : at;
  return { operation: 'update', key, values: { [mark]: value }, before: row, lists: [] };
}
