import { expect, it } from 'vitest';
import { delivery, openSample, startRun } from './samples.ts';

const flow = 'receptions';
const rows = [
  { row: '1', key: 'A' },
  { row: '2', key: 'B' },
  { row: '3', key: 'B' },
  { row: '4', key: 'C' },
];

it('DL-7 holds rows and keys against each other, target by target and flow by flow', async () => {
  const { presence } = await openSample();
  await presence.list(flow, 'deal', rows);
  await presence.list(flow, 'contact', rows);
  await presence.list('other', 'deal', rows);
  await presence.see(flow, [{ target: 'deal', key: 'A' }, { target: 'deal', key: 'A' }, { key: 'B' }]);
  await presence.see('other', [{ target: 'deal', key: 'C' }]);
  expect(await presence.absent(flow, 'deal', '', 2)).toEqual([rows[1], rows[2]]);
  expect(await presence.absent(flow, 'deal', '3', 2)).toEqual([rows[3]]);
  expect(await presence.count(flow, 'deal')).toEqual({ listed: 4, absent: 3 });
  expect(await presence.count(flow, 'contact')).toEqual({ listed: 4, absent: 4 });
  expect(await presence.count(flow, 'task')).toEqual({ listed: 0, absent: 0 });
});

it('DL-7 lists a row once, as it was last', async () => {
  const { presence } = await openSample();
  await presence.list(flow, 'deal', rows);
  await presence.list(flow, 'deal', [{ row: '1', key: 'Z' }]);
  expect(await presence.absent(flow, 'deal', '', 1)).toEqual([{ row: '1', key: 'Z' }]);
});

it('DL-7 begins anew for one flow', async () => {
  const { presence } = await openSample();
  for (const name of [flow, 'other']) {
    await presence.list(name, 'deal', rows);
    await presence.see(name, [{ target: 'deal', key: 'A' }]);
  }
  await presence.clear(flow);
  expect(await presence.count(flow, 'deal')).toEqual({ listed: 0, absent: 0 });
  await presence.list(flow, 'deal', rows);
  expect(await presence.count(flow, 'deal')).toEqual({ listed: 4, absent: 4 });
  expect(await presence.count('other', 'deal')).toEqual({ listed: 4, absent: 3 });
});

it('DL-7 forgets the known versions of records that were not seen', async () => {
  const state = await openSample();
  await startRun(state);
  const delivered = ['A', 'B'].map((key) => ({ key, hash: 'h' }));
  await state.commit(delivery({ flow, delivered }));
  await state.commit(delivery({ flow: 'other', delivered }));
  await state.presence.see(flow, [{ key: 'A' }, { target: 'deal', key: 'B' }]);
  await state.presence.forgetUnseen(flow);
  expect([...(await state.known(flow, ['A', 'B'])).keys()]).toEqual(['A']);
  expect([...(await state.known('other', ['A', 'B'])).keys()]).toEqual(['A', 'B']);
});
