import type { Value } from '../connector.ts';
import type { Place } from '../diagnostics.ts';
import { configErrors } from './errors.ts';
import type { Environment, VariableMode } from './interpolate.ts';
import { checkName } from './names.ts';
import { choicesFor } from './nearest.ts';
import { child, entries, items, textAt, toJson } from './node.ts';
import type { Entry, Node } from './node.ts';
import { exampleOf, paramValue, sampleOf } from './param-value.ts';
import type { ParamType } from './param-value.ts';
import type { Param } from './pipeline.ts';
import { wordAt } from './reader.ts';
import type { Reader } from './reader.ts';
import { placeOf } from './source-text.ts';
import type { Span } from './source-text.ts';

export interface ParamOptions {
  readonly environment: Environment;
  readonly variables: VariableMode;
  /** `name=value` as given on the command line. */
  readonly flags: readonly string[];
}

export interface ReadParams {
  readonly params: ReadonlyMap<string, Param>;
  readonly values: Readonly<Record<string, Value>>;
  /** Something was said about these: their value is made up, so that expressions can be checked. */
  readonly undecided: ReadonlySet<string>;
}

interface Given {
  readonly raw: unknown;
  readonly span: Span;
}

const types: readonly ParamType[] = ['integer', 'number', 'string', 'boolean', 'list'];

/** Declared params and their values: a flag before the environment before the default. */
export function readParams(node: Node | undefined, options: ParamOptions, reader: Reader): ReadParams {
  const declared = entries(node);
  const flags = readFlags(options.flags, declared, reader);
  const params = new Map<string, Param>();
  const values: Record<string, Value> = {};
  const undecided = new Set<string>();
  for (const entry of declared) {
    const heard: Reader = {
      ...reader,
      report: (...findings) => {
        undecided.add(entry.key);
        reader.report(...findings);
      },
    };
    checkName(entry.key, entry.keySpan, reader);
    const type = wordAt(entry.node, 'type', types, 'string');
    const optional = toJsonAt(entry.node, 'optional') === true;
    checkBounds(entry, type, reader);
    const value = valueOf(entry, type, flags.get(entry.key), options, heard);
    if (value !== undefined) values[entry.key] = value;
    params.set(entry.key, {
      name: entry.key,
      type,
      optional,
      place: placeOf(entry.keySpan),
      placeOf: (one) => placeOfDefault(child(entry.node, 'default'), one),
      ...(undecided.has(entry.key) && { undecided: true as const }),
    });
  }
  return { params, values, undecided };
}

function placeOfDefault(literal: Node | undefined, value: Value): Place | undefined {
  const written = literal?.kind === 'list' ? items(literal) : literal ? [literal] : [];
  const node = written.find((one) => toJson(one) === value);
  return node && placeOf(node.span);
}

function readFlags(flags: readonly string[], declared: readonly Entry[], reader: Reader): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  const known = declared.map((entry) => entry.key);
  for (const text of flags) {
    const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) reader.report(configErrors.param_flag.finding({ text }));
    else if (known.includes(name)) read.set(name, value);
    else if (known.length === 0) reader.report(configErrors.no_params.finding({ name }));
    else reader.report(configErrors.unknown_param.finding({ name, choices: choicesFor(name, known) }));
  }
  return read;
}

/** Reports what is wrong with the value; what is returned then still lets expressions be checked. */
function valueOf(
  entry: Entry,
  type: ParamType,
  flag: string | undefined,
  options: ParamOptions,
  reader: Reader,
): Value | undefined {
  const literal = child(entry.node, 'default');
  const given = givenValue(entry, flag, options.environment);
  if (!given) return withoutValue(entry, type, options.variables, reader);
  const isUndecided = literal?.kind === 'scalar' && literal.undecided === true;
  if (given.span === literal?.span && (isUndecided || given.raw === null)) return sampleOf(type);
  const value = paramValue(given.raw, type);
  if (value === undefined) {
    const parameters = { name: entry.key, type, example: exampleOf(type) };
    reader.report(configErrors.param_not_of_type.finding(parameters, placeOf(given.span)));
    return sampleOf(type);
  }
  if (typeof value === 'number') checkWithin(entry, value, given.span, reader);
  return value;
}

function givenValue(entry: Entry, flag: string | undefined, environment: Environment): Given | undefined {
  if (flag !== undefined) return { raw: flag, span: entry.keySpan };
  const variable = child(entry.node, 'env');
  const text = environment[textAt(entry.node, 'env') ?? ''];
  if (variable && text !== undefined && text !== '') return { raw: text, span: variable.span };
  const literal = child(entry.node, 'default');
  return literal && { raw: toJson(literal), span: literal.span };
}

function withoutValue(entry: Entry, type: ParamType, variables: VariableMode, reader: Reader): Value | undefined {
  if (toJsonAt(entry.node, 'optional') === true) return undefined;
  const variable = textAt(entry.node, 'env');
  // A value that could be one would be copied: each clinic has its own.
  const blank = type === 'list' ? '<a,b,…>' : `<${type}>`;
  const flag = `--param ${entry.key}=${blank}`;
  const ways = variable === undefined ? flag : `${variable}=${blank} | ${flag}`;
  const severity = variables === 'required' ? 'error' : 'warning';
  reader.report(configErrors.param_missing.finding({ name: entry.key, ways }, placeOf(entry.keySpan), severity));
  return sampleOf(type);
}

function checkWithin(entry: Entry, value: number, span: Span, reader: Reader): void {
  const [minimum, maximum] = boundsOf(entry);
  const name = entry.key;
  if (minimum !== undefined && value < minimum) {
    reader.report(configErrors.param_too_small.finding({ name, limit: minimum }, placeOf(span)));
  } else if (maximum !== undefined && value > maximum) {
    reader.report(configErrors.param_too_large.finding({ name, limit: maximum }, placeOf(span)));
  }
}

function checkBounds(entry: Entry, type: ParamType, reader: Reader): void {
  const [minimum, maximum] = boundsOf(entry);
  const name = entry.key;
  for (const key of ['minimum', 'maximum']) {
    const bound = child(entry.node, key);
    if (!bound || type === 'integer' || type === 'number') continue;
    reader.report(configErrors.bounds_without_number.finding({ key, name, type }, placeOf(bound.span)));
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    reader.report(configErrors.param_bounds.finding({ name, minimum, maximum }, placeOf(entry.keySpan)));
  }
}

function boundsOf(entry: Entry): readonly [number | undefined, number | undefined] {
  const [minimum, maximum] = [toJsonAt(entry.node, 'minimum'), toJsonAt(entry.node, 'maximum')];
  return [typeof minimum === 'number' ? minimum : undefined, typeof maximum === 'number' ? maximum : undefined];
}

function toJsonAt(node: Node, key: string): unknown {
  const found = child(node, key);
  return found && toJson(found);
}
