import type { Flow } from '../config/pipeline.ts';
import type { Field } from '../connector.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import type { KeyPart } from './key-parts.ts';
import { partsAround } from './key-parts.ts';
import type { Read } from './names.ts';
import type { Reader } from './reader.ts';
import type { FlowKnowledge } from './surroundings.ts';

/**
 * A key put together with `&` comes out even when a part is nothing (`F1_`), and all such records are one. An error
 * where the source says the part may be nothing, a warning where it says nothing (language.md §4.15). Gives the parts
 * that each record is to be asked for.
 */
export function checkKey(
  flow: Flow,
  expression: Expression | undefined,
  known: FlowKnowledge,
  read: Reader,
): readonly KeyPart[] {
  if (expression?.root.type !== 'binary' || expression.root.value !== '&') return [];
  const doubtful: number[] = [];
  for (const part of expression.names.reads) {
    const columns = part.variable === '' ? known.source : undefined;
    const optional = part.variable === 'params' ? isOptionalParam(part, known) : mayBeNothing(columns, part.path);
    if (optional === false) continue;
    doubtful.push(part.offset);
    const facts = { key: flow.key, part: part.path.join('.') };
    const where = expression.source.place(part.offset, part.length);
    // Of a name that means nothing there is no more to say.
    if (read.findings.some((one) => one.where?.line === where.line && one.where.column === where.column)) continue;
    read.findings.push(transformErrors.key_maybe_nothing.finding(facts, where, optional ? 'error' : 'warning'));
  }
  return partsAround(expression, doubtful);
}

function isOptionalParam({ path }: Read, known: FlowKnowledge): boolean {
  return known.outside('map').params.get(path[0] ?? '')?.optional ?? false;
}

/** undefined: not known. A part of something that may be nothing may be nothing. */
function mayBeNothing(fields: readonly Field[] | undefined, path: readonly string[]): boolean | undefined {
  const [name, ...rest] = path;
  const field = fields?.find((candidate) => candidate.name === name);
  if (!field || rest.length === 0 || field.optional) return field?.optional;
  const part = mayBeNothing(field.fields, rest);
  return part || field.optional === false ? part : undefined;
}
