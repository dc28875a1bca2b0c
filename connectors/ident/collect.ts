import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Row, Value } from '../../engine/index.ts';
import type { SqlClient } from '../_mssql/client.ts';
import type { Statement } from '../_mssql/parameters.ts';
import type { Around, Has, Stream } from './stream.ts';

/** A statement takes 2100 parameters, its text and their declaration among them. */
const mostParameters = 2098;

/** What is asked by the same column of the rows, and so by the same parameters. */
interface Group {
  readonly questions: readonly Question[];
  readonly parameters: Statement['parameters'];
}

interface Question {
  readonly name: string;
  /** Column of the answer that says which row it belongs to. */
  readonly by: string;
  readonly query: RawBuilder<unknown>;
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
  for (const { questions, parameters } of roundTrips(groupsOf(stream, has, flat))) {
    const queries = questions.map(({ query }) => query);
    const results = await client.results(queries, signal, parameters);
    for (const [index, { name, by }] of questions.entries()) {
      found.set(
        name,
        Map.groupBy(results[index] ?? [], (row) => row[by] ?? ''),
      );
    }
  }
  return (name, id) => (id === undefined ? undefined : found.get(name)?.get(id)) ?? [];
}

function groupsOf({ around = {} }: Stream, has: Has, flat: readonly Row[]): readonly Group[] {
  return [...Map.groupBy(Object.entries(around), ([, { of }]) => of)].map(([of, collections]) => {
    const ids = padded([...new Set(flat.map((row) => row[of]))].filter((id) => id !== undefined));
    const named = ids.map((value, index) => [`${of}${index + 1}`, { type: 'int', value }] as const);
    const list = sql.raw(named.map(([name]) => `@${name}`).join(', '));
    const questions = collections.flatMap(([name, { by, query }]) => {
      const asked = ids.length === 0 ? undefined : query(list, has);
      return asked ? [{ name, by, query: asked }] : [];
    });
    return { questions, parameters: questions.length === 0 ? {} : Object.fromEntries(named) };
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

function roundTrips(groups: readonly Group[]): readonly Group[] {
  const trips: Group[] = [];
  for (const group of groups.filter(({ questions }) => questions.length > 0)) {
    const last = trips.at(-1);
    const parameters = { ...last?.parameters, ...group.parameters };
    if (last && Object.keys(parameters).length <= mostParameters)
      trips.splice(-1, 1, { questions: [...last.questions, ...group.questions], parameters });
    else trips.push(group);
  }
  return trips;
}
