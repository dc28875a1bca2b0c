import type { TableName } from './rows.ts';

/**
 * How a row is come by: by its id (a GET of it, and a list that filters by id), through any other list, or through
 * `query=`. How late an index may be nobody has measured (reference §7, §12).
 */
export type AccessPath = 'id' | 'list' | 'search';

/** Keeps rows from being seen on one path; a write by id still meets them. */
export interface HidingRule {
  readonly table: TableName;
  readonly path: AccessPath;
  /** This row; default each row that is added from now on. */
  readonly id?: number;
  /** Until so many calls on this path have come away without it. */
  readonly calls?: number;
  /** Until so many milliseconds of the account's clock have passed. Without either: for good. */
  readonly ms?: number;
}

export interface Visibility {
  hide(rule: HidingRule): void;
  /** A row has been added. */
  born(table: TableName, id: number): void;
  /** One call on this path: whether it may see a row. */
  look(table: TableName, path: AccessPath): (id: number) => boolean;
}

interface Hidden {
  readonly table: TableName;
  readonly id: number;
  readonly path: AccessPath;
  readonly until: number;
  calls: number;
}

export function createVisibility(now: () => number): Visibility {
  const forNew: HidingRule[] = [];
  const hidden: Hidden[] = [];

  function hide({ table, path, calls = Infinity, ms = Infinity }: HidingRule, id: number): void {
    hidden.push({ table, id, path, until: now() + ms, calls });
  }

  return {
    hide(rule) {
      if (rule.id === undefined) forNew.push(rule);
      else hide(rule, rule.id);
    },
    born(table, id) {
      for (const rule of forNew) if (rule.table === table) hide(rule, id);
    },
    look(table, path) {
      const unseen = new Set<number>();
      for (const rule of hidden) {
        if (rule.table !== table || rule.path !== path || rule.calls <= 0 || now() >= rule.until) continue;
        unseen.add(rule.id);
        rule.calls -= 1;
      }
      return (id) => !unseen.has(id);
    },
  };
}
