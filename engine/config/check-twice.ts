import { configErrors } from './errors.ts';
import { child, textAt } from './node.ts';
import type { Node } from './node.ts';
import type { Reader } from './reader.ts';
import { placeOf } from './source-text.ts';

interface Name {
  readonly name: string;
  readonly node: Node;
}

/** What a run tells of rungs and guards it tells by their names: of two with one name nobody knows which it was. */
function checkNamedOnce(names: readonly Name[], twice: 'rung_twice' | 'guard_twice', reader: Reader): void {
  const first = new Map<string, Node>();
  for (const { name, node } of names) {
    const other = first.get(name);
    first.set(name, other ?? node);
    if (!other) continue;
    reader.report(configErrors[twice].finding({ name, line: placeOf(other.span).line }, placeOf(node.span)));
  }
}

export function checkRungNames(rungs: readonly Node[], reader: Reader): void {
  checkNamedOnce(
    rungs.flatMap((rung) => nameAt(rung, 'name')),
    'rung_twice',
    reader,
  );
}

/** The name of a guard is what it skips as, or what it logs. */
export function checkGuardNames(guards: readonly Node[], reader: Reader): void {
  const named = guards.flatMap((guard) => nameAt(guard, child(guard, 'skip') ? 'skip' : 'log'));
  checkNamedOnce(named, 'guard_twice', reader);
}

function nameAt(node: Node, key: string): readonly Name[] {
  const name = textAt(node, key);
  return name === undefined ? [] : [{ name, node: child(node, key) ?? node }];
}
