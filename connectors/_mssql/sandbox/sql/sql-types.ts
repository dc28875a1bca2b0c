/**
 * The types of SQL Server that this sandbox holds, and how a value of each lies in SQLite:
 *
 * | types | in SQLite |
 * |---|---|
 * | bit, tinyint, smallint, int, bigint | INTEGER |
 * | decimal(p ≤ 18, s), money, smallmoney | INTEGER, the digits without the point |
 * | decimal(p > 18, s) | TEXT, the digits without the point |
 * | float, real | REAL |
 * | char, varchar, nchar, nvarchar, text, ntext, xml text | TEXT |
 * | binary, varbinary, image, rowversion | BLOB |
 * | datetime, smalldatetime | INTEGER, 1/300 s since 1900-01-01 |
 * | datetime2 | INTEGER, 100 ns since 0001-01-01 |
 * | date | INTEGER, days since 0001-01-01 |
 * | time | INTEGER, 100 ns since midnight |
 * | uniqueidentifier | TEXT, upper case |
 *
 * So comparing, ordering and adding money or dates is exact integer work, and a SQLite index serves it.
 */
export type TypeName =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'money'
  | 'smallmoney'
  | 'float'
  | 'real'
  | 'char'
  | 'varchar'
  | 'nchar'
  | 'nvarchar'
  | 'text'
  | 'ntext'
  | 'binary'
  | 'varbinary'
  | 'image'
  | 'timestamp'
  | 'uniqueidentifier'
  | 'date'
  | 'time'
  | 'smalldatetime'
  | 'datetime'
  | 'datetime2'
  | 'sql_variant';

/** A value as SQLite holds it. Integers arrive as bigint inside functions, as number or bigint in rows. */
export type SqliteValue = null | number | bigint | string | Buffer;

/** Characters for text types, bytes for binary ones. */
export type Length = number | 'max';

export interface SqlType {
  readonly name: TypeName;
  readonly length: Length;
  readonly precision: number;
  readonly scale: number;
}

export const type = (name: TypeName, length: Length = 0, precision = 0, scale = 0): SqlType => ({
  name,
  length,
  precision,
  scale,
});

export const BIT = type('bit', 0, 1);
export const TINYINT = type('tinyint', 0, 3);
export const SMALLINT = type('smallint', 0, 5);
export const INT = type('int', 0, 10);
export const BIGINT = type('bigint', 0, 19);
export const MONEY = type('money', 0, 19, 4);
export const SMALLMONEY = type('smallmoney', 0, 10, 4);
export const FLOAT = type('float', 0, 53);
export const REAL = type('real', 0, 24);
export const DATE = type('date');
export const DATETIME = type('datetime', 0, 0, 3);
export const SMALLDATETIME = type('smalldatetime');
export const ROWVERSION = type('timestamp', 8);
export const GUID = type('uniqueidentifier');
export const VARIANT = type('sql_variant');
export const SYSNAME = type('nvarchar', 128);
export const decimal = (precision: number, scale: number): SqlType => type('decimal', 0, precision, scale);
export const nvarchar = (length: Length): SqlType => type('nvarchar', length);
export const varchar = (length: Length): SqlType => type('varchar', length);
export const varbinary = (length: Length): SqlType => type('varbinary', length);
export const datetime2 = (scale: number): SqlType => type('datetime2', 0, 0, scale);

export type Family =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'binary'
  | 'datetime'
  | 'datetime2'
  | 'date'
  | 'time'
  | 'guid'
  | 'variant';

const families: Readonly<Record<TypeName, Family>> = {
  bit: 'integer',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  money: 'decimal',
  smallmoney: 'decimal',
  float: 'float',
  real: 'float',
  char: 'text',
  varchar: 'text',
  nchar: 'text',
  nvarchar: 'text',
  text: 'text',
  ntext: 'text',
  binary: 'binary',
  varbinary: 'binary',
  image: 'binary',
  timestamp: 'binary',
  uniqueidentifier: 'guid',
  date: 'date',
  time: 'time',
  smalldatetime: 'datetime',
  datetime: 'datetime',
  datetime2: 'datetime2',
  sql_variant: 'variant',
};
export const family = (of: SqlType): Family => families[of.name];

/** Low to high: when two types meet, the lower one is converted. learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql */
const precedence: readonly TypeName[] = [
  'binary',
  'varbinary',
  'char',
  'varchar',
  'nchar',
  'nvarchar',
  'uniqueidentifier',
  'timestamp',
  'image',
  'text',
  'ntext',
  'bit',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'smallmoney',
  'money',
  'decimal',
  'real',
  'float',
  'time',
  'date',
  'smalldatetime',
  'datetime',
  'datetime2',
  'sql_variant',
];
export const rank = (of: SqlType): number => precedence.indexOf(of.name);

export const isMoney = (of: SqlType): boolean => of.name === 'money' || of.name === 'smallmoney';
export const isUnicode = (of: SqlType): boolean => of.name === 'nvarchar' || of.name === 'nchar' || of.name === 'ntext';
export const isFixedLength = (of: SqlType): boolean =>
  of.name === 'char' || of.name === 'nchar' || of.name === 'binary';
/** text, ntext, image: cannot be compared, sorted or grouped. */
export const isLegacyLob = (of: SqlType): boolean => of.name === 'text' || of.name === 'ntext' || of.name === 'image';

const WIDEST_IN_INTEGER = 18;
/** Decimals whose digits may not fit into SQLite's 64-bit integer. */
export const isWide = (of: SqlType): boolean => of.name === 'decimal' && of.precision > WIDEST_IN_INTEGER;

/** Values that may lie beyond 2^53, so that rows with them are read as bigint. */
export const needsBigInt = (of: SqlType): boolean =>
  of.name === 'bigint' || of.name === 'datetime2' || of.name === 'money' || (of.name === 'decimal' && !isWide(of));

/** An integer type as decimal arithmetic sees it. */
export function asDecimal(of: SqlType): SqlType {
  if (of.name === 'decimal') return of;
  return decimal(of.precision, isMoney(of) ? 4 : 0);
}

/** `nvarchar(50)`, `decimal(18,2)`: what a declaration looks like. */
export function typeText(of: SqlType): string {
  if (of.name === 'decimal') return `decimal(${of.precision},${of.scale})`;
  if (of.name === 'datetime2' || of.name === 'time') return `${of.name}(${of.scale})`;
  const sized = family(of) === 'text' || of.name === 'binary' || of.name === 'varbinary';
  return sized && !isLegacyLob(of) ? `${of.name}(${of.length})` : of.name;
}

/** The SQLite column type that keeps a value of this type as it is. */
export function storage(of: SqlType): 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB' {
  switch (family(of)) {
    case 'integer':
    case 'datetime':
    case 'datetime2':
    case 'date':
    case 'time':
      return 'INTEGER';
    case 'decimal':
      return isWide(of) ? 'TEXT' : 'INTEGER';
    case 'float':
      return 'REAL';
    case 'binary':
      return 'BLOB';
    case 'text':
    case 'guid':
    case 'variant':
      return 'TEXT';
  }
}
