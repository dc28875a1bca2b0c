import { choicesFor, listed, nearest } from '../config/nearest.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { bareName, startOf } from './ast.ts';
import { builtIns } from './builtins.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import { functions } from './functions.ts';
import type { Call, Origin, Read } from './names.ts';
import { runFacts } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** Every name of an expression that means nothing where it stands (language.md §4.6), each with what was meant. */
export function checkNames(expression: Expression, around: Surroundings): readonly Diagnostic[] {
  const { reads, calls } = expression.names;
  return [
    ...reads.flatMap((read) => checkRead(expression, read, around) ?? []),
    ...calls.flatMap((call) => checkCall(expression, call) ?? checkSetting(expression, call, around) ?? []),
  ];
}

function checkRead(expression: Expression, read: Read, around: Surroundings): Diagnostic | undefined {
  switch (read.variable) {
    case '':
      return checkBareName(expression, read, around);
    case 'params':
      return around.role === 'enabled' || read.path.length > 0 ? checkParam(expression, read, around) : undefined;
    case 'run':
      return checkPart(expression, read, runFacts);
    case 'source':
      return around.role === 'enabled' || around.role === 'within'
        ? unknownVariable(expression, read, around)
        : checkPart(expression, read, around.source);
    default:
      return around.rows.has(read.variable)
        ? checkRow(expression, read, around)
        : checkVariable(expression, read, around);
  }
}

function checkBareName(expression: Expression, read: Read, around: Surroundings): Diagnostic | undefined {
  const [name] = read.path;
  if (around.role === 'enabled') return transformErrors.enabled_unknown.finding({}, placeOf(expression, read));
  if (name === undefined || !around.record || hasField(around.record, name)) return undefined;
  const known = around.record.map((field) => field.name);
  const where = placeOf(expression, read);
  if (around.role === 'within') return transformErrors.no_record_here.finding({ name }, where);
  const inMap = around.role === 'map';
  if (read.path.length > 1 && ['params', 'source', 'run', ...around.rows.keys()].includes(name)) {
    const unknown = inMap ? transformErrors.unknown_column : transformErrors.unknown_field;
    return unknown.finding({ name, known: `$${name}` }, where);
  }
  if (nearest(name, known) === undefined && read.path.length === 1) {
    const word = name.replace(/^[“”„«]|[“”»]$/g, '');
    const literal = bareName(expression.root) === name && word === name ? `{ const: ${name} }` : `"${word}"`;
    return (inMap ? transformErrors.literal_column : transformErrors.literal_word).finding({ name, literal }, where);
  }
  const facts = { name, known: choicesFor(name, known) };
  return (inMap ? transformErrors.unknown_column : transformErrors.unknown_field).finding(facts, where);
}

function checkParam(expression: Expression, read: Read, around: Surroundings): Diagnostic | undefined {
  const [name] = read.path;
  if (name === undefined || around.params.has(name)) return undefined;
  const known = choicesFor(name, [...around.params.keys()], (each) => `$params.${each}`) || '$params.…';
  return transformErrors.unknown_param.finding({ name, known }, placeOf(expression, read));
}

function checkPart(
  expression: Expression,
  read: Read,
  fields: readonly { readonly name: string }[] | undefined,
): Diagnostic | undefined {
  const [name] = read.path;
  if (name === undefined || !fields || hasField(fields, name)) return undefined;
  const names = fields.map((field) => field.name);
  const variable = read.variable;
  const known = choicesFor(name, names, (each) => `$${variable}.${each}`);
  return transformErrors.unknown_part.finding({ variable, name, known }, placeOf(expression, read));
}

/** `$found` and earlier targets: only single fields of them can be read. */
function checkRow(expression: Expression, read: Read, around: Surroundings): Diagnostic | undefined {
  const [name] = read.path;
  if (name === undefined) {
    const facts = { name: read.variable };
    return read.presence ? undefined : transformErrors.whole_row.finding(facts, placeOf(expression, read));
  }
  const fields = around.rows.get(read.variable);
  if (!fields || hasField(fields, name)) return undefined;
  const names = fields.map((field) => field.name);
  const entity = around.entities.get(read.variable) ?? '';
  const { offset, length } = read.named ?? read;
  const place = expression.source.place(offset, length);
  return transformErrors.unknown_target_field.finding({ entity, name, known: choicesFor(name, names) }, place);
}

function checkVariable(expression: Expression, read: Read, around: Surroundings): Diagnostic | undefined {
  const name = read.variable;
  if (isFunction(name) && read.path.length === 0) return undefined;
  const where = placeOf(expression, read);
  if (name === 'found') {
    return (around.role === 'by' ? transformErrors.found_before_match : transformErrors.found_outside).finding(
      {},
      where,
    );
  }
  if (name === around.own) return transformErrors.own_target.finding({ name }, where);
  if (!around.targets.includes(name)) return unknownVariable(expression, read, around);
  return around.own === undefined || around.role === 'within'
    ? transformErrors.target_outside.finding({ name }, where)
    : transformErrors.later_target.finding({ name, target: around.own }, where);
}

function unknownVariable(expression: Expression, read: Read, around: Surroundings): Diagnostic {
  const name = read.variable;
  const hidden = around.role === 'enabled' || around.role === 'within';
  const known = ['params', ...(hidden ? [] : ['source']), 'run', ...around.rows.keys()];
  const facts = { name, known: choicesFor(name, known, (each) => `$${each}`) };
  return transformErrors.unknown_variable.finding(facts, placeOf(expression, read));
}

function checkCall(expression: Expression, call: Call): Diagnostic | undefined {
  const { name, offset, given, bare, partial, inPath } = call;
  const { least, most } = arity(name, inPath);
  if (isFunction(name) && !bare && (partial || (given >= least && given <= most))) return undefined;
  const where = expression.source.place(offset, name.length + (bare ? 0 : 1));
  if (!isFunction(name)) {
    const all = [...Object.keys(functions), ...builtIns.keys()];
    const meant = nearest(name, all);
    const known = meant === undefined ? listed(Object.keys(functions), dollar) : dollar(meant);
    return transformErrors.unknown_function.finding({ name, known }, where);
  }
  if (bare) return transformErrors.missing_dollar.finding({ name }, where);
  const takes = least === most ? String(least) : `${least}–${most === Infinity ? '…' : most}`;
  return transformErrors.wrong_count.finding({ name, given, takes, usage: usageOf(name) }, where);
}

/** A zone or an algorithm that does not exist would refuse every record: a literal or a param is looked at now. */
function checkSetting(expression: Expression, call: Call, around: Surroundings): Diagnostic | undefined {
  const { setting } = (Object.hasOwn(functions, call.name) && functions[call.name]) || {};
  const position = setting ? setting.index - (call.given - call.written.length) : -1;
  const argument = call.written[position];
  if (!setting || !argument) return undefined;
  const [origin] = call.origins[setting.index] ?? [];
  const value = argument.type === 'string' ? argument.value : paramValue(origin, around);
  const known = typeof value === 'string' ? setting.instead(value) : undefined;
  if (known === undefined) return undefined;
  const facts = { operation: `$${call.name}`, value: String(value), known };
  const start = origin?.offset ?? startOf(argument, expression.source.text);
  const length = origin?.length ?? String(value).length + 2;
  return transformErrors.unknown_setting.finding(facts, expression.source.place(start, length));
}

function paramValue(origin: Origin | undefined, { values }: Surroundings): unknown {
  return origin?.variable === 'params' && origin.path.length === 1 ? values[origin.path[0] ?? ''] : undefined;
}

export function isFunction(name: string): boolean {
  return Object.hasOwn(functions, name) || builtIns.has(name);
}

function arity(name: string, inPath: boolean): { least: number; most: number } {
  const ours = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (ours) return { least: ours.takes.length - (ours.optional ?? 0), most: ours.takes.length };
  const { least, most, context } = builtIns.get(name) ?? { least: 0, most: Infinity };
  return { least: context === 'any' || (context && inPath) ? least - 1 : least, most };
}

function usageOf(name: string): string {
  const ours = Object.hasOwn(functions, name) ? functions[name] : undefined;
  return ours?.usage ?? `$${name}(${Array.from({ length: builtIns.get(name)?.least ?? 0 }, () => '…').join(', ')})`;
}

function hasField(fields: readonly { readonly name: string }[], name: string): boolean {
  return fields.some((field) => field.name === name);
}

function dollar(name: string): string {
  return `$${name}`;
}

function placeOf(expression: Expression, read: Read) {
  return expression.source.place(read.offset, read.length);
}
