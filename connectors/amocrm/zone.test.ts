import { expect, test } from 'vitest';
import { createZone } from './zone.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

test.each([
  ['Europe/Moscow', '2026-03-01', '2026-03-01T00:00:00+03:00'],
  ['Europe/Moscow', '2010-07-01', '2010-07-01T00:00:00+04:00'],
  ['Europe/Moscow', '1952-03-01', '1952-03-01T00:00:00+03:00'],
  ['America/New_York', '2026-03-08', '2026-03-08T00:00:00-05:00'],
  ['America/New_York', '2026-03-09', '2026-03-09T00:00:00-04:00'],
  ['Asia/Kolkata', '2026-03-01', '2026-03-01T00:00:00+05:30'],
  ['Europe/Moscow', '1900-01-01', '1899-12-31T21:29:43Z'],
])('in %s the day %s begins at %s, and is that day again', (name, day, midnight) => {
  const zone = createZone(name);
  expect(zone.midnight(day)).toBe(midnight);
  expect(zone.dayOf(seconds(midnight))).toBe(day);
});

test('a time without an offset is a local one, another one stays the moment it is', () => {
  const zone = createZone('Asia/Vladivostok');
  expect(zone.moment('2026-11-20 10:00')).toBe('2026-11-20T10:00:00+10:00');
  expect(zone.moment('2026-11-20T10:00:00.500Z')).toBe('2026-11-20T20:00:00+10:00');
  expect(zone.momentOf(seconds('2026-11-20T10:00:00Z'))).toBe('2026-11-20T20:00:00+10:00');
});

test('what is no day and no time is none', () => {
  const zone = createZone('Europe/Moscow');
  expect([zone.midnight('вчера'), zone.midnight('2026-13-01'), zone.moment('2026-11-20')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
