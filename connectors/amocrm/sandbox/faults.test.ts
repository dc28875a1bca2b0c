import { connect } from 'node:net';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { systemError } from './batch.ts';
import { vendorFaults, type OnRequest } from './index.ts';
import { member, noon, openAccount, type Wire } from './open-for-test.ts';

/** The status that came back, or `gone` when the client went away by `signal` or lost its connection. */
async function send(account: Wire, names: readonly string[], signal?: AbortSignal): Promise<number | 'gone'> {
  try {
    const answer = await request(`${account.origin}/api/v4/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(names.map((name) => ({ name }))),
      ...(signal && { signal }),
    });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 'gone';
  }
}

/** Lets somebody know that a request is here. */
function told(reach: () => void): OnRequest {
  return () => {
    reach();
    return undefined;
  };
}

const names = (account: Wire): readonly unknown[] => account.truth.rows('contacts').map(({ name }) => name);

test('a gateway answers before the work is done, or after it', async () => {
  const account = await openAccount();
  account.fail({ operation: 'POST /contacts', fault: vendorFaults.timeoutPage });
  account.fail({ operation: 'POST /contacts', nth: 2, when: 'after', fault: vendorFaults.timeoutPage });
  expect([await send(account, ['1']), names(account)]).toEqual([504, []]);
  expect([await send(account, ['2']), names(account)]).toEqual([504, ['2']]);
  expect([await send(account, ['3']), names(account)]).toEqual([200, ['2', '3']]);
});

test.each<['reset' | 'hang', 'before' | 'after', readonly string[]]>([
  ['reset', 'before', []],
  ['reset', 'after', ['1']],
  ['hang', 'before', []],
  ['hang', 'after', ['1']],
])('a %s %s the work loses the answer', async (fault, when, kept) => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const account = await openAccount({ onRequest: told(reach) });
  account.fail({ operation: 'POST /contacts', when, fault });
  const client = new AbortController();
  const sent = send(account, ['1'], client.signal);
  await reached;
  await account.idle();
  client.abort();
  expect([await sent, names(account)]).toEqual(['gone', kept]);
});

test('an answer is cut short, and a page comes twice', async () => {
  const account = await openAccount();
  await send(account, ['1', '2', '3', '4']);
  account.fail({ operation: 'GET /contacts', fault: { truncateTo: 20 } });
  expect(await account.call('GET', '/contacts')).toMatchObject({
    status: 200,
    text: '{"_page":1,"_links":',
    body: undefined,
  });
  account.fail({ operation: 'GET /contacts', fault: 'repeatPage' });
  const { body } = await account.call('GET', '/contacts?limit=2&page=2&order[id]=asc');
  expect([member(body, '_page'), member(body, '_embedded.contacts.0.id')]).toEqual([2, 1]);
});

test('valid siblings are stored under a 400 by fault, by habit, or by an error of the system', async () => {
  const account = await openAccount();
  const items = [{ name: '1' }, { name: 2 }, { name: '3' }];
  account.fail({ operation: 'POST /contacts', fault: { partial: 1 } });
  expect(await account.refusals('POST', '/contacts', items)).toEqual(['1 InvalidType name']);
  expect(names(account)).toEqual(['1']);
  account.behave({ partialWrites: true });
  expect(await account.refusals('POST', '/contacts', items)).toEqual(['1 InvalidType name']);
  expect(names(account)).toEqual(['1', '1', '3']);
  account.fail({ operation: 'POST /contacts', fault: { partial: 1 } });
  const { status, body } = await account.call('POST', '/contacts', [{ name: '4' }, { name: '5' }]);
  expect([status, body]).toEqual([
    400,
    { title: 'Bad Request', type: 'https://httpstatus.es/400', status: 400, detail: systemError },
  ]);
  expect(names(account)).toEqual(['1', '1', '3', '4']);
});

test('rules strike by verb, for all, so many times, or by chance that is the same each time', async () => {
  const struck = async (): Promise<readonly unknown[]> => {
    const account = await openAccount();
    account.fail({ operation: 'POST *', times: 2, fault: vendorFaults.paymentRequired });
    const first = [await send(account, ['1']), await send(account, ['2']), await send(account, ['3'])];
    account.fail({ operation: '*', probability: 0.5, seed: 7, fault: vendorFaults.notFoundPage });
    const next: unknown[] = [];
    for (let count = 0; count < 8; count += 1) next.push(await send(account, ['x']));
    account.forgetFaults();
    return [...first, ...next, await send(account, ['y'])];
  };
  const all = await struck();
  expect([all.slice(0, 3), all.at(-1), new Set(all.slice(3, -1))]).toEqual([[402, 402, 200], 200, new Set([200, 404])]);
  expect(await struck()).toEqual(all);
});

test('a kept connection is reset when it is used again', async () => {
  const account = await openAccount();
  account.fail({ operation: 'GET /account', when: 'after', fault: 'stale' });
  const { port } = new URL(account.origin);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `GET /api/v4/account HTTP/1.1\r\nhost: ${account.domain}\r\nauthorization: Bearer ${account.token}\r\n\r\n`;
  const heard: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  socket.on('data', (chunk) => {
    if (heard.push(chunk.toString()) === 1) socket.write(head);
  });
  socket.on('error', (error) => resolve(String(Reflect.get(error, 'code'))));
  socket.write(head);
  expect([await ended, heard.length, account.journal.requests.length]).toEqual(['ECONNRESET', 1, 1]);
});

test('a request is carried out after its client has given up, when it is released', async () => {
  const account = await openAccount();
  account.fail({ operation: 'POST /contacts', fault: { hold: { name: 'late' } } });
  const client = new AbortController();
  const sent = send(account, ['1'], client.signal);
  await account.whenHeld('late');
  client.abort();
  expect(await sent).toBe('gone');
  expect([account.held(), names(account)]).toEqual([[{ request: 1, until: { name: 'late' } }], []]);
  expect(account.release('late')).toBe(1);
  await account.idle();
  expect([account.held(), names(account)]).toEqual([[], ['1']]);
});

test('a request waits until its client is gone, until newer ones are done, or by the clock it was given', async () => {
  const { promise: minute, resolve: passes } = Promise.withResolvers<void>();
  const account = await openAccount({ wait: () => minute });
  account.fail({ operation: 'POST /contacts', fault: { hold: 'clientGone' } });
  const client = new AbortController();
  const first = send(account, ['1'], client.signal);
  await account.whenHeld();
  client.abort();
  await account.idle();
  expect([await first, names(account)]).toEqual(['gone', ['1']]);
  account.fail({ operation: 'POST /contacts', fault: { hold: { newerRequests: 1 } } });
  const older = send(account, ['older']);
  await account.whenHeld();
  expect(await send(account, ['newer'])).toBe(200);
  expect([await older, names(account)]).toEqual([200, ['1', 'newer', 'older']]);
  account.fail({ operation: 'POST /contacts', fault: { hold: { ms: 60_000 } } });
  const last = send(account, ['last']);
  await account.whenHeld();
  passes();
  expect(await last).toBe(200);
});

test('a dropped connection and a hold together: the client retries, and the first request comes after', async () => {
  const account = await openAccount();
  account.fail({ operation: 'POST /contacts', fault: 'cut' });
  account.fail({ operation: 'POST /contacts', fault: { hold: { newerRequests: 1 } } });
  expect(await send(account, ['first'])).toBe('gone');
  expect(await send(account, ['again'])).toBe(200);
  await account.idle();
  expect(names(account)).toEqual(['again', 'first']);
});

test('a manager edits and merges between two requests, and whoever looks on sees every moment', async () => {
  const seen: string[] = [];
  const account = await openAccount({
    async onRequest({ operation, nth, when, request: number }) {
      seen.push(`${number} ${operation} ${nth} ${when}`);
      if (operation === 'GET /contacts' && when === 'after') {
        account.edit('contacts', 1, { name: 'Яна Вольская' });
        account.merge('contacts', 1, 2);
      }
      return undefined;
    },
  });
  account.create('contacts', { name: 'Яна', _embedded: { tags: [{ name: 'a' }] } });
  account.create('contacts', { name: 'яна', _embedded: { tags: [{ name: 'b' }] } });
  account.create('leads', { _embedded: { contacts: [{ id: 2 }] } });
  expect(await account.list('/contacts')).toHaveLength(2);
  expect(await account.call('GET', '/contacts/2')).toMatchObject({ status: 204 });
  expect(account.truth.rows('contacts')).toMatchObject([
    { name: 'Яна Вольская', updated_by: 102, _embedded: { tags: [{ name: 'a' }, { name: 'b' }], leads: [{ id: 1 }] } },
  ]);
  expect(seen.slice(0, 4)).toEqual([
    '1 GET /contacts 1 half',
    '1 GET /contacts 1 received',
    '1 GET /contacts 1 before',
    '1 GET /contacts 1 after',
  ]);
});

test('a request whose second half never comes is not carried out', async () => {
  const account = await openAccount();
  account.fail({ operation: 'POST /contacts', when: 'half', fault: 'reset' });
  expect(await send(account, ['1'])).toBe('gone');
  expect(names(account)).toEqual([]);
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const dying = await openAccount({ onRequest: told(reach) });
  const socket = connect(Number(new URL(dying.origin).port), '127.0.0.1');
  socket.write(`POST /api/v4/contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n[{"name":`);
  await reached;
  socket.destroy();
  await dying.idle();
  expect(dying.journal.requests).toMatchObject([{ operation: 'POST /contacts', status: 0, at: noon }]);
});

test('the eighth request of a second is refused, and the fifty-first of all integrations', async () => {
  let now = noon;
  const account = await openAccount({ now: () => now, limits: { perIntegration: 7, perAccount: 50 } });
  const status = async (): Promise<number> => (await account.call('GET', '/account')).status;
  const statuses: number[] = [];
  for (let count = 0; count < 8; count += 1) statuses.push(await status());
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429]);
  expect(account.journal.requests.at(-1)).toMatchObject({ counters: { integration: 7, account: 7 } });
  now += 999;
  expect(await status()).toBe(429);
  now += 1;
  expect(account.neighbour(60)).toBe(50);
  expect(await status()).toBe(429);
  now += 1000;
  expect(account.neighbour(9, 'same')).toBe(7);
  expect(await status()).toBe(429);
  now += 1000;
  expect(await status()).toBe(200);
});

test('a 429 is a page, JSON that says how long, or nothing at all', async () => {
  const account = await openAccount({ limits: { perIntegration: 0, perAccount: 50 } });
  const page = await account.call('GET', '/account');
  expect([page.status, page.headers['content-type'], page.body]).toEqual([429, 'text/html', undefined]);
  expect(page.headers['retry-after']).toBeUndefined();
  account.behave({ limitAnswer: 'json' });
  expect((await account.call('GET', '/account')).body).toMatchObject({ status: 429, retry_after: 300 });
  account.behave({ limitAnswer: 'empty' });
  expect(await account.call('GET', '/account')).toMatchObject({ status: 429, text: '' });
});

test('who goes on is blocked everywhere, until support lifts it', async () => {
  let now = noon;
  const account = await openAccount({ now: () => now, limits: { perIntegration: 1, perAccount: 50, blockAfter: 3 } });
  const status = async (): Promise<number> => (await account.call('GET', '/account')).status;
  expect([await status(), await status(), await status(), await status()]).toEqual([200, 429, 429, 429]);
  now += 3_600_000;
  const blocked = await account.call('GET', '/account');
  expect([blocked.status, blocked.headers['content-type'], blocked.text.includes('nginx')]).toEqual([
    403,
    'text/html',
    true,
  ]);
  expect(await account.send('POST', '/oauth2/access_token')).toMatchObject({ status: 403 });
  expect(await account.send('GET', '/oauth')).toMatchObject({ status: 403 });
  account.unblock();
  expect(await status()).toBe(200);
});
