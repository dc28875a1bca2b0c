import { request } from 'undici';
import { expect, test } from 'vitest';
import { noon, openPortal } from './open-for-test.ts';

test('every version of a record is kept: what it was, since when, and by whom', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  await portal.batch(['server.time', 'crm.deal.add?fields[TITLE]=1', 'crm.deal.update?id=1&fields[TITLE]=2']);
  now += 1000;
  portal.edit('deal', 1, { TITLE: '3' });
  await portal.result('crm.deal.delete', { id: 1 });
  const versions = portal.truth.history('deal', 1);
  expect(
    versions.map(({ record, at, by, request: number, command }) => [record?.['TITLE'], at, by, number, command]),
  ).toEqual([
    ['1', noon, 'api', 1, 2],
    ['2', noon, 'api', 1, 3],
    ['3', now, 'desk', undefined, undefined],
    [undefined, now, 'api', 2, 1],
  ]);
  expect(versions.at(-1)?.record).toBeNull();
});

test('versions, commands and requests are in one order', async () => {
  const portal = await openPortal();
  await portal.batch(['crm.deal.add?fields[TITLE]=1', 'crm.deal.add?fields[TITLE]=2']);
  const [first, second] = portal.truth.history('deal').map(({ tick }) => tick);
  const [one, two] = portal.journal.commands;
  const [whole] = portal.journal.requests;
  const moments = [whole?.from, one?.from, first, one?.to, two?.from, second, two?.to, whole?.to];
  expect(moments).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('goods have their versions too', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  await portal.result('crm.deal.productrows.set', { id: 1, rows: [{ PRODUCT_NAME: 'Осмотр', PRICE: 5 }] });
  const goods = portal.truth.history('deal', 1).filter(({ productRows }) => productRows !== undefined);
  expect(goods).toMatchObject([{ by: 'api', request: 1, command: 1, productRows: [{ PRODUCT_NAME: 'Осмотр' }] }]);
});

test('two requests that write one record while both are in flight overlap', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  portal.create('deal', {});
  await portal.result('crm.deal.update', { id: 1, fields: { TITLE: 'before' } });
  portal.fail({ method: 'batch', fault: { hold: { name: 'late' } } });
  const cmd = ['crm.deal.update?id=1&fields[TITLE]=old', 'crm.deal.update?id=2&fields[TITLE]=old'];
  const late = portal.batch(cmd);
  await portal.whenHeld('late');
  await portal.result('crm.deal.update', { id: 1, fields: { TITLE: 'new' } });
  expect(portal.truth.overlaps()).toEqual([]);
  portal.release('late');
  await late;
  await portal.result('crm.deal.update', { id: 2, fields: { TITLE: 'after' } });
  expect(portal.truth.overlaps()).toEqual([{ entity: 'deal', id: 1, requests: [3, 2] }]);
});

test('a request whose client is gone is in flight until the portal is done with it', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  portal.fail({ method: 'crm.deal.update', when: 'after', fault: { hold: { name: 'late' } } });
  const client = new AbortController();
  const body = JSON.stringify({ id: 1, fields: { TITLE: 'old' } });
  const headers = { 'content-type': 'application/json' };
  const options = { method: 'POST', headers, body, signal: client.signal } as const;
  const lost = request(`${portal.webhook}crm.deal.update`, options);
  await portal.whenHeld('late');
  client.abort();
  await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
  await portal.result('crm.deal.update', { id: 1, fields: { TITLE: 'again' } });
  expect(portal.truth.overlaps()).toEqual([{ entity: 'deal', id: 1, requests: [1, 2] }]);
});
