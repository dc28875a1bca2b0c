import { expect, test } from 'vitest';
import { comparable, satisfies } from './compare.ts';
import type { PortalField } from './schema.ts';

test('a phone is its digits, however people write it', () => {
  const phones: PortalField = { name: 'PHONE', type: 'phones', vendorType: 'crm_multifield' };
  const spellings = [
    '+79991112233',
    '8 (999) 111-22-33',
    '9991112233',
    '+7 999 111 22 33 доб. 5',
    '7-999-111-22-33#12',
  ];
  expect(new Set(spellings.map((spelling) => comparable(phones, spelling)))).toEqual(new Set(['79991112233']));
  expect(comparable(phones, '+375 29 123-45-67')).toBe('375291234567');
  expect(comparable(phones, '(495) 123-45-67')).toBe(comparable(phones, '8 (495) 123-45-67'));
  expect(comparable(phones, 'нет')).not.toBe(comparable(phones, 'не звонить'));
});

const text: PortalField = { name: 'UF_CRM_1', type: 'text', vendorType: 'string' };

test('loosely is as the portal’s data base compares: without case, accents and spaces at the end', () => {
  expect(satisfies(text, 'Семёнов й ', { anyOf: ['СЕМЕНОВ Й'] }, true)).toBe(true);
  expect(satisfies(text, 'Семёнов', { anyOf: ['СЕМЕНОВ'] }, false)).toBe(false);
  expect(satisfies(text, 'Семёнов', { anyOf: ['Семин'] }, true)).toBe(false);
});

test('numbers, days and instants are equal in any spelling', () => {
  const field = (type: PortalField['type']): PortalField => ({ ...text, type });
  expect(satisfies(field('number'), 1000, { anyOf: ['1000.00'] }, false)).toBe(true);
  expect(satisfies(field('date'), '2026-03-01T03:00:00+03:00', { anyOf: ['2026-03-01'] }, false)).toBe(true);
  const instant = { anyOf: ['2026-03-01T09:00:00Z'] };
  expect(satisfies(field('datetime'), '2026-03-01T12:00:00+03:00', instant, false)).toBe(true);
});

test('empty is no value at all', () => {
  expect(satisfies(text, undefined, { empty: true }, false)).toBe(true);
  expect(satisfies(text, 'x', { empty: true }, false)).toBe(false);
});
