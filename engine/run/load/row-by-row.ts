import type { EntityDescription } from '../../connector.ts';
import type { PipeError } from '../../errors.ts';
import type { CompiledFlow, CompiledTarget } from '../../transform/compiled.ts';
import { runErrors } from '../errors.ts';

/** Whether what becomes of a row depends on the record alone, so that no row has to be read before it is written. */
export function isByKeyAlone({ target, rungs, guards, rows, fields, readsFound }: CompiledTarget): boolean {
  const [rung, another] = rungs;
  if (!fields || !rung || another || readsFound || guards.length > 0 || rows.length > 0) return false;
  const { by, where, prefer, order, many, refused } = rung.rung;
  const asked = by.map(({ field }) => field);
  const isKey = asked.length === target.key.length && target.key.every((field) => asked.includes(field));
  const isPlain = !where && !prefer && order.length === 0 && many === 'error' && refused === 'next';
  const policies = [
    ...fields.map(({ mapping }) => mapping.write),
    ...(target.everyField ? [target.everyField.write] : []),
  ];
  return (
    isKey &&
    isPlain &&
    by.every(({ value }) => value.kind === 'mapped') &&
    target.missing === 'create' &&
    !policies.includes('add')
  );
}

/** Whether no two rows share the target's key, as the system says. */
export function isUnique({ target }: CompiledTarget, { keys = [] }: EntityDescription): boolean {
  const key = inOrder(target.key);
  return keys.some((names) => inOrder(names) === key);
}

function inOrder(names: readonly string[]): string {
  return [...names].sort().join(' ');
}

/**
 * Why rows of a flow that could go into its table in bulk are planned one by one all the same; undefined: they are not,
 * or its mapping asks for it. `describe`: the entity of a target that commits rows with their checkpoint; where another
 * unique key keeps a load from telling rows apart, its `keys` are not there and nothing is said.
 */
export function whyRowByRow(
  { flow, targets }: CompiledFlow,
  describe: (target: CompiledTarget) => EntityDescription | undefined,
): PipeError | undefined {
  const [first, another] = targets;
  if (!first || !targets.every((target) => isByKeyAlone(target) && target.uses.length === 0)) return undefined;
  const described = targets.map(describe);
  if (described.includes(undefined)) return undefined;
  if (another) {
    const facts = { flow: flow.name, targets: targets.map(({ target }) => target.name).join(', ') };
    return runErrors.several_loads.error(facts, { where: another.target.place });
  }
  const [entity] = described;
  if (!entity?.keys || isUnique(first, entity)) return undefined;
  const { key, entity: table, place } = first.target;
  const index = `${[table.split('.').at(-1), ...key].join('_').replace(/\W+/g, '_')}_key`;
  const columns = key.map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`)).join(', ');
  return runErrors.key_not_unique.error({ table, columns: key.join(', '), index, names: columns }, { where: place });
}
