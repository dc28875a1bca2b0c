import { choicesFor } from '../config/nearest.ts';
import type { ExpressionText, FieldMapping, Flow, Rung, Target } from '../config/pipeline.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { bareName } from './ast.ts';
import { isFunction } from './check-names.ts';
import { compileIdentity } from './compile-identity.ts';
import type { CompiledField, CompiledRung, CompiledTarget, Evaluate } from './compiled.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import { mapField } from './map-field.ts';
import type { Reader } from './reader.ts';
import { shapeOf } from './shape.ts';
import type { FlowKnowledge } from './surroundings.ts';

/** The targets of a flow, each knowing what to read of its rows for itself and for the targets after it. */
export function compileTargets(flow: Flow, known: FlowKnowledge, read: Reader): readonly CompiledTarget[] {
  const drafts = flow.targets.map((target) => {
    const before = read.expressions.length;
    if (isFunction(target.name)) {
      read.findings.push(transformErrors.function_name.finding({ name: target.name }, target.place));
    }
    read.findings.push(...unknownFields(target, known));
    const compiled = compileTarget(flow, target, known, read);
    const names = known.record?.map(({ name }) => name) ?? [];
    read.findings.push(
      ...markTaken(compiled, names).map((facts) => transformErrors.mark_taken.finding(facts, target.markPlace)),
    );
    return { compiled, expressions: read.expressions.slice(before) };
  });
  return drafts.map(({ compiled, expressions }, index) => {
    const later = drafts.slice(index + 1).flatMap((draft) => draft.expressions);
    const { target } = compiled;
    const asked = [...fieldsRead(expressions, 'found'), ...fieldsRead(later, target.name)];
    const names = new Set(flow.targets.slice(0, index).map(({ name }) => name));
    const uses = variablesIn(expressions);
    const identity = compileIdentity(flow, compiled, expressions, read);
    return {
      ...compiled,
      ...(identity && { identity }),
      select: [...new Set([...fieldsUsed(target), ...asked])],
      uses: [...new Set(uses)].filter((name) => names.has(name)),
      readsFound: uses.includes('found'),
    };
  });
}

function compileTarget(
  flow: Flow,
  target: Target,
  known: FlowKnowledge,
  read: Reader,
): Omit<CompiledTarget, 'select' | 'uses' | 'readsFound'> {
  const at = `${flow.name}.${target.name}`;
  const inside = known.inside(target, 'target');
  const usedBy = new Map<string, readonly string[]>();
  const fields = target.fields?.map((mapping) => {
    const already = read.expressions.length;
    const compiled = compileField(mapping, at, (text, place) => read.value(text, place, inside));
    usedBy.set(mapping.field, variablesIn(read.expressions.slice(already)));
    return compiled;
  });
  return {
    target,
    rungs: target.match.map((rung) => compileRung(rung, at, target, known, read, usedBy)),
    guards: target.guards.map((guard) => ({ ...guard, test: read.condition(guard.if, `${at}.guard`, inside) })),
    ...(fields && { fields: fields.map(({ field }) => field) }),
    rows: target.rows.map((list) => {
      const expression = read.value(list.rows, `${at}.rows.${list.list}`, inside);
      return { ...list, evaluate: expression?.evaluate ?? never };
    }),
    taken: fields?.flatMap((field) => field.taken) ?? [],
    ...(target.within && { within: read.condition(target.within, `${at}.within`, known.inside(target, 'within')) }),
  };
}

type ReadValue = (text: ExpressionText, at: string) => Expression | undefined;

function compileField(
  mapping: FieldMapping,
  target: string,
  read: ReadValue,
): { readonly field: CompiledField; readonly taken: readonly string[] } {
  const at = `${target}.fields.${mapping.field}`;
  const taken: string[] = [];
  const items = mapping.items.map(({ value, type }) => {
    const text = value.kind === 'expression' ? value.expression : value.kind === 'table' ? value.from : undefined;
    const expression = text && read(text, at);
    const name = value.kind === 'expression' && expression ? bareName(expression.root) : undefined;
    if (name !== undefined) taken.push(name);
    const make = mapField(value, expression?.evaluate);
    const evaluate: Evaluate = (input, variables) => make(input, variables);
    return { evaluate, shape: shapeOf(value, expression), ...(type !== undefined && { type }) };
  });
  const by = mapping.reference?.by.map(({ field, expression }) => {
    const asked = read(expression, `${at}.by.${field}`);
    const name = asked && bareName(asked.root);
    if (name !== undefined) taken.push(name);
    return { field, evaluate: asked?.evaluate ?? never };
  });
  return { field: { mapping, items, ...(by && { by }) }, taken };
}

function compileRung(
  rung: Rung,
  target: string,
  owner: Target,
  known: FlowKnowledge,
  read: Reader,
  usedBy: ReadonlyMap<string, readonly string[]>,
): CompiledRung {
  const at = `${target}.match.${rung.name}`;
  const inside = known.inside(owner, 'target');
  const before = known.inside(owner, 'by');
  const first = read.expressions.length;
  const by = rung.by.map((field) => {
    if (field.value.kind !== 'expression') return field;
    const asked = read.value(field.value.expression, `${at}.by.${field.field}`, before);
    return { ...field, evaluate: asked?.evaluate ?? never };
  });
  const mapped = rung.by.flatMap(({ field, value }) => (value.kind === 'mapped' ? (usedBy.get(field) ?? []) : []));
  const byUses = [...variablesIn(read.expressions.slice(first)), ...mapped];
  const already = read.expressions.length;
  const where = rung.where && read.condition(rung.where, `${at}.where`, inside);
  const whereReads = fieldsRead(read.expressions.slice(already), 'found');
  return {
    rung,
    by,
    byUses,
    ...(where && { where }),
    whereReads,
    ...(rung.prefer && { prefer: read.condition(rung.prefer, `${at}.prefer`, inside) }),
  };
}

/** With `fields: all`, the record field that would be written to where rows are marked: they would look gone. */
export function markTaken(
  { target: { absent, everyField, fields = [] }, taken }: Pick<CompiledTarget, 'target' | 'taken'>,
  names: readonly string[],
): readonly { readonly mark: string; readonly name: string }[] {
  if (typeof absent !== 'object' || !everyField || fields.some(({ field }) => field === absent.mark)) return [];
  const { mark } = absent;
  const isMark = (name: string) => everyField.columnOf(name) === everyField.columnOf(mark);
  return names.flatMap((name) => (!taken.includes(name) && isMark(name) ? [{ mark, name }] : []));
}

/** Names in the target's own keys that a described entity does not have; what is made on the way is not asked for. */
function unknownFields(target: Target, known: FlowKnowledge): readonly Diagnostic[] {
  const described = known.inside(target, 'target').rows.get('found');
  if (!described) return [];
  const names = described.map(({ name }) => name);
  const makesFields = target.ddl === 'create' || target.ddl === 'evolve';
  const provided = new Set((target.fields ?? []).flatMap(({ field, provision }) => (provision ? [field] : [])));
  const named = [
    ...(target.fields ?? []).map(({ field, place }) => ({ field, place })),
    ...target.rows.map(({ list, place }) => ({ field: list, place })),
    ...target.match.flatMap(({ by, order, place }) => [
      ...by.map((asked) => ({ field: asked.field, place: asked.place })),
      ...order.map((one) => ({ field: one.field, place: one.place ?? place })),
    ]),
  ];
  return named
    .filter(({ field }) => !makesFields && !provided.has(field) && !names.includes(field))
    .map(({ field: name, place }) => {
      const facts = { entity: target.entity, name, known: choicesFor(name, names) };
      return transformErrors.unknown_target_field.finding(facts, place);
    });
}

/** Fields the target itself names: written, asked by, ordered by, marked. */
function fieldsUsed(target: Target): readonly string[] {
  return [
    ...target.key,
    ...(target.fields ?? []).map(({ field }) => field),
    ...target.rows.map(({ list }) => list),
    ...target.match.flatMap(({ by, order }) => [...by, ...order].map(({ field }) => field)),
    ...(typeof target.absent === 'object' ? [target.absent.mark] : []),
  ];
}

function variablesIn(expressions: readonly Expression[]): readonly string[] {
  return expressions.flatMap(({ names: { reads } }) => reads.map(({ variable }) => variable));
}

/** Fields that expressions read of a row variable. */
function fieldsRead(expressions: readonly Expression[], variable: string): readonly string[] {
  return expressions.flatMap(({ names }) =>
    names.reads.flatMap((read) => (read.variable === variable && read.path[0] !== undefined ? [read.path[0]] : [])),
  );
}

/** Stands for an expression that does not parse; its finding keeps the pipeline from running. */
function never(): undefined {
  return undefined;
}
