import { expect, test } from 'vitest';
import { open, openAt, requests } from './open-for-test.ts';

test('DL-12 the newest ids are those of when the entities were described, and what comes later does not move them', async () => {
  const { portal } = await open();
  portal.create('deal', { TITLE: 'Первая' });
  portal.create('deal', { TITLE: 'Вторая' });
  portal.create('contact', { NAME: 'Анна' });
  portal.journal.reset();
  const later = { portal, ...openAt(portal.webhook) };
  const { sink, signal } = later;
  await sink.describe('deal', signal);
  portal.create('contact', { NAME: 'Борис' });
  portal.create('lead', { TITLE: 'Третья' });
  expect(await sink.highWater?.('deal', signal)).toBe('2');
  expect(await sink.highWater?.('contact', signal)).toBe('1');
  expect(await sink.highWater?.('lead', signal)).toBe(undefined);
  expect(requests(later)).toEqual(['batch(9)']);
});

test('DL-12 an entity whose rows may not be read is refused alone, and asked for again', async () => {
  const { portal } = await open();
  portal.create('deal', { TITLE: 'Первая' });
  portal.fail({ method: 'crm.contact.list', fault: { error: '', description: 'Access denied.' } });
  const { sink, signal } = openAt(portal.webhook);
  await sink.describe('deal', signal);
  await expect(sink.highWater?.('contact', signal)).rejects.toMatchObject({ code: 'bitrix24.row_forbidden' });
  expect([await sink.highWater?.('deal', signal), await sink.highWater?.('contact', signal)]).toEqual(['1', undefined]);
});

test('DL-12 a question may want rows above an id only', async () => {
  const { portal, sink, signal } = await open();
  for (const title of ['a', 'b', 'c']) portal.create('deal', { TITLE: title, ORIGIN_ID: 'tag' });
  const by = { ORIGIN_ID: { anyOf: ['tag'] } };
  const [all, above] = await sink.find('deal', [{ by }, { by, above: '2' }], ['ORIGIN_ID'], signal);
  const keys = (answer: typeof all) => (answer?.ok ? answer.rows.map(({ key }) => key) : answer);
  expect([keys(all), keys(above)]).toEqual([['1', '2', '3'], ['3']]);
});
