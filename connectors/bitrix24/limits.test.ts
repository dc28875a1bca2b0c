import { expect, test } from 'vitest';
import { defineErrors, type Outcome, type Write, type WriteValues } from '../../engine/index.ts';
import { methods, open, requests, type Opened } from './open-for-test.ts';
import { createPace } from './pace.ts';

function create(entity: string, values: WriteValues): Write {
  return { operation: 'create', entity, values };
}

function update(entity: string, key: string, values: WriteValues): Write {
  return { operation: 'update', entity, key, values };
}

async function write({ sink, signal }: Opened, ...writes: Write[]): Promise<readonly Outcome[]> {
  return sink.write(writes, signal);
}

test('what a batch took beyond what its commands say is spread over them', async () => {
  const pace = createPace();
  const rounded = Array.from({ length: 10 }, () => ({ method: 'crm.deal.add', ms: 0 }));
  pace.came(rounded, 9_000);
  expect(pace.room(Array.from({ length: 50 }, () => 'crm.deal.add'))).toBe(22);
  expect(pace.usual).toBe(22);
});

test('a method not met yet is taken to last eight times as long as the slowest that was, and never more than two seconds', () => {
  const pace = createPace();
  const updates = Array.from({ length: 50 }, () => 'crm.deal.update');
  expect(pace.room(updates)).toBe(10);
  pace.came(
    [
      { method: 'crm.contact.add', ms: 40 },
      { method: 'crm.deal.add', ms: 100 },
    ],
    140,
  );
  expect(pace.room(updates)).toBe(25);
  pace.came([{ method: 'crm.deal.add', ms: 5_900 }], 5_900);
  expect(pace.room(updates)).toBe(10);
});

test('what writes are expected to work is told before they are sent, by what answers have told of their methods', async () => {
  const opened = await open({ costPerCommand: 0.5 });
  const { sink, signal } = opened;
  const writes = [create('deal', { TITLE: 'Приём' }), update('deal', '1', { TITLE: 'Визит' })];
  const foreseen = async () => [...((await sink.expectedWork?.(writes, signal))?.expected ?? [])];
  expect(await foreseen()).toEqual([
    ['crm.deal.add', 1],
    ['crm.deal.update', 1],
  ]);
  expect(requests(opened)).toEqual([]);
  await sink.write(writes.slice(0, 1), signal);
  expect(await foreseen()).toEqual([
    ['crm.deal.add', 0.5],
    ['crm.deal.update', 1],
  ]);
});

test('every request asks the limiter first, names its methods, and says what it came to', async () => {
  const opened = await open({ costPerCommand: 0.5 });
  const writes = Array.from({ length: 20 }, () => create('deal', { TITLE: 'Приём' }));
  await opened.sink.write(writes, opened.signal);
  const port = new URL(opened.portal.webhook).port;
  const limit = { key: `bitrix24:127.0.0.1:${port}`, capacity: 48, perSecond: 2 };
  const work = { key: expect.stringMatching(`^${limit.key}#[\\w-]{16}$`), budget: 480, windowMs: 600_000 };
  const expected = (seconds: number) =>
    new Map<string, number>([
      ['crm.deal.add', seconds],
      ['batch', 0],
    ]);
  expect(opened.host.admitted).toEqual([
    { limit, work: { ...work, expected: expected(10) }, lastsMs: 75_000 },
    { limit, work: { ...work, expected: expected(5) }, lastsMs: 75_000 },
  ]);
  const tenAt = (counted: number) => ({
    worked: Array.from({ length: 10 }, () => ({ seconds: 0.5, leavesInMs: 595_000 })),
    counted: { seconds: counted, forMs: 595_000 },
  });
  expect(opened.host.ended.map(({ work: done }) => done?.get('crm.deal.add'))).toEqual([tenAt(5), tenAt(10)]);
});

test('the reserve is left to others, of requests and of working time', async () => {
  const opened = await open({}, { reserve: 0.25 });
  await write(opened, create('deal', { TITLE: 'Приём' }));
  expect(opened.host.admitted).toMatchObject([{ limit: { capacity: 36, perSecond: 1.5 }, work: { budget: 360 } }]);
});

test('a batch refused as a whole for what is in it goes in halves until the one at fault stands alone', async () => {
  const opened = await open({
    onCommand: ({ method, params }) =>
      method === 'batch' && JSON.stringify(params).includes('%23bad')
        ? { status: 400, body: '{"error":"ERROR_CORE","error_description":"bad"}', contentType: 'application/json' }
        : undefined,
  });
  const titles = Array.from({ length: 10 }, (_, index) => (index === 6 ? '#bad' : `№ ${index}`));
  const outcomes = await write(opened, ...titles.map((TITLE) => create('deal', { TITLE })));
  expect(outcomes.map((outcome) => outcome.ok)).toEqual(titles.map((title) => title !== '#bad'));
  expect(outcomes[6]).toMatchObject({ applied: 'no', error: { code: 'bitrix24.refused', kind: 'data' } });
  expect(opened.portal.truth.deals()).toHaveLength(9);
  expect(requests(opened).length).toBe(10);
});

test('a batch that may have been carried out is never sent again in halves', async () => {
  const opened = await open();
  opened.portal.fail({ method: 'batch', fault: { status: 502, body: '<html></html>' } });
  const outcomes = await write(opened, create('deal', { TITLE: 'а' }), create('deal', { TITLE: 'б' }));
  expect(outcomes).toMatchObject([{ applied: 'unknown' }, { applied: 'unknown' }]);
  expect(requests(opened)).toHaveLength(1);
});

test('DL-22 one write alone that outlasts the portal is named, and nobody knows whether it was done', async () => {
  const opened = await open();
  opened.portal.fail({ method: 'batch', fault: { status: 504, body: '<html></html>' } });
  expect(await write(opened, create('deal', { TITLE: 'а' }))).toMatchObject([
    { applied: 'unknown', error: { code: 'bitrix24.too_long', kind: 'data', retry: false } },
  ]);
});

const limits = defineErrors('testing', {
  limited: { kind: 'environment', en: '{what} is used up', ru: '{what}', fix: { en: 'wait', ru: 'ждать' } },
  locked: { kind: 'environment', en: 'the book is busy', ru: 'занято', fix: { en: 'wait', ru: 'ждать' } },
});

test('what the limit of its method holds up stays behind, with later writes to its row; the rest goes', async () => {
  const opened = await open({ seed: (desk) => void (desk.create('deal', {}), desk.create('deal', {})) });
  const { admit } = opened.host;
  opened.host.admit = async (charge, signal) => {
    const what = 'crm.deal.update';
    if (charge.work?.expected.has(what)) throw limits.limited.error({ what }, { limited: true, retry: true });
    return await admit(charge, signal);
  };
  const remove = (key: string): Write => ({ operation: 'delete', entity: 'deal', key });
  const outcomes = await write(
    opened,
    update('deal', '1', { TITLE: 'а' }),
    create('deal', { TITLE: 'б' }),
    remove('1'),
    remove('2'),
  );
  const held = { ok: false, applied: 'no', error: { code: 'testing.limited', limited: true } };
  expect(outcomes).toMatchObject([held, { ok: true, key: '3' }, held, { ok: true, key: '2' }]);
  expect(methods(opened)).toEqual(['crm.deal.add', 'crm.deal.delete']);
});

test('DL-11 a later request that cannot be admitted takes nothing back from what an earlier one did', async () => {
  const opened = await open();
  const { admit } = opened.host;
  opened.host.admit = async (charge, signal) => {
    if (opened.host.admitted.length > 0) throw limits.locked.error({}, { retry: true });
    return await admit(charge, signal);
  };
  const writes = Array.from({ length: 11 }, (_, index) => create('deal', { TITLE: `№ ${index}` }));
  const outcomes = await write(opened, ...writes);
  expect(outcomes.slice(0, 10)).toEqual(writes.slice(0, 10).map((_, index) => ({ ok: true, key: String(index + 1) })));
  expect(outcomes[10]).toMatchObject({ applied: 'no', error: { code: 'bitrix24.not_sent', retry: true } });
});

test('where the portal charges the batch, its time is told as that of `batch`', async () => {
  const opened = await open({ costPerCommand: 0.5, operating: { mode: 'batch' } });
  await write(opened, create('deal', { TITLE: 'а' }), create('deal', { TITLE: 'б' }));
  await write(opened, create('deal', { TITLE: 'в' }));
  const [, told] = opened.host.ended;
  expect(told?.work?.get('batch')).toMatchObject({
    worked: [{ seconds: 0.5 }],
    counted: { seconds: expect.any(Number) },
  });
  expect(opened.host.admitted.map(({ work }) => work?.expected.get('batch'))).toEqual([2, 0.5]);
});

test('where the portal counts nothing, nothing is expected and nothing told', async () => {
  const opened = await open({ costPerCommand: 0.5, operating: { mode: 'absent' } });
  await write(opened, create('deal', { TITLE: 'а' }));
  await write(opened, create('deal', { TITLE: 'б' }));
  const [, told] = opened.host.ended;
  expect(Object.fromEntries(told?.work ?? [])).toEqual({ 'crm.deal.add': { worked: [] }, batch: { worked: [] } });
  expect([...(opened.host.admitted[1]?.work?.expected.values() ?? [])]).toEqual([0, 0]);
});

test('a method the portal blocks in a batch is told as blocked, and for how long', async () => {
  const opened = await open({ costPerCommand: 0.5, operating: { limitSeconds: 1 } });
  const outcomes = await write(opened, ...['а', 'б', 'в'].map((TITLE) => create('deal', { TITLE })));
  expect(outcomes[2]).toMatchObject({ applied: 'no', error: { code: 'bitrix24.method_blocked', limited: true } });
  expect(opened.host.ended[0]?.work?.get('crm.deal.add')).toMatchObject({ blockedForMs: 599_000 });
});
