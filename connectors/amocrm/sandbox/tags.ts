import { isList, isMap, isWhole, type Json } from './json.ts';
import { notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import type { EntityType } from './rows.ts';
import type { Store, Tag } from './store.ts';

/** A tag by its id, or by its name, which makes one where there is none (reference §3.7). */
export type TagRef = { readonly id: number } | { readonly name: string };

interface ReadTags {
  /** Absent: nothing was said, or null, which is passed over (reference §3.7). */
  readonly refs?: readonly TagRef[];
  readonly complaints: readonly Complaint[];
}

const keys = new Set(['id', 'name', 'color', 'request_id']);

export function readTagRefs(store: Store, type: EntityType, given: Json, path: string): ReadTags {
  if (given === null) return { complaints: [] };
  if (!isList(given)) return { complaints: [notOfType(path, 'array')] };
  const refs: TagRef[] = [];
  const complaints: Complaint[] = [];
  for (const [place, entry] of given.entries()) {
    if (!isMap(entry)) throw unknown(`an entry of ${path} that is no object`);
    const strange = Object.keys(entry).find((key) => !keys.has(key));
    if (strange !== undefined) throw unknown(`the key ${strange} of ${path}`);
    const [id, name] = [entry['id'] ?? null, entry['name'] ?? null];
    if (isWhole(id)) {
      if (store.tags.get(id)?.type === type) refs.push({ id });
      else complaints.push(notAChoice(`${path}.${place}.id`));
    } else if (typeof name === 'string' && name !== '') refs.push({ name });
    else complaints.push(notOfType(`${path}.${place}.name`, 'string'));
  }
  return { refs, complaints };
}

/** The tag of this name, made if there is none. */
export function tagNamed(store: Store, type: EntityType, name: string): Tag {
  const held = store.tags.all().find((tag) => tag.type === type && tag.name === name);
  if (held) return held;
  const made = { id: store.tags.nextId(), type, name };
  store.tags.put(made);
  return made;
}

/** Ids of these tags. */
export function tagIds(store: Store, type: EntityType, refs: readonly TagRef[]): readonly number[] {
  return refs.map((ref) => ('id' in ref ? ref.id : tagNamed(store, type, ref.name).id));
}

/** Ids of those there are; a tag nobody made is not made to be removed. */
export function heldTagIds(store: Store, type: EntityType, refs: readonly TagRef[]): readonly number[] {
  return refs.flatMap((ref) => {
    if ('id' in ref) return [ref.id];
    const held = store.tags.all().find((tag) => tag.type === type && tag.name === ref.name);
    return held ? [held.id] : [];
  });
}
