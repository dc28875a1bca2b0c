import { fold } from './catalog.ts';
import { notSupplied, SqlError } from './errors.ts';
import type { Typed } from './parameters.ts';
import { convert, NO_STYLE } from './sql/convert.ts';
import type { SqliteValue, SqlType } from './sql/sql-types.ts';
import type { VariableDeclaration } from './sql/syntax.ts';

/** The variables and parameters of one batch, by folded name with @. */
export type Variables = Map<string, { readonly type: SqlType; value: SqliteValue }>;

export function declareVariable(variables: Variables, name: string, type: SqlType): void {
  if (variables.has(fold(name))) {
    throw new SqlError(
      134,
      `The variable name '${name}' has already been declared. Variable names must be unique within a query batch or stored procedure.`,
      { severity: 15 },
    );
  }
  variables.set(fold(name), { type, value: null });
}

/** Values of parameters are converted to what was declared. Error 8178 for one that is missing. */
export function declareParameters(
  variables: Variables,
  declared: readonly VariableDeclaration[],
  given: ReadonlyMap<string, Typed>,
): void {
  for (const { name, type, output } of declared) {
    const typed = given.get(fold(name));
    if (typed === undefined && !output) throw notSupplied(name);
    const value = typed === undefined ? null : convert(typed.value, typed.type, type, NO_STYLE);
    variables.set(fold(name), { type, value });
  }
}

export const typesOf = (variables: Variables): ReadonlyMap<string, SqlType> =>
  new Map([...variables].map(([name, { type }]) => [name, type]));
