import { setImmediate } from 'node:timers/promises';
import { delivery, intent, openSample, put, startRun } from '../samples.ts';

/**
 * Delivers record after record, each in one commit that touches every table, and says which. With `halt` it stops
 * between the intents of a record and its commit, where a request would be under way.
 */
const [path = '', halt] = process.argv.slice(2);
const state = await openSample(path);
await startRun(state);
process.on('message', () => process.exit());

for (let n = 1; ; n++) {
  const key = `F1_${n}`;
  await state.saveIntents([intent({ id: `intent-${n}`, key })]);
  if (halt === 'halt') break;
  await state.commit(
    delivery({
      receipts: [{ intent: `intent-${n}`, outcome: 'applied', row: `${n}`, at: n }],
      links: [{ flow: 'receptions', key, target: 'deal', connection: 'portal', entity: 'deal', row: `${n}`, at: n }],
      delivered: [{ key, hash: `version-${n}` }],
      queued: [put({ key: `queued-${n}` })],
      checkpoint: { flow: 'receptions', cursor: { n }, params: 'params-1', at: n, run: 'run-1' },
    }),
  );
  process.send?.(n);
  await setImmediate();
}
process.send?.('intents saved');
