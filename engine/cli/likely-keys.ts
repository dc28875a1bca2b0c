import type { Field, Row, SourceDescription } from '../connector.ts';

/**
 * What a source may call the row of a record with this key: "F1_12345" is often made of the row's own 12345. Which of
 * them it is, the map says once their rows are there.
 */
export function likelyKeys(key: string, { key: columns = [], fields }: SourceDescription): readonly Row[] {
  const parts = key.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
  const [column, another] = columns;
  if (column === undefined) return [];
  const wanted = another === undefined ? [...new Set([key, ...parts])].map((part) => [part]) : [parts];
  return wanted.flatMap((values) => {
    const row = values.length === columns.length ? rowOf(columns, values, fields) : undefined;
    return row ? [row] : [];
  });
}

/** undefined: one of the values is none its column could have. */
function rowOf(columns: readonly string[], values: readonly string[], fields: readonly Field[]): Row | undefined {
  const row: Record<string, string | number> = {};
  for (const [index, column] of columns.entries()) {
    const text = values[index] ?? '';
    const type = fields.find(({ name }) => name === column)?.type;
    const isNumber = type === 'integer' || type === 'number';
    // Keys of the vendors we know are numbers, though they are text to us.
    if ((isNumber || type === 'id') && !/^\d{1,15}$/.test(text)) return undefined;
    row[column] = isNumber ? Number(text) : text;
  }
  return row;
}
