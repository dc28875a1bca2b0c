import type { Row } from '../connector.ts';
import type { CompiledTarget, Variables } from '../transform/compiled.ts';
import type { NamedRows } from './change.ts';

/** What the guards of a target leave of it. */
export interface Verdict {
  /** Name of the guard that ended the target. */
  readonly skip?: string;
  /** Fields that must not be touched on an update. */
  readonly keep: ReadonlySet<string>;
  /** The only fields that may be touched on an update; undefined: no such guard held. */
  readonly only?: ReadonlySet<string>;
  readonly named: readonly NamedRows[];
}

/** Guards in order, on create too: the first `skip` ends the target, `keep`s add up, `only`s narrow (language.md §4.3). */
export async function judge(
  target: CompiledTarget,
  record: Row,
  variables: Variables,
  key: string | undefined,
): Promise<Verdict> {
  const keep = new Set<string>();
  const named: NamedRows[] = [];
  let only: ReadonlySet<string> | undefined;
  for (const guard of target.guards) {
    if (!(await guard.test(record, variables))) continue;
    const name = guard.log ?? ('skip' in guard ? guard.skip : undefined);
    if (name !== undefined) named.push({ name, rows: key === undefined ? [] : [key] });
    if ('skip' in guard) return { skip: guard.skip, keep, named };
    if ('keep' in guard) for (const field of guard.keep) keep.add(field);
    if ('only' in guard) only = narrow(only, guard.only);
  }
  return { keep, named, ...(only && { only }) };
}

function narrow(only: ReadonlySet<string> | undefined, names: readonly string[]): ReadonlySet<string> {
  return new Set(only ? names.filter((name) => only.has(name)) : names);
}

/** Whether a field may be touched on an update. */
export function allows(verdict: Verdict, field: string): boolean {
  return !verdict.keep.has(field) && (verdict.only === undefined || verdict.only.has(field));
}
