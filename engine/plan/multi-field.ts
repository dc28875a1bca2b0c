import type { Field, MultiValue, Value } from '../connector.ts';
import type { WritePolicy } from '../config/pipeline.ts';
import { multiKey, multiValues } from './value.ts';

/**
 * Multi-fields (language.md §4.9): mapped values must be present, missing ones are added, others stay; `always` is the
 * exact set; `fill` writes only where there are none. Undefined: nothing to send.
 */
export function multiFieldUpdate(
  field: Field,
  write: WritePolicy,
  mapped: Value | undefined,
  found: Value | undefined,
): readonly MultiValue[] | undefined {
  const wanted = uniqueEntries(field, multiValues(mapped));
  const held = multiValues(found);
  const heldKeys = new Set(held.map((entry) => multiKey(field, entry)));
  const wantedKeys = new Set(wanted.map((entry) => multiKey(field, entry)));
  if (write === 'fill' && held.length > 0) return undefined;
  const added = wanted.filter((entry) => !heldKeys.has(multiKey(field, entry)));
  const removed = write === 'always' ? held.filter((entry) => !wantedKeys.has(multiKey(field, entry))) : [];
  const entries = [...added, ...removed.flatMap(removal)];
  return entries.length > 0 ? entries : undefined;
}

/** The entries of a new row: each phone once. */
export function uniqueEntries(field: Field, entries: readonly MultiValue[]): readonly MultiValue[] {
  return [...new Map(entries.map((entry) => [multiKey(field, entry), entry])).values()];
}

/** The multi-field as it will be once `entries` were sent. */
export function multiFieldAfter(found: Value | undefined, entries: readonly MultiValue[]): readonly MultiValue[] {
  const gone = new Set(entries.filter((entry) => entry.remove).map((entry) => entry.id));
  const kept = multiValues(found).filter((entry) => entry.id === undefined || !gone.has(entry.id));
  return [...kept, ...entries.filter((entry) => !entry.remove)];
}

function removal(entry: MultiValue): readonly MultiValue[] {
  return entry.id === undefined ? [] : [{ id: entry.id, remove: true }];
}
