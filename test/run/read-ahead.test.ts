import { describe, expect, it } from 'vitest';
import { readAhead } from '../../engine/run/read/read-ahead.ts';

describe('reading ahead', () => {
  it('reads one batch while the last one is worked on, and never two', async () => {
    const log: string[] = [];
    async function* source() {
      for (let batch = 1; batch <= 3; batch++) {
        log.push(`read ${batch}`);
        yield batch;
      }
      log.push('end');
    }
    for await (const batch of readAhead(source())) {
      await Promise.resolve();
      log.push(`worked ${batch}`);
    }
    expect(log).toEqual(['read 1', 'read 2', 'worked 1', 'read 3', 'worked 2', 'end', 'worked 3']);
  });

  it('closes the source when the caller stops early', async () => {
    let closed = false;
    async function* source() {
      try {
        for (let batch = 1; ; batch++) yield batch;
      } finally {
        closed = true;
      }
    }
    for await (const batch of readAhead(source())) if (batch === 2) break;
    expect(closed).toBe(true);
  });

  it('closes the source only when the read under way has come to its end', async () => {
    const log: string[] = [];
    let release = (): void => undefined;
    const iterator: AsyncIterator<number> = {
      next: () =>
        new Promise((resolve) => {
          const end = () => {
            log.push('read');
            resolve({ done: false, value: log.length });
          };
          if (log.length === 0) end();
          else release = end;
        }),
      return: async () => {
        log.push('closed');
        return { done: true, value: undefined };
      },
    };
    const reading = (async () => {
      for await (const _batch of readAhead({ [Symbol.asyncIterator]: () => iterator })) break;
    })();
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await reading;
    expect(log).toEqual(['read', 'read', 'closed']);
  });

  it('throws a failure of the read where its batch would have come', async () => {
    async function* source() {
      yield 1;
      throw new Error('connection lost');
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of readAhead(source())) seen.push(batch);
    })();
    await expect(reading).rejects.toThrow('connection lost');
    expect(seen).toEqual([1]);
  });
});
