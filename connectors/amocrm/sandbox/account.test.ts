import { expect, onTestFinished, test } from 'vitest';
import { sandbox } from './sandbox.ts';
import { member, noon, openAccount } from './open-for-test.ts';

test('every version of a row is remembered, with its author', async () => {
  const account = await openAccount();
  await account.call('POST', '/contacts', [{ name: 'Яна' }]);
  account.edit('contacts', 1, { name: 'Яна О.' });
  await account.call('PATCH', '/contacts/1', { name: 'Яна Орлова' });
  account.remove('contacts', 1);
  expect(account.truth.history('contacts', 1)).toMatchObject([
    { table: 'contacts', id: 1, at: noon, by: 'api', request: 1, row: { name: 'Яна' } },
    { by: 'desk', row: { name: 'Яна О.' } },
    { by: 'api', request: 2, row: { name: 'Яна Орлова' } },
    { by: 'desk', row: null },
  ]);
  const ticks = account.truth.history('contacts').map(({ tick }) => tick);
  const [first, second] = account.journal.requests;
  expect(first?.from).toBeLessThan(ticks[0] ?? 0);
  expect(ticks[0]).toBeLessThan(first?.to ?? 0);
  expect([ticks.toSorted((a, b) => a - b), second?.from]).toEqual([ticks, (ticks[1] ?? 0) + 1]);
});

test('two requests that write one row while both are in flight are told', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  account.fail({ operation: 'PATCH /contacts/{id}', fault: { hold: { newerRequests: 1 } } });
  const first = account.call('PATCH', '/contacts/1', { name: 'a' });
  await account.whenHeld();
  await account.call('PATCH', '/contacts/1', { name: 'b' });
  await first;
  expect(account.truth.overlaps()).toEqual([{ table: 'contacts', id: 1, requests: [1, 2] }]);
  await account.call('PATCH', '/contacts/1', { name: 'c' });
  expect(account.truth.overlaps()).toHaveLength(1);
});

test('the journal has every request with its body and answer, until it is reset', async () => {
  const account = await openAccount();
  await account.call('POST', '/contacts', [{ name: 'Яна' }]);
  await account.call('GET', '/contacts?filter[id][]=1&with=leads');
  expect(account.journal.requests).toMatchObject([
    {
      operation: 'POST /contacts',
      path: '/contacts',
      body: [{ name: 'Яна' }],
      status: 200,
      requestId: '1',
      number: 1,
      at: noon,
    },
    { operation: 'GET /contacts', query: { filter: { id: { 0: '1' } }, with: 'leads' }, status: 200, number: 2 },
  ]);
  expect(account.journal.requests[0]?.answer).toMatch(/^\{"_links"/);
  expect(account.journal.counts).toEqual({ 'POST /contacts': 1, 'GET /contacts': 1 });
  account.journal.reset();
  expect([account.journal.requests, account.journal.counts]).toEqual([[], {}]);
});

test('all rows, links and fields come back from a snapshot, and no id is given twice because of it', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна' });
  account.snapshot('begin');
  account.create('leads', { _embedded: { contacts: [{ id: 1 }] } });
  account.edit('contacts', 1, { name: 'x', _embedded: { tags: [{ name: 'y' }] } });
  account.restore('begin');
  expect(account.truth.rows('contacts')).toMatchObject([{ name: 'Яна', _embedded: { tags: [], leads: [] } }]);
  expect([account.truth.rows('leads'), account.truth.links(), account.truth.tags()]).toEqual([[], [], []]);
  expect(() => account.restore('end')).toThrow('there is no snapshot end');
});

test('other processes see the truth and the journal, and give orders, over HTTP', async () => {
  const account = await openAccount();
  account.create('contacts', { name: 'Яна', _embedded: { tags: [{ name: 'IDENT' }] } });
  account.create('leads', { _embedded: { contacts: [{ id: 1 }] } });
  const read = async (path: string): Promise<unknown> => (await account.send('GET', `/sandbox/${path}`)).body;
  expect(await read('truth/contacts')).toEqual(account.truth.rows('contacts'));
  expect(await read('truth/values/contacts/1')).toEqual({});
  expect(await read('truth/tags')).toEqual([{ id: 201, type: 'contacts', name: 'IDENT' }]);
  expect(await read('truth/links')).toEqual([
    {
      ends: [
        { type: 'leads', id: 1 },
        { type: 'contacts', id: 1 },
      ],
      metadata: { is_main: true },
    },
  ]);
  expect(await read('history/contacts/1')).toEqual(JSON.parse(JSON.stringify(account.truth.history('contacts', 1))));
  expect(await account.send('GET', '/sandbox/truth/quotes')).toMatchObject({ status: 404 });
  await account.orders('faults', { operation: 'GET /contacts', fault: 'repeatPage' });
  await account.orders('hide', { table: 'contacts', path: 'id', id: 1 });
  expect(await account.call('GET', '/contacts/1')).toMatchObject({ status: 204 });
  await account.orders('behave', { apiFilter: false });
  expect((await account.call('GET', '/account?with=is_api_filter_enabled')).body).toMatchObject({
    is_api_filter_enabled: false,
  });
  await account.orders('lose-field', { type: 'contacts', field: 'ИНН' });
  await account.orders('dismiss', { userId: 103 });
  await account.orders('block');
  expect(await account.call('GET', '/account')).toMatchObject({ status: 403 });
  await account.orders('unblock');
  expect((await account.orders('neighbour', { requests: 3 })).body).toBe(3);
  expect((await account.orders('long-lived-token', { days: 1 })).body).toMatch(/^eyJ/);
  expect(member((await account.send('GET', '/sandbox/journal')).body, 'counts')).toMatchObject({
    'GET /contacts/{id}': 1,
  });
});

test('an order it does not understand is refused', async () => {
  const account = await openAccount();
  const fault = { operation: 'GET /contacts', fault: 'earthquake' };
  expect(await account.orders('faults', fault)).toMatchObject({ status: 400, body: { title: 'SANDBOX_ORDER' } });
  expect(await account.orders('lose-field', { type: 'contacts', field: 'нет' })).toMatchObject({
    status: 400,
    body: { detail: 'there is no field нет of contacts' },
  });
  expect(await account.orders('nonsense')).toMatchObject({ status: 404 });
});

test('what is wrong at the desk it throws', async () => {
  const account = await openAccount();
  expect(() => account.create('contacts', { responsible_user_id: 9 })).toThrow('responsible_user_id: ');
  expect(() => account.edit('contacts', 9, {})).toThrow('there is nothing 9 of contacts');
  expect(() => account.create('contacts', { nmae: 'x' })).toThrow('The sandbox does not know the key nmae of contacts');
});

test('the sandbox starts with invented rows, the same for the same seed, and a manager changes some', async () => {
  const start = async (): ReturnType<typeof sandbox.start> => {
    const running = await sandbox.start({ seed: 7, size: 20, now: () => noon });
    onTestFinished(() => running.close());
    return running;
  };
  const [one, two] = [await start(), await start()];
  expect(await one.counts?.()).toEqual({ contact: 20, company: 0, lead: 10 });
  const contacts = async ({ settings }: typeof one): Promise<unknown> =>
    (await fetch(`${String(settings['address'])}/sandbox/truth/contacts`)).json();
  expect(await contacts(one)).toEqual(await contacts(two));
  expect(await one.change?.(3)).toBe(3);
});
