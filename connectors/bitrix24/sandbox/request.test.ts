import { expect, test } from 'vitest';
import { error, member, noon, openPortal } from './open-for-test.ts';

test('a success has result and time, seconds and the server’s zone', async () => {
  const portal = await openPortal();
  const { status, body } = await portal.post('server.time');
  expect(status).toBe(200);
  expect(body).toEqual({
    result: '2026-11-20T12:00:00+03:00',
    time: {
      start: noon / 1000,
      finish: noon / 1000,
      duration: 0,
      processing: 0,
      date_start: '2026-11-20T12:00:00+03:00',
      date_finish: '2026-11-20T12:00:00+03:00',
      operating_reset_at: noon / 1000 + 600,
      operating: 0,
    },
  });
});

test('an error has no time', async () => {
  const portal = await openPortal();
  expect(await portal.post('crm.deal.get', { id: 7 })).toEqual({ status: 400, body: error('', 'Not found') });
});

test('a wrong secret and a wrong user are 401 INVALID_CREDENTIALS', async () => {
  const portal = await openPortal();
  const refused = { status: 401, body: error('INVALID_CREDENTIALS', 'Invalid request credentials') };
  expect(await portal.send('/rest/1/guess/server.time')).toEqual(refused);
  expect(await portal.send('/rest/2/sandbox-secret/server.time')).toEqual(refused);
});

test('a call without a webhook is 401 NO_AUTH_FOUND', async () => {
  const portal = await openPortal();
  expect(await portal.send('/rest/crm.deal.get')).toEqual({
    status: 401,
    body: error('NO_AUTH_FOUND', 'Wrong authorization data'),
  });
});

test('a scope the webhook lacks is 403 insufficient_scope', async () => {
  const portal = await openPortal({ scopes: ['user'] });
  expect(await portal.post('crm.deal.list')).toEqual({
    status: 403,
    body: error('insufficient_scope', 'The request requires higher privileges than provided by the webhook token'),
  });
  expect(await portal.result('scope')).toEqual(['user']);
});

test('an unknown method is 404 ERROR_METHOD_NOT_FOUND and counted as a refusal', async () => {
  const portal = await openPortal();
  expect(await portal.post('crm.deal.merge')).toEqual({
    status: 404,
    body: error('ERROR_METHOD_NOT_FOUND', 'Method not found!'),
  });
  expect(portal.journal.refusals).toEqual([
    { method: 'crm.deal.merge', what: 'the method crm.deal.merge', answered: 'error' },
  ]);
});

test('a method of applications is 403 WRONG_AUTH_TYPE', async () => {
  const portal = await openPortal();
  const { status, body } = await portal.post('event.bind');
  expect([status, member(body, 'error')]).toEqual([403, 'WRONG_AUTH_TYPE']);
});

test('method names have no case, and .json, a trailing slash and doubled slashes are tolerated', async () => {
  const portal = await openPortal();
  for (const path of ['Server.Time', 'server.time.json', 'server.time/', '/rest//1//sandbox-secret//server.time'])
    expect(member((await portal.send(path)).body, 'result')).toBe('2026-11-20T12:00:00+03:00');
});

test('query, form, multipart and JSON say the same', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'А & Б' });
  const query = 'filter[TITLE]=%D0%90+%26+%D0%91&select[]=ID&start=-1&';
  const form = 'application/x-www-form-urlencoded';
  const replies = [
    await portal.send(`crm.deal.list?${query}`, { method: 'GET' }),
    await portal.send('crm.deal.list', { type: form, body: query }),
    await portal.send('crm.deal.list', { type: form, body: query.replaceAll('[', '%5B').replaceAll(']', '%5D') }),
    await portal.send('crm.deal.list', multipart({ 'filter[TITLE]': 'А & Б', 'select[0]': 'ID', start: '-1' })),
    await portal.post('crm.deal.list', { filter: { TITLE: 'А & Б' }, select: { 0: 'ID' }, start: '-1' }),
  ];
  for (const { body } of replies) expect(member(body, 'result')).toEqual([{ ID: '1' }]);
});

function multipart(parts: Readonly<Record<string, string>>): { type: string; body: string } {
  const rows = Object.entries(parts).map(
    ([name, value]) => `--edge\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { type: 'multipart/form-data; boundary=edge', body: `${rows.join('')}--edge--\r\n` };
}

test('body and query are merged, and names that differ in case are one', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'Первая' });
  portal.create('deal', { TITLE: 'Вторая' });
  const body = JSON.stringify({ FILTER: { ID: 1 }, filter: { ID: 2 }, select: ['ID'] });
  const reply = await portal.send('crm.deal.list?start=-1', { body });
  expect(member(reply.body, 'result')).toEqual([{ ID: '2' }]);
});

test('a JSON body of a GET is not read', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  const reply = await portal.send('crm.deal.get', { method: 'GET', body: '{"id":1}' });
  expect(reply).toEqual({ status: 400, body: error('', 'ID is not defined or invalid.') });
});

test('what clients send along with any call is ignored', async () => {
  const portal = await openPortal();
  const reply = await portal.post('server.time?bx24_request_id=1&bx24_sdk_ver=2.2.0', { __order: 'order0000000000' });
  expect(reply.status).toBe(200);
  expect(portal.journal.refusals).toEqual([]);
});

test('any other unknown parameter is refused and counted', async () => {
  const portal = await openPortal();
  expect(await portal.post('crm.deal.list', { filters: { ID: 1 } })).toEqual({
    status: 400,
    body: error('SANDBOX_UNKNOWN', 'The sandbox does not know the parameter filters of crm.deal.list'),
  });
  expect(portal.journal.refusals).toEqual([
    { method: 'crm.deal.list', what: 'the parameter filters of crm.deal.list', answered: 'error' },
  ]);
});

test('a body that is not JSON is refused and counted', async () => {
  const portal = await openPortal();
  const reply = await portal.send('server.time', { body: '{"id":' });
  expect(reply).toEqual({
    status: 400,
    body: error('SANDBOX_UNKNOWN', 'The sandbox does not know a body that is not JSON'),
  });
  expect(portal.journal.refusals).toHaveLength(1);
});

test('profile is the owner of the webhook', async () => {
  const portal = await openPortal({ userId: 3 });
  expect(await portal.result('profile')).toEqual({
    ID: '3',
    ADMIN: false,
    NAME: 'Глеб',
    LAST_NAME: 'Осокин',
    PERSONAL_GENDER: '',
    TIME_ZONE: '',
  });
});

test('method.get tells what exists and what the scopes allow', async () => {
  const portal = await openPortal({ scopes: ['user'] });
  expect(await portal.result('method.get', { name: 'crm.deal.get' })).toEqual({ isExisting: true, isAvailable: false });
  expect(await portal.result('method.get', { name: 'user.get' })).toEqual({ isExisting: true, isAvailable: true });
  expect(await portal.result('method.get', { name: 'no.such' })).toEqual({ isExisting: false, isAvailable: false });
});
