import { describe, expect, it } from 'vitest';
import type { AtomicWrites } from '../../engine/connector.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import { entriesOf, rememberNothing } from '../../engine/log/entries.ts';
import type { RunContext } from '../../engine/run/context.ts';
import { tellDelay } from '../../engine/run/tell-delay.ts';

const by = { en: 'session 7 (anna)', ru: 'сеанс 7 (anna)' };

/** A write that ends once it was told of three times, with the pauses that were asked for. */
async function delayed(heldBy: NonNullable<AtomicWrites['heldBy']> | undefined) {
  const done = Promise.withResolvers<string>();
  const pauses: number[] = [];
  const events: RunEvent[] = [];
  const clock = {
    now: () => 0,
    alarm: async (ms: number) => {
      pauses.push(ms);
    },
  } as unknown as RunContext['clock'];
  const emit = (event: RunEvent) => {
    if (events.push(event) === 3) done.resolve('written');
  };
  const context = { clock, emit, signal: new AbortController().signal } as RunContext;
  const atomic = { ...(heldBy && { heldBy }) } as AtomicWrites;
  const held = { flow: 'deals', connection: 'shop', entity: 'orders', atomic };
  expect(await tellDelay(context, held, () => done.promise)).toBe('written');
  const lines = (language: 'en' | 'ru') =>
    events.map((event) => entriesOf(event, rememberNothing(), language).map(({ level, text }) => `${level} ${text()}`));
  return { pauses, lines };
}

describe('a write a data base does not answer', () => {
  it('is told after a few seconds and at growing intervals, with whose lock it waits for', async () => {
    const { pauses, lines } = await delayed(async () => by);
    expect(pauses.slice(0, 3)).toEqual([5000, 5000, 10_000]);
    expect(lines('en').flat()).toEqual([
      'WARNING deals: a write into orders has had no answer for 5 s: session 7 (anna) holds a lock on it',
      'WARNING deals: a write into orders has had no answer for 10 s: session 7 (anna) holds a lock on it',
      'WARNING deals: a write into orders has had no answer for 20 s: session 7 (anna) holds a lock on it',
    ]);
    expect(lines('ru')[0]).toEqual([
      'WARNING deals: на запись в orders нет ответа уже 5 с: её держит под блокировкой сеанс 7 (anna)',
    ]);
  });

  it('is told without a name where the system does not tell one, or cannot be asked', async () => {
    const line = 'INFO deals: a write into orders has had no answer for 5 s';
    expect((await delayed(undefined)).lines('en')[0]).toEqual([line]);
    expect((await delayed(() => Promise.reject(new Error('no right')))).lines('en')[0]).toEqual([line]);
  });

  it('is told of no more once it is answered', async () => {
    const told: RunEvent[] = [];
    const ring = Promise.withResolvers<void>();
    const clock = { now: () => 0, alarm: () => ring.promise } as unknown as RunContext['clock'];
    const emit = (event: RunEvent) => void told.push(event);
    const context = { clock, emit, signal: new AbortController().signal } as RunContext;
    await tellDelay(context, { connection: 'shop', entity: 'orders', atomic: undefined }, async () => undefined);
    ring.resolve();
    await new Promise(setImmediate);
    expect(told).toEqual([]);
  });
});
