import { afterAll, beforeAll } from 'vitest';

/** Logs are in the zone of the machine: here it is the clinic's. */
export function inMoscow(): void {
  const before = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = 'Europe/Moscow';
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
}

/** A moment in Moscow: `2025-01-29 14:30:15`. */
export function moscow(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}+03:00`);
}
