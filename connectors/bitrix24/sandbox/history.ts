import type { EntityName } from './entities/index.ts';
import type { ProductRow } from './product-rows.ts';
import type { Row } from './row.ts';

/** When one HTTP request was in flight, in ticks: one count that all moments of the portal share. */
export interface RequestSpan {
  readonly number: number;
  readonly from: number;
  /** Absent while it is in flight. */
  to?: number;
}

export type Author =
  | { readonly by: 'api'; readonly request: RequestSpan; readonly command: number }
  | { readonly by: 'desk' | 'robot' };

/** What a row, or the goods of a row, became at one moment. */
export interface Version {
  readonly entity: EntityName;
  readonly id: number;
  readonly tick: number;
  /** Milliseconds by the portal's clock. */
  readonly at: number;
  readonly author: Author;
  /** null: it was removed. */
  readonly row: Row | null;
  /** Where the goods changed, and not the row. */
  readonly productRows?: readonly ProductRow[];
}

/** Two requests that wrote one row while both were in flight. */
export interface Overlap {
  readonly entity: EntityName;
  readonly id: number;
  /** Numbers of the requests. */
  readonly requests: readonly [number, number];
}

/** Every version of every row: what no question to the portal can answer, and what the invariants are computed from. */
export interface History {
  openRequest(): RequestSpan;
  /** Returns the tick of its end. */
  closeRequest(span: RequestSpan): number;
  /** What changes during `act` is this author's, and of this moment where one is given; the rest is the desk's. */
  as<T>(author: Author, act: () => T, at?: number): T;
  readonly author: Author;
  note(entity: EntityName, id: number, row: Row | null, productRows?: readonly ProductRow[]): void;
  /** In the order they came about. */
  versions(entity: EntityName, id?: number): readonly Version[];
  /** How many versions there are of an entity, and those after so many of them. */
  count(entity: EntityName): number;
  since(entity: EntityName, count: number): readonly Version[];
  overlaps(): readonly Overlap[];
}

const desk: Author = { by: 'desk' };

export function createHistory(tick: () => number, now: () => number): History {
  const all = new Map<EntityName, Version[]>();
  let requests = 0;
  let author = desk;
  let moment: number | undefined;
  return {
    openRequest() {
      requests += 1;
      return { number: requests, from: tick() };
    },
    closeRequest(span) {
      span.to = tick();
      return span.to;
    },
    get author() {
      return author;
    },
    as(who, act, at) {
      const before = { author, moment };
      author = who;
      moment = at;
      try {
        return act();
      } finally {
        ({ author, moment } = before);
      }
    },
    note(entity, id, row, productRows) {
      const version = { entity, id, tick: tick(), at: moment ?? now(), author, row };
      const versions = all.get(entity) ?? [];
      if (versions.length === 0) all.set(entity, versions);
      versions.push(productRows === undefined ? version : { ...version, productRows });
    },
    versions: (entity, id) => (all.get(entity) ?? []).filter((version) => id === undefined || version.id === id),
    count: (entity) => all.get(entity)?.length ?? 0,
    since: (entity, count) => all.get(entity)?.slice(count) ?? [],
    overlaps: () => [...all].flatMap(([entity, versions]) => overlapsOf(entity, versions)),
  };
}

function overlapsOf(entity: EntityName, versions: readonly Version[]): readonly Overlap[] {
  const writers = new Map<number, Set<RequestSpan>>();
  for (const { id, author } of versions) {
    if (author.by !== 'api') continue;
    const spans = writers.get(id) ?? new Set();
    writers.set(id, spans.add(author.request));
  }
  return [...writers].flatMap(([id, spans]) =>
    pairsOf([...spans])
      .filter(([a, b]) => isWithin(a, b) || isWithin(b, a))
      .map(([a, b]) => ({ entity, id, requests: [a.number, b.number] })),
  );
}

function pairsOf<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));
}

/** Whether the second began while the first was in flight. */
function isWithin({ from, to = Infinity }: RequestSpan, later: RequestSpan): boolean {
  return from <= later.from && later.from <= to;
}
