import type { Row, Value } from '../../engine/index.ts';

export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** A column as the data base describes it. */
export interface Column {
  readonly name: string;
  /** Whole type in the data base's words: `numeric(18,2)`, `character varying(50)`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The data base fills it where nothing is written: a default, a sequence, AUTO_INCREMENT. */
  readonly hasDefault: boolean;
  /** Nobody may write it: a generated column. */
  readonly generated: boolean;
  readonly comment?: string;
}

export interface Table extends TableName {
  readonly columns: readonly Column[];
  /** In the order of the key; empty without one. */
  readonly primaryKey: readonly string[];
  /**
   * The primary and other unique keys `Load` may tell rows apart by: not partial, not of expressions; none where
   * another unique key could make a row collide with one of a different key.
   */
  readonly keys: readonly (readonly string[])[];
  /** There are none of those only because its unique keys might meet different rows. */
  readonly keysMeet?: true;
  /** Its rows are kept in tables below it (PostgreSQL). */
  readonly partitioned?: true;
}

/** `public.deals`, `deals`, `"My table"."x.y"`, `` `db`.`t` ``, `[dbo].[t]`: quotes are taken off. */
export function tableName(text: string, defaultSchema: string | undefined): TableName {
  const quoted = /"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|\[((?:[^\]]|\]\])+)\]|([^."`[\]]+)/g;
  const parts = [...text.matchAll(quoted)].map(
    ([, double, back, square, bare = '']) =>
      double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? square?.replaceAll(']]', ']') ?? bare,
  );
  const name = parts.at(-1) ?? text;
  const schema = parts.at(-2) ?? defaultSchema;
  return schema === undefined ? { name } : { schema, name };
}

export function shown({ schema, name }: TableName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/**
 * What names a row to the engine: the primary key, or the first unique key whose columns all have values. Of several
 * columns the text is a JSON list, and the field of that name is none of the table's.
 */
export interface RowKey {
  readonly id: string;
  readonly columns: readonly string[];
}

export function rowKey(table: Table): RowKey | undefined {
  const solid = (key: readonly string[]): boolean =>
    key.every((name) => table.columns.find((column) => column.name === name)?.nullable === false);
  const columns = table.primaryKey.length > 0 ? table.primaryKey : table.keys.find(solid);
  const [first] = columns ?? [];
  if (columns === undefined || first === undefined) return undefined;
  return { id: columns.length === 1 ? first : `(${columns.join(', ')})`, columns };
}

export function keyText(key: RowKey, row: Row): string | undefined {
  const values = key.columns.map((name) => row[name]);
  if (values.some((value) => value === undefined)) return undefined;
  return values.length === 1 ? asText(values[0]) : JSON.stringify(values.map(asText));
}

/** The values a key's text stands for; undefined when it is not one of this table's. */
export function keyValues(key: RowKey, text: string): readonly string[] | undefined {
  if (key.columns.length === 1) return [text];
  try {
    const values: unknown = JSON.parse(text);
    if (Array.isArray(values) && values.length === key.columns.length) return values.map(String);
  } catch {
    // Not JSON: not one of ours.
  }
  return undefined;
}

function asText(value: Value | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
