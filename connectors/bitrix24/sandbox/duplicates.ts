import type { Store } from './store.ts';
import { entities, type EntityName } from './entities/index.ts';
import type { MultiValue } from './row.ts';

/** The order of the search, and where it stops: see `findDuplicates`. */
const searchOrder: readonly EntityName[] = ['lead', 'contact', 'company'];
const cutOff = 20;

/**
 * Ids of the records that hold one of these phones or mails, by type; which value matched is not told. No more than 20
 * are named, and with 20 found in one type the following types are not searched (reference §5.5, §11.5.10; that those
 * named are the oldest is an assumption).
 */
export function findDuplicates(
  store: Store,
  type: 'PHONE' | 'EMAIL',
  values: readonly string[],
  only: EntityName | undefined,
): readonly (readonly [string, readonly number[]])[] {
  const wanted = new Set(values.map((value) => comparable(type, value)));
  const found: (readonly [string, readonly number[]])[] = [];
  for (const name of searchOrder) {
    if (only !== undefined && only !== name) continue;
    const seen = store.visibility.look(name, 'search');
    const all = store.communications[name].find(type, wanted);
    const ids = (seen === undefined ? all : all.filter(seen)).slice(0, store.failings.sizes.searchHits ?? cutOff);
    if (ids.length > 0) found.push([entities[name].upper, ids]);
    if (ids.length >= cutOff) break;
  }
  return found;
}

/**
 * Phones are the same when their digits are, a leading 8 of eleven standing for 7 and the extension after # left out
 * (reference §5.5; how the vendor treats the country prefix is unverified, §13.1). Mails: without case.
 */
function comparable(type: 'PHONE' | 'EMAIL', value: string): string {
  if (type === 'EMAIL') return value.trim().toLowerCase();
  const digits = value.replace(/#.*$/s, '').replace(/\D/g, '');
  return digits.length === 11 && digits.startsWith('8') ? `7${digits.slice(1)}` : digits;
}

export interface Communications {
  find(type: 'PHONE' | 'EMAIL', wanted: ReadonlySet<string>): readonly number[];
  /** Takes in what a record held before and holds now. */
  move(id: number, from: readonly MultiValue[], to: readonly MultiValue[]): void;
}

/** Phones and mails of one entity in their comparable form. */
export function createCommunications(): Communications {
  const holders = new Map<string, Set<number>>();
  const keysOf = (values: readonly MultiValue[]): readonly string[] =>
    values.flatMap(({ type, value }) =>
      type === 'PHONE' || type === 'EMAIL' ? [`${type} ${comparable(type, value)}`] : [],
    );
  return {
    find(type, wanted) {
      const ids = new Set<number>();
      for (const value of wanted) for (const id of holders.get(`${type} ${value}`) ?? []) ids.add(id);
      return [...ids].sort((a, b) => a - b);
    },
    move(id, from, to) {
      if (from === to) return;
      for (const key of keysOf(from)) holders.get(key)?.delete(id);
      for (const key of keysOf(to)) {
        const ids = holders.get(key);
        if (ids === undefined) holders.set(key, new Set([id]));
        else ids.add(id);
      }
    },
  };
}
