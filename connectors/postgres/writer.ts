import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Statement } from '../_sql/dialect.ts';
import { compiledRaw, sqlWriter } from '../_sql/writer.ts';

export const writer = sqlWriter({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

export function statementOf(query: RawBuilder<unknown>): Statement {
  return compiledRaw({ writer }, query);
}
