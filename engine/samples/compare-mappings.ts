import type { Field, Row, Value } from '../connector.ts';
import { stableJson } from '../plan/value.ts';
import { isTagField } from '../rehearse/infer-entity.ts';
import { rehearse } from '../rehearse/rehearse.ts';
import type { Describe, Rehearsed } from '../rehearse/rehearse.ts';
import type { CompiledFlow, CompiledPipeline, CompiledTarget } from '../transform/compiled.ts';

/** One version of a mapping. */
export interface MappingVersion {
  readonly compiled: CompiledPipeline;
  readonly columns: (flow: CompiledFlow) => readonly Field[] | undefined;
  readonly describe?: Describe;
}

export interface FlowRows {
  readonly flow: string;
  readonly rows: readonly Row[];
}

/** What an edit of a mapping does to the same source rows. */
export interface FlowComparison {
  readonly name: string;
  /** The flow is in one version alone. */
  readonly only?: 'base' | 'now';
  readonly rows: number;
  /** Rows of which something is different. */
  readonly changed: number;
  /** By field, in the order they are met. */
  readonly fields: readonly FieldComparison[];
  /** Records and targets that end otherwise: rejected, skipped, mapped. */
  readonly ends: readonly EndComparison[];
}

export interface FieldComparison {
  /** `record.stage`, `deal.STAGE_ID` */
  readonly name: string;
  readonly records: number;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly key: string;
  readonly source: Row;
  readonly before?: Value;
  readonly after?: Value;
}

export interface EndComparison {
  /** `record`, or the target. */
  readonly name: string;
  readonly before: End;
  readonly after: End;
  readonly records: number;
  /** Keys of a few of them. */
  readonly examples: readonly string[];
}

/** `word`: the name of the guard, the code of the error. */
export interface End {
  readonly state: 'mapped' | 'skipped' | 'rejected' | 'absent';
  readonly word?: string;
}

const mostExamples = 3;

/**
 * Takes the same rows through both versions, as if the targets were empty: what depends on rows that are there, no one
 * who compares mappings offline can see.
 */
export async function compareMappings(
  base: MappingVersion,
  now: MappingVersion,
  samples: readonly FlowRows[],
  at: number,
): Promise<readonly FlowComparison[]> {
  const flows: FlowComparison[] = [];
  for (const { flow: name, rows } of samples) {
    const [before, after] = [flowNamed(base, name), flowNamed(now, name)];
    const nothing = { name, rows: rows.length, changed: 0, fields: [], ends: [] };
    if (before && after) {
      const done = await Promise.all([fates(base, before, rows, at), fates(now, after, rows, at)]);
      flows.push(compared(name, done[0], done[1]));
    } else if (before ?? after) flows.push({ ...nothing, only: before ? 'base' : 'now', changed: rows.length });
  }
  return flows;
}

function flowNamed({ compiled }: MappingVersion, name: string): CompiledFlow | undefined {
  return asIfEmpty(compiled).flows.find(({ flow }) => flow.name === name);
}

/** What becomes of one row, flat: what can be compared field by field. */
interface Fate {
  readonly key: string;
  readonly source: Row;
  readonly ends: ReadonlyMap<string, End>;
  readonly values: ReadonlyMap<string, Value>;
}

async function fates(
  { compiled, columns, describe }: MappingVersion,
  flow: CompiledFlow,
  rows: readonly Row[],
  now: number,
): Promise<readonly Fate[]> {
  const rehearsal = { compiled, now, held: [], eachAlone: true as const, columns, ...(describe && { describe }) };
  const done = await rehearse(rehearsal, flow, rows);
  return done.map((outcome, index) => fateOf(outcome, flow, String(index + 1)));
}

function fateOf(done: Rehearsed, flow: CompiledFlow, number: string): Fate {
  const ends = new Map<string, End>([['record', endOf(done)]]);
  const values = new Map(Object.entries(done.record).map(([name, value]) => [`record.${name}`, value]));
  for (const { target } of done.state === 'planned' ? flow.targets : []) {
    const { name } = target;
    ends.set(name, targetEnd(done, name));
    for (const [field, value] of sentTo(done, name)) values.set(`${name}.${field}`, value);
  }
  return { key: done.key ?? number, source: done.source, ends, values };
}

function endOf(done: Rehearsed): End {
  if (done.state === 'refused') return { state: 'rejected', word: done.error.code };
  return done.state === 'skipped' ? { state: 'skipped', word: done.name } : { state: 'mapped' };
}

function targetEnd(done: Rehearsed, name: string): End {
  if (done.state !== 'planned') return { state: 'absent' };
  const failure = done.failures.get(name);
  if (failure) return { state: 'rejected', word: failure.code };
  const plan = done.plans.get(name);
  if (plan?.skip !== undefined) return { state: 'skipped', word: plan.skip };
  return plan ? { state: 'mapped' } : { state: 'absent' };
}

function* sentTo(done: Rehearsed, name: string): Generator<readonly [string, Value]> {
  const changes = (done.state === 'planned' && done.plans.get(name)?.changes) || [];
  for (const change of changes) {
    if (change.operation !== 'create') continue;
    for (const [field, value] of Object.entries(change.values))
      if (value !== null && !isTagField(field)) yield [field, value];
    for (const { list, rows } of change.lists) yield [list, rows];
  }
}

function compared(name: string, before: readonly Fate[], after: readonly Fate[]): FlowComparison {
  const fields = new Map<string, { records: number; examples: Example[] }>();
  const ends = new Map<string, { one: Omit<EndComparison, 'records' | 'examples'>; keys: string[] }>();
  let changed = 0;
  before.forEach((old, index) => {
    const made = after[index];
    if (!made) return;
    const differing = [...differingFields(old, made)];
    const otherEnds = [...differingEnds(old, made)];
    if (differing.length + otherEnds.length > 0) changed += 1;
    for (const [field, example] of differing) {
      const known = fields.get(field) ?? { records: 0, examples: [] };
      known.records += 1;
      if (known.examples.length < mostExamples) known.examples.push(example);
      fields.set(field, known);
    }
    for (const one of otherEnds) {
      const id = JSON.stringify(one);
      const known = ends.get(id) ?? { one, keys: [] };
      known.keys.push(made.key);
      ends.set(id, known);
    }
  });
  return {
    name,
    rows: before.length,
    changed,
    fields: [...fields].map(([field, found]) => ({ name: field, ...found })),
    ends: [...ends.values()].map(({ one, keys }) => ({
      ...one,
      records: keys.length,
      examples: keys.slice(0, mostExamples),
    })),
  };
}

/** Of a record or target that ends otherwise, its end is told and not every field that is gone with it. */
function* differingFields(old: Fate, made: Fate): Generator<readonly [string, Example]> {
  for (const name of new Set([...old.values.keys(), ...made.values.keys()])) {
    const owner = name.slice(0, name.indexOf('.'));
    if (!isSameEnd(old.ends.get(owner), made.ends.get(owner))) continue;
    const [before, after] = [old.values.get(name), made.values.get(name)];
    if (before !== undefined && after !== undefined && stableJson(before) === stableJson(after)) continue;
    const values = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
    yield [name, { key: made.key, source: made.source, ...values }];
  }
}

function* differingEnds(old: Fate, made: Fate): Generator<Omit<EndComparison, 'records' | 'examples'>> {
  const isOtherRecord = !isSameEnd(old.ends.get('record'), made.ends.get('record'));
  for (const name of new Set([...old.ends.keys(), ...made.ends.keys()])) {
    // With the record all its targets come or go.
    if (isOtherRecord && name !== 'record') continue;
    const [before, after] = [old.ends.get(name) ?? absent, made.ends.get(name) ?? absent];
    if (!isSameEnd(before, after)) yield { name, before, after };
  }
}

const absent: End = { state: 'absent' };

function isSameEnd(one: End | undefined, other: End | undefined): boolean {
  return one?.state === other?.state && one?.word === other?.word;
}

/** Every target makes its row, whatever `missing` says, and what is referred to is not there. */
function asIfEmpty(compiled: CompiledPipeline): CompiledPipeline {
  const flows = compiled.flows.map((flow) => ({ ...flow, targets: flow.targets.map(asIfMissing) }));
  return { ...compiled, flows };
}

function asIfMissing(target: CompiledTarget): CompiledTarget {
  const missing = target.fields ? ('create' as const) : ('skip' as const);
  const fields = target.fields?.map((field) => {
    const { reference } = field.mapping;
    return reference
      ? { ...field, mapping: { ...field.mapping, reference: { ...reference, missing: 'null' as const } } }
      : field;
  });
  return { ...target, target: { ...target.target, missing }, ...(fields && { fields }) };
}
