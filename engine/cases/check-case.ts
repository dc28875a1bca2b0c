import { choicesFor } from '../config/nearest.ts';
import { exampleOf, paramValue } from '../config/param-value.ts';
import type { Pipeline } from '../config/pipeline.ts';
import type { Field, Value } from '../connector.ts';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { catalogue, lookUp } from '../messages/catalogue.ts';
import { fieldsNamed, targetsOn } from '../rehearse/infer-entity.ts';
import type { Describe } from '../rehearse/rehearse.ts';
import type { CompiledFlow, CompiledPipeline, CompiledTarget } from '../transform/compiled.ts';
import { casesErrors } from './errors.ts';
import type { ExpectedChange, Expectation, Named, TestCase, TestFile } from './read-test.ts';

/** Values of the params of a case, checked; what is wrong with them is reported. */
export function paramsOf(
  { params, place }: TestCase,
  pipeline: Pipeline,
  missing: ReadonlySet<string>,
  report: Diagnostic[],
): Readonly<Record<string, Value>> {
  const values: Record<string, Value> = {};
  for (const { name, value, place: at } of params) {
    const param = pipeline.params.get(name);
    if (!param) {
      report.push(unknown(name, casesErrors.unknown_param, [...pipeline.params.keys()], at));
      continue;
    }
    const made = paramValue(value, param.type);
    if (made !== undefined) values[name] = made;
    else report.push(casesErrors.param_misfit.finding({ name, type: param.type, example: exampleOf(param.type) }, at));
  }
  for (const name of missing) {
    if (!params.some((given) => given.name === name)) report.push(casesErrors.param_missing.finding({ name }, place));
  }
  return values;
}

/** The flow of a case; undefined: reported. */
export function flowOf(
  { flow, place }: TestCase,
  { flows }: CompiledPipeline,
  report: Diagnostic[],
): CompiledFlow | undefined {
  const names = flows.map(({ flow: { name } }) => name);
  const [only, more] = flows;
  if (!flow) {
    if (!more) return only;
    report.push(casesErrors.flow_needed.finding({ choices: names.join(' | ') }, place));
    return undefined;
  }
  const found = flows.find((one) => one.flow.name === flow.name);
  if (!found) report.push(unknown(flow.name, casesErrors.unknown_flow, names, flow.place));
  return found;
}

export interface KnownNames {
  readonly compiled: CompiledPipeline;
  readonly flow: CompiledFlow;
  readonly columns: readonly Field[] | undefined;
  readonly describe: Describe;
}

/** Names in a case that the pipeline does not have: a test that speaks of them would test nothing. */
export function unknownNames(one: TestCase, known: KnownNames): readonly Diagnostic[] {
  const columns = known.columns?.map(({ name }) => name);
  return [
    ...one.source.flatMap(({ fields }) => (columns ? unknownAmong(fields, casesErrors.unknown_column, columns) : [])),
    ...one.target.flatMap((connection) => unknownRows(connection, known)),
    ...one.expect.flatMap((expectation) => unknownExpected(expectation, known)),
  ];
}

function unknownRows(
  { name: connection, place, value }: TestFile['cases'][number]['target'][number],
  { compiled, describe }: KnownNames,
): readonly Diagnostic[] {
  const connections = [...compiled.pipeline.connections.keys()];
  if (!connections.includes(connection))
    return [unknown(connection, casesErrors.unknown_connection, connections, place)];
  const entities = entitiesOf(compiled, connection);
  return value.flatMap((entity) => {
    if (!entities.includes(entity.name))
      return [unknown(entity.name, casesErrors.unknown_entity, entities, entity.place)];
    const name = { connection, entity: entity.name };
    const described = describe(connection, entity.name);
    const listed = described ? [...described.fields, ...described.lists].map((field) => field.name) : [];
    const targets = targetsOn(compiled, name);
    // With `fields: all` any field may be there.
    if (targets.some(({ target }) => target.everyField)) return [];
    const fields = [described?.id ?? 'id', 'ID', ...listed, ...fieldsNamed(compiled, name, targets)];
    return entity.value.flatMap((row) => unknownAmong(row.fields, casesErrors.unknown_read, [...new Set(fields)]));
  });
}

/** Entities the targets of a connection write, look up or refer to. */
function entitiesOf({ flows }: CompiledPipeline, connection: string): readonly string[] {
  const targets = flows.flatMap((flow) => flow.targets).filter(({ target }) => target.connection === connection);
  const referred = targets.flatMap(({ fields = [] }) =>
    fields.flatMap(({ mapping }) => mapping.reference?.table ?? []),
  );
  return [...new Set([...targets.map(({ target }) => target.entity), ...referred])];
}

function unknownExpected(
  { record = [], changes = [], refused, skipped, place }: Expectation,
  { flow, columns }: KnownNames,
): readonly Diagnostic[] {
  const fields = flow.shapes ? [...flow.shapes.keys()] : columns?.map(({ name }) => name);
  const guards = flow.guards.map(({ skip }) => skip);
  const targets = flow.targets.map(({ target }) => target.name);
  return [
    ...(fields ? unknownAmong(record, casesErrors.unknown_record_field, fields) : []),
    ...(refused === undefined ? [] : unknownCode(refused, place)),
    ...(skipped === undefined || guards.includes(skipped)
      ? []
      : [unknown(skipped, casesErrors.unknown_guard, guards, place)]),
    ...changes.flatMap(({ name, place: at, value }) => {
      const target = flow.targets.find((one) => one.target.name === name);
      if (!target) return [unknown(name, casesErrors.unknown_target, targets, at)];
      return value.changes.flatMap((change) => unknownChange(change, target, at));
    }),
  ];
}

function unknownChange(change: ExpectedChange, target: CompiledTarget, place: Place): readonly Diagnostic[] {
  const { kind, word, fields = [], rung, rows = [] } = change;
  const { everyField, rows: lists, match, absent } = target.target;
  const mapped = (target.fields ?? []).map(({ mapping }) => mapping.field);
  const marks = typeof absent === 'object' ? [absent.mark] : [];
  const rungs = [...match.map(({ name }) => name), 'tag'];
  const skips = target.guards.flatMap((guard) => ('skip' in guard ? [guard.skip] : []));
  const refusing = match.filter(({ refused }) => refused === 'skip').map(({ name }) => name);
  const referred = (target.fields ?? []).flatMap(({ mapping }) =>
    mapping.reference ? [`NO ${mapping.reference.table}`] : [],
  );
  const ends = [...skips, ...refusing, ...referred];
  return [
    ...(everyField ? [] : unknownAmong(fields, casesErrors.unknown_field, [...mapped, ...marks])),
    ...unknownAmong(
      rows,
      casesErrors.unknown_list,
      lists.map(({ list }) => list),
    ),
    ...(rung === undefined || rungs.includes(rung) ? [] : [unknown(rung, casesErrors.unknown_rung, rungs, place)]),
    ...(kind === 'skip' && word !== undefined && !ends.includes(word)
      ? [unknown(word, casesErrors.unknown_guard, ends, place)]
      : []),
    ...(kind === 'failed' && word !== undefined ? unknownCode(word, place) : []),
  ];
}

function unknownCode(code: string, place: Place): readonly Diagnostic[] {
  if (lookUp(code)) return [];
  const codes = catalogue().map((entry) => entry.code);
  return [casesErrors.unknown_code.finding({ code, choices: choicesFor(code, codes) }, place)];
}

type UnknownName = typeof casesErrors.unknown_param;

function unknownAmong(
  names: readonly Named<unknown>[],
  what: UnknownName,
  known: readonly string[],
): readonly Diagnostic[] {
  return names.filter(({ name }) => !known.includes(name)).map(({ name, place }) => unknown(name, what, known, place));
}

function unknown(name: string, what: UnknownName, known: readonly string[], place: Place): Diagnostic {
  if (known.length === 0) return casesErrors.nothing_to_name.finding({ name }, place);
  return what.finding({ name, choices: choicesFor(name, known) }, place);
}
