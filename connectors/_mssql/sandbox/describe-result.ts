import type { ResultSink } from './results.ts';
import { BIT, INT, nvarchar, SYSNAME, typeText } from './sql/sql-types.ts';
import type { ResultColumn } from './tokens.ts';

const column = (name: string, type: ResultColumn['type']): ResultColumn => ({
  name,
  type,
  nullable: true,
  identity: false,
});

/** The first columns of what sp_describe_first_result_set gives; it has 39. */
const columns: readonly ResultColumn[] = [
  column('is_hidden', BIT),
  column('column_ordinal', INT),
  column('name', SYSNAME),
  column('is_nullable', BIT),
  column('system_type_name', nvarchar(256)),
];

/** A row for each column a statement would give. */
export function writeDescription(described: readonly ResultColumn[], sink: ResultSink): void {
  sink.columns(columns);
  for (const [index, { name, type, nullable }] of described.entries()) {
    sink.row([0, index + 1, name === '' ? null : name, Number(nullable), typeText(type)]);
  }
  sink.done(described.length);
}
