import sql from 'mssql';
import { describe, expect, it } from 'vitest';
import { converterOf, wideNumber } from './values.ts';

const convert = (type: unknown, raw: unknown, scale?: number) => converterOf({ name: 'x', type, scale })(raw);
const withTicks = (iso: string, seconds: number): Date =>
  Object.defineProperty(new Date(iso), 'nanosecondsDelta', { value: seconds });

describe('a value of SQL Server as JSON', () => {
  it.each([
    ['datetime', sql.DateTime, new Date('2026-03-01T10:00:00.123Z'), '2026-03-01T10:00:00.123'],
    ['datetime2(7)', sql.DateTime2, withTicks('2026-03-01T10:00:00.123Z', 0.0004567), '2026-03-01T10:00:00.1234567'],
    ['datetimeoffset', sql.DateTimeOffset, new Date('2026-03-01T07:00:00.000Z'), '2026-03-01T07:00:00.000Z'],
    ['date', sql.Date, new Date('2026-03-01T00:00:00Z'), '2026-03-01'],
    ['time', sql.Time, new Date('1970-01-01T09:15:00Z'), '09:15:00.000'],
    ['rowversion', sql.Binary, Buffer.from('00000000000007d1', 'hex'), '0x00000000000007D1'],
    ['bigint within a double', sql.BigInt, '9007199254740991', 9007199254740991],
    ['bigint beyond', sql.BigInt, '9007199254740993', '9007199254740993'],
    ['money', sql.Money, 17200.6, 17200.6],
    ['bit', sql.Bit, false, false],
    ['null', sql.NVarChar, null, undefined],
  ])('%s', (_name, type, raw, json) => {
    expect(convert(type, raw)).toBe(json);
  });

  it('refuses a decimal the driver has rounded', () => {
    expect(() => convert(sql.Decimal, 123456789012345680, 2)).toThrow(
      'a number in column x has more digits than can be read exactly',
    );
  });

  it('keeps a decimal sent as text exact: a number up to 15 digits, text beyond', () => {
    expect(wideNumber('-1500.5000')).toBe(-1500.5);
    expect(wideNumber('12345678901234567.89')).toBe('12345678901234567.89');
  });
});
