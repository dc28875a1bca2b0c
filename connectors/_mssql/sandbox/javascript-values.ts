import type { Typed } from './parameters.ts';
import { formatDecimal, toDigits } from './sql/decimals.ts';
import { dateOfMoment, fromMoment, momentOfDate, toMoment } from './sql/moments.ts';
import {
  asDecimal,
  BIGINT,
  BIT,
  DATETIME,
  family,
  FLOAT,
  INT,
  nvarchar,
  type SqliteValue,
  type SqlType,
  varbinary,
} from './sql/sql-types.ts';

/** A value a test may give to `execute`. Dates are naive: their UTC fields count. */
export type JavascriptValue = null | boolean | number | bigint | string | Date | Buffer;

export function typedValue(value: JavascriptValue): Typed {
  switch (typeof value) {
    case 'boolean':
      return { type: BIT, value: value ? 1n : 0n };
    case 'bigint':
      return { type: BIGINT, value };
    case 'string':
      return { type: nvarchar('max'), value };
    case 'number': {
      const small = Number.isInteger(value) && Math.abs(value) < 2 ** 31;
      return small ? { type: INT, value: BigInt(value) } : { type: FLOAT, value };
    }
    default:
      if (value === null) return { type: nvarchar('max'), value };
      if (Buffer.isBuffer(value)) return { type: varbinary('max'), value };
      return { type: DATETIME, value: fromMoment(momentOfDate(value), DATETIME) };
  }
}

/** number, boolean, string, Date or Buffer; bigint, decimal and money as text, so that nothing is rounded. */
export function javascriptValue(value: SqliteValue, type: SqlType): JavascriptValue {
  if (value === null) return null;
  switch (family(type)) {
    case 'integer':
      if (type.name === 'bit') return Number(value) !== 0;
      return type.name === 'bigint' ? String(value) : Number(value);
    case 'decimal':
      return formatDecimal({ digits: toDigits(value), scale: asDecimal(type).scale });
    case 'float':
      return Number(value);
    case 'datetime':
    case 'datetime2':
    case 'date':
    case 'time':
      return dateOfMoment(toMoment(toDigits(value), type));
    case 'binary':
      return Buffer.isBuffer(value) ? value : String(value);
    case 'text':
    case 'guid':
    case 'variant':
      return String(value);
  }
}
