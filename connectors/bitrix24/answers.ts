import type { Answer, FoundRow, PipeError, Value } from '../../engine/index.ts';
import { productRows } from './entities.ts';

/** Gathers what comes back for the questions of one call. A question fails once and for all. */
export interface Answers {
  add(index: number, row: FoundRow): void;
  fail(indexes: readonly number[], error: PipeError): void;
  /** Keys of all rows found, once each. */
  keys(): readonly string[];
  setProductRows(key: string, rows: readonly Value[]): void;
  /** Fails the questions that found one of these rows. */
  failRows(keys: ReadonlySet<string>, error: PipeError): void;
  /** In the order of the questions, rows by ascending id. Throws when not one could be answered (DL-3). */
  all(): readonly Answer[];
}

export function createAnswers(count: number): Answers {
  const found = new Map<string, FoundRow>();
  const keysOf: readonly Set<string>[] = Array.from({ length: count }, () => new Set<string>());
  const failures = new Map<number, PipeError>();

  function fail(indexes: readonly number[], error: PipeError): void {
    for (const index of indexes) if (!failures.has(index)) failures.set(index, error);
  }

  function answer(keys: ReadonlySet<string>, index: number): Answer {
    const error = failures.get(index);
    if (error) return { ok: false, error };
    const rows = [...keys].flatMap((key) => found.get(key) ?? []);
    return { ok: true, rows: rows.sort((a, b) => Number(a.key) - Number(b.key)) };
  }

  return {
    add(index, row) {
      found.set(row.key, row);
      keysOf[index]?.add(row.key);
    },
    fail,
    keys: () => [...found.keys()],
    setProductRows(key, rows) {
      const row = found.get(key);
      if (row && rows.length > 0) found.set(key, { key, values: { ...row.values, [productRows]: rows } });
    },
    failRows(keys, error) {
      const hit = [...keysOf.entries()].filter(([, held]) => [...held].some((key) => keys.has(key)));
      fail(
        hit.map(([index]) => index),
        error,
      );
    },
    all() {
      const error = failures.get(0);
      // What lies with single records is said record by record, even when it is all of them.
      if (error && failures.size === count && error.kind !== 'data') throw error;
      return keysOf.map(answer);
    },
  };
}
