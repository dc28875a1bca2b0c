import { notInSandbox, ProtocolError } from './errors.ts';
import {
  BIT,
  DATE,
  DATETIME,
  FLOAT,
  GUID,
  type Length,
  MONEY,
  REAL,
  SMALLDATETIME,
  SMALLMONEY,
  type SqliteValue,
  type SqlType,
  BIGINT,
  INT,
  SMALLINT,
  TINYINT,
  type,
} from './sql/sql-types.ts';
import { fromWindows1251 } from './sql/windows-1251.ts';
import type { WireReader } from './wire-reader.ts';

/** A value that came with its type, in the form SQLite holds it (see sql-types.ts). */
export interface Typed {
  readonly type: SqlType;
  readonly value: SqliteValue;
}

const TICKS_PER_DAY = 25_920_000n;
const TICKS_PER_MINUTE = 18_000n;

/** TYPE_INFO and value of an RPC parameter. [MS-TDS] 2.2.5.4-2.2.5.6 */
export function readTyped(reader: WireReader): Typed {
  const token = reader.u8();
  const read = readers[token];
  if (read === undefined) {
    const known = refused[token];
    if (known !== undefined) throw notInSandbox(known);
    throw new ProtocolError(`unknown type token 0x${token.toString(16)}`);
  }
  return read(reader);
}

const refused: Readonly<Record<number, string>> = {
  0x2b: 'datetimeoffset',
  0x62: 'sql_variant',
  0xf0: 'a CLR type',
  0xf1: 'xml',
  0xf3: 'a table-valued parameter',
};

const integers: Readonly<Record<number, SqlType>> = { 1: TINYINT, 2: SMALLINT, 4: INT, 8: BIGINT };

const readers: Readonly<Record<number, (reader: WireReader) => Typed>> = {
  0x1f: () => ({ type: INT, value: null }),
  0x24(reader) {
    reader.u8();
    return { type: GUID, value: reader.u8() === 0 ? null : guidText(reader.take(16)) };
  },
  0x26(reader) {
    const declared = integers[reader.u8()];
    if (declared === undefined) throw new ProtocolError('an integer of an unknown size');
    const size = reader.u8();
    if (size === 0) return { type: declared, value: null };
    const bytes = reader.take(size);
    if (size === 8) return { type: declared, value: bytes.readBigInt64LE() };
    return { type: declared, value: BigInt(size === 1 ? bytes.readUInt8() : bytes.readIntLE(0, size)) };
  },
  0x28(reader) {
    return { type: DATE, value: reader.u8() === 0 ? null : BigInt(reader.u24()) };
  },
  0x29(reader) {
    const scale = reader.u8();
    const size = reader.u8();
    return { type: type('time', 0, 0, scale), value: size === 0 ? null : scaled(reader.digits(size), scale) };
  },
  0x2a(reader) {
    const scale = reader.u8();
    const size = reader.u8();
    if (size === 0) return { type: type('datetime2', 0, 0, scale), value: null };
    const time = scaled(reader.digits(size - 3), scale);
    return { type: type('datetime2', 0, 0, scale), value: BigInt(reader.u24()) * 864_000_000_000n + time };
  },
  0x68(reader) {
    reader.u8();
    return { type: BIT, value: reader.u8() === 0 ? null : reader.u8() === 0 ? 0n : 1n };
  },
  0x6d(reader) {
    const declared = reader.u8() === 4 ? REAL : FLOAT;
    const size = reader.u8();
    if (size === 0) return { type: declared, value: null };
    const bytes = reader.take(size);
    return { type: declared, value: size === 4 ? bytes.readFloatLE() : bytes.readDoubleLE() };
  },
  0x6a: readDecimal,
  0x6c: readDecimal,
  0x6e(reader) {
    const declared = reader.u8() === 4 ? SMALLMONEY : MONEY;
    const size = reader.u8();
    if (size === 0) return { type: declared, value: null };
    if (size === 4) return { type: declared, value: BigInt(reader.i32()) };
    const high = BigInt(reader.i32());
    return { type: declared, value: (high << 32n) | BigInt(reader.u32()) };
  },
  0x6f(reader) {
    const declared = reader.u8() === 4 ? SMALLDATETIME : DATETIME;
    const size = reader.u8();
    if (size === 0) return { type: declared, value: null };
    if (size === 4) {
      const days = BigInt(reader.u16());
      return { type: declared, value: days * TICKS_PER_DAY + BigInt(reader.u16()) * TICKS_PER_MINUTE };
    }
    const days = BigInt(reader.i32());
    return { type: declared, value: days * TICKS_PER_DAY + BigInt(reader.u32()) };
  },
  0xa5: (reader) => readBytes(reader, 'varbinary'),
  0xad: (reader) => readBytes(reader, 'binary'),
  0xa7: (reader) => readText(reader, 'varchar'),
  0xaf: (reader) => readText(reader, 'char'),
  0xe7: (reader) => readText(reader, 'nvarchar'),
  0xef: (reader) => readText(reader, 'nchar'),
};

function readDecimal(reader: WireReader): Typed {
  reader.u8();
  const precision = reader.u8();
  const scale = reader.u8();
  const declared = type('decimal', 0, precision, scale);
  const size = reader.u8();
  if (size === 0) return { type: declared, value: null };
  const positive = reader.u8() === 1;
  const magnitude = reader.digits(size - 1);
  const digits = positive ? magnitude : -magnitude;
  return { type: declared, value: precision > 18 ? digits.toString() : digits };
}

const MAX_MARK = 0xffff;

function readText(reader: WireReader, name: 'char' | 'varchar' | 'nchar' | 'nvarchar'): Typed {
  const wide = name === 'nchar' || name === 'nvarchar';
  const size = reader.u16();
  reader.take(5); // collation: every text here has the collation of the data base
  const length: Length = size === MAX_MARK ? 'max' : wide ? size / 2 : size;
  const bytes = sizedBytes(reader, size);
  const text = bytes === null ? null : wide ? bytes.toString('utf16le') : fromWindows1251(bytes);
  return { type: type(name, length), value: text };
}

function readBytes(reader: WireReader, name: 'binary' | 'varbinary'): Typed {
  const size = reader.u16();
  const bytes = sizedBytes(reader, size);
  return { type: type(name, size === MAX_MARK ? 'max' : size), value: bytes === null ? null : Buffer.from(bytes) };
}

function sizedBytes(reader: WireReader, declared: number): Buffer | null {
  if (declared === MAX_MARK) return reader.chunks();
  const size = reader.u16();
  return size === MAX_MARK ? null : reader.take(size);
}

/** A time of scale s counts 10^-s seconds; ours counts 10^-7. */
const scaled = (time: bigint, scale: number): bigint => time * 10n ** BigInt(7 - scale);

/** The first three groups of a GUID travel little-endian. */
export function guidText(bytes: Buffer): string {
  const hex = (from: number, to: number, flip: boolean) => {
    const part = Buffer.from(bytes.subarray(from, to));
    return (flip ? part.reverse() : part).toString('hex').toUpperCase();
  };
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
}
