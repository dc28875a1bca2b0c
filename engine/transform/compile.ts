import type { Flow, Pipeline } from '../config/pipeline.ts';
import type { Field, Row, Value } from '../connector.ts';
import { sortFindings } from '../diagnostics.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { PipeError } from '../errors.ts';
import { checkKey } from './check-key.ts';
import { checkTypes } from './check-types.ts';
import type { CompiledFlow, CompiledPipeline, MappedRecord, Variables } from './compiled.ts';
import { compileTargets } from './compile-target.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import { mappingHash, paramsHash, paramsUsed } from './hash.ts';
import { keyOfParts } from './key-parts.ts';
import { mapField } from './map-field.ts';
import type { MakeValue } from './map-field.ts';
import { reader } from './reader.ts';
import type { Reader } from './reader.ts';
import { shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';
import { fieldAt, knowledgeOf } from './surroundings.ts';
import type { FlowKnowledge, Knowledge } from './surroundings.ts';

/** A pipeline ready to run, or what keeps it from that. */
export interface Compilation {
  /** undefined when a finding is an error. */
  readonly pipeline: CompiledPipeline | undefined;
  /** All there are, in the order of the file. */
  readonly findings: readonly Diagnostic[];
}

/**
 * Parses every expression of a pipeline once and checks every name in it (language.md §4.6, §6). `validate` shows the
 * findings, `run` needs the pipeline; what is known of columns and entities beside the file makes the check sharper.
 */
export function compile(pipeline: Pipeline, knowledge: Knowledge = {}): Compilation {
  const read = reader();
  const flows = pipeline.flows.map((flow) => compileFlow(pipeline, flow, knowledge, read));
  const off = new Set(flows.flatMap(({ flow }) => (flow.enabled ? [] : flow.flow.name)));
  read.findings.push(...idleEntries(pipeline, off));
  const findings = sortFindings(read.findings);
  if (findings.some(({ severity }) => severity === 'error')) return { pipeline: undefined, findings };
  const paramNames = paramsUsed(pipeline, new Set(flows.flatMap(({ mapParams }) => mapParams)));
  let hash: string | undefined;
  const compiled: CompiledPipeline = {
    pipeline,
    // Neither hash is made where a file is only looked at.
    get hash() {
      return (hash ??= mappingHash(pipeline));
    },
    get paramsHash() {
      return paramsHash(pipeline, paramNames);
    },
    paramNames,
    flows: flows.map(({ flow }) => flow),
  };
  return { pipeline: compiled, findings };
}

function compileFlow(
  pipeline: Pipeline,
  flow: Flow,
  knowledge: Knowledge,
  read: Reader,
): { readonly flow: CompiledFlow; readonly mapParams: readonly string[] } {
  const before = read.expressions.length;
  const columns = knowledgeOf(pipeline, flow, knowledge, undefined);
  const entries = readMap(flow, columns, read);
  const record = flow.map ? recordFields(entries, columns.source) : columns.source;
  const known = knowledgeOf(pipeline, flow, knowledge, record);
  const parts = checkKey(flow, entries.find(({ name }) => name === flow.key)?.expression, known, read);
  const made = entries.map((entry) =>
    entry.name === flow.key ? { ...entry, make: keyOfParts(entry.name, parts, entry.make) } : entry,
  );
  const compiled: CompiledFlow = {
    flow,
    enabled: isEnabled(pipeline, flow, known, read),
    map: flow.map ? (row, variables) => makeRecord(made, row, variables) : unchanged,
    ...(flow.map && { shapes: new Map(entries.map(({ name, shape }) => [name, shape])) }),
    guards: flow.guards.map((guard) => {
      const test = read.condition(guard.if, `${flow.name}.guard`, known.outside('guard'));
      return { ...guard, test };
    }),
    targets: compileTargets(flow, known, read),
  };
  const { findings } = checkTypes(pipeline, flow, knowledge, read.expressions.slice(before));
  read.findings.push(...findings.filter((finding) => !isTold(finding, read.findings)));
  return { mapParams: entries.flatMap(({ expression }) => paramsOf(expression)), flow: compiled };
}

/** Something is said of that very place already, or of a part of it. */
function isTold({ where }: Diagnostic, told: readonly Diagnostic[]): boolean {
  if (!where) return false;
  const { file, line, column, length = 1 } = where;
  return told.some(({ where: other }) => {
    const isThere = other?.file === file && other.line === line;
    return isThere && other.column >= column && other.column < column + length;
  });
}

interface MapEntry {
  readonly name: string;
  readonly expression: Expression | undefined;
  readonly bare: boolean;
  readonly make: MakeValue;
  readonly shape: Shape;
}

function readMap(flow: Flow, known: FlowKnowledge, read: Reader): readonly MapEntry[] {
  return [...(flow.map?.values() ?? [])].map(({ name, value }) => {
    const text = value.kind === 'expression' ? value.expression : value.kind === 'table' ? value.from : undefined;
    const expression = text && read.value(text, `${flow.name}.map.${name}`, known.outside('map'));
    const make = mapField(value, expression?.evaluate);
    return { name, expression, bare: value.kind === 'expression', make, shape: shapeOf(value, expression) };
  });
}

/** Fields of the record; a column that is taken unchanged keeps its type. */
function recordFields(entries: readonly MapEntry[], source: readonly Field[] | undefined): readonly Field[] {
  return entries.map(({ name, expression, bare }) => {
    const [origin, ...more] = (bare && expression?.names.result) || [];
    const column = origin?.variable === '' && more.length === 0 ? fieldAt(source, origin.path) : undefined;
    // `json` says nothing of the type: that is what there is to know of a computed value.
    return column ? { ...column, name } : { name, type: 'json' };
  });
}

async function makeRecord(entries: readonly MapEntry[], row: Row, variables: Variables): Promise<MappedRecord> {
  const record: Record<string, Value> = {};
  const failures: PipeError[] = [];
  const unknown: { field: string; value: string }[] = [];
  for (const { name, make } of entries) {
    try {
      const made = make(row, variables, (value) => unknown.push({ field: name, value }));
      const value = made instanceof Promise ? await made : made;
      if (value !== undefined) record[name] = value;
    } catch (thrown) {
      if (!(thrown instanceof PipeError) || thrown.kind !== 'data') throw thrown;
      failures.push(thrown);
    }
  }
  // V8 keeps what is filled name by name as a table of twice the size: the copy is an object like any other.
  return { record: { ...record }, failures, unknown };
}

async function unchanged(row: Row): Promise<MappedRecord> {
  return { record: row, failures: [], unknown: [] };
}

/** Decided before anything is read, so by `$params` alone and at once. */
function isEnabled(pipeline: Pipeline, flow: Flow, known: FlowKnowledge, read: Reader): boolean {
  if (!flow.enabled) return true;
  const before = read.findings.length;
  const test = read.condition(flow.enabled, `${flow.name}.enabled`, known.outside('enabled'));
  if (read.findings.length > before) return true;
  try {
    const enabled = test({}, { params: pipeline.values });
    if (typeof enabled === 'boolean') return enabled;
    enabled.catch(() => undefined);
  } catch {
    // Not a boolean: the finding below says what is wanted.
  }
  read.findings.push(transformErrors.enabled_unknown.finding({}, flow.enabled.place()));
  return true;
}

/** Entries of the schedule all of whose flows are switched off; while a param has no value nobody knows. */
function idleEntries({ schedule, params }: Pipeline, off: ReadonlySet<string>): readonly Diagnostic[] {
  if ([...params.values()].some(({ undecided }) => undecided)) return [];
  const idle = schedule.filter(({ flows }) => flows && flows.length > 0 && flows.every((name) => off.has(name)));
  return idle.map(({ flows = [], place }) =>
    transformErrors.idle_entry.finding({ flows: flows.join(', ') }, place, 'warning'),
  );
}

/** Names of the params an expression reads; `*` where it takes them whole. */
function paramsOf(expression: Expression | undefined): readonly string[] {
  const reads = expression?.names.reads.filter(({ variable }) => variable === 'params') ?? [];
  return reads.map(({ path }) => path[0] ?? '*');
}
