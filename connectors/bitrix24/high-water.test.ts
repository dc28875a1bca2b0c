import { expect, test } from 'vitest';
import { open, requests } from './open-for-test.ts';

test('DL-12 the newest ids of all entities are asked for once, and what comes later does not move them', async () => {
  const opened = await open();
  const { portal, sink, signal } = opened;
  portal.create('deal', { TITLE: 'Первая' });
  portal.create('deal', { TITLE: 'Вторая' });
  portal.create('contact', { NAME: 'Анна' });
  portal.journal.reset();
  expect(await sink.highWater?.('deal', signal)).toBe('2');
  portal.create('contact', { NAME: 'Борис' });
  expect([await sink.highWater?.('contact', signal), await sink.highWater?.('lead', signal)]).toEqual(['1', undefined]);
  expect(requests(opened)).toEqual(['batch(4)']);
});

test('DL-12 an entity whose rows may not be read is refused alone, and asked for again', async () => {
  const { portal, sink, signal } = await open();
  portal.create('deal', { TITLE: 'Первая' });
  portal.fail({ method: 'crm.contact.list', fault: { error: '', description: 'Access denied.' } });
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
