import { DummyDriver, Kysely } from 'kysely';
import type { Compilable, Dialect as KyselyDialect, RawBuilder } from 'kysely';
import type { AnyTables, Dialect, Statement } from './dialect.ts';

/** A Kysely that only writes SQL; the connector's own driver executes it. */
export function sqlWriter(
  parts: Pick<KyselyDialect, 'createAdapter' | 'createIntrospector' | 'createQueryCompiler'>,
): Kysely<AnyTables> {
  return new Kysely<AnyTables>({ dialect: { ...parts, createDriver: () => new DummyDriver() } });
}

export function compiled(query: Compilable): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters };
}

export function compiledRaw({ writer }: Pick<Dialect, 'writer'>, query: RawBuilder<unknown>): Statement {
  return compiled({ compile: () => query.compile(writer) });
}
