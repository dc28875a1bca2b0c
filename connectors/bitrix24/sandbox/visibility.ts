import type { EntityName } from './entities/index.ts';

/**
 * How a record is come by: by its id (get, and a list that names ids), through any other list, or through
 * crm.duplicate.findbycomm. No page of the vendor's promises that a record is there on all three at once.
 */
export type AccessPath = 'id' | 'list' | 'search';

/** Keeps records from being seen on one path; a write by id still meets them. */
export interface HidingRule {
  readonly entity: EntityName;
  readonly path: AccessPath;
  /** This record; default each record that is added from now on. */
  readonly id?: number;
  /** Until so many calls on this path have come away without it. */
  readonly calls?: number;
  /** Until so many milliseconds of the portal's clock have passed. Without either: for good. */
  readonly ms?: number;
}

export interface Visibility {
  hide(rule: HidingRule): void;
  /** A record has been added. */
  born(entity: EntityName, id: number): void;
  /** One call on this path: which records it may see; undefined when it may see all. */
  look(entity: EntityName, path: AccessPath): ((id: number) => boolean) | undefined;
}

interface Hidden {
  readonly id: number;
  readonly path: AccessPath;
  readonly until: number;
  calls: number;
}

export function createVisibility(now: () => number): Visibility {
  const forNew: HidingRule[] = [];
  const hidden = new Map<EntityName, Hidden[]>();

  function hide({ entity, path, calls = Infinity, ms = Infinity }: HidingRule, id: number): void {
    const rows = hidden.get(entity) ?? [];
    hidden.set(entity, rows);
    rows.push({ id, path, until: now() + ms, calls });
  }

  return {
    hide(rule) {
      if (rule.id === undefined) forNew.push(rule);
      else hide(rule, rule.id);
    },
    born(entity, id) {
      for (const rule of forNew) if (rule.entity === entity) hide(rule, id);
    },
    look(entity, path) {
      const rows = hidden.get(entity);
      if (rows === undefined) return undefined;
      const unseen = new Set<number>();
      for (const row of rows) {
        if (row.path !== path || row.calls <= 0 || now() >= row.until) continue;
        unseen.add(row.id);
        row.calls -= 1;
      }
      return unseen.size === 0 ? undefined : (id) => !unseen.has(id);
    },
  };
}
