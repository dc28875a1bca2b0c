import type { Question, Row, Value, Wanted } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import type { FlowRecord } from '../../plan/change.ts';
import { planErrors } from '../../plan/errors.ts';
import type { References } from '../../plan/mapped-fields.ts';
import type { TargetEntity } from '../../plan/match.ts';
import { asRow } from '../../plan/question.ts';
import { isEmpty, stableJson } from '../../plan/value.ts';
import type { CompiledField, CompiledTarget, Variables } from '../../transform/compiled.ts';
import { attemptAnswers } from '../attempt.ts';
import type { FlowContext, Scope } from '../context.ts';

/** What the `ref` fields of one record take, or the reference for want of which the target is skipped. */
export interface Referred {
  readonly references: References;
  /** `NO cities`: the name under which it is counted. */
  readonly skip?: string;
}

export interface Referring {
  readonly record: FlowRecord;
  readonly variables: Variables;
}

/** Looks up what the `ref` fields of these records take, all of a field in one call; each row asked for once. */
export async function resolveReferences(
  context: FlowContext,
  target: CompiledTarget,
  records: readonly Referring[],
): Promise<readonly Referred[]> {
  const scope = context.scopes.of(target.target.name);
  const values = records.map(() => new Map<string, Value | PipeError | undefined>());
  const skips = new Map<number, string>();
  for (const field of target.fields ?? []) {
    const { reference } = field.mapping;
    if (!reference) continue;
    const asked = await Promise.all(records.map((record) => questionOf(field, record)));
    const answers = await answersTo(context, scope, field, asked);
    asked.forEach((question, index) => {
      const answer = question instanceof Error ? question : question && answers.get(stableJson(asJson(question)));
      const value = question === undefined ? undefined : valueOf(field, answer ?? []);
      if (value === missing) skips.set(index, `NO ${reference.table}`);
      else values[index]?.set(field.mapping.field, value);
    });
  }
  return values.map((references, index) => {
    const skip = skips.get(index);
    return { references, ...(skip !== undefined && { skip }) };
  });
}

/** The row that is referred to is not there, and the target is to be skipped. */
const missing = Symbol('missing');

/** undefined: a part of what is asked by has no value, so nothing is referred to. */
async function questionOf(
  field: CompiledField,
  { record, variables }: Referring,
): Promise<Question | Error | undefined> {
  const by: Record<string, Wanted> = {};
  try {
    for (const { field: name, evaluate } of field.by ?? []) {
      const value = await evaluate(record.record, variables);
      if (isEmpty(value)) return undefined;
      if (typeof value === 'object') throw planErrors.reference_not_scalar.error({ field: field.mapping.field, name });
      by[name] = { anyOf: [value] };
    }
    return { by };
  } catch (thrown) {
    const error = toPipeError(thrown);
    if (error.kind !== 'data') throw error;
    return error;
  }
}

async function answersTo(
  context: FlowContext,
  scope: Scope,
  { mapping: { reference } }: CompiledField,
  asked: readonly (Question | Error | undefined)[],
): Promise<ReadonlyMap<string, readonly Row[] | PipeError>> {
  const entity = reference && scope.references.get(reference.table);
  if (!entity) throw new Error('a reference is resolved before it is described');
  const open = new Map<string, Question>();
  for (const question of asked) {
    if (question && !(question instanceof Error)) open.set(stableJson(asJson(question)), question);
  }
  if (open.size === 0) return new Map();
  const { take } = reference;
  const answers = await attemptAnswers(context, scope.connection.name, [...open.values()], (left) =>
    scope.sink.find(reference.table, left, [take], context.signal),
  );
  return new Map(
    [...open.keys()].map((id, index): [string, readonly Row[] | PipeError] => {
      const answer = answers[index];
      if (!answer?.ok) return [id, answer?.error ?? toPipeError(new Error('a question got no answer'))];
      return [id, answer.rows.map((found) => asRow(entity.description, found))];
    }),
  );
}

function asJson({ by }: Question): Row {
  return Object.fromEntries(Object.entries(by).map(([name, wanted]) => [name, 'empty' in wanted ? [] : wanted.anyOf]));
}

function valueOf(
  { mapping: { field, reference } }: CompiledField,
  answer: readonly Row[] | Error,
): Value | PipeError | typeof missing | undefined {
  if (!reference || answer instanceof Error) return answer instanceof Error ? toPipeError(answer) : undefined;
  const { table, take } = reference;
  const taken = new Map(answer.map((row) => [String(row[take]), row[take]]));
  if (taken.size > 1) return planErrors.many_referred.error({ field, table, count: taken.size });
  const [value] = taken.values();
  if (!isEmpty(value)) return value;
  if (reference.missing === 'error') return planErrors.missing_reference.error({ field, table }, { retry: true });
  return reference.missing === 'skip' ? missing : undefined;
}

/** Fields of the tables that `ref` names must be there before the first record asks (DL-3). */
export function checkReference(field: CompiledField, { description, fields }: TargetEntity, connection: string): void {
  const { reference } = field.mapping;
  if (!reference) return;
  const known = [...fields.keys()].map((name) => `"${name}"`).join(' | ');
  for (const name of [reference.take, ...(field.by ?? []).map((by) => by.field)]) {
    if (fields.has(name) || description.openFields) continue;
    const facts = { field: name, entity: reference.table, connection, expected: known };
    throw planErrors.unknown_field.error(facts, { where: reference.place });
  }
}
