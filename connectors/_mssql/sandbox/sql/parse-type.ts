import { notInSandbox, SqlError } from '../errors.ts';
import {
  BIGINT,
  BIT,
  DATE,
  DATETIME,
  datetime2,
  decimal,
  FLOAT,
  GUID,
  INT,
  type Length,
  MONEY,
  REAL,
  ROWVERSION,
  SMALLDATETIME,
  SMALLINT,
  SMALLMONEY,
  type SqlType,
  SYSNAME,
  TINYINT,
  type,
  type TypeName,
} from './sql-types.ts';
import type { TokenCursor } from './token-cursor.ts';

const plain: Readonly<Record<string, SqlType>> = {
  BIT,
  TINYINT,
  SMALLINT,
  INT,
  INTEGER: INT,
  BIGINT,
  MONEY,
  SMALLMONEY,
  REAL,
  DATE,
  DATETIME,
  SMALLDATETIME,
  ROWVERSION,
  TIMESTAMP: ROWVERSION,
  UNIQUEIDENTIFIER: GUID,
  SYSNAME,
  TEXT: type('text'),
  NTEXT: type('ntext'),
  IMAGE: type('image'),
};

const sized: Readonly<Record<string, { readonly name: TypeName; readonly longest: number; readonly max: boolean }>> = {
  CHAR: { name: 'char', longest: 8000, max: false },
  VARCHAR: { name: 'varchar', longest: 8000, max: true },
  NCHAR: { name: 'nchar', longest: 4000, max: false },
  NVARCHAR: { name: 'nvarchar', longest: 4000, max: true },
  BINARY: { name: 'binary', longest: 8000, max: false },
  VARBINARY: { name: 'varbinary', longest: 8000, max: true },
};

const unknownToSandbox = new Set(['DATETIMEOFFSET', 'XML', 'SQL_VARIANT', 'HIERARCHYID', 'GEOGRAPHY', 'GEOMETRY']);

/** @param defaultLength what `varchar` without a length means: 1 in a declaration, 30 in CAST. */
export function parseType(cursor: TokenCursor, defaultLength: number): SqlType {
  if (cursor.peek().kind !== 'word' && cursor.peek().kind !== 'quoted') throw cursor.unexpected();
  const { text, line } = cursor.take();
  const name = text.toUpperCase();
  if (unknownToSandbox.has(name)) throw notInSandbox(name.toLowerCase(), line);
  const simple = plain[name];
  if (simple !== undefined) return simple;
  const withLength = sized[name];
  if (withLength !== undefined) {
    return type(withLength.name, parseLength(cursor, withLength, defaultLength));
  }
  switch (name) {
    case 'DECIMAL':
    case 'NUMERIC':
    case 'DEC': {
      const [precision = 18, scale = 0] = numbersIn(cursor);
      if (precision < 1 || precision > 38 || scale > precision) throw cursor.unexpected();
      return decimal(precision, scale);
    }
    case 'FLOAT': {
      const [bits = 53] = numbersIn(cursor);
      return bits <= 24 ? REAL : FLOAT;
    }
    case 'DATETIME2':
      return datetime2(parseScale(cursor));
    case 'TIME':
      return type('time', 0, 0, parseScale(cursor));
    default:
      throw new SqlError(243, `Type ${text} is not a defined system type.`, { line });
  }
}

function parseLength(
  cursor: TokenCursor,
  { longest, max }: { readonly longest: number; readonly max: boolean },
  defaultLength: number,
): Length {
  if (!cursor.accept('(')) return defaultLength;
  if (max && cursor.accept('MAX', ')')) return 'max';
  const { line } = cursor;
  const length = cursor.integer();
  cursor.expect(')');
  if (length < 1 || length > longest) {
    throw new SqlError(131, `The size (${length}) given to the type exceeds the maximum allowed (${longest}).`, {
      severity: 15,
      line,
    });
  }
  return length;
}

/** Digits of a second. */
function parseScale(cursor: TokenCursor): number {
  const { line } = cursor;
  const [scale = 7] = numbersIn(cursor);
  if (scale < 0 || scale > 7) {
    throw new SqlError(1002, `Line ${line}: Specified scale ${scale} is invalid.`, { severity: 15, line });
  }
  return scale;
}

const numbersIn = (cursor: TokenCursor): number[] =>
  cursor.is('(') ? cursor.parenthesised(() => cursor.integer()) : [];
