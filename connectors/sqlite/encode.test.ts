import { describe, expect, it } from 'vitest';
import type { Value } from '../../engine/index.ts';
import { encoderOf } from './encode.ts';

const encode = (type: string, value: Value | null) => encoderOf({ name: 'x', type })(value);
const refusal = (code: string): unknown =>
  expect.objectContaining({ code, kind: 'data', parameters: { column: 'x', type: expect.any(String) } });

describe('a value on its way into SQLite', () => {
  it.each<[string, string, Value, unknown]>([
    ['text', 'TEXT', '0012', '0012'],
    ['a number as text', 'VARCHAR(50)', 1500.5, '1500.5'],
    ['a list as text', 'TEXT', [1, 'два'], '[1,"два"]'],
    ['an integer', 'INTEGER', 7, 7],
    ['the largest integer', 'BIGINT', '9223372036854775807', 9223372036854775807n],
    ['money', 'DECIMAL BLOB', '1500.50', 1500.5],
    ['a decimal no double holds', 'DECIMAL BLOB', '12345678901234567.89', '12345678901234567.89'],
    ['an integer beyond 64 bits', 'DECIMAL BLOB', '123456789012345678901', '123456789012345678901'],
    ['yes', 'BOOLEAN', true, 1],
    ['no in words', 'BOOLEAN', 'N', 0],
    ['a day', 'DATE', '2026-03-01', '2026-03-01'],
    ['the day of a moment, whatever its zone', 'DATE', '2026-03-01T23:30:00+03:00', '2026-03-01'],
    ['an instant', 'DATETIME', '2026-03-01T10:00:00+03:00', '2026-03-01T07:00:00.000Z'],
    ['an instant with microseconds', 'DATETIME', '2026-03-01T10:00:00.123456Z', '2026-03-01T10:00:00.123456Z'],
    ['a naive time', 'TIMESTAMP', '2026-03-01 10:00', '2026-03-01T10:00:00.000'],
    ['a day where a moment is wanted', 'DATETIME', '2026-03-01', '2026-03-01T00:00:00.000'],
    ['an object', 'JSON TEXT', { name: 'Ёж', ids: [1] }, '{"name":"Ёж","ids":[1]}'],
    ['a text as JSON', 'JSON', 'да', '"да"'],
    ['bytes', 'BLOB', '0x00FF', Buffer.from([0, 255])],
    ['text in a column of no known type', 'UUID', '6f9619ff-8b86', '6f9619ff-8b86'],
  ])('%s in %s', (_what, type, value, bound) => {
    expect(encode(type, value)).toEqual(bound);
  });

  it.each<[string, string, Value]>([
    ['text that is no number', 'INTEGER', 'семь'],
    ['an empty text', 'REAL', ''],
    ['a list', 'NUMERIC', [1]],
    ['a day there is none of', 'DATE', '2026-02-30'],
    ['a day in another order', 'DATE', '01.03.2026'],
    ['an hour there is none of', 'DATETIME', '2026-03-01T25:00:00'],
    ['neither yes nor no', 'BOOLEAN', 'может быть'],
    ['text SQLite would make another number of', 'UUID', '0012'],
    ['half of a surrogate pair', 'TEXT', 'a\ud83d'],
  ])('is refused: %s in %s', (_what, type, value) => {
    expect(() => encode(type, value)).toThrow(refusal('sql.value_type'));
  });

  it.each<[string, Value]>([
    ['INTEGER', '9223372036854775808'],
    ['NUMERIC', '12345678901234567.89'],
    ['REAL', '0.12345678901234567'],
  ])('is refused where %s would round it', (type, value) => {
    expect(() => encode(type, value)).toThrow(expect.objectContaining({ code: 'sql.value_range' }));
  });
});
