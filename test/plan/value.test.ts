import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field, Value } from '../../engine/connector.ts';
import { canonical, emptied, isEmpty, stableJson } from '../../engine/plan/value.ts';

const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({ name: 'F', type, ...more });
const same = (described: Field, a: Value, b: Value) => canonical(described, a) === canonical(described, b);

describe('two values are the same', () => {
  const cases: readonly [string, Field, Value, Value, boolean][] = [
    ['a number and its text', field('number'), 1000, '1000.00', true],
    ['a number and another', field('number'), 1000, '1000.01', false],
    ['a text that is no number stays a text', field('number'), 'n/a', 'n/a', true],
    ['ids as text', field('id'), 5, '5', true],
    ['ids that only look alike as numbers', field('id'), '05', '5', false],
    ['a day and that day at midnight with an offset', field('date'), '2024-09-09', '2024-09-09T02:00:00+02:00', true],
    ['two days', field('date'), '2024-09-09', '2024-09-10T00:00:00+03:00', false],
    ['one instant in two offsets', field('datetime'), '2026-03-01T10:00:00+03:00', '2026-03-01T07:00:00Z', true],
    [
      'instants a fraction of a second apart',
      field('datetime'),
      '2026-03-01T10:00:00.500+03:00',
      '2026-03-01T10:00:00+03:00',
      true,
    ],
    ['instants a second apart', field('datetime'), '2026-03-01T10:00:01+03:00', '2026-03-01T10:00:00+03:00', false],
    [
      'naive times with and without milliseconds',
      field('datetime'),
      '2026-03-01 10:00:00',
      '2026-03-01T10:00:00.123',
      true,
    ],
    ['a naive time and an instant', field('datetime'), '2026-03-01T10:00:00', '2026-03-01T10:00:00Z', false],
    ['Y and true and 1', field('boolean'), 'Y', '1', true],
    ['N and true', field('boolean'), 'N', true, false],
    ['an option by text and by id', field('enum', { options: [{ id: '7', text: 'Да' }] }), 'Да', '7', true],
    ['lists in another order', field('enum', { multiple: true }), ['1', '2'], ['2', '1'], true],
    ['a list and its one value', field('text', { multiple: true }), 'a', ['a'], true],
    [
      'phones in two spellings',
      field('phones'),
      '+7 (999) 123-45-67',
      [{ id: '3', value: '89991234567', type: 'WORK' }],
      true,
    ],
    ['a phone and the same with х12 in Cyrillic', field('phones'), '+79991234567', '89991234567 х12', true],
    ['a phone and the same with an extension', field('phones'), '+79991234567', '8 (999) 123-45-67 доб. 12', true],
    [
      'a text that two options share',
      field('enum', {
        options: [
          { id: '7', text: 'Да' },
          { id: '8', text: 'Да' },
        ],
      }),
      'Да',
      '7',
      false,
    ],
    ['mails in another case', field('emails'), 'A@B.example', 'a@b.example', true],
    ['objects with their keys in another order', field('json'), { a: 1, b: [2] }, { b: [2], a: 1 }, true],
    ['texts that differ in case', field('text'), 'Иванов', 'иванов', false],
  ];
  it.each(cases)('%s', (_name, described, a, b, expected) => {
    expect(same(described, a, b)).toBe(expected);
  });

  it('is true of every value and itself, whatever its type', () => {
    const types: readonly Field['type'][] = [
      'text',
      'integer',
      'number',
      'boolean',
      'date',
      'datetime',
      'id',
      'enum',
      'phones',
      'emails',
      'json',
    ];
    const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean());
    fc.assert(fc.property(fc.constantFrom(...types), scalar, (type, value) => same(field(type), value, value)));
  });
});

describe('empty', () => {
  it('is nothing, empty text and an empty list, and no number or boolean', () => {
    expect([undefined, null, '', [], 0, false, ' ', [''], {}].map((value) => isEmpty(value as Value))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('stable JSON', () => {
  it('sorts keys at every depth and keeps lists in order', () => {
    expect(stableJson({ b: { d: 1, c: 'x' }, a: [2, 1] })).toBe('{"a":[2,1],"b":{"c":"x","d":1}}');
  });
});

it.each<[string, Field, Value | undefined, Value | null]>([
  ['nothing', field('text'), '', null],
  ['the empty text where a column cannot hold nothing', field('text', { optional: false }), '', ''],
  ['the empty list where a column cannot hold nothing', field('json', { optional: false }), [], []],
  ['nothing where the column is of another type', field('date', { optional: false }), '', null],
  ['nothing where there was nothing', field('text', { optional: false }), undefined, null],
])('what empties a field is %s', (_what, described, value, expected) => {
  expect(emptied(described, value)).toEqual(expected);
});
