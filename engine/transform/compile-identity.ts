import type { Flow } from '../config/pipeline.ts';
import type { Row } from '../connector.ts';
import type { CompiledField, CompiledTarget, Identity, IdentityPart } from './compiled.ts';
import { transformErrors } from './errors.ts';
import type { Expression } from './expression.ts';
import type { Reader } from './reader.ts';

/**
 * How rows of a target and records are held against each other (DL-7). A record that a guard skips or that waits is
 * present too, so its key must be made without looking at any target.
 */
export function compileIdentity(
  flow: Flow,
  { target, fields }: Pick<CompiledTarget, 'target' | 'fields'>,
  expressions: readonly Expression[],
  read: Reader,
): Identity | undefined {
  if (target.absent === 'keep' || !fields) return undefined;
  const at = `${flow.name}.${target.name}`;
  const parts = target.key.map((name): IdentityPart => {
    const made = fields.find(({ mapping }) => mapping.field === name);
    if (!made) return { made: byName(name, target), reads: [name] };
    const own = expressions.filter((expression) => expression.at === `${at}.fields.${name}`);
    const reads = own.flatMap(({ names }) => names.reads);
    const other = reads.find(({ variable }) => !['', 'source', 'params'].includes(variable))?.variable;
    const from = made.mapping.reference ? 'ref' : other === undefined ? undefined : `$${other}`;
    if (from !== undefined) {
      read.findings.push(transformErrors.key_not_of_record.finding({ field: name, name: from }, made.mapping.place));
    }
    return { made, reads: reads.flatMap(({ variable, path }) => (variable === '' ? [path[0] ?? '*'] : [])) };
  });
  const within = expressions.filter((expression) => expression.at === `${at}.within`);
  const judged = within.flatMap(({ names }) => names.reads.flatMap(({ path }) => path[0] ?? []));
  const mark = typeof target.absent === 'object' ? [target.absent.mark] : [];
  return { parts, select: [...new Set([...target.key, ...judged, ...mark])] };
}

/** With `fields: all` a key that no entry maps is the record field that has its name in the target. */
function byName(field: string, { place, everyField }: CompiledTarget['target']): CompiledField {
  const evaluate = (row: Row) =>
    row[field] ?? row[Object.keys(row).find((name) => everyField?.columnOf(name) === field) ?? ''];
  return { mapping: { field, place, write: 'always', items: [] }, items: [{ evaluate, shape: { field } }] };
}
