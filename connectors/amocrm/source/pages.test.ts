import { expect, onTestFinished, test } from 'vitest';
import { rejection } from '../../../test/support/iterate.ts';
import { connect } from '../connection.ts';
import { noon, requests, testHost } from '../open-for-test.ts';
import type { Account, Desk } from '../sandbox/index.ts';
import { contacts, ids, names, openSource, upTo, window, type OpenedSource } from './open-for-test.ts';

const minuteMs = 60_000;

/** Something happens between two pages. */
function between(page: number, happens: (account: Account) => void) {
  let answered = 0;
  let account: Account | undefined;
  return {
    knows(opened: OpenedSource): void {
      account = opened.account;
      answered = 0;
    },
    onRequest({ operation, when }: { readonly operation: string; readonly when: string }): undefined {
      if (operation !== 'GET /contacts' || when !== 'after' || !account) return undefined;
      answered += 1;
      if (answered === page) happens(account);
      return undefined;
    },
  };
}

test('every page is read, each row once and in order', async () => {
  const opened = await openSource(names, { seed: contacts(1_100) });
  const batches = await opened.read();
  expect(batches.map(({ rows }) => rows.length)).toEqual([500, 500, 100]);
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual(upTo(1_100));
  expect(requests(opened)).toHaveLength(5);
});

test('a row that goes to the trash between two pages moves no other out of sight', async () => {
  const desk = between(1, ({ remove }) => {
    remove('contacts', 3);
    remove('contacts', 4);
    remove('contacts', 400);
  });
  const opened = await openSource(names, { seed: contacts(600), onRequest: desk.onRequest });
  desk.knows(opened);
  expect(ids(await opened.rows())).toEqual(upTo(600).filter((id) => id !== 400));
});

test('so many go that a whole page does', async () => {
  const desk = between(2, ({ remove }) => {
    for (let id = 1; id <= 480; id++) remove('contacts', id);
  });
  const opened = await openSource(names, { seed: contacts(600), onRequest: desk.onRequest });
  desk.knows(opened);
  expect(ids(await opened.rows())).toEqual(upTo(600));
});

test('rows that are edited and made between two pages come once', async () => {
  const desk = between(1, ({ edit, create }) => {
    edit('contacts', 5, { name: 'другое' });
    edit('contacts', 400, { name: 'другое' });
    create('contacts', { name: 'новый' });
  });
  const opened = await openSource(names, { seed: contacts(600), onRequest: desk.onRequest });
  desk.knows(opened);
  expect(ids(await opened.rows())).toEqual(upTo(601));
});

test.each([1, 3, 100])('pages that are cut to %i rows without a word are followed', async (pageLimit) => {
  const opened = await openSource(names, { seed: contacts(20), habits: { pageLimit } });
  expect(ids(await opened.rows())).toEqual(upTo(20));
});

test.each([true, false])('DL-3 an order that is passed over stops the read; with filters: %s', async (apiFilter) => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 6; index++, now += minuteMs) desk.create('contacts', { name: `№ ${index}` });
    desk.edit('contacts', 2, { name: 'другое' });
  };
  const opened = await openSource(names, { seed, now: () => now, habits: { ignoresOrder: true, apiFilter } });
  const read = opened.read({ window: window({ firstMs: 24 * 60 * minuteMs }) });
  expect(await rejection(read)).toMatchObject({ code: 'amocrm.page_repeated', retry: true });
});

test('pages that come in the place of others lose nothing', async () => {
  const opened = await openSource(names, { seed: contacts(1_500) });
  opened.account.fail({ operation: 'GET /contacts', nth: 2, times: 9, fault: 'repeatPage' });
  expect(ids(await opened.rows())).toEqual(upTo(1_500));
});

test('DL-3 a number of a page that is passed over stops the read', async () => {
  const opened = await openSource(names, { seed: contacts(1_500) });
  const rows = upTo(240).map((id) => ({ id, name: `№ ${id}` }));
  const body = JSON.stringify({ _links: { next: { href: 'https://example.com' } }, _embedded: { contacts: rows } });
  const fault = { status: 200, contentType: 'application/hal+json', body };
  opened.account.fail({ operation: 'GET /contacts', times: 99, fault });
  expect(await rejection(opened.rows())).toMatchObject({ code: 'amocrm.page_repeated' });
  expect(requests(opened).length).toBeLessThan(9);
});

test('a read by changes asks from the overlap on and leaves the latest stamp', async () => {
  let now = noon;
  const opened = await openSource(names, { seed: contacts(3), now: () => now });
  const [first] = await opened.read({ window: window() });
  expect(first?.cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  now += 10 * minuteMs;
  opened.account.edit('contacts', 2, { name: 'другое' });
  now += minuteMs;
  opened.account.journal.reset();
  const cursor = first?.cursor ?? {};
  const [second, ...others] = await opened.read({ window: window({ overlapMs: 5 * minuteMs }), cursor });
  expect(others).toEqual([]);
  expect(second).toEqual({
    rows: [
      { id: '1', name: '№ 1' },
      { id: '2', name: 'другое' },
      { id: '3', name: '№ 3' },
    ],
    cursor: { at: '2026-11-20T12:10:00+03:00' },
  });
  expect(opened.account.journal.requests.at(-1)?.query).toMatchObject({
    filter: { updated_at: { from: String(noon / 1000 - 300) } },
    order: { id: 'asc' },
  });
  expect(ids(await opened.rows({ window: window(), cursor: second?.cursor ?? {} }))).toEqual([2]);
});

test('without filters changes are read newest first, and no further down than needed', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 900; index++, now += 1_000) desk.create('contacts', { name: `№ ${index}` });
  };
  const opened = await openSource(names, { seed, now: () => now, habits: { apiFilter: false } });
  now += minuteMs;
  for (const id of [5, 6, 7]) opened.account.edit('contacts', id, { name: 'другое' });
  const cursor = { at: new Date(noon + 899_000).toISOString() };
  const batches = await opened.read({ window: window(), cursor });
  expect(ids(batches.flatMap(({ rows }) => rows)).toSorted((a, b) => a - b)).toEqual([5, 6, 7, 900]);
  expect(batches.at(-1)?.cursor).toEqual({ at: '2026-11-20T12:16:00+03:00' });
  expect(requests(opened)).toEqual(['GET /account', 'GET /contacts']);
});

test('without filters too a row that goes to the trash moves no other out of sight', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 600; index++, now += 1_000) desk.create('contacts', { name: `№ ${index}` });
  };
  const desk = between(1, ({ remove }) => {
    remove('contacts', 599);
    remove('contacts', 598);
  });
  const options = { seed, now: () => now, habits: { apiFilter: false }, onRequest: desk.onRequest };
  const opened = await openSource(names, options);
  desk.knows(opened);
  const rows = await opened.rows({ window: window(), cursor: { at: new Date(noon).toISOString() } });
  expect(ids(rows).toSorted((a, b) => a - b)).toEqual(upTo(600));
});

test('T18 no stamp of the future carries the cursor away', async () => {
  let now = noon;
  const opened = await openSource(names, { seed: contacts(1), now: () => now });
  now += 24 * 60 * minuteMs;
  opened.account.edit('contacts', 1, { name: 'завтра' });
  now = noon + minuteMs;
  const [ahead] = await opened.read({ window: window() });
  expect(ahead).toEqual({ rows: [{ id: '1', name: 'завтра' }], cursor: { at: '2026-11-20T12:01:00+03:00' } });
});

test('DL-6 a row changed while it is read comes in this read or the next', async () => {
  let now = noon;
  const desk = between(1, ({ edit }) => {
    now += 1_000;
    edit('contacts', 7, { name: 'другое' });
    edit('contacts', 500, { name: 'другое' });
  });
  const opened = await openSource(names, { seed: contacts(600), now: () => now, onRequest: desk.onRequest });
  desk.knows(opened);
  const cursor = (await opened.read({ window: window() })).at(-1)?.cursor;
  expect(cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  const next = await opened.rows({ window: window(), ...(cursor && { cursor }) });
  expect(next.find(({ id }) => id === '7')).toEqual({ id: '7', name: 'другое' });
});

test('an account whose clock went back is read from there on, with a warning', async () => {
  const opened = await openSource(names, { seed: contacts(2) });
  const warned: string[] = [];
  opened.host.warn = ({ code }) => void warned.push(code);
  const batches = await opened.read({ window: window(), cursor: { at: '2026-11-21T12:00:00+03:00' } });
  expect(warned).toEqual(['amocrm.clock_behind']);
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual([1, 2]);
  expect(batches.at(-1)?.cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
});

test('a read that was broken off goes on at its page, whatever went to the trash since', async () => {
  const opened = await openSource(names, { seed: contacts(900) });
  const [first] = await opened.read({ window: window({ firstMs: minuteMs }), batch: 600, limit: 600 });
  expect(first?.cursor).toEqual({
    after: 600,
    rows: 600,
    from: '2026-11-20T11:59:00+03:00',
    seen: '2026-11-20T12:00:00+03:00',
    began: '2026-11-20T12:00:00+03:00',
  });
  for (const id of [1, 2, 3, 600]) opened.account.remove('contacts', id);
  opened.account.journal.reset();
  const rest = await opened.rows({ window: window(), cursor: first?.cursor ?? {} });
  expect(ids(rest)).toEqual(upTo(900, 601));
  expect(requests(opened)).toHaveLength(4);
});

test('a read that was broken off goes on though the account has lost its filters since', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 2_000; index++) desk.create('contacts', { name: `№ ${index}` });
    now += 60 * minuteMs;
    for (let id = 1_001; id <= 2_000; id++) desk.edit('contacts', id, { name: 'другое' });
  };
  const opened = await openSource(names, { seed, now: () => now });
  const [first] = await opened.read({ window: window({ firstMs: minuteMs }), batch: 300, limit: 300 });
  expect(first?.cursor).toMatchObject({ after: 1_300, rows: 300 });
  opened.account.behave({ apiFilter: false });
  const { domain, origin: address, token } = opened.account;
  const connection = connect({ domain, address, token }, testHost());
  onTestFinished(() => connection.close());
  const cursor = first?.cursor ?? {};
  const found: number[] = [];
  const request = {
    mode: 'incremental',
    batch: 500,
    params: {},
    window: window(),
    cursor,
    signal: opened.signal,
  } as const;
  for await (const { rows } of connection.source?.(names).read(request) ?? []) found.push(...ids(rows));
  expect(found).toEqual(upTo(2_000, 1_301));
});

test('since and until bound the read and move no cursor', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 5; index++, now += minuteMs) desk.create('contacts', { name: `№ ${index}` });
  };
  for (const apiFilter of [true, false]) {
    now = noon;
    const opened = await openSource(names, { seed, now: () => now, habits: { apiFilter } });
    const batches = await opened.read({
      window: window(),
      since: '2026-11-20T12:01:00',
      until: '2026-11-20T09:03:00Z',
    });
    expect(batches.map(({ cursor }) => cursor)).toEqual([undefined]);
    expect(ids(batches.flatMap(({ rows }) => rows)).toSorted((a, b) => a - b)).toEqual([2, 3]);
    expect(await rejection(opened.read({ since: '2026-11-20' }))).toMatchObject({ code: 'amocrm.cursor_wanted' });
  }
});

test('DL-3 a filter of time that is passed over stops the read', async () => {
  let now = noon;
  const opened = await openSource(names, { seed: contacts(3), now: () => now });
  now += 60 * minuteMs;
  opened.account.behave({ ignoredFilters: ['updated_at'] });
  const read = opened.read({ window: window({ firstMs: minuteMs }) });
  expect(await rejection(read)).toMatchObject({ code: 'amocrm.filter_ignored', parameters: { fields: 'updated_at' } });
});
