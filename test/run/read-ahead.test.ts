import { describe, expect, it } from 'vitest';
import { readAhead } from '../../engine/run/read-ahead.ts';

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
