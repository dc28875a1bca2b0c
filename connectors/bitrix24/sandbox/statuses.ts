import type { Entity } from './entities/index.ts';

/** An entry of a reference book: a stage, a source, a contact type (reference §5.6). */
export interface Status {
  readonly id: number;
  /** Which book: `DEAL_STAGE`, `DEAL_STAGE_1`, `STATUS`, `SOURCE`… */
  readonly entityId: string;
  readonly statusId: string;
  readonly name: string;
  readonly sort: number;
  readonly system: boolean;
  readonly semantics: null | 'S' | 'F';
  readonly categoryId: number | null;
  readonly color: string;
}

/** A funnel of deals or of a smart process. */
export interface Category {
  readonly entityTypeId: number;
  readonly id: number;
  readonly name: string;
  readonly sort: number;
  readonly isDefault: boolean;
}

/** Statuses by book, in the order people see them. */
export interface StatusBook {
  readonly all: readonly Status[];
  readonly categories: readonly Category[];
  of(entityId: string): readonly Status[];
  find(entityId: string, statusId: string): Status | undefined;
}

export function createStatusBook(statuses: readonly Status[], categories: readonly Category[]): StatusBook {
  const books = Map.groupBy(
    statuses.toSorted((a, b) => a.sort - b.sort),
    ({ entityId }) => entityId,
  );
  return {
    all: statuses,
    categories,
    of: (entityId) => books.get(entityId) ?? [],
    find: (entityId, statusId) => books.get(entityId)?.find((status) => status.statusId === statusId),
  };
}

/** `DEAL_STAGE` for funnel 0, `DEAL_STAGE_<id>` for others; leads have one book, STATUS; a process one for each funnel (reference §5.6). */
export function stageBook(entity: Entity, categoryId: number): string {
  if (entity.name === 'lead') return 'STATUS';
  if (entity.process !== undefined) return `DYNAMIC_${entity.typeId}_STAGE_${categoryId}`;
  return categoryId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`;
}

/** P while the work goes on, S for success, F for failure (reference §5.6). */
export function semanticOf(status: Status): 'P' | 'S' | 'F' {
  return status.semantics ?? 'P';
}
