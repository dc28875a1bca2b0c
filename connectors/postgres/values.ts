import pg from 'pg';
import type { Row, Value } from '../../engine/index.ts';

/** Turns the text PostgreSQL sends into JSON; undefined is the absent value. */
type Converter = (text: string) => Value | undefined;

const text: Converter = (raw) => raw;

/** A number while it is exact, text beyond. */
const bigint: Converter = (raw) => {
  const number = Number(raw);
  return Number.isSafeInteger(number) ? number : raw;
};

const float: Converter = (raw) => {
  const number = Number(raw);
  return Number.isFinite(number) ? number : raw;
};

/** A double holds 15 digits exactly; of more the text is kept. */
const numeric: Converter = (raw) => {
  const digits = raw.replace(/\D/g, '').replace(/^0+/, '');
  return digits.length <= 15 && raw !== 'NaN' && !raw.endsWith('Infinity') ? Number(raw) : raw;
};

/** `2026-03-01 10:00:00.5` → `2026-03-01T10:00:00.500`; infinity and years before Christ stay as they are. */
const naive: Converter = (raw) => {
  const [, day, time, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(raw) ?? [];
  return day === undefined ? raw : `${day}T${time}.${fractionOf(fraction)}`;
};

/** `2026-03-01 10:00:00+03` → `2026-03-01T07:00:00.000Z`, with six digits where there are more than three. */
const instant: Converter = (raw) => {
  const [, day, time, fraction = '', offset] =
    /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d(?::\d\d)?(?::\d\d)?)$/.exec(raw) ?? [];
  if (day === undefined || offset === undefined) return raw;
  if (offset === '+00') return `${day}T${time}.${fractionOf(fraction)}Z`;
  const zone = offset.length === 3 ? `${offset}:00` : offset.slice(0, 6);
  const moved = new Date(Date.parse(`${day}T${time}${zone}`) - secondsOf(offset) * 1000).toISOString();
  return `${moved.slice(0, 19)}.${fractionOf(fraction)}Z`;
};

/** Offsets of the nineteenth century have seconds: +02:30:17. */
function secondsOf(offset: string): number {
  const seconds = Number(offset.slice(7));
  return offset.startsWith('-') ? -seconds : seconds;
}

function fractionOf(digits: string): string {
  return digits.length <= 3 ? digits.padEnd(3, '0') : digits.padEnd(6, '0');
}

/** Numbers a double does not hold exactly are kept as text; nulls are left out. */
const json: Converter = (raw) => present(/\d{16}/.test(raw) ? JSON.parse(raw, exact) : JSON.parse(raw));

function exact(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return /[.e]/i.test(context.source) ? numeric(context.source) : bigint(context.source);
}

function present(value: unknown): Value | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.flatMap((one) => [present(one)].filter((held) => held !== undefined));
  if (typeof value !== 'object') return value as Value;
  const entries = Object.entries(value).map(([name, one]) => [name, present(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

/** By OID: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const converters: ReadonlyMap<number, Converter> = new Map([
  [16, (raw) => raw === 't'],
  [20, bigint],
  [21, Number],
  [23, Number],
  [26, Number],
  [114, json],
  [700, float],
  [701, float],
  [1114, naive],
  [1184, instant],
  [1700, numeric],
  [3802, json],
]);

const typeNames: ReadonlyMap<number, string> = new Map([
  [16, 'boolean'],
  [20, 'bigint'],
  [21, 'smallint'],
  [23, 'integer'],
  [114, 'json'],
  [700, 'real'],
  [701, 'double precision'],
  [1082, 'date'],
  [1114, 'timestamp without time zone'],
  [1184, 'timestamp with time zone'],
  [1700, 'numeric'],
  [2950, 'uuid'],
  [3802, 'jsonb'],
]);

/** Lists of these, by the OID of the list. */
const elements: ReadonlyMap<number, number> = new Map([
  [199, 114],
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1115, 1114],
  [1182, 1082],
  [1185, 1184],
  [1231, 1700],
  [2951, 2950],
  [3807, 3802],
]);

function converterOf(oid: number): Converter {
  const element = elements.get(oid);
  if (element === undefined) return converters.get(oid) ?? text;
  // The parser of text[] splits every list; each part is then read by its own type.
  const split: unknown = Reflect.apply(pg.types.getTypeParser, pg.types, [1009, 'text']);
  if (typeof split !== 'function') return text;
  return (raw) => listOf(Reflect.apply(split, undefined, [raw]), converterOf(element));
}

function listOf(parts: unknown, convert: Converter): Value {
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: unknown): readonly Value[] => {
    if (Array.isArray(part)) return [listOf(part, convert)];
    const value = typeof part === 'string' ? convert(part) : undefined;
    return value === undefined ? [] : [value];
  });
}

/** The type of a result's column without its length; what is none of these is read as text. */
export function typeName(oid: number): string {
  const element = elements.get(oid);
  return element === undefined ? (typeNames.get(oid) ?? 'text') : `${typeName(element)}[]`;
}

/** Makes rows of the texts of a result. */
export function rowReader(
  fields: readonly { readonly name: string; readonly dataTypeID: number }[],
): (raw: readonly (string | null)[]) => Row {
  const names = fields.map(({ name }) => name);
  const convert = fields.map(({ dataTypeID }) => converterOf(dataTypeID));
  return (raw) => {
    const row: Record<string, Value> = {};
    for (let index = 0; index < names.length; index += 1) {
      const held = raw[index];
      if (held === null || held === undefined) continue;
      const value = convert[index]?.(held);
      const name = names[index];
      if (value !== undefined && name !== undefined) row[name] = value;
    }
    return row;
  };
}

/** Leaves every value in the text PostgreSQL sent: `rowReader` makes JSON of it. */
export const asText = { getTypeParser: () => (raw: string) => raw } as unknown as NonNullable<pg.QueryConfig['types']>;
