import { DummyDriver, Kysely, MssqlAdapter, MssqlIntrospector, MssqlQueryCompiler, sql } from 'kysely';
import type { Compilable, RawBuilder } from 'kysely';
import type { Parameter, Statement } from './parameters.ts';
import { untyped } from './parameters.ts';

/** A Kysely that only writes SQL, in SQL Server's dialect; the `mssql` driver executes it. */
export function sqlWriter<Database>(): Kysely<Database> {
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new MssqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MssqlIntrospector(db),
      createQueryCompiler: () => new MssqlQueryCompiler(),
    },
  });
}

const writer = sqlWriter<Record<string, never>>();

/** A value that travels as a parameter of a known type; `Result` is what Kysely takes it for. */
export function bound<Result>(parameter: Parameter): RawBuilder<Result> {
  return sql<Result>`${parameter}`;
}

/** The text of a query and its parameters, which Kysely names @1, @2, …. */
export function compile(query: Compilable): Statement {
  const { sql: text, parameters } = query.compile();
  return {
    text,
    parameters: Object.fromEntries(parameters.map((given, index) => [String(index + 1), asParameter(given)])),
  };
}

/** `named`: parameters the query names itself, such as @since, and may name more than once. */
export function compileRaw(query: RawBuilder<unknown>, named: Statement['parameters'] = {}): Statement {
  const { text, parameters } = compile({ compile: () => query.compile(writer) });
  return { text, parameters: { ...parameters, ...named } };
}

/** Queries as one statement, whose results are theirs in their order. */
export function together(queries: readonly RawBuilder<unknown>[], named?: Statement['parameters']): Statement {
  return compileRaw(sql.join(queries, sql`;\n`), named);
}

function asParameter(given: unknown): Parameter {
  if (typeof given === 'object' && given !== null && 'type' in given && 'value' in given) return given as Parameter;
  if (typeof given === 'number' || typeof given === 'boolean' || typeof given === 'string') return untyped(given);
  throw new TypeError(`a statement cannot take a parameter of type ${typeof given}`);
}
