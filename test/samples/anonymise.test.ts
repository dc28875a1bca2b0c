import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindByName } from '../../engine/cli/masked-row.ts';
import type { Row } from '../../engine/connector.ts';
import { anonymise } from '../../engine/samples/anonymise.ts';
import { normalisePhone } from '../../engine/transform/phone.ts';

const nothing = { values: new Set<string>(), words: new Set<string>() };
const change = (rows: readonly Row[], kept = nothing, salt = 'salt'): readonly Row[] =>
  anonymise([{ flow: 'one', fields: [], rows, kept }], salt, kindByName).flatMap((sample) => sample.rows);

const wordsOf = (value: unknown): readonly string[] => JSON.stringify(value).match(/\p{L}+/gu) ?? [];

describe('anonymised rows', () => {
  it('have another name for a name, the same wherever it stands, in its own case, Ё or Е', () => {
    const [one, two] = change([
      { surname: 'Кедрёв', patient: { fullName: 'КЕДРЕВ Илья' }, note: 'звонила мама: Кедрев' },
      { surname: 'Ольхина', patient: { fullName: 'Ольхина Илья' }, tags: ['кедрёв'] },
    ]);
    const name = String(one?.['surname']);
    expect(name).toMatch(/^[А-ЯЁ][а-яё]{5}$/);
    expect(name.toLowerCase()).not.toBe('кедрев');
    expect(wordsOf(one).filter((word) => word.toLowerCase() === name.toLowerCase())).toEqual([
      name,
      name.toUpperCase(),
      name,
    ]);
    expect(two?.['tags']).toEqual([name.toLowerCase()]);
    expect(two?.['surname']).not.toBe(name);
    expect(wordsOf(two?.['patient'])[2]).toBe(wordsOf(one?.['patient'])[2]);
  });

  it('have another valid phone of the same country and code, one for all its spellings', () => {
    const phones = ['+79161234567', '8 (916) 123-45-67 (мама Анна) доб. 15', '+375 29 123-45-67', '12-34-56'];
    const made = change(phones.map((phone) => ({ phone }))).map(({ phone }) => String(phone));
    expect(made.map((phone) => normalisePhone(phone)?.slice(0, 5))).toEqual(['+7916', '+7916', '+3752', undefined]);
    expect(normalisePhone(made[1] ?? '')).toBe(normalisePhone(made[0] ?? ''));
    expect(made[1]).toMatch(/^8 \(916\) \d{3}-\d\d-\d\d \([а-я]{4} [А-Я][а-я]{3}\) доб. \d\d$/);
    expect(made[3]).toMatch(/^\d\d-\d\d-\d\d$/);
    for (const [index, phone] of phones.entries()) expect(made[index]).not.toBe(phone);
  });

  it('have other phones in the place of all in one column', () => {
    const [row] = change([{ phone: '8 916 123 45 67, 8 903 765 43 21 или 8 905 111 22 33' }]);
    expect(String(row?.['phone'])).not.toMatch(/123 45 67|765 43 21|111 22 33/);
  });

  it('have the same phone where it is a number, and where a comment names it', () => {
    const [row] = change([
      { phone: 79_161_234_567, note: '79161234567', comment: 'дочь: +7 (916) 123-45-67, с 10:00; счёт 79161234568' },
    ]);
    const phone = normalisePhone(String(row?.['phone'])) ?? '';
    expect([typeof row?.['phone'], phone.slice(0, 5)]).toEqual(['number', '+7916']);
    expect(row?.['note']).toBe(phone.slice(1));
    const [, named = ''] =
      /^[а-я]{4}: (\+7 \(916\) \d{3}-\d\d-\d\d), [а-я] \d0:00;/.exec(String(row?.['comment'])) ?? [];
    expect([normalisePhone(named), phone]).toEqual([phone, expect.not.stringContaining('1234567')]);
    expect(String(row?.['comment'])).not.toContain('7916123');
  });

  it('are as many as before where all ids of one digit are taken', () => {
    const ids = Array.from({ length: 9 }, (_, index) => index + 1);
    for (const salt of ['a', 'b', 'c', 'd']) {
      const made = change(
        ids.map((id) => ({ id })),
        nothing,
        salt,
      );
      expect(new Set(made.map(({ id }) => id)).size).toBe(9);
    }
  });

  it('have other digits in the place of those of other scripts, too', () => {
    const [row] = change([{ comment: '１２３４５６７ и ٠٩١٦١٢٣', code: '1234567' }]);
    expect(row?.['comment']).toMatch(/^\d{7} [а-я] 0\d{6}$/);
    expect(String(row?.['comment']).slice(0, 7)).toBe(row?.['code']);
  });

  it('have numbers of the same size, sign and decimals, and nothing stays nothing', () => {
    const [row] = change([{ id: 12_345, text: '12345', sum: -1500.25, none: 0, round: 700, half: 0.5, code: '007' }]);
    expect(JSON.stringify(row)).toMatch(
      /^\{"id":(\d{5}),"text":"\1","sum":-\d\d00\.\d\d,"none":0,"round":[1-9]00,"half":0\.[1-9],"code":"00[1-9]"\}$/,
    );
    expect(row).not.toMatchObject({ id: 12_345 });
  });

  it('have other days: all the same weeks away, and a day of birth anywhere in its year', () => {
    const [row] = change([
      {
        start: '2026-03-12T10:00:00',
        end: '2026-03-12T10:30:00+03:00',
        next: '2026-03-15',
        birthday: '1980-03-11',
        birthday2: '22.10.2004',
        seen: 'был 05.03.2026',
      },
    ]);
    const [start, end, next] = [String(row?.['start']), String(row?.['end']), String(row?.['next'])];
    const days = (from: string, to: string) =>
      (Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000;
    expect([start.slice(10), end.slice(10), days(start, end), days(start, next)]).toEqual([
      'T10:00:00',
      'T10:30:00+03:00',
      0,
      3,
    ]);
    expect(days(start, '2026-03-12') % 7).toBe(0);
    expect(row?.['birthday']).toMatch(/^1980-/);
    expect(row?.['birthday']).not.toBe('1980-03-11');
    expect(row?.['birthday2']).toMatch(/^(?!22\.10)\d\d\.\d\d\.2004$/);
    expect(row?.['seen']).toMatch(/^[а-я]{3} (?!05\.03)\d\d\.\d\d\.202[56]$/);
  });

  it('have what the mapping decides by as it was, but not in a column of persons', () => {
    const kept = { values: new Set(['Завершен', 'new', '5']), words: new Set(['завершен', 'new']) };
    const [row] = change(
      [{ status: 'Завершен', note: 'Завершен утром', surname: 'Завершен', five: 5, flag: true }],
      kept,
    );
    expect(row).toMatchObject({ status: 'Завершен', five: 5, flag: true });
    expect(row?.['note']).toMatch(/^Завершен [а-я]{5}$/);
    expect(row?.['surname']).not.toBe('Завершен');
  });

  it('have mails of the same form, and other letters in the place of any alphabet', () => {
    const [row] = change([
      { email: 'ivan.kedrov+7@mail.example.ru', greek: 'Αθήνα', id: '3F2504E0-4F89-41D3-9A0C-0305E82C3301' },
    ]);
    expect(row?.['email']).toMatch(/^[a-z]{4}\.[a-z]{6}\+\d@[a-z]{4}\.[a-z]{7}\.ru$/);
    expect(row?.['greek']).not.toBe('Αθήνα');
    expect(row?.['id']).toMatch(/^\dF\d{4}E0-\dF\d\d-\d\dD\d-\dA\dC-\d{4}E\d\dC\d{4}$/);
  });

  it('keep what equals what, and no word of three letters or number of three digits survives', () => {
    const word = fc.stringMatching(/^[а-яёА-Я]{1,8}$/);
    const text = fc.array(fc.oneof(word, fc.stringMatching(/^[1-9]\d{0,6}$/)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), fc.string(), (texts, salt) => {
        const rows = texts.map((parts) => ({ text: parts.join(' ') }));
        const made = change(rows, nothing, salt);
        const fold = (part: string) => part.toLowerCase().replaceAll('ё', 'е');
        const before = rows.map((row) => row.text.split(' '));
        const after = made.map((row) => String(row['text']).split(' '));
        expect(after.map((parts) => parts.map((part) => part.length))).toEqual(
          before.map((parts) => parts.map((part) => part.length)),
        );
        const pairs = new Map(
          before.flatMap((parts, row) => parts.map((part, at) => [fold(part), fold(after[row]?.[at] ?? '')])),
        );
        for (const [row, parts] of before.entries())
          for (const [at, part] of parts.entries()) expect(fold(after[row]?.[at] ?? '')).toBe(pairs.get(fold(part)));
        const long = [...pairs].filter(([part]) => /^\p{L}{3,}$|^\d{3,}$/u.test(part) && !/^\d0+$/.test(part));
        for (const [, other] of long) expect(pairs.has(other)).toBe(false);
        expect(new Set(long.map(([, other]) => other)).size).toBe(long.length);
      }),
    );
  });
});
