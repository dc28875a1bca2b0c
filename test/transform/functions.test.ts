import { describe, expect, it } from 'vitest';
import type { Row, Value } from '../../engine/connector.ts';
import { textOf } from '../../engine/diagnostics.ts';
import { PipeError } from '../../engine/errors.ts';
import { isExpression, readExpression } from '../../engine/transform/expression.ts';
import { expressionText } from './support.ts';

const run = { startedAt: '2026-11-20T22:30:00.000Z' };

async function evaluate(text: string, input: Row = {}): Promise<Value | undefined> {
  const read = readExpression(expressionText(text), 'receptions.map.phone');
  if (!isExpression(read)) throw new Error(textOf(read.code, read.parameters, 'en').message);
  return read.evaluate(input, { run });
}

/** The message of what evaluating throws, with its place. */
async function refusal(text: string, input: Row = {}): Promise<string> {
  try {
    return `gave ${JSON.stringify(await evaluate(text, input))}`;
  } catch (thrown) {
    if (!(thrown instanceof PipeError)) throw thrown;
    return `${thrown.code} ${thrown.where?.line}:${thrown.where?.column} ${thrown.message}`;
  }
}

describe('$phone', () => {
  it.each([
    ['8 (916) 123-45-67', '+79161234567'],
    ['9161234567', '+79161234567'],
    ['79161234567', '+79161234567'],
    ['+7 916 123 45 67', '+79161234567'],
    ['8-800-555-35-35', '+78005553535'],
    ['8(3822)12-34-56', '+73822123456'],
    ['89161234567 (мама)', '+79161234567'],
    ['Анна 89161234567', '+79161234567'],
    ['8 495 123-45-67 доб. 123', '+74951234567'],
    ['8916 123 45 67, 8903 123 45 67', '+79161234567'],
    ['нет; 8 903 123 45 67', '+79031234567'],
    ['89161234567 89031234567', '+79161234567'],
    ['8 916 123 45 67 или 8 903 123 45 67', '+79161234567'],
    ['+7 701 234 56 78', '+77012345678'],
    ['+375 29 123-45-67', '+375291234567'],
    ['375291234567', '+375291234567'],
  ])('reads %s as %s', async (text, e164) => {
    expect(await evaluate('$phone(phone)', { phone: text })).toBe(e164);
  });

  it.each([['   '], ['']])('gives nothing for the blank text "%s"', async (phone) => {
    expect(await evaluate('$phone(phone)', { phone })).toBeUndefined();
  });

  it('gives nothing for nothing', async () => {
    expect(await evaluate('$phone(phone)')).toBeUndefined();
  });

  it.each([
    ['2-34-56-78', '*-**-**-**'],
    ['1234567', '*******'],
    ['+7 (000) 000-00-00', '+* (***) ***-**-**'],
    ['8 999 999 99 9', '* *** *** ** *'],
    ['40817810099910004312', '********************'],
    ['нет', '***'],
  ])('refuses %s and shows only %s', async (phone, masked) => {
    const message = `transform.wrong_phone 1:1 receptions.map.phone: ${masked} is no phone number`;
    expect(await refusal('$phone(phone)', { phone })).toBe(message);
  });

  it('reads a number that came as a number', async () => {
    expect(await evaluate('$phone(phone)', { phone: 79_161_234_567 })).toBe('+79161234567');
  });
});

describe('$localTime', () => {
  it.each([
    ['2026-03-01T10:00:00', 'Europe/Moscow', '2026-03-01T10:00:00+03:00'],
    ['2026-03-01 10:00:00.997', 'Europe/Moscow', '2026-03-01T10:00:00+03:00'],
    ['2026-03-01', 'Asia/Yekaterinburg', '2026-03-01T00:00:00+05:00'],
    ['2026-07-01T10:00', 'Europe/Berlin', '2026-07-01T10:00:00+02:00'],
    ['2026-01-01T00:00:00', 'UTC', '2026-01-01T00:00:00+00:00'],
    ['2026-01-01T00:00:00', 'America/St_Johns', '2026-01-01T00:00:00-03:30'],
    ['2013-01-01T10:00:00', 'Europe/Moscow', '2013-01-01T10:00:00+04:00'],
  ])('%s in %s is %s', async (naive, zone, iso) => {
    expect(await evaluate('$localTime(t, z)', { t: naive, z: zone })).toBe(iso);
  });

  it.each([
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
    ['2026-03-08T02:30:00', 'America/New_York', '2026-03-08T03:30:00-04:00'],
    ['2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-04T02:45:00+11:00'],
  ])('moves %s, which %s never had, on by the gap', async (naive, zone, iso) => {
    expect(await evaluate('$localTime(t, z)', { t: naive, z: zone })).toBe(iso);
  });

  it.each([
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
    ['2014-10-26T01:30:00', 'Europe/Moscow', '2014-10-26T01:30:00+04:00'],
    ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-05T01:45:00+11:00'],
  ])('takes the first %s of the two %s had', async (naive, zone, iso) => {
    expect(await evaluate('$localTime(t, z)', { t: naive, z: zone })).toBe(iso);
  });

  it('tells an instant with an offset in the zone', async () => {
    expect(await evaluate('$localTime("2026-03-01T10:00:00Z", "Europe/Moscow")')).toBe('2026-03-01T13:00:00+03:00');
  });

  it('refuses 31 February without showing it, and a zone that is none', async () => {
    expect(await refusal('$localTime("2026-02-31T10:00:00", "UTC")')).toBe(
      'transform.wrong_date 1:1 receptions.map.phone: ****-**-*****:**:** is no date',
    );
    expect(await refusal('$localTime("2026-02-01T10:00:00", "Europe/Moskow")')).toBe(
      'transform.wrong_zone 1:1 receptions.map.phone: "Europe/Moskow" is no time zone',
    );
  });
});

describe('$date and $age', () => {
  it.each([
    ['01.03.1990', '1990-03-01'],
    ['1.3.1990', '1990-03-01'],
    ['1990-03-01', '1990-03-01'],
    ['1990-03-01T23:59:00', '1990-03-01'],
  ])('$date reads %s as %s', async (text, day) => {
    expect(await evaluate('$date(b)', { b: text })).toBe(day);
  });

  it.each(['31.02.1990', '01.03.90', '1990-13-01', '03/01/1990'])('$date refuses %s', async (b) => {
    expect(await refusal('$date(b)', { b })).toContain('transform.wrong_date');
  });

  it('$age counts full years at the start of the run, in the zone', async () => {
    expect(await evaluate('$age("20.11.1990")')).toBe(36);
    expect(await evaluate('$age("21.11.1990")')).toBe(35);
    expect(await evaluate('$age("21.11.1990", "Europe/Moscow")')).toBe(36);
    expect(await evaluate('$age(birthday)')).toBeUndefined();
  });

  it('$age refuses a birthday to come', async () => {
    expect(await refusal('$age("2027-01-01")')).toContain('transform.wrong_date');
  });
});

describe('names and texts', () => {
  it.each([
    [{ surname: 'Ёлкина', name: 'Анна', patronymic: 'Петровна' }, 'Ёлкина Анна Петровна'],
    [{ surname: ' Ёлкина ', name: '' }, 'Ёлкина'],
    [{}, undefined],
  ])('$fullName of %j is %s', async (person, full) => {
    expect(await evaluate('$fullName($)', person)).toBe(full);
  });

  it.each([
    ['"Ёлкина"', '" елкина "', true],
    ['"Анна  Мария"', '"анна мария"', true],
    ['"Анна"', '"Аня"', false],
    ['nothing', 'nothing', false],
    ['""', '""', false],
  ])('$sameName(%s, %s) is %s', async (a, b, same) => {
    expect(await evaluate(`$sameName(${a}, ${b})`)).toBe(same);
  });

  it.each([
    ['$digits("12-34 x")', '1234'],
    ['$digits("нет")', undefined],
    ['$digits(12.5)', '125'],
    ['$empty(nothing)', true],
    ['$empty("  ")', true],
    ['$empty([])', true],
    ['$empty({})', true],
    ['$empty(0)', false],
    ['$empty(false)', false],
    ['$bytes("Ёж")', 4],
    ['$bytes(nothing)', undefined],
    ['$cut("one, two, three", 20, ",")', 'one, two, three'],
    ['$cut("one, two, three", 11, ",")', 'one...'],
    ['$cut("one, two, three", 13, ",")', 'one, two...'],
    ['$cut("one two three", 10)', 'one two...'],
    ['$cut("🙂🙂🙂🙂🙂🙂", 5)', '🙂🙂...'],
    ['$hash("a")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['$hash("a", "md5")', '0cc175b9c0f1b6a831c399e269772661'],
    ['$hash({"a": [1]}, "md5")', '9ce06edb2e3406c40e507870b76580a0'],
    ['$hash(nothing)', undefined],
    ['$mask("+79991234567", "phone")', '+7999***4567'],
    ['$mask("Иванов Иван Иванович", "name")', 'И**** И**** И****'],
    ['$mask("ivanov@example.org", "email")', 'i****@e****'],
    ['$mask("4510 123456")', '****'],
    ['$map(["1-2", "3"], $digits)', ['12', '3']],
  ])('%s is %j', async (text, value) => {
    expect(await evaluate(text)).toEqual(value);
  });

  it.each([
    ['$hash("a", "crc")', 'transform.wrong_setting 1:1 receptions.map.phone: $hash does not know "crc"'],
    ['$cut("a", 2)', 'transform.wrong_setting 1:1 receptions.map.phone: $cut does not know "2"'],
    ['$mask("a", "fone")', 'transform.wrong_setting 1:1 receptions.map.phone: $mask does not know "fone"'],
    ['$digits([1, 2])', 'transform.wrong_argument 1:1 receptions.map.phone: argument 1 of $digits cannot be list'],
  ])('%s is refused', async (text, message) => {
    expect(await refusal(text)).toBe(message);
  });
});

describe('$assert', () => {
  it('refuses the record with its text unless the condition is true', async () => {
    const text = '($assert($bytes(json) <= 3, "the plan is larger than 3 bytes"); json)';
    expect(await evaluate(text, { json: 'abc' })).toBe('abc');
    expect(await refusal(text, { json: 'abcd' })).toBe(
      'transform.refused 1:2 receptions.map.phone: the plan is larger than 3 bytes',
    );
    expect(await refusal('$assert(nothing, "no")')).toContain('transform.refused');
  });
});
