import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProcess } from './processes/start.ts';
import { delivery, intent, openSample, pipeline, startRun } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('a process killed with SIGKILL', () => {
  it('DL-9 between intents and commit leaves its intents open, and the next run may close them', async () => {
    const folder = temporaryFolder();
    const victim = startProcess('deliver.ts', folder, 'halt');
    expect(await victim.next()).toBe('intents saved');
    await victim.signal('SIGKILL');
    expect(existsSync(join(folder, pipeline, 'state.db-wal'))).toBe(true);

    const state = await openSample(folder);
    const doubted = intent({ id: 'intent-1', key: 'F1_1' });
    expect(await state.openIntents()).toEqual([doubted]);
    expect(await state.checkpoint('receptions')).toBeUndefined();
    expect(await startRun(state, 2)).toBe(2);
    await state.commit(delivery({ epoch: 2, receipts: [{ intent: 'intent-1', outcome: 'not-applied', at: 9 }] }));
    expect(await state.openIntents()).toEqual([]);
    expect(await state.closedAsAbsent(0)).toEqual([doubted]);
    await state.close();
  });

  it.each([1, 7, 40])(
    'DL-10 in the midst of deliveries, after %i of them, leaves none of them half done',
    async (n) => {
      const folder = temporaryFolder();
      const victim = startProcess('deliver.ts', folder);
      for (let seen = 0; seen < n; seen++) await victim.next();
      await victim.signal('SIGKILL');

      const state = await openSample(folder);
      const last = Number((await state.checkpoint('receptions'))?.cursor?.['n']);
      expect(last).toBeGreaterThanOrEqual(n);
      const numbers = Array.from({ length: last }, (_, at) => at + 1);
      const keys = [...numbers, last + 1].map((at) => `F1_${at}`);
      expect(await state.known('receptions', keys)).toEqual(
        new Map(numbers.map((at) => [`F1_${at}`, `version-${at}`])),
      );
      expect((await state.links('receptions', keys)).map(({ row }) => Number(row))).toEqual(numbers.toReversed());
      expect((await state.queue({})).map(({ key }) => key)).toEqual(numbers.map((at) => `queued-${at}`));
      const open = await state.openIntents();
      expect([[], [`F1_${last + 1}`]]).toContainEqual(open.map(({ key }) => key));
      await state.close();
    },
  );
});

describe('processes that open one new state together', () => {
  it('all find the same', async () => {
    const folder = temporaryFolder();
    const openers = ['1', '2', '3'].map((id) => startProcess('open.ts', folder, id));
    await Promise.all(openers.map(async (opener) => await opener.next()));
    for (const opener of openers) opener.send({});
    const answers = await Promise.all(openers.map(async (opener) => await opener.next()));
    expect(answers).toEqual(['opened', 'opened', 'opened']);
  });
});
