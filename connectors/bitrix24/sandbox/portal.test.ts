import { expect, test } from 'vitest';
import { error, noon, openPortal } from './open-for-test.ts';

test('a person at the desk passes no API: any field, stamped with the manager', async () => {
  let now = noon;
  const portal = await openPortal({ now: () => now });
  expect(portal.create('deal', { TITLE: 'Приём', LEAD_ID: 7, DATE_CREATE: '2026-01-15T10:00:00+03:00' })).toBe(1);
  now += 60_000;
  portal.edit('deal', 1, { STAGE_ID: 'WON' });
  expect(portal.truth.deals()).toMatchObject([
    {
      LEAD_ID: '7',
      DATE_CREATE: '2026-01-15T10:00:00+03:00',
      DATE_MODIFY: '2026-11-20T12:01:00+03:00',
      MODIFY_BY_ID: '2',
      CLOSED: 'Y',
    },
  ]);
  portal.remove('deal', 1);
  expect(portal.truth.deals()).toEqual([]);
  expect(portal.journal.requests).toEqual([]);
});

test('the journal holds every request and every command until it is reset', async () => {
  const portal = await openPortal();
  await portal.batch(['crm.deal.add?fields[TITLE]=x', 'crm.deal.get?id=9']);
  await portal.post('server.time');
  expect(portal.journal.requests).toEqual([
    { method: 'batch', commands: 2, status: 200, at: noon, number: 1, from: 1, to: 7 },
    { method: 'server.time', commands: 1, status: 200, at: noon, number: 2, from: 8, to: 11 },
  ]);
  const [add, get, time] = portal.journal.commands;
  const params = { fields: { TITLE: 'x' } };
  expect(add).toEqual({ method: 'crm.deal.add', params, batched: true, request: 1, place: 1, from: 2, to: 4 });
  expect(get).toMatchObject({ method: 'crm.deal.get', error: '', request: 1, place: 2, from: 5, to: 6 });
  expect(time).toMatchObject({ method: 'server.time', batched: false, request: 2, place: 1, from: 9, to: 10 });
  expect(portal.journal.counts).toEqual({ 'crm.deal.add': 1, 'crm.deal.get': 1, 'server.time': 1 });
  portal.journal.reset();
  expect([portal.journal.requests, portal.journal.commands, portal.journal.counts]).toEqual([[], [], {}]);
});

test('other processes read the truth and the journal over HTTP', async () => {
  const portal = await openPortal();
  portal.create('contact', { NAME: 'Яна' });
  portal.create('deal', {});
  await portal.result('crm.deal.productrows.set', { id: 1, rows: [{ PRICE: 5 }] });
  const read = async (path: string): Promise<unknown> => (await portal.send(path, { method: 'GET' })).body;
  expect(await read('/sandbox/truth/contacts')).toEqual(portal.truth.contacts());
  expect(await read('/sandbox/truth/productrows/D/1')).toEqual(portal.truth.productRows('D', 1));
  expect(await read('/sandbox/journal')).toMatchObject({ counts: { 'crm.deal.productrows.set': 1 }, refusals: [] });
  await portal.send('/sandbox/journal/reset');
  expect(await read('/sandbox/journal')).toEqual({ requests: [], commands: [], refusals: [], counts: {} });
  expect(await portal.send('/sandbox/truth/quotes')).toEqual({ status: 404, body: null });
});

test('what the sandbox does not know at the desk it throws', async () => {
  const portal = await openPortal();
  expect(() => portal.create('deal', { NO_SUCH: 1 })).toThrow('The sandbox does not know the field NO_SUCH of a deal');
  expect(() => portal.edit('deal', 9, {})).toThrow('there is no deal 9');
});

test('truth is a copy', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'Приём' });
  Object.assign(portal.truth.deals()[0] ?? {}, { TITLE: 'Подлог' });
  expect(portal.truth.deals()[0]).toMatchObject({ TITLE: 'Приём' });
});

test('the default portal has what the pipeline from IDENT writes', async () => {
  const portal = await openPortal();
  const deal = {
    UF_CRM_1769072841035: 'F1_1',
    UF_CRM_1769008947: '2026-11-20T13:00:00+03:00',
    UF_CRM_1769167398642: 'x',
  };
  const contact = { TYPE_ID: 'CLIENT', UF_CRM_1769083788971: '17', UF_CRM_1769087537061: 'Мать' };
  await portal.result('crm.deal.add', { fields: { ...deal, STAGE_ID: 'UC_NO40X0' } });
  await portal.result('crm.contact.add', { fields: { ...contact, ORIGINATOR_ID: 'IDENT', ORIGIN_ID: 'F1_P1' } });
  expect(portal.journal.refusals).toEqual([]);
  expect((await portal.post('crm.deal.get', { id: 2 })).body).toEqual(error('', 'Not found'));
});
