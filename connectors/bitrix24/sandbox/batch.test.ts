import { expect, test } from 'vitest';
import { error, member, openPortal } from './open-for-test.ts';

const notFound = error('', 'Not found');

test('a batch answers by the keys of its commands, a failed one only among the errors', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'Приём' });
  expect(await portal.batch({ one: 'crm.deal.list?select[]=TITLE', two: 'crm.deal.get?id=9' })).toEqual({
    result: { one: [{ TITLE: 'Приём' }] },
    result_error: { two: notFound },
    result_total: { one: 1 },
    result_next: [],
  });
});

test('keys 0..n-1 are a list, as PHP prints them; with the first one missing they are an object', async () => {
  const portal = await openPortal();
  portal.create('deal', {});
  const get = 'crm.deal.productrows.get?id=1';
  expect(await portal.batch([get, 'crm.deal.get?id=8', 'crm.deal.get?id=9'])).toEqual({
    result: [[]],
    result_error: { '1': notFound, '2': notFound },
    result_total: [],
    result_next: [],
  });
  expect(await portal.batch(['crm.deal.get?id=8', get])).toMatchObject({
    result: { '1': [] },
    result_error: [notFound],
  });
});

test('every succeeded command has its time', async () => {
  const portal = await openPortal({ costPerCommand: (method) => (method === 'crm.deal.add' ? 0.5 : 0) });
  const { body } = await portal.post('batch', { cmd: { a: 'crm.deal.add?fields[TITLE]=x', b: 'server.time' } });
  const times = member(member(body, 'result'), 'result_time');
  expect(member(times, 'a')).toMatchObject({ processing: 0.5, operating: 0.5 });
  expect(member(times, 'b')).toMatchObject({ processing: 0, operating: 0 });
  expect(member(body, 'time')).toMatchObject({ processing: 0.5, operating: 0 });
});

test('halt stops after the first failing command', async () => {
  const portal = await openPortal();
  const commands = ['crm.deal.get?id=9', 'crm.deal.add?fields[TITLE]=x'];
  expect(await portal.batch(commands, 1)).toMatchObject({ result: [], result_error: [notFound] });
  expect(portal.truth.deals()).toEqual([]);
  expect(await portal.batch(commands, 0)).toMatchObject({ result: { '1': 1 } });
});

test('commands over fifty get an error each', async () => {
  const portal = await openPortal();
  const answer = await portal.batch(Array.from({ length: 52 }, () => 'server.time'));
  const tooMany = error('ERROR_BATCH_LENGTH_EXCEEDED', 'Max batch length exceeded');
  expect(member(answer, 'result')).toHaveLength(50);
  expect(member(answer, 'result_error')).toEqual({ '50': tooMany, '51': tooMany });
});

test('a batch in a batch is refused', async () => {
  const portal = await openPortal();
  expect(member(await portal.batch(['batch?cmd[0]=server.time']), 'result_error')).toEqual([
    error('ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage'),
  ]);
});

test('a later command refers to what an earlier one answered', async () => {
  const portal = await openPortal();
  const answer = await portal.batch({
    contact: 'crm.contact.add?fields[NAME]=Нина',
    deal: 'crm.deal.add?fields[CONTACT_ID]=$result[contact]&fields[TITLE]=Для $result[contact]',
    list: 'crm.item.list?entityTypeId=3&select[]=id',
    read: 'crm.deal.list?filter[CONTACT_ID]=$result[list][items][0][id]&select[]=TITLE',
  });
  expect(member(member(answer, 'result'), 'read')).toEqual([{ TITLE: 'Для 1' }]);
});

test('a reference to nothing is refused, as nobody knows what the portal makes of it', async () => {
  const portal = await openPortal();
  const answer = await portal.batch({ a: 'crm.deal.get?id=9', b: 'crm.deal.list?filter[>ID]=$result[a][ID]' });
  expect(member(member(answer, 'result_error'), 'b')).toEqual(
    error('SANDBOX_UNKNOWN', 'The sandbox does not know what becomes of $result[a][ID], which refers to nothing'),
  );
  expect(portal.journal.refusals).toHaveLength(1);
});

const chained = {
  p0: 'crm.deal.list?select[]=ID&order[ID]=ASC&filter[>ID]=0&start=-1',
  p1: 'crm.deal.list?select[]=ID&order[ID]=ASC&filter[>ID]=$result[p0][49][ID]&start=-1',
  p2: 'crm.deal.list?select[]=ID&order[ID]=ASC&filter[>ID]=$result[p1][49][ID]&start=-1',
};

test('pages are chained within one batch, each beginning after the last row of the one before', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 60; number += 1) desk.create('deal', {});
      for (let number = 1; number <= 60; number += 1) desk.create('contract', {});
    },
  });
  const { result, result_error: errors, result_total: totals } = await portal.batch(chained);
  expect([Object(member(result, 'p0')).length, member(result, 'p1')]).toEqual([
    50,
    Array.from({ length: 10 }, (_, index) => ({ ID: String(index + 51) })),
  ]);
  expect([Object.keys(Object(errors)), totals]).toEqual([['p2'], { p0: 0, p1: 0 }]);
  const items = await portal.batch({
    a: 'crm.item.list?entityTypeId=1036&select[]=id&order[id]=ASC&start=-1',
    b: 'crm.item.list?entityTypeId=1036&select[]=id&filter[>id]=$result[a][items][49][id]&start=-1',
  });
  expect(Object(member(member(items['result'], 'b'), 'items')).length).toBe(10);
});

test('a portal may make a zero, or nothing at all, of a reference to nothing', async () => {
  const portal = await openPortal({
    seed(desk) {
      for (let number = 1; number <= 3; number += 1) desk.create('deal', {});
    },
  });
  const ids = [{ ID: '1' }, { ID: '2' }, { ID: '3' }];
  for (const missingReference of ['zero', 'dropped'] as const) {
    portal.answerWith({ missingReference });
    expect((await portal.batch(chained))['result']).toEqual({ p0: ids, p1: ids, p2: ids });
  }
  expect(portal.journal.refusals).toEqual([]);
});

test('commands are read in every encoding clients use', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'a&b' });
  const found = [{ ID: '1' }];
  const answer = await portal.batch({
    jssdk: 'crm.deal.list?filter%5B%3EID%5D=0&filter%5BTITLE%5D=a%26b&select%5B0%5D=ID',
    fast: 'crm.deal.list?select[0]=ID&filter[%3EID]=0&order[ID]=ASC&start=0&',
    plus: 'crm.deal.list?filter[!TITLE]=a+b&select[]=ID',
    bare: 'server.time?',
  });
  expect(answer['result']).toEqual({ jssdk: found, fast: found, plus: found, bare: '2026-11-20T12:00:00+03:00' });
  expect(answer['result_error']).toEqual([]);
});

test('a batch may travel as a form, encoded twice', async () => {
  const portal = await openPortal();
  const command = encodeURIComponent('crm.deal.add?fields[TITLE]=John%26Martin');
  const type = 'application/x-www-form-urlencoded';
  const { body } = await portal.send('batch', { type, body: `halt=0&cmd[add]=${command}` });
  expect(member(member(body, 'result'), 'result')).toEqual({ add: 1 });
  expect(portal.truth.deals()[0]).toMatchObject({ TITLE: 'John&Martin' });
});
