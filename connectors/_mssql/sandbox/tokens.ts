import { COLLATION, encodingOf } from './encode.ts';
import type { SqlError } from './errors.ts';
import type { MessageWriter } from './packets.ts';
import type { SqliteValue, SqlType } from './sql/sql-types.ts';

/** The tokens of a reply. [MS-TDS] 2.2.7 */
const TOKEN = {
  returnStatus: 0x79,
  columns: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  row: 0xd1,
  rowWithNulls: 0xd2,
  environment: 0xe3,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const;

export type DoneKind = 'done' | 'doneProcedure' | 'doneInProcedure';

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: boolean;
}

const NAME = 'SANDBOX';
const NULLABLE = 0x0001;
const UPDATABLE_UNKNOWN = 0x0008;
const IDENTITY = 0x0010;

export function writeColumns(writer: MessageWriter, columns: readonly ResultColumn[]): void {
  writer.bytes(Buffer.concat([u8(TOKEN.columns), u16(columns.length)]));
  for (const column of columns) {
    const flags = (column.nullable ? NULLABLE : 0) | UPDATABLE_UNKNOWN | (column.identity ? IDENTITY : 0);
    const { info } = encodingOf(column.type);
    writer.bytes(Buffer.concat([u32(0), u16(flags), info, shortText(column.name)]));
  }
}

/** A writer of rows of these columns: plain ROW, or NBCROW (a bit map of nulls) where that is shorter. */
export function rowWriter(columns: readonly ResultColumn[]) {
  const writes = columns.map((column) => encodingOf(column.type).write);
  const bitmap = Math.ceil(columns.length / 8);
  return (writer: MessageWriter, values: readonly SqliteValue[]): void => {
    let nulls = 0;
    for (const value of values) if (value === null) nulls++;
    const sparse = nulls > bitmap;
    const { buffer, offset } = writer.reserve(1 + bitmap);
    buffer[offset] = sparse ? TOKEN.rowWithNulls : TOKEN.row;
    if (sparse) {
      buffer.fill(0, offset + 1, offset + 1 + bitmap);
      for (const [at, value] of values.entries()) {
        if (value === null) buffer[offset + 1 + (at >> 3)] = (buffer[offset + 1 + (at >> 3)] ?? 0) | (1 << (at & 7));
      }
    }
    writer.advance(sparse ? 1 + bitmap : 1);
    for (let at = 0; at < writes.length; at++) {
      const value = values[at] ?? null;
      if (!(sparse && value === null)) writes[at]?.(writer, value);
    }
  };
}

export interface Done {
  readonly more?: boolean;
  readonly failed?: boolean;
  readonly attention?: boolean;
  /** Rows returned or changed; absent under SET NOCOUNT ON. */
  readonly count?: number;
}

export function writeDone(writer: MessageWriter, kind: DoneKind, done: Done): void {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(TOKEN[kind], 0);
  const status =
    (done.more === true ? 0x01 : 0) |
    (done.failed === true ? 0x02 : 0) |
    (done.count === undefined ? 0 : 0x10) |
    (done.attention === true ? 0x20 : 0);
  bytes.writeUInt16LE(status, 1);
  bytes.writeBigUInt64LE(BigInt(done.count ?? 0), 5);
  writer.bytes(bytes);
}

export function writeError(writer: MessageWriter, error: SqlError): void {
  writeMessage(writer, TOKEN.error, error, error.message);
}

export function writeInfo(writer: MessageWriter, number: number, text: string): void {
  writeMessage(writer, TOKEN.info, { number, state: 1, severity: 0, line: 1 }, text);
}

function writeMessage(
  writer: MessageWriter,
  token: number,
  { number, state, severity, line }: Pick<SqlError, 'number' | 'state' | 'severity' | 'line'>,
  text: string,
): void {
  const body = Buffer.concat([
    u32(number),
    Buffer.from([state, severity]),
    longText(text),
    shortText(NAME),
    shortText(''),
    u32(line),
  ]);
  writer.bytes(Buffer.concat([u8(token), u16(body.length), body]));
}

const LOGIN_ACK_TSQL = 1;
const TDS_7_4 = Buffer.from([0x74, 0, 0, 4]);
const PROGRAM_VERSION = Buffer.from([11, 0, 0x1b, 0x59]);

export function writeLoginAck(writer: MessageWriter): void {
  const body = Buffer.concat([u8(LOGIN_ACK_TSQL), TDS_7_4, shortText('Microsoft SQL Server'), PROGRAM_VERSION]);
  writer.bytes(Buffer.concat([u8(TOKEN.loginAck), u16(body.length), body]));
}

/** ENVCHANGE: new value, then old value. */
export const environment = {
  database: (name: string) => change(1, shortText(name), shortText('master')),
  language: (name: string) => change(2, shortText(name), shortText('')),
  packetSize: (size: number) => change(4, shortText(String(size)), shortText('4096')),
  collation: () => change(7, shortBytes(COLLATION), u8(0)),
  begun: (transaction: Buffer) => change(8, shortBytes(transaction), u8(0)),
  committed: (transaction: Buffer) => change(9, u8(0), shortBytes(transaction)),
  rolledBack: (transaction: Buffer) => change(10, u8(0), shortBytes(transaction)),
  reset: () => change(18, u8(0), u8(0)),
};

function change(kind: number, now: Buffer, before: Buffer): Buffer {
  return Buffer.concat([u8(TOKEN.environment), u16(1 + now.length + before.length), u8(kind), now, before]);
}

export function writeReturnStatus(writer: MessageWriter, status: number): void {
  writer.bytes(Buffer.concat([u8(TOKEN.returnStatus), u32(status)]));
}

export function writeReturnValue(writer: MessageWriter, name: string, sqlType: SqlType, value: SqliteValue): void {
  const { info, write } = encodingOf(sqlType);
  const OUTPUT = 0x01;
  writer.bytes(
    Buffer.concat([u8(TOKEN.returnValue), u16(0), shortText(name), u8(OUTPUT), u32(0), u16(NULLABLE), info]),
  );
  write(writer, value);
}

function u8(value: number): Buffer {
  return Buffer.from([value]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const shortBytes = (bytes: Buffer): Buffer => Buffer.concat([u8(bytes.length), bytes]);
/** B_VARCHAR and US_VARCHAR: a count of characters, then UTF-16. */
const shortText = (text: string): Buffer => Buffer.concat([u8(text.length), Buffer.from(text, 'utf16le')]);
const longText = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.from(text, 'utf16le')]);
