import { expect, test } from 'vitest';
import { encodeCommand, fitsBatch } from './command.ts';

test('keys and values are encoded once, lists and maps in brackets', () => {
  const params = { id: 5, fields: { TITLE: 'a&b=c', PHONE: [{ VALUE: '+79991112233' }] }, select: ['ID', 'UF_*'] };
  expect(decodeURIComponent(encodeCommand({ method: 'crm.deal.update', params }))).toBe(
    'crm.deal.update?id=5&fields[TITLE]=a&b=c&fields[PHONE][0][VALUE]=+79991112233&select[0]=ID&select[1]=UF_*',
  );
  expect(encodeCommand({ method: 'm', params: { 'a[>b]': '+ &%=ё' } })).toBe('m?a%5B%3Eb%5D=%2B%20%26%25%3D%D1%91');
});

test('a method without parameters is followed by a bare question mark', () => {
  expect(encodeCommand({ method: 'profile', params: {} })).toBe('profile?');
});

test('half a character does not end the batch', () => {
  expect(encodeCommand({ method: 'm', params: { a: '🦷'.slice(0, 1) } })).toBe('m?a=%EF%BF%BD');
});

test('an empty list and a reference do not fit a batch, nothing at all does', () => {
  expect(fitsBatch({ method: 'm', params: { rows: [] } })).toBe(false);
  expect(fitsBatch({ method: 'm', params: { fields: { A: 'x $result[c0][ID]' } } })).toBe(false);
  expect(fitsBatch({ method: 'm', params: {} })).toBe(true);
});
