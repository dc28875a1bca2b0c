import type { FieldPacket } from 'mysql2';
import type { Row, Value } from '../../engine/index.ts';
import type { Column } from '../_sql/table.ts';

/** A row as the driver reads it with `typeCast: false` and `rowsAsArray: true`. */
export type RawRow = readonly (Buffer | null)[];

/** Rows as JSON, nulls left out. */
export function decoderOf(fields: readonly FieldPacket[]): (raw: RawRow) => Row {
  const decoders = fields.map((field) => ({ name: field.name, decode: decoders_[typeOf(field)] ?? text }));
  return (raw) => {
    const row: Record<string, Value> = {};
    for (const [index, { name, decode }] of decoders.entries()) {
      const bytes = raw[index];
      const value = bytes ? decode(bytes) : undefined;
      if (value !== undefined) row[name] = value;
    }
    return row;
  };
}

export function columnsOf(fields: readonly FieldPacket[]): readonly Column[] {
  return fields.map((field) => ({
    name: field.name,
    type: typeOf(field),
    nullable: (Number(field.flags) & notNullFlag) === 0,
    hasDefault: false,
    generated: false,
  }));
}

const notNullFlag = 1;
const binaryCharset = 63;

/** https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
function typeOf(field: FieldPacket): string {
  const length = field.columnLength ?? field.length;
  const name = names.get(field.columnType ?? field.type ?? -1) ?? 'text';
  if (field.extendedFormat === 'json') return 'json';
  if (name === 'tinyint' || name === 'bit') return length === 1 ? `${name}(1)` : name;
  if (name !== 'text') return name;
  return field.characterSet === binaryCharset && field.extendedTypeName === undefined ? 'blob' : 'text';
}

const names: ReadonlyMap<number, string> = new Map([
  [0, 'decimal'],
  [246, 'decimal'],
  [1, 'tinyint'],
  [2, 'smallint'],
  [3, 'int'],
  [9, 'mediumint'],
  [8, 'bigint'],
  [13, 'year'],
  [4, 'float'],
  [5, 'double'],
  [7, 'timestamp'],
  [17, 'timestamp'],
  [10, 'date'],
  [14, 'date'],
  [12, 'datetime'],
  [18, 'datetime'],
  [11, 'time'],
  [19, 'time'],
  [16, 'bit'],
  [245, 'json'],
  [255, 'geometry'],
]);

type Decoder = (bytes: Buffer) => Value | undefined;

const text: Decoder = (bytes) => bytes.toString('utf8');
const hex: Decoder = (bytes) => `0x${bytes.toString('hex').toUpperCase()}`;

const integer: Decoder = (bytes) => {
  const number = Number(bytes.toString('latin1'));
  return Number.isSafeInteger(number) ? number : bytes.toString('latin1');
};

/** A number where a double holds all its digits; zeros at the end of a fraction are no digits. */
const decimal: Decoder = (bytes) => {
  const written = bytes.toString('latin1');
  const short = written.includes('.') ? written.replace(/\.?0+$/, '') : written;
  return short.replaceAll(/\D/g, '').replace(/^0+/, '').length <= 15 ? Number(short) : short;
};

const double: Decoder = (bytes) => Number(bytes.toString('latin1'));

/** tinyint(1) holds more than BOOLEAN says: 2 stays 2. */
const boolean: Decoder = (bytes) => {
  const number = Number(bytes.toString('latin1'));
  return number === 0 || number === 1 ? number === 1 : number;
};

const bits: Decoder = (bytes) => {
  const number = BigInt(`0x${bytes.toString('hex')}`);
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : String(number);
};

/** `0000-00-00` is no day and stands for none. */
const day: Decoder = (bytes) => {
  const written = bytes.toString('latin1');
  return written.startsWith('0000-00-00') ? undefined : written;
};

const naive: Decoder = (bytes) => {
  const written = day(bytes);
  return typeof written === 'string' ? written.replace(' ', 'T') : undefined;
};

/** Sessions are in UTC. */
const instant: Decoder = (bytes) => {
  const written = naive(bytes);
  return typeof written === 'string' ? `${written}Z` : undefined;
};

/** Numbers a double would change stay the text they are. */
const json: Decoder = (bytes) => {
  const parsed: unknown = JSON.parse(bytes.toString('utf8'), exact);
  return withoutNulls(parsed);
};

function exact(_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value;
}

function withoutNulls(value: unknown): Value | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.flatMap((item) => withoutNulls(item) ?? []);
  if (typeof value !== 'object') return value as Value;
  const entries = Object.entries(value).map(([name, item]) => [name, withoutNulls(item)] as const);
  return Object.fromEntries(entries.flatMap(([name, item]) => (item === undefined ? [] : [[name, item]])));
}

const decoders_: Readonly<Record<string, Decoder>> = {
  decimal,
  tinyint: integer,
  'tinyint(1)': boolean,
  smallint: integer,
  mediumint: integer,
  int: integer,
  bigint: integer,
  year: integer,
  float: double,
  double,
  bit: bits,
  'bit(1)': (bytes) => bytes[0] === 1,
  date: day,
  datetime: naive,
  timestamp: instant,
  json,
  blob: hex,
  geometry: hex,
};
