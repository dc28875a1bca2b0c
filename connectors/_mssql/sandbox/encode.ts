import type { MessageWriter } from './packets.ts';
import { family, isLegacyLob, isUnicode, type SqliteValue, type SqlType } from './sql/sql-types.ts';
import { toWindows1251 } from './sql/windows-1251.ts';

/** Cyrillic_General_CI_AS: language 0x0419, case, kana and width ignored, no sort id. */
export const COLLATION = Buffer.from([0x19, 0x04, 0xd0, 0x00, 0x00]);

const TICKS_PER_DAY = 25_920_000;
const TICKS_PER_MINUTE = 18_000;
const HUNDRED_NS_PER_DAY = 864_000_000_000n;
const NULL_LENGTH = 0xffff;

/** How one type goes over the wire: its TYPE_INFO in COLMETADATA and its value in ROW. [MS-TDS] 2.2.5.4 */
export interface Encoding {
  readonly info: Buffer;
  readonly write: (writer: MessageWriter, value: SqliteValue) => void;
}

export function encodingOf(sqlType: SqlType): Encoding {
  switch (family(sqlType)) {
    case 'integer':
      return integerEncoding(sqlType);
    case 'decimal':
      return sqlType.name === 'decimal' ? decimalEncoding(sqlType) : moneyEncoding(sqlType.name === 'money' ? 8 : 4);
    case 'float':
      return floatEncoding(sqlType.name === 'real' ? 4 : 8);
    case 'text':
      return isUnicode(sqlType) ? textEncoding(sqlType, 2) : textEncoding(sqlType, 1);
    case 'binary':
      return binaryEncoding(sqlType);
    case 'datetime':
      return sqlType.name === 'datetime' ? datetimeEncoding : smalldatetimeEncoding;
    case 'datetime2':
      return datetime2Encoding(sqlType.scale);
    case 'date':
      return dateEncoding;
    case 'time':
      return timeEncoding(sqlType.scale);
    case 'guid':
      return guidEncoding;
    case 'variant':
      return variantEncoding;
  }
}

/** Writes a one-byte length and the value, or the length 0 that stands for NULL. */
function short(size: number, put: (buffer: Buffer, offset: number, value: Exclude<SqliteValue, null>) => void) {
  return (writer: MessageWriter, value: SqliteValue): void => {
    const { buffer, offset } = writer.reserve(size + 1);
    if (value === null) {
      buffer[offset] = 0;
      writer.advance(1);
      return;
    }
    buffer[offset] = size;
    put(buffer, offset + 1, value);
    writer.advance(size + 1);
  };
}

function integerEncoding({ name }: SqlType): Encoding {
  switch (name) {
    case 'bit':
      return { info: Buffer.from([0x68, 1]), write: short(1, (b, at, v) => (b[at] = Number(v) === 0 ? 0 : 1)) };
    case 'tinyint':
      return { info: Buffer.from([0x26, 1]), write: short(1, (b, at, v) => b.writeUInt8(Number(v), at)) };
    case 'smallint':
      return { info: Buffer.from([0x26, 2]), write: short(2, (b, at, v) => b.writeInt16LE(Number(v), at)) };
    case 'bigint':
      return { info: Buffer.from([0x26, 8]), write: short(8, (b, at, v) => b.writeBigInt64LE(integer(v), at)) };
    default:
      return { info: Buffer.from([0x26, 4]), write: short(4, (b, at, v) => b.writeInt32LE(Number(v), at)) };
  }
}

function integer(value: Exclude<SqliteValue, null>): bigint {
  if (typeof value === 'bigint') return value;
  if (Buffer.isBuffer(value)) throw new TypeError('a binary value in an integer column');
  return BigInt(value);
}

function decimalEncoding({ precision, scale }: SqlType): Encoding {
  const size = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
  const write = short(size, (buffer, offset, value) => {
    const digits = integer(value);
    let rest = digits < 0n ? -digits : digits;
    buffer[offset] = digits < 0n ? 0 : 1;
    for (let at = 1; at < size; at++) {
      buffer[offset + at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  });
  return { info: Buffer.from([0x6c, size, precision, scale]), write };
}

const moneyEncoding = (size: 4 | 8): Encoding => ({
  info: Buffer.from([0x6e, size]),
  write: short(size, (buffer, offset, value) => {
    const digits = integer(value);
    if (size === 4) {
      buffer.writeInt32LE(Number(digits), offset);
      return;
    }
    buffer.writeInt32LE(Number(digits >> 32n), offset);
    buffer.writeUInt32LE(Number(digits & 0xffff_ffffn), offset + 4);
  }),
});

const floatEncoding = (size: 4 | 8): Encoding => ({
  info: Buffer.from([0x6d, size]),
  write: short(size, (buffer, offset, value) => {
    if (size === 4) buffer.writeFloatLE(Number(value), offset);
    else buffer.writeDoubleLE(Number(value), offset);
  }),
});

function textEncoding(sqlType: SqlType, width: 1 | 2): Encoding {
  const encode = width === 2 ? (text: string) => Buffer.from(text, 'utf16le') : (text: string) => toWindows1251(text);
  if (sqlType.length === 'max' || isLegacyLob(sqlType)) {
    const token = width === 2 ? 0xe7 : 0xa7;
    return {
      info: Buffer.concat([Buffer.from([token, 0xff, 0xff]), COLLATION]),
      write: (writer, value) => writeChunks(writer, value === null ? null : encode(String(value))),
    };
  }
  const fixed = sqlType.name === 'nchar' || sqlType.name === 'char';
  const token = width === 2 ? (fixed ? 0xef : 0xe7) : fixed ? 0xaf : 0xa7;
  const info = Buffer.concat([Buffer.from([token, 0, 0]), COLLATION]);
  info.writeUInt16LE(Math.max(sqlType.length, 1) * width, 1);
  return { info, write: width === 2 ? writeUtf16 : writeNarrow };
}

/** The hot path of every row: no intermediate buffer. */
function writeUtf16(writer: MessageWriter, value: SqliteValue): void {
  if (value === null) return writeNullLength(writer);
  const text = String(value);
  const { buffer, offset } = writer.reserve(2 + text.length * 2);
  buffer.writeUInt16LE(text.length * 2, offset);
  buffer.write(text, offset + 2, 'utf16le');
  writer.advance(2 + text.length * 2);
}

function writeNarrow(writer: MessageWriter, value: SqliteValue): void {
  if (value === null) writeNullLength(writer);
  else writeSized(writer, toWindows1251(String(value)));
}

function binaryEncoding(sqlType: SqlType): Encoding {
  if (sqlType.length === 'max' || isLegacyLob(sqlType)) {
    return {
      info: Buffer.from([0xa5, 0xff, 0xff]),
      write: (writer, value) => writeChunks(writer, value === null ? null : binary(value)),
    };
  }
  const fixed = sqlType.name === 'binary' || sqlType.name === 'timestamp';
  const info = Buffer.from([fixed ? 0xad : 0xa5, 0, 0]);
  info.writeUInt16LE(Math.max(sqlType.length, 1), 1);
  return {
    info,
    write: (writer, value) => (value === null ? writeNullLength(writer) : writeSized(writer, binary(value))),
  };
}

const binary = (value: Exclude<SqliteValue, null>): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'utf16le');

function writeNullLength(writer: MessageWriter): void {
  const { buffer, offset } = writer.reserve(2);
  buffer.writeUInt16LE(NULL_LENGTH, offset);
  writer.advance(2);
}

function writeSized(writer: MessageWriter, bytes: Buffer): void {
  const { buffer, offset } = writer.reserve(2);
  buffer.writeUInt16LE(bytes.length, offset);
  writer.advance(2);
  writer.bytes(bytes);
}

function writeChunks(writer: MessageWriter, bytes: Buffer | null): void {
  const { buffer, offset } = writer.reserve(12);
  if (bytes === null) {
    buffer.fill(0xff, offset, offset + 8);
    writer.advance(8);
    return;
  }
  buffer.writeBigUInt64LE(BigInt(bytes.length), offset);
  writer.advance(8);
  if (bytes.length > 0) {
    buffer.writeUInt32LE(bytes.length, offset + 8);
    writer.advance(4);
    writer.bytes(bytes);
  }
  writer.bytes(END_OF_CHUNKS);
}
const END_OF_CHUNKS = Buffer.alloc(4);

const datetimeEncoding: Encoding = {
  info: Buffer.from([0x6f, 8]),
  write: short(8, (buffer, offset, value) => {
    const days = Math.floor(Number(value) / TICKS_PER_DAY);
    buffer.writeInt32LE(days, offset);
    buffer.writeUInt32LE(Number(value) - days * TICKS_PER_DAY, offset + 4);
  }),
};

const smalldatetimeEncoding: Encoding = {
  info: Buffer.from([0x6f, 4]),
  write: short(4, (buffer, offset, value) => {
    const days = Math.floor(Number(value) / TICKS_PER_DAY);
    buffer.writeUInt16LE(days, offset);
    buffer.writeUInt16LE((Number(value) - days * TICKS_PER_DAY) / TICKS_PER_MINUTE, offset + 2);
  }),
};

const dateEncoding: Encoding = {
  info: Buffer.from([0x28]),
  write: short(3, (buffer, offset, value) => buffer.writeUIntLE(Number(value), offset, 3)),
};

const timeSize = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

const timeEncoding = (scale: number): Encoding => ({
  info: Buffer.from([0x29, scale]),
  write: short(timeSize(scale), (buffer, offset, value) => {
    buffer.writeUIntLE(Number(integer(value) / 10n ** BigInt(7 - scale)), offset, timeSize(scale));
  }),
});

const datetime2Encoding = (scale: number): Encoding => ({
  info: Buffer.from([0x2a, scale]),
  write: short(timeSize(scale) + 3, (buffer, offset, value) => {
    const ticks = integer(value);
    const time = (ticks % HUNDRED_NS_PER_DAY) / 10n ** BigInt(7 - scale);
    buffer.writeUIntLE(Number(time), offset, timeSize(scale));
    buffer.writeUIntLE(Number(ticks / HUNDRED_NS_PER_DAY), offset + timeSize(scale), 3);
  }),
});

const guidEncoding: Encoding = {
  info: Buffer.from([0x24, 16]),
  write: short(16, (buffer, offset, value) => {
    const groups = String(value).split('-');
    let at = offset;
    for (const [index, group] of groups.entries()) {
      const bytes = Buffer.from(group, 'hex');
      at += (index < 3 ? bytes.reverse() : bytes).copy(buffer, at);
    }
  }),
};

/** The only variants here are the texts of SERVERPROPERTY and its kin. */
const variantEncoding: Encoding = {
  info: Buffer.from([0x62, 0x49, 0x1f, 0, 0]),
  write(writer, value) {
    const text = value === null ? undefined : Buffer.from(String(value), 'utf16le');
    const head = Buffer.alloc(text === undefined ? 4 : 13);
    if (text !== undefined) {
      head.writeUInt32LE(9 + text.length, 0);
      head.writeUInt8(0xe7, 4);
      head.writeUInt8(7, 5);
      COLLATION.copy(head, 6);
      head.writeUInt16LE(text.length, 11);
    }
    writer.bytes(head);
    if (text !== undefined) writer.bytes(text);
  },
};
