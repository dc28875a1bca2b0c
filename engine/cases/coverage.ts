import type { MapValue } from '../config/pipeline.ts';
import type { Place } from '../diagnostics.ts';
import type { Row } from '../connector.ts';
import { PipeError } from '../errors.ts';
import type { Rehearsed } from '../rehearse/rehearse.ts';
import type {
  CompiledField,
  CompiledFlow,
  CompiledPipeline,
  CompiledTarget,
  Evaluate,
  Test,
  Variables,
} from '../transform/compiled.ts';
import { isExpression, readExpression } from '../transform/expression.ts';

export const coverageKinds = ['fields', 'entries', 'rungs', 'guards'] as const;

export type CoverageKind = (typeof coverageKinds)[number];

/** Something a test may reach: a field that has a value, a table entry, a rung that matches, a guard that holds. */
export interface Coverable {
  readonly kind: CoverageKind;
  /** `receptions.deal.match.IDENT id` */
  readonly name: string;
  readonly place: Place;
}

export type OnReached = (kind: CoverageKind, name: string) => void;

type Table = Extract<MapValue, { kind: 'table' }>;

/** All that tests of a pipeline may reach, in the order of the file. */
export function coverables({ flows }: CompiledPipeline): readonly Coverable[] {
  return flows.flatMap((flow) => {
    const at = flow.flow.name;
    const { keyPlace } = flow.flow;
    return [
      ...[...(flow.flow.map?.values() ?? [])].flatMap(({ name, value, place }) => [
        { kind: 'fields' as const, name: `${at}.map.${name}`, place },
        ...entriesOf(value, `${at}.map.${name}`).map((entry) => ({ kind: 'entries' as const, name: entry, place })),
      ]),
      ...flow.guards.map((guard, index) => {
        const place = guard.if.place?.() ?? keyPlace;
        return { kind: 'guards' as const, name: guardName(`${at}.guard`, guard.skip, index), place };
      }),
      ...flow.targets.flatMap((target) => ofTarget(`${at}.${target.target.name}`, target)),
    ];
  });
}

function ofTarget(at: string, { target, rungs, guards, fields = [] }: CompiledTarget): readonly Coverable[] {
  return [
    ...rungs.map(({ rung }) => ({ kind: 'rungs' as const, name: `${at}.match.${rung.name}`, place: rung.place })),
    ...guards.map((guard, index) => ({
      kind: 'guards' as const,
      name: guardName(`${at}.guard`, wordOf(guard), index),
      place: guard.place,
    })),
    ...fields.flatMap(({ mapping: { field, place, items } }) => [
      { kind: 'fields' as const, name: `${at}.fields.${field}`, place },
      ...items.flatMap(({ value }) =>
        entriesOf(value, `${at}.fields.${field}`).map((name) => ({ kind: 'entries' as const, name, place })),
      ),
    ]),
    ...target.rows.map(({ list, place }) => ({ kind: 'fields' as const, name: `${at}.rows.${list}`, place })),
  ];
}

function guardName(at: string, word: string | undefined, index: number): string {
  return word === undefined ? `${at}.${index + 1}` : `${at}.${index + 1} ${word}`;
}

function wordOf(guard: CompiledTarget['guards'][number]): string | undefined {
  return guard.log ?? ('skip' in guard ? guard.skip : undefined);
}

function entriesOf(value: MapValue, at: string): readonly string[] {
  if (value.kind !== 'table') return [];
  const keys = [...value.table.keys()].map((key) => `${at}.table.${key}`);
  return value.otherwise ? [...keys, `${at}.otherwise`] : keys;
}

/** The same pipeline, telling what of its map and guards is reached; it comes out as without. */
export function observed(compiled: CompiledPipeline, reached: OnReached): CompiledPipeline {
  return { ...compiled, flows: compiled.flows.map((flow) => observedFlow(flow, reached)) };
}

function observedFlow(flow: CompiledFlow, reached: OnReached): CompiledFlow {
  const at = flow.flow.name;
  const tables = [...(flow.flow.map?.values() ?? [])].flatMap(({ name, value }) =>
    value.kind === 'table' ? tableWatch(value, `${at}.map.${name}`, reached) : [],
  );
  return {
    ...flow,
    map: async (row, variables) => {
      const mapped = await flow.map(row, variables);
      for (const name of Object.keys(mapped.record)) reached('fields', `${at}.map.${name}`);
      for (const watch of tables) await watch(row, variables);
      return mapped;
    },
    guards: flow.guards.map((guard, index) => {
      const name = guardName(`${at}.guard`, guard.skip, index);
      return { ...guard, test: observedTest(guard.test, () => reached('guards', name)) };
    }),
    targets: flow.targets.map((target) => observedTarget(`${at}.${target.target.name}`, target, reached)),
  };
}

function observedTarget(at: string, target: CompiledTarget, reached: OnReached): CompiledTarget {
  return {
    ...target,
    guards: target.guards.map((guard, index) => {
      const name = guardName(`${at}.guard`, wordOf(guard), index);
      return { ...guard, test: observedTest(guard.test, () => reached('guards', name)) };
    }),
    ...(target.fields && { fields: target.fields.map((field) => observedField(at, field, reached)) }),
  };
}

function observedField(at: string, field: CompiledField, reached: OnReached): CompiledField {
  const name = `${at}.fields.${field.mapping.field}`;
  const hasValue = () => reached('fields', name);
  return {
    ...field,
    items: field.items.map((item, index) => {
      const value = field.mapping.items[index]?.value;
      const watch = value?.kind === 'table' ? tableWatch(value, name, reached)[0] : undefined;
      return { ...item, evaluate: observedValue(item.evaluate, hasValue, watch) };
    }),
    ...(field.by && { by: field.by.map((by) => ({ ...by, evaluate: observedValue(by.evaluate, hasValue) })) }),
  };
}

function observedValue(evaluate: Evaluate, hasValue: () => void, watch?: Watch): Evaluate {
  return async (input, variables) => {
    await watch?.(input, variables);
    const value = await evaluate(input, variables);
    if (value !== undefined) hasValue();
    return value;
  };
}

function observedTest(test: Test, held: () => void): Test {
  return async (input, variables) => {
    const holds = await test(input, variables);
    if (holds) held();
    return holds;
  };
}

type Watch = (input: Row, variables: Variables) => Promise<void>;

/** Sees by its own evaluation which entry of a table is taken: expressions have no effects. */
function tableWatch({ from, table, otherwise }: Table, at: string, reached: OnReached): readonly Watch[] {
  const expression = readExpression(from, at);
  if (!isExpression(expression)) return [];
  const watch: Watch = async (input, variables) => {
    try {
      const given = await expression.evaluate(input, variables);
      if (given === undefined) return;
      const key = typeof given === 'object' ? JSON.stringify(given) : String(given);
      if (table.has(key)) reached('entries', `${at}.table.${key}`);
      else if (otherwise) reached('entries', `${at}.otherwise`);
    } catch (thrown) {
      // The map tells of it.
      if (!(thrown instanceof PipeError)) throw thrown;
    }
  };
  return [watch];
}

/** What the plans of a row show to be reached: rungs, and child lists that were sent. */
export function noteReached(flow: CompiledFlow, done: Rehearsed, reached: OnReached): void {
  if (done.state !== 'planned') return;
  for (const [name, { rung, changes }] of done.plans) {
    const at = `${flow.flow.name}.${name}`;
    if (rung !== undefined) reached('rungs', `${at}.match.${rung}`);
    for (const change of changes) {
      if (!('lists' in change)) continue;
      for (const { list } of change.lists) reached('fields', `${at}.rows.${list}`);
    }
  }
}
