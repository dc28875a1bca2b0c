import type { Row, Value } from '../connector.ts';
import type { CompiledTarget } from '../transform/compiled.ts';
import type { ListChange } from './change.ts';
import { planErrors } from './errors.ts';
import { typeName } from '../transform/values.ts';
import type { TargetRecord } from './fields.ts';
import { allows } from './guard.ts';
import type { Verdict } from './guard.ts';
import type { TargetEntity } from './match.ts';
import { listOf, sameValue } from './value.ts';

/** `rows:` of a target (language.md §4.10): always a list, [] clears on update, `write` obeyed. */
export async function listChanges(
  { target, entity, record, variables }: TargetRecord,
  found: Row | undefined,
  verdict: Verdict,
): Promise<readonly ListChange[]> {
  const changes: ListChange[] = [];
  for (const list of target.rows) {
    if (found && (list.write === 'create' || !allows(verdict, list.list))) continue;
    const mapped = await list.evaluate(record.record, variables);
    if (mapped === undefined && list.write !== 'always') continue;
    const rows = asRows(target, mapped);
    const held = asRows(target, found?.[list.list]);
    if (!found && rows.length === 0) continue;
    if (found && list.write === 'fill' && held.length > 0) continue;
    const wanted = found && list.write === 'add' ? added(entity, list.list, rows, held) : rows;
    if (!found || !sameRows(entity, list.list, wanted, held)) changes.push({ list: list.list, rows: wanted });
  }
  return changes;
}

function asRows(target: CompiledTarget, value: Value | undefined): readonly Row[] {
  return listOf(value).map((item) => {
    if (typeof item === 'object' && !Array.isArray(item)) return item as Row;
    throw planErrors.rows_not_a_list.error({
      target: target.target.name,
      kind: typeName(item),
    });
  });
}

/** What is held, and the mapped rows it lacks: two that are alike are two rows. */
function added(entity: TargetEntity, list: string, mapped: readonly Row[], held: readonly Row[]): readonly Row[] {
  const unmatched = [...held];
  const lacking = mapped.filter((row) => {
    const at = unmatched.findIndex((other) => sameRow(entity, list, row, other));
    if (at !== -1) unmatched.splice(at, 1);
    return at === -1;
  });
  return [...held, ...lacking];
}

/** In order: a child list has an order people see. */
function sameRows(entity: TargetEntity, list: string, wanted: readonly Row[], held: readonly Row[]): boolean {
  return wanted.length === held.length && wanted.every((row, index) => sameRow(entity, list, row, held[index] ?? {}));
}

/** Compares the mapped fields only. */
function sameRow(entity: TargetEntity, list: string, mapped: Row, held: Row): boolean {
  const fields = entity.description.lists.find((candidate) => candidate.name === list)?.fields ?? [];
  return Object.entries(mapped).every(([name, value]) => {
    const field = fields.find((candidate) => candidate.name === name) ?? { name, type: 'text' as const };
    return sameValue(field, value, held[name]);
  });
}
