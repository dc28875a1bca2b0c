import { choicesFor, nearest } from '../config/nearest.ts';
import type {
  ExpressionText,
  FieldMapping,
  Flow,
  MapValue,
  Param,
  Pipeline,
  Reference,
  Target,
} from '../config/pipeline.ts';
import type { EntityDescription, Field, Value } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { textOf } from './ast.ts';
import { checkAsked, checkColumnNames } from './check-source.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import { checkInto } from './infer/into.ts';
import type { Into } from './infer/into.ts';
import { typeErrors } from './infer/errors.ts';
import { checkRows } from './infer/into-rows.ts';
import { typeOfFields } from './infer/of-field.ts';
import { quoted } from './infer/span.ts';
import { any, boolean, called, isNever, nothing, number, text, typeOfValue, union, withNothing } from './infer/type.ts';
import type { Type } from './infer/type.ts';
import { typesOf } from './infer/types-of.ts';
import type { Told } from './infer/types-of.ts';
import { runFacts } from './surroundings.ts';
import type { Knowledge } from './surroundings.ts';

/** What the types of a flow's expressions came to. */
export interface CheckedTypes {
  readonly findings: readonly Diagnostic[];
  /** Each expression that was looked at, with the types of its parts. */
  readonly told: readonly Told[];
}

/**
 * Types from the source's columns through the record into the fields of the targets (language.md §4.15). What nobody
 * describes is `any`, and nothing is found about it.
 */
export function checkTypes(
  pipeline: Pipeline,
  flow: Flow,
  knowledge: Knowledge,
  expressions: readonly Expression[],
): CheckedTypes {
  const byText = new Map(expressions.map((expression) => [expression.source, expression]));
  const columns = knowledge.columns?.(flow);
  const source = columns ? typeOfFields(columns) : any;
  const common = new Map([
    ['params', paramsType(pipeline)],
    ['run', typeOfFields(runFacts)],
    ['source', source],
  ]);
  const told: Told[] = [];
  const findings: Diagnostic[] = [];
  const tell = (written: ExpressionText, input: Type, variables: ReadonlyMap<string, Type>): Told => {
    const expression = byText.get(written);
    const one = expression ? typesOf(expression, { input, variables }) : { type: any, findings: [], types: new Map() };
    told.push(one);
    findings.push(...one.findings);
    return one;
  };
  const check: Check = {
    tell,
    report: (...more) => findings.push(...more),
    expression: (of) => byText.get(of),
    knowledge,
  };
  if (columns && !knowledge.checked?.(flow)) check.report(...checkColumnNames(flow, columns));
  check.report(...checkAsked(flow, knowledge));
  if (flow.enabled) tell(flow.enabled, { nothing: 'never' }, common);
  const mapped = flow.map ? recordType(flow.map, source, common, check) : source;
  for (const { if: condition } of flow.guards) checkCondition(condition, mapped, common, check);
  const record = withRequired(mapped, flow, check);
  const rows = new Map(common);
  for (const target of flow.targets) {
    const entity = knowledge.entity?.(target);
    const row = entity ? rowType(entity) : any;
    checkTarget(target, entity, record, rows, row, check);
    rows.set(target.name, withNothing(row, 'unsaid'));
  }
  return { findings, told };
}

interface Check {
  tell(source: ExpressionText, input: Type, variables: ReadonlyMap<string, Type>): Told;
  report(...findings: readonly Diagnostic[]): void;
  expression(source: ExpressionText): Expression | undefined;
  readonly knowledge: Knowledge;
}

type Variables = ReadonlyMap<string, Type>;

function recordType(map: NonNullable<Flow['map']>, row: Type, variables: Variables, check: Check): Type {
  const fields = [...map.values()].map(({ name, value }): [string, Type] => [
    name,
    valueType(value, row, variables, check),
  ]);
  return { nothing: 'never', object: { fields: new Map(fields), open: false } };
}

/** A constant, an expression, or what a table makes of one. */
function valueType(value: MapValue, input: Type, variables: Variables, check: Check): Type {
  switch (value.kind) {
    case 'const':
      return typeOfValue(value.value, () => value.place);
    case 'expression':
      return check.tell(value.expression, input, variables).type;
    case 'table': {
      const from = check.tell(value.from, input, variables).type;
      const { table, otherwise, placeOf } = value;
      const values = [...table].map(([key, one]) => typeOfValue(one, () => placeOf?.(key)));
      const other = otherwise ? typeOfValue(otherwise.value, () => otherwise.place) : nothing;
      const made = union([...values, other]);
      return withNothing(made, otherwise && from.nothing !== 'maybe' ? from.nothing : 'maybe');
    }
    default:
      return value satisfies never;
  }
}

/** What `require` and a guard such as `$empty(phone)` let pass has a value. */
function withRequired(record: Type, { require, guards }: Flow, check: Check): Type {
  if (!record.object) return record;
  const skipped = guards.flatMap(({ if: condition }) => emptyName(check.expression(condition)) ?? []);
  const names = new Set([...require.map(({ field }) => field), ...skipped]);
  const fields = [...record.object.fields].map(([name, type]): [string, Type] => [
    name,
    names.has(name) ? withNothing(type, 'never') : type,
  ]);
  return { ...record, object: { ...record.object, fields: new Map(fields) } };
}

function emptyName(expression: Expression | undefined): string | undefined {
  const { type, procedure, arguments: given = [] } = expression?.root ?? { type: '' };
  const [only] = given;
  const name = only?.type === 'path' && only.steps?.length === 1 ? textOf(only.steps[0]) : undefined;
  return type === 'function' && textOf(procedure) === 'empty' ? name : undefined;
}

/** Of an entity's fields: several targets write to one, and flows refer to it. */
const rowTypes = new WeakMap<EntityDescription['fields'], Type>();

function rowType(entity: EntityDescription): Type {
  const type = rowTypes.get(entity.fields) ?? makeRowType(entity);
  rowTypes.set(entity.fields, type);
  return type;
}

function makeRowType({ id, fields, lists, openFields }: EntityDescription): Type {
  const children = lists.map(({ name, fields: own }): Field => ({ name, type: 'json', multiple: true, fields: own }));
  const ids: readonly Field[] = fields.some(({ name }) => name === id)
    ? []
    : [{ name: id, type: 'id', optional: false }];
  return typeOfFields([...ids, ...fields, ...children], undefined, openFields === true);
}

function checkTarget(
  target: Target,
  entity: EntityDescription | undefined,
  record: Type,
  earlier: Variables,
  row: Type,
  check: Check,
): void {
  const variables = new Map([...earlier, ['found', withNothing(row, 'unsaid')] as const]);
  const describe = fieldsOf(entity);
  const values = new Map<string, Type>();
  for (const mapping of target.fields ?? []) {
    const field = describe(mapping.field);
    const types = mapping.items.map(({ value }) => {
      const type = valueType(value, record, variables, check);
      return { type, value };
    });
    values.set(mapping.field, union(types.map(({ type }) => type)));
    if (mapping.provision && entity && !field) notYet(mapping, entity, check);
    if (!field) continue;
    if (field.readOnly)
      check.report(typeErrors.read_only.finding({ entity: target.entity, field: field.name }, mapping.place));
    checkKinds(target, mapping, field, check);
    for (const { type, value } of types) {
      const into = intoOf(target, field, value, check, mapping.items.length > 1);
      checkInto(type, into, (of) => values.get(of), describe, check.report);
    }
  }
  checkBy(target, record, new Map([...variables].filter(([name]) => name !== 'found')), describe, check);
  for (const { where, prefer } of target.match)
    for (const condition of [where, prefer]) if (condition) checkCondition(condition, record, variables, check);
  for (const guard of target.guards) checkCondition(guard.if, record, variables, check);
  if (target.within) checkCondition(target.within, { nothing: 'never' }, variables, check);
  for (const list of target.rows) {
    const type = check.tell(list.rows, record, variables).type;
    const described = entity?.lists.find(({ name }) => name === list.list);
    const expression = check.expression(list.rows);
    if (described && expression) checkRows(type, described, { entity: target.entity, expression }, check.report);
  }
  if (entity) checkRequired(target, entity, values, check);
}

/** Of phones and mails: the system drops or refuses an entry of a type it does not know. */
function checkKinds({ entity }: Target, { items }: FieldMapping, { name, kinds }: Field, check: Check): void {
  for (const { type, typePlace } of items) {
    if (!kinds || type === undefined || kinds.includes(type)) continue;
    const facts = { type, entity, field: name, known: choicesFor(type, kinds) };
    check.report(typeErrors.unknown_kind.finding(facts, typePlace));
  }
}

/** The next `provision` makes it; where another field is called almost so, that may be meant. */
function notYet({ field, place }: FieldMapping, { entity, fields, openFields }: EntityDescription, check: Check): void {
  if (openFields) return;
  const meant = nearest(
    field,
    fields.map(({ name }) => name),
  );
  const known = meant === undefined ? '`pipe provision`' : `"${meant}" | \`pipe provision\``;
  check.report(typeErrors.not_provisioned.finding({ entity, field, known }, place, 'warning'));
}

function fieldsOf(entity: EntityDescription | undefined): (name: string) => Field | undefined {
  const fields = new Map(entity?.fields.map((field) => [field.name, field]));
  return (name) => fields.get(name);
}

function intoOf(target: Target, field: Field, value: MapValue, check: Check, isOneOfMany: boolean): Into {
  const written = value.kind === 'expression' ? value.expression : value.kind === 'table' ? value.from : undefined;
  const expression = written && check.expression(written);
  const place = value.kind === 'const' ? value.place : written?.place();
  return {
    entity: target.entity,
    field,
    isOneOfMany,
    ...(expression && value.kind === 'expression' && { expression }),
    ...(place && { place }),
  };
}

/** A question takes a list too: any of its values. */
function checkBy(
  target: Target,
  record: Type,
  variables: Variables,
  describe: (name: string) => Field | undefined,
  check: Check,
): void {
  for (const { field: name, value } of target.match.flatMap(({ by }) => by)) {
    if (value.kind !== 'expression') continue;
    const { type } = check.tell(value.expression, record, variables);
    const field = describe(name);
    const expression = check.expression(value.expression);
    if (!field || !expression) continue;
    const into: Into = { entity: target.entity, field, isOneOfMany: true, expression, place: value.expression.place() };
    checkInto(type, into, () => undefined, describe, check.report);
  }
  for (const { reference } of target.fields ?? [])
    if (reference) checkReference(target, reference, record, variables, check);
}

/** `{ ref: cities, by: { btxid: city }, take: id }`: fields of the other table. */
function checkReference(
  { connection }: Target,
  { table, by, take, takePlace }: Reference,
  record: Type,
  variables: Variables,
  check: Check,
): void {
  const entity = check.knowledge.entity?.({ connection, entity: table });
  const describe = fieldsOf(entity);
  const known = entity && (rowType(entity).object ?? undefined);
  const named = [...by.map(({ field, place }) => ({ field, place })), { field: take, place: takePlace }];
  for (const { field: name, place } of known && !known.open ? named : []) {
    if (known?.fields.has(name)) continue;
    const facts = { entity: table, name, known: choicesFor(name, [...(known?.fields.keys() ?? [])]) };
    check.report(transformErrors.unknown_target_field.finding(facts, place));
  }
  for (const { field: name, expression: written } of by) {
    const { type } = check.tell(written, record, variables);
    const [field, expression] = [describe(name), check.expression(written)];
    if (!field || !expression) continue;
    const into: Into = { entity: table, field, isOneOfMany: true, expression, place: written.place() };
    checkInto(type, into, () => undefined, describe, check.report);
  }
}

function checkCondition(condition: ExpressionText, input: Type, variables: Variables, check: Check): void {
  const { type } = check.tell(condition, input, variables);
  const expression = check.expression(condition);
  if (!expression || !isNever(type, 'boolean')) return;
  const operand = quoted(expression.root, condition.text);
  check.report(typeErrors.not_boolean.finding({ operand, kind: called(type) }, condition.place()));
}

/** What a new row must have and no field gives. */
function checkRequired(
  target: Target,
  { entity, id, fields }: EntityDescription,
  values: ReadonlyMap<string, Type>,
  check: Check,
): void {
  if (!target.fields || target.missing !== 'create' || target.ddl === 'create' || target.ddl === 'evolve') return;
  for (const { name: field, required, readOnly } of fields) {
    if (!required || readOnly || field === id) continue;
    const mapping = target.fields.find((one) => one.field === field);
    if (!mapping && !target.everyField)
      check.report(typeErrors.required_missing.finding({ entity, field }, target.place));
    const [only] = mapping?.items ?? [];
    if (!mapping || values.get(field)?.nothing !== 'maybe') continue;
    const place = only?.value.kind === 'expression' ? only.value.expression.place() : mapping.place;
    if (!mapping.reference) check.report(typeErrors.required_nothing.finding({ entity, field }, place));
  }
}

/** What a param holds in this run may be otherwise in the next: a text is known only as what it is now. */
function paramsType({ params, values }: Pipeline): Type {
  const types = [...params.values()].map((param): [string, Type] => [param.name, paramType(param, values)]);
  return { nothing: 'never', object: { fields: new Map(types), open: false } };
}

function paramType(param: Param, values: Pipeline['values']): Type {
  const { name, type, optional } = param;
  const value = param.undecided ? undefined : values[name];
  const place = (one: Value) => param.placeOf?.(one);
  const how = optional && values[name] === undefined ? 'maybe' : 'never';
  switch (type) {
    case 'integer':
    case 'number':
      return withNothing(number, how);
    case 'boolean':
      return withNothing(boolean, how);
    case 'string':
      return withNothing(value === undefined ? text : typeOfValue(value, place, true), how);
    case 'list':
      return withNothing(value === undefined ? any : typeOfValue(value, place, true), how);
    default:
      return type satisfies never;
  }
}
