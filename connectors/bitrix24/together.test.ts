import { expect, test } from 'vitest';
import type { Answer, Question } from '../../engine/index.ts';
import { open, requests, type Opened } from './open-for-test.ts';

const seed = (desk: Opened['portal']) => {
  desk.create('deal', { TITLE: 'Первая' });
  desk.create('lead', { TITLE: 'Первый' });
};
const titled = (title: string): Question => ({ by: { TITLE: { anyOf: [title] } } });
const keysOf = (answers: readonly Answer[]) =>
  answers.map((each) => (each.ok ? each.rows.map(({ key }) => key) : each));

test('what is asked at the same time of two entities is one request, and each gets its own answer', async () => {
  const opened = await open();
  seed(opened.portal);
  const { sink, signal } = opened;
  const answers = await Promise.all([
    sink.find('deal', [titled('Первая'), titled('Вторая')], ['TITLE'], signal),
    sink.find('lead', [titled('Первый')], ['TITLE'], signal),
  ]);
  expect(answers.map(keysOf)).toEqual([[['1'], []], [['1']]]);
  expect(requests(opened)).toEqual(['batch(2)']);
});

test('more than fifty commands are more requests', async () => {
  const opened = await open();
  const many = { by: { TITLE: { anyOf: Array.from({ length: 600 }, (_, index) => `№ ${index}`) } } };
  const { sink, signal } = opened;
  await Promise.all(['deal', 'lead'].map((entity) => sink.find(entity, [many], ['TITLE'], signal)));
  expect(requests(opened)).toEqual(['batch(30)', 'batch(30)']);
});

test('a request that fails fails for all that asked with it', async () => {
  const opened = await open();
  const { portal, sink, signal } = opened;
  portal.fail({ method: 'batch', fault: { status: 500, body: '' } });
  const ends = await Promise.allSettled(
    ['deal', 'lead'].map((entity) => sink.find(entity, [titled('Первая')], ['TITLE'], signal)),
  );
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(requests(opened)).toHaveLength(1);
});

test('an abort ends what it was meant for and nothing else', async () => {
  const opened = await open();
  seed(opened.portal);
  const { sink, signal } = opened;
  const stop = new AbortController();
  const ends = Promise.allSettled([
    sink.find('deal', [titled('Первая')], ['TITLE'], stop.signal),
    sink.find('lead', [titled('Первый')], ['TITLE'], signal),
  ]);
  stop.abort(new Error('stop'));
  const [deals, leads] = await ends;
  expect(deals).toMatchObject({ status: 'rejected', reason: { message: 'stop' } });
  expect(leads?.status === 'fulfilled' && keysOf(leads.value)).toEqual([['1']]);
});
