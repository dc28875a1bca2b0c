import type { RawBuilder } from 'kysely';
import type { Row, Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import type { Around, Has, Stream } from './stream.ts';

/** A statement takes 2100 parameters, its text and their declaration among them. */
const mostParameters = 2098;

/** What a stream's rows have several of. */
interface Question {
  readonly name: string;
  /** Column of the answer that says which row it belongs to. */
  readonly by: string;
  readonly query: RawBuilder<unknown>;
  readonly parameters: number;
}

/** All that hangs on the rows of a page: one query for each collection, as many in one round trip as it can take. */
export async function collect(
  client: SqlClient,
  stream: Stream,
  has: Has,
  flat: readonly Row[],
  signal: AbortSignal,
): Promise<Around> {
  const found = new Map<string, ReadonlyMap<Value, readonly Row[]>>();
  for (const trip of roundTrips(questionsOf(stream, has, flat))) {
    const results = await client.results(
      trip.map(({ query }) => query),
      signal,
    );
    for (const [index, { name, by }] of trip.entries()) {
      found.set(
        name,
        Map.groupBy(results[index] ?? [], (row) => row[by] ?? ''),
      );
    }
  }
  return (name, id) => (id === undefined ? undefined : found.get(name)?.get(id)) ?? [];
}

function questionsOf({ around = {} }: Stream, has: Has, flat: readonly Row[]): readonly Question[] {
  return Object.entries(around).flatMap(([name, { of, by, query }]) => {
    const ids = padded([...new Set(flat.flatMap((row) => row[of] ?? []))]);
    const asked = ids.length === 0 ? undefined : query(ids, has);
    return asked ? [{ name, by, query: asked, parameters: ids.length }] : [];
  });
}

/**
 * The last id again up to a power of two. SQL Server keeps a plan for each text, and the text has a parameter for each
 * id: it would differ with every batch.
 * https://learn.microsoft.com/sql/relational-databases/query-processing-architecture-guide
 */
function padded(ids: readonly Value[]): readonly Value[] {
  const last = ids.at(-1);
  if (last === undefined) return [];
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return [...ids, ...Array.from({ length: length - ids.length }, () => last)];
}

function roundTrips(questions: readonly Question[]): readonly (readonly Question[])[] {
  const trips: Question[][] = [];
  let room = 0;
  for (const question of questions) {
    if (question.parameters > room) {
      trips.push([]);
      room = mostParameters;
    }
    trips.at(-1)?.push(question);
    room -= question.parameters;
  }
  return trips;
}
