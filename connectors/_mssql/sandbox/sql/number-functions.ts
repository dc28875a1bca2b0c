import { SqlError } from '../errors.ts';
import { divideRounded, fromDigits, toDigits } from './decimals.ts';
import { asDecimal, family, FLOAT, INT, isMoney, MONEY, type SqliteValue, type SqlType } from './sql-types.ts';

type Value = Exclude<SqliteValue, null>;

/** ABS, SIGN, FLOOR, CEILING and ROUND keep the type of what they are given, small integers become int. */
export const numberFunctions = ['ABS', 'SIGN', 'FLOOR', 'CEILING', 'ROUND'] as const;
export type NumberFunction = (typeof numberFunctions)[number];

export function calculateNumber(name: NumberFunction, value: Value, type: SqlType, places: bigint): SqliteValue {
  if (family(type) === 'float') return ofFloat(name, Number(value), Number(places));
  const scale = family(type) === 'decimal' ? asDecimal(type).scale : 0;
  const digits = ofDigits(name, toDigits(value), scale, Number(places));
  return family(type) === 'decimal' ? fromDigits(digits, type) : digits;
}

function ofFloat(name: NumberFunction, value: number, places: number): number {
  switch (name) {
    case 'ABS':
      return Math.abs(value);
    case 'SIGN':
      return Math.sign(value);
    case 'FLOOR':
      return Math.floor(value);
    case 'CEILING':
      return Math.ceil(value);
    case 'ROUND': {
      const unit = 10 ** places;
      return (Math.sign(value) * Math.round(Math.abs(value) * unit)) / unit;
    }
  }
}

function ofDigits(name: NumberFunction, digits: bigint, scale: number, places: number): bigint {
  const one = 10n ** BigInt(scale);
  switch (name) {
    case 'ABS':
      return digits < 0n ? -digits : digits;
    case 'SIGN':
      return digits === 0n ? 0n : digits < 0n ? -one : one;
    case 'FLOOR':
      return digits - (((digits % one) + one) % one);
    case 'CEILING':
      return digits + (((-digits % one) + one) % one);
    case 'ROUND': {
      if (places >= scale) return digits;
      const unit = 10n ** BigInt(scale - places);
      return divideRounded(digits, unit) * unit;
    }
  }
}

export function numberType(name: NumberFunction, type: SqlType): SqlType {
  const numeric = family(type) === 'integer' || family(type) === 'decimal' || family(type) === 'float';
  if (type.name === 'bit' || !numeric) {
    throw new SqlError(
      8116,
      `Argument data type ${type.name} is invalid for argument 1 of ${name.toLowerCase()} function.`,
    );
  }
  if (isMoney(type)) return MONEY;
  if (type.name === 'tinyint' || type.name === 'smallint') return INT;
  return type.name === 'real' ? FLOAT : type;
}
