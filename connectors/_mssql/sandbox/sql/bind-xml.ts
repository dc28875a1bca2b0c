import { notInSandbox } from '../errors.ts';
import { bindQuery, type BoundQuery, outputValue } from './bind-query.ts';
import type { Binding } from './binding.ts';
import { asText } from './emit.ts';
import type { Scope } from './scope.ts';
import { family, nvarchar } from './sql-types.ts';
import type { Query } from './syntax.ts';

/**
 * `SELECT ', ' + name FROM … ORDER BY … FOR XML PATH('')`: the texts of a column without a name, one after the other.
 * NULL adds nothing, no row gives NULL. Without TYPE the marks of XML stay escaped, as they do there.
 */
export function bindXmlText(binding: Binding, query: Query, parent: Scope | undefined): BoundQuery {
  const inner = bindQuery(binding, { ...query, xml: undefined }, parent, false);
  const [column] = inner.columns;
  if (column === undefined || inner.columns.length > 1 || column.name !== '') {
    throw notInSandbox('FOR XML of anything but one column without a name', query.line);
  }
  if (!['text', 'integer', 'decimal'].includes(family(column.type))) {
    throw notInSandbox(`FOR XML of ${column.type.name}`, query.line);
  }
  const text = asText(outputValue(column, '"#1"')).sql;
  const piece = query.xml === 'typed' ? text : `tsql_xml_text(${text})`;
  const type = nvarchar('max');
  return {
    // LIMIT keeps SQLite from dropping the order of the rows inside.
    sql: `SELECT group_concat(${piece}, '') AS "#1" FROM (SELECT * FROM (${inner.sql}) LIMIT -1)`,
    columns: [{ name: '', type, nullable: true, identity: false, untyped: false }],
    uses: inner.uses,
    atMostOneRow: true,
  };
}
