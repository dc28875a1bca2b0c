import type { Answer, FoundRow, PipeError } from '../../engine/index.ts';

/** Gathers what comes back for the questions of one call. A question fails once and for all. */
export interface Answers {
  add(index: number, row: FoundRow): void;
  fail(indexes: readonly number[], error: PipeError): void;
  /** In the order of the questions, rows by ascending id. Throws when not one could be answered (DL-3). */
  all(): readonly Answer[];
}

export function createAnswers(count: number): Answers {
  const found = Array.from({ length: count }, () => new Map<string, FoundRow>());
  const failures = new Map<number, PipeError>();
  return {
    add: (index, row) => void found[index]?.set(row.key, row),
    fail(indexes, error) {
      for (const index of indexes) if (!failures.has(index)) failures.set(index, error);
    },
    all() {
      const first = failures.get(0);
      // What lies with single records is said record by record, even when it is all of them.
      if (first && failures.size === count && first.kind !== 'data') throw first;
      return found.map((rows, index): Answer => {
        const error = failures.get(index);
        if (error) return { ok: false, error };
        return { ok: true, rows: [...rows.values()].sort((a, b) => Number(a.key) - Number(b.key)) };
      });
    },
  };
}
