import sql from 'mssql';
import type { Value } from '../../engine/index.ts';

/** A value on its way into a statement, with the T-SQL type of the column it is compared to. */
export interface Parameter {
  /** As the catalogue names it: `datetime`, `int`, `rowversion`, `nvarchar`. */
  readonly type: string;
  readonly value: Value | undefined;
}

/** A statement with named parameters: `@since` is `parameters.since`. */
export interface Statement {
  readonly text: string;
  /** The text is the name of a procedure, the parameters are its own. */
  readonly procedure?: true;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** Of the JavaScript type alone, where no column says more. */
export function untyped(value: Value): Parameter {
  if (typeof value === 'number') return { type: Number.isSafeInteger(value) ? 'bigint' : 'float', value };
  if (typeof value === 'boolean') return { type: 'bit', value };
  return { type: 'nvarchar', value: typeof value === 'string' ? value : JSON.stringify(value) };
}

export function bind(request: sql.Request, parameters: Statement['parameters']): void {
  for (const [name, { type, value }] of Object.entries(parameters)) request.input(name, ...driverValue(type, value));
}

/**
 * A stamp goes back in the type of its column. A `datetime` compared to a `datetime2` would lose its boundary row:
 * 10:00:00.127 is 10:00:00.1266667 there.
 * https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
 */
function driverValue(type: string, value: Value | undefined): [sql.ISqlType, unknown] {
  switch (type) {
    case 'datetime':
    case 'smalldatetime':
      return [sql.DateTime(), dateOf(value)];
    case 'datetime2':
      return [sql.DateTime2(7), dateOf(value)];
    case 'datetimeoffset':
      return [sql.DateTimeOffset(7), dateOf(value)];
    case 'date':
      return [sql.Date(), dateOf(value)];
    case 'tinyint':
    case 'smallint':
    case 'int':
      return [sql.Int(), value];
    case 'bigint':
      return [sql.BigInt(), value];
    case 'float':
    case 'real':
      return [sql.Float(), value];
    case 'bit':
      return [sql.Bit(), value];
    case 'timestamp':
    case 'rowversion':
    case 'binary':
    case 'varbinary':
      return [sql.VarBinary(sql.MAX), bytesOf(value)];
    case 'uniqueidentifier':
      return [sql.UniqueIdentifier(), value];
    case 'char':
    case 'varchar':
      return [sql.VarChar(sql.MAX), value];
    default:
      return [sql.NVarChar(sql.MAX), value === undefined ? undefined : String(value)];
  }
}

/**
 * A naive time as the Date whose UTC fields show it; digits beyond milliseconds travel beside it, under a name without
 * the s of the one they are read by (tedious 19.2, lib/data-types/datetime2.js and lib/value-parser.js).
 */
function dateOf(value: Value | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const [, whole = String(value), beyond = ''] = /^(.*\.\d{3})(\d*)/.exec(String(value)) ?? [];
  const text = whole.length === 10 ? `${whole}T00:00:00` : whole;
  const date = new Date(`${text.replace(/Z$/, '')}Z`);
  if (beyond !== '') Object.defineProperty(date, 'nanosecondDelta', { value: Number(`0.000${beyond}`) });
  return date;
}

function bytesOf(value: Value | undefined): Buffer | undefined {
  return value === undefined ? undefined : Buffer.from(String(value).replace(/^0x/i, ''), 'hex');
}
