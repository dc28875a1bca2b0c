import type { Row, TableName } from './rows.ts';

/** When one HTTP request was in flight, in ticks: one count that all moments of the account share. */
export interface RequestSpan {
  readonly number: number;
  readonly from: number;
  /** Absent while it is in flight. */
  to?: number;
}

export type Author = { readonly by: 'api'; readonly request: RequestSpan } | { readonly by: 'desk' };

/** What a row became at one moment. */
export interface Version {
  readonly table: TableName;
  readonly id: number;
  readonly tick: number;
  /** Milliseconds by the account's clock. */
  readonly at: number;
  readonly author: Author;
  readonly row: Row;
}

/** Two requests that wrote one row while both were in flight. */
export interface Overlap {
  readonly table: TableName;
  readonly id: number;
  /** Numbers of the requests. */
  readonly requests: readonly [number, number];
}

/** Every version of every row: what no question to the account can answer, and what invariants are computed from. */
export interface History {
  openRequest(): RequestSpan;
  /** Returns the tick of its end. */
  closeRequest(span: RequestSpan): number;
  /** What changes during `act` is this author's; the rest is the desk's. */
  as<T>(author: Author, act: () => T): T;
  note(table: TableName, row: Row): void;
  /** In the order they came about. */
  versions(table: TableName, id?: number): readonly Version[];
  overlaps(): readonly Overlap[];
}

export function createHistory(tick: () => number, now: () => number): History {
  const all: Version[] = [];
  let requests = 0;
  let author: Author = { by: 'desk' };
  return {
    openRequest() {
      requests += 1;
      return { number: requests, from: tick() };
    },
    closeRequest(span) {
      span.to = tick();
      return span.to;
    },
    as(who, act) {
      const before = author;
      author = who;
      try {
        return act();
      } finally {
        author = before;
      }
    },
    note: (table, row) => void all.push({ table, id: row.id, tick: tick(), at: now(), author, row }),
    versions: (table, id) =>
      all.filter((version) => version.table === table && (id === undefined || version.id === id)),
    overlaps: () => overlapsOf(all),
  };
}

function overlapsOf(versions: readonly Version[]): readonly Overlap[] {
  const writers = new Map<
    string,
    { readonly table: TableName; readonly id: number; readonly spans: Set<RequestSpan> }
  >();
  for (const { table, id, author } of versions) {
    if (author.by !== 'api') continue;
    const key = `${table} ${id}`;
    const held = writers.get(key) ?? { table, id, spans: new Set() };
    held.spans.add(author.request);
    writers.set(key, held);
  }
  return [...writers.values()].flatMap(({ table, id, spans }) =>
    pairsOf([...spans].toSorted((a, b) => a.number - b.number))
      .filter(([a, b]) => isWithin(a, b) || isWithin(b, a))
      .map(([a, b]) => ({ table, id, requests: [a.number, b.number] as const })),
  );
}

function pairsOf<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));
}

/** Whether the second began while the first was in flight. */
function isWithin({ from, to = Infinity }: RequestSpan, later: RequestSpan): boolean {
  return from <= later.from && later.from <= to;
}
