import { SqlError } from '../errors.ts';
import { bindBody, type BoundQuery, type Output, outputName, outputValue } from './bind-query.ts';
import type { Binding } from './binding.ts';
import { commonType, convertSql, keySql, sortKey } from './emit.ts';
import type { Scope } from './scope.ts';
import type { QueryBody } from './syntax.ts';

type Compound = Exclude<QueryBody, { kind: 'select' }>;

/** UNION, UNION ALL, EXCEPT, INTERSECT: columns meet in a common type, and rows are compared by collation. */
export function bindCompound(binding: Binding, body: Compound, parent: Scope | undefined): BoundQuery {
  const left = bindBody(binding, body.left, parent);
  const right = bindBody(binding, body.right, parent);
  if (left.columns.length !== right.columns.length) {
    throw new SqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
      { line: body.line },
    );
  }
  const columns = left.columns.map((column, index) => merge(column, right.columns[index] ?? column));
  const [one, other] = [converted(left, columns), converted(right, columns)];
  const uses = [...left.uses, ...right.uses];
  const result = { columns, uses, atMostOneRow: false };
  switch (body.kind) {
    case 'unionAll':
      return { ...result, sql: `${one} UNION ALL ${other}` };
    case 'union':
      return { ...result, sql: distinct(`${one} UNION ALL ${other}`, columns) };
    case 'except':
      return { ...result, sql: matching(one, other, columns, 'NOT EXISTS') };
    case 'intersect':
      return { ...result, sql: matching(one, other, columns, 'EXISTS') };
  }
}

function merge(left: Output, right: Output): Output {
  const values = [outputValue(left, ''), outputValue(right, '')];
  return {
    name: left.name,
    type: commonType(values),
    nullable: left.nullable || right.nullable,
    identity: false,
    untyped: left.untyped && right.untyped,
  };
}

function converted(query: BoundQuery, columns: readonly Output[]): string {
  const list = query.columns.map((column, index) => {
    const value = outputValue(column, outputName(index));
    return `${convertSql(value, columns[index]?.type ?? column.type)} AS ${outputName(index)}`;
  });
  return `SELECT ${list.join(', ')} FROM (${query.sql})`;
}

const names = (columns: readonly Output[]): string => columns.map((_, index) => outputName(index)).join(', ');

function distinct(sql: string, columns: readonly Output[]): string {
  const keys = columns.map((column, index) => sortKey(outputValue(column, outputName(index))));
  return `SELECT ${names(columns)} FROM (${sql}) GROUP BY ${keys.join(', ')}`;
}

/** Two NULLs are the same here, hence IS. */
function matching(one: string, other: string, columns: readonly Output[], exists: string): string {
  const same = columns.map((column, index) => {
    const key = (side: string) => keySql(outputValue(column, `${side}.${outputName(index)}`));
    return `${key('"#l"')} IS ${key('"#r"')}`;
  });
  const found = `SELECT 1 FROM (${other}) AS "#r" WHERE ${same.join(' AND ')}`;
  return distinct(`SELECT ${names(columns)} FROM (${one}) AS "#l" WHERE ${exists} (${found})`, columns);
}
