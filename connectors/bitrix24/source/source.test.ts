import { expect, test } from 'vitest';
import { rejection } from '../../../test/support/iterate.ts';
import { noon, requests } from '../open-for-test.ts';
import { ids, openSource, upTo, window } from './open-for-test.ts';
import type { Desk } from '../sandbox/index.ts';

function deals(count: number): (desk: Desk) => void {
  return (desk) => {
    for (let index = 1; index <= count; index++) desk.create('deal', { TITLE: `№ ${index}` });
  };
}

const minuteMs = 60_000;

test('T17: every page is read, not the first alone', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(7_120) });
  const batches = await opened.read();
  expect(batches.map(({ rows }) => rows.length)).toEqual([...Array.from({ length: 14 }, () => 500), 120]);
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual(upTo(7_120));
});

test('a small entity takes one request, which does not count', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(49) });
  expect(await opened.rows()).toHaveLength(49);
  expect(requests(opened)).toEqual(['crm.deal.list(1)']);
  expect(opened.portal.journal.commands.map(({ params }) => params)).toEqual([
    { select: ['ID', 'TITLE'], filter: { '>ID': 0 }, order: { ID: 'ASC' }, start: -1 },
  ]);
});

test('up to 2,500 rows come with a request', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(25_000) });
  expect(await opened.rows()).toHaveLength(25_000);
  expect(requests(opened).length).toBeLessThanOrEqual(17);
  expect(requests(opened)).toContain('batch(50)');
});

test('pages that take long are asked for fewer at once, so that no request comes near the 60 s', async () => {
  const costPerCommand = (method: string): number => (method === 'crm.deal.list' ? 2 : 0);
  const opened = await openSource({ entity: 'deal' }, { seed: deals(2_000), costPerCommand });
  expect(await opened.rows()).toHaveLength(2_000);
  const sizes = opened.portal.journal.requests.map(({ commands }) => commands);
  expect(Math.max(...sizes)).toBe(10);
});

test('rows deleted, edited and made while pages are read: none is lost, none comes twice', async () => {
  let answered = 0;
  const opened = await openSource(
    { entity: 'deal', select: ['TITLE'] },
    {
      seed: deals(1_000),
      onCommand({ method, when }) {
        if (method !== 'crm.deal.list' || when !== 'after') return undefined;
        answered += 1;
        if (answered === 3) opened.portal.remove('deal', 20);
        if (answered === 4) opened.portal.remove('deal', 900);
        if (answered === 5) opened.portal.edit('deal', 10, { TITLE: 'другое' });
        if (answered === 6) opened.portal.create('deal', { TITLE: 'новая' });
        return undefined;
      },
    },
  );
  expect(ids(await opened.rows())).toEqual(upTo(1_001).filter((id) => id !== 900));
});

test('a read by changes asks from the overlap on, in the portal’s zone, and leaves the latest stamp', async () => {
  let now = noon;
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(3), now: () => now });
  const [first] = await opened.read({ window: window() });
  expect(first?.cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  now += 10 * minuteMs;
  opened.portal.edit('deal', 2, { TITLE: 'другое' });
  now += minuteMs;
  opened.portal.journal.reset();
  const [second, ...others] = await opened.read({
    window: window({ overlapMs: 5 * minuteMs }),
    ...(first?.cursor && { cursor: first.cursor }),
  });
  expect(others).toEqual([]);
  expect(second).toEqual({
    rows: [
      { ID: '1', TITLE: '№ 1' },
      { ID: '2', TITLE: 'другое' },
      { ID: '3', TITLE: '№ 3' },
    ],
    cursor: { at: '2026-11-20T12:10:00+03:00' },
  });
  expect(opened.portal.journal.commands.at(-1)?.params).toMatchObject({
    filter: { '>=DATE_MODIFY': '2026-11-20T11:55:00+03:00', '>ID': 0 },
  });
  const third = await opened.rows({ window: window(), ...(second?.cursor && { cursor: second.cursor }) });
  expect(ids(third)).toEqual([2]);
});

test('T18: the cursor is the latest change seen, never the time of another clock, and no stamp of the future', async () => {
  let now = noon;
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(1), now: () => now });
  now += 60 * minuteMs;
  const [seen] = await opened.read({ window: window() });
  expect(seen?.cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  now += 24 * 60 * minuteMs;
  opened.portal.edit('deal', 1, { TITLE: 'завтра' });
  now -= 24 * 60 * minuteMs;
  const [ahead] = await opened.read({ window: window(), ...(seen?.cursor && { cursor: seen.cursor }) });
  expect(ahead?.rows).toEqual([{ ID: '1', TITLE: 'завтра' }]);
  expect(ahead?.cursor).toEqual({ at: '2026-11-20T13:00:00+03:00' });
});

test('DL-6 a row changed while it is read comes in this read or the next', async () => {
  let now = noon;
  let edited = false;
  const opened = await openSource(
    { entity: 'deal', select: ['TITLE'] },
    {
      seed: deals(60),
      now: () => now,
      onCommand({ method, when }) {
        if (method !== 'crm.deal.list' || when !== 'after' || edited) return undefined;
        edited = true;
        now += 1_000;
        opened.portal.edit('deal', 7, { TITLE: 'другое' });
        return undefined;
      },
    },
  );
  const first = await opened.read({ window: window() });
  const cursor = first.at(-1)?.cursor;
  expect(cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  const next = await opened.rows({ window: window(), ...(cursor && { cursor }) });
  expect(next.find((row) => row['ID'] === '7')).toEqual({ ID: '7', TITLE: 'другое' });
});

test('a field of people that the portal gives and does not list is left out aloud, once for all rows, and not where `select` does without', async () => {
  const listed = { status: 200, body: JSON.stringify({ result: { ID: 'ID', NAME: 'Имя' } }) };
  const told = async (select: object) => {
    const opened = await openSource({ entity: 'user', ...select });
    const warned: string[] = [];
    opened.host.warn = ({ message }) => void warned.push(message);
    opened.portal.fail({ method: 'user.fields', fault: listed });
    const rows = await opened.rows();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((row) => 'UF_DEPARTMENT' in row)).toEqual([]);
    return warned.map((message) => message.replace(/^\S+/, '<host>'));
  };
  expect(await told({})).toEqual([
    '<host> gives a field UF_DEPARTMENT in rows of user and does not list it among its fields: it is left out',
  ]);
  expect(await told({ select: ['NAME'] })).toEqual([]);
});

test('a portal whose clock went back is read from there on, with a warning', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(2) });
  const warned: string[] = [];
  opened.host.warn = ({ code }) => void warned.push(code);
  const batches = await opened.read({ window: window(), cursor: { at: '2026-11-21T12:00:00+03:00' } });
  expect(warned).toEqual(['bitrix24.clock_behind']);
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual([1, 2]);
  expect(batches.at(-1)?.cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
});

test('a read that was broken off goes on behind its last row, with the same bounds', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(120) });
  const [first] = await opened.read({ window: window({ firstMs: minuteMs }), batch: 40, limit: 40 });
  expect(first?.cursor).toEqual({
    after: 40,
    from: '2026-11-20T11:59:00+03:00',
    seen: '2026-11-20T12:00:00+03:00',
    began: '2026-11-20T12:00:00+03:00',
  });
  opened.portal.journal.reset();
  const rest = await opened.rows({ window: window(), ...(first?.cursor && { cursor: first.cursor }) });
  expect(ids(rest)).toEqual(upTo(120, 41));
});

test('since and until bound the read and move no cursor', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 5; index++, now += minuteMs) desk.create('deal', { TITLE: `№ ${index}` });
  };
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed, now: () => now });
  const batches = await opened.read({ window: window(), since: '2026-11-20T12:01:00', until: '2026-11-20T09:03:00Z' });
  expect(batches).toEqual([
    {
      rows: [
        { ID: '2', TITLE: '№ 2' },
        { ID: '3', TITLE: '№ 3' },
      ],
    },
  ]);
  expect(await rejection(opened.read({ since: '2026-11-20' }))).toMatchObject({ code: 'bitrix24.cursor_wanted' });
});

test('filters are the portal’s, and what it passes over stops the run (DL-3)', async () => {
  const seed = (desk: Desk): void => {
    for (const STAGE_ID of ['NEW', 'WON', 'LOSE', 'NEW'])
      desk.create('deal', { TITLE: 'Приём', STAGE_ID, OPENED: 'Y' });
  };
  const block = { entity: 'deal', select: ['TITLE'], filter: { STAGE_ID: ['NEW', 'LOSE'], OPENED: true, '>ID': 1 } };
  const opened = await openSource(block, { seed });
  expect(ids(await opened.rows())).toEqual([3, 4]);
  opened.portal.ignoreFilter({ entity: 'deal', field: 'STAGE_ID' });
  expect(await rejection(opened.rows())).toMatchObject({
    code: 'bitrix24.filter_ignored',
    kind: 'environment',
    parameters: { fields: 'STAGE_ID' },
  });
});

test.each([
  ['ID', {}],
  ['DATE_MODIFY', { window: window({ firstMs: minuteMs }) }],
])('a portal that passes over the filter of %s stops the run', async (field, request) => {
  let now = noon;
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(60), now: () => now });
  opened.portal.ignoreFilter({ entity: 'deal', field });
  now += 60 * minuteMs;
  expect(await rejection(opened.read(request))).toMatchObject({
    code: 'bitrix24.filter_ignored',
    kind: 'environment',
    parameters: { fields: field },
  });
});

test('describes fields with titles, types, options and the key; money beside its currency', async () => {
  const userFields = {
    deal: [
      { name: 'UF_CRM_PRICE', type: 'money', label: 'Смета' },
      { name: 'UF_CRM_PAID', type: 'boolean', label: 'Оплачено' },
    ],
  } as const;
  const seed = (desk: Desk): void => {
    desk.create('deal', {
      TITLE: 'Приём',
      OPPORTUNITY: '1500.50',
      CLOSEDATE: '2026-03-01',
      UF_CRM_PRICE: '300.10|RUB',
      UF_CRM_PAID: '1',
      COMMENTS: '',
    });
  };
  const opened = await openSource({ entity: 'deal' }, { userFields, seed });
  const { fields, key } = await opened.source.describe(opened.signal);
  expect(key).toEqual(['ID']);
  const field = (name: string): unknown => fields.find((one) => one.name === name);
  expect(field('ID')).toMatchObject({ name: 'ID', type: 'id' });
  expect(field('OPPORTUNITY')).toMatchObject({ type: 'number', optional: true });
  expect(field('STAGE_ID')).toMatchObject({ type: 'enum' });
  expect(field('UF_CRM_PRICE')).toEqual({ name: 'UF_CRM_PRICE', type: 'number', title: 'Смета', optional: true });
  expect(field('UF_CRM_PRICE_CURRENCY')).toEqual({
    name: 'UF_CRM_PRICE_CURRENCY',
    type: 'text',
    title: 'Смета (currency)',
    optional: true,
  });
  const [row = {}] = await opened.rows();
  expect(row).toMatchObject({
    ID: '1',
    OPPORTUNITY: 1500.5,
    CLOSEDATE: '2026-03-01',
    DATE_MODIFY: '2026-11-20T12:00:00+03:00',
    UF_CRM_PRICE: 300.1,
    UF_CRM_PRICE_CURRENCY: 'RUB',
    UF_CRM_PAID: true,
  });
  expect(row).not.toHaveProperty('COMMENTS');
});

test('rows are read again by key, as many as are left', async () => {
  const opened = await openSource({ entity: 'deal', select: ['TITLE'] }, { seed: deals(130) });
  opened.portal.remove('deal', 5);
  const keys = [...upTo(120), 999].map((id) => ({ ID: String(id) }));
  const rows = await opened.source.fetch?.(keys, opened.signal);
  expect(ids(rows ?? []).toSorted((a, b) => a - b)).toEqual(upTo(120).filter((id) => id !== 5));
  expect(requests(opened)).toEqual(['batch(3)']);
});

test.each([
  [{ entity: 'deal', filter: { NOWHERE: 1 } }, {}, 'bitrix24.source_field', 'input'],
  [{ entity: 'deal', select: ['NOWHERE'] }, {}, 'bitrix24.source_field', 'input'],
  [{ entity: 'deal' }, { window: window({ field: 'TITLE' }) }, 'bitrix24.no_cursor', 'input'],
  [
    { entity: 'deal', filter: { '>=DATE_MODIFY': '2026-01-01' } },
    { window: window() },
    'bitrix24.cursor_filtered',
    'input',
  ],
  [{ entity: 'item:999' }, {}, 'bitrix24.source_unknown', 'input'],
  [{ entity: 'user' }, { window: window({ field: 'TIMESTAMP_X' }) }, 'bitrix24.no_cursor', 'input'],
  [{ list: 999 }, {}, 'bitrix24.source_unknown', 'input'],
  [{ list: 77, type: 'bitrix_processes', values: 'PROPERTY_641' }, {}, 'bitrix24.no_options', 'input'],
])('%j %j is refused with %s', async (block, request, code, kind) => {
  const opened = await openSource(block);
  expect(await rejection(opened.rows(request))).toMatchObject({ code, kind });
});

test('a source names an entity or a list', async () => {
  const { connection } = await openSource({ entity: 'deal' });
  for (const block of [{}, { entity: 'deal', list: 7 }, { entity: 'deal', values: 'PROPERTY_1' }])
    expect(() => connection.source?.(block)).toThrow(/a source needs `entity`, or `list`/);
});

test('check reads the first row of each source and names the rights that are missing', async () => {
  const opened = await openSource({ entity: 'deal' }, { scopes: ['crm', 'user_basic'] });
  const sources = [{ entity: 'deal' }, { entity: 'user' }, { list: 77, type: 'bitrix_processes' }];
  const results = await opened.connection.check({ sources, entities: [] }, opened.signal);
  expect(results.map(({ what, ok, error }) => [what.en, ok, error?.parameters['scope']])).toEqual([
    ['login', true, undefined],
    ['rights', false, 'lists'],
    ['clock', true, undefined],
    ['source deal', true, undefined],
    ['source user', false, 'user'],
    ['source list 77', false, 'lists'],
  ]);
});
