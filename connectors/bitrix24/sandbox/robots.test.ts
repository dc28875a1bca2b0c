import { expect, test } from 'vitest';
import { noon, openPortal } from './open-for-test.ts';

test('a robot moves a fresh deal before the next command', async () => {
  const portal = await openPortal();
  portal.robot({ entity: 'deal', on: 'add', fields: { STAGE_ID: 'PREPARATION', ASSIGNED_BY_ID: 3 } });
  const answer = await portal.batch({ add: 'crm.deal.add?fields[TITLE]=x', get: 'crm.deal.get?id=$result[add]' });
  expect(answer).toMatchObject({ result: { add: 1, get: { STAGE_ID: 'PREPARATION', ASSIGNED_BY_ID: '3' } } });
  expect(portal.truth.history('deal', 1).map(({ by }) => by)).toEqual(['api', 'robot']);
});

test('so long after the record was saved, stamped with that moment and no later one', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  portal.robot({ entity: 'deal', on: 'update', fields: { COMMENTS: 'Робот' }, afterMs: 5000 });
  portal.create('deal', {});
  await portal.result('crm.deal.update', { id: 1, fields: { TITLE: 'x' } });
  now += 4999;
  expect(portal.truth.deals()).toMatchObject([{ COMMENTS: null }]);
  now += 60_000;
  expect(portal.truth.deals()).toMatchObject([{ COMMENTS: 'Робот', DATE_MODIFY: '2026-11-20T12:00:05+03:00' }]);
  expect(portal.truth.history('deal', 1).at(-1)).toMatchObject({ by: 'robot', at: noon + 5000 });
});

test('so many records and no more, not those of the desk, and not those deleted meanwhile', async () => {
  const portal = await openPortal();
  portal.robot({ entity: 'deal', on: 'add', fields: { COMMENTS: 'Робот' }, times: 2 });
  portal.create('deal', {});
  await portal.batch(['crm.deal.add?fields[TITLE]=2', 'crm.deal.add?fields[TITLE]=3', 'crm.deal.add?fields[TITLE]=4']);
  portal.remove('deal', 3);
  expect(portal.truth.deals().map(({ ID, COMMENTS }) => [ID, COMMENTS])).toEqual([
    ['1', null],
    ['2', 'Робот'],
    ['4', null],
  ]);
});
