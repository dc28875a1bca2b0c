import { connect } from 'node:net';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { noon, openPortal, type Wire } from './open-for-test.ts';

const addAll = (names: readonly string[]): object => ({
  cmd: names.map((title) => `crm.deal.add?fields[TITLE]=${title}`),
});

/** The status that came back, or `gone` when the client went away by `signal` or lost its connection. */
async function send(portal: Wire, method: string, params: object, signal?: AbortSignal): Promise<number | 'gone'> {
  try {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, body: JSON.stringify(params), ...(signal && { signal }) } as const;
    const answer = await request(portal.webhook + method, options);
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 'gone';
  }
}

function titles(portal: Wire): readonly unknown[] {
  return portal.truth.deals().map((deal) => deal['TITLE']);
}

test('a request is carried out after its client has given up, when it is released', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'batch', fault: { hold: { name: 'late' } } });
  const client = new AbortController();
  const sent = send(portal, 'batch', addAll(['1', '2']), client.signal);
  await portal.whenHeld('late');
  client.abort();
  expect(await sent).toBe('gone');
  expect([portal.held(), titles(portal)]).toEqual([[{ request: 1, until: { name: 'late' } }], []]);
  expect(portal.release('late')).toBe(1);
  await portal.idle();
  expect([portal.held(), titles(portal)]).toEqual([[], ['1', '2']]);
});

test('k commands of n are carried out, the rest when it is released', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', place: 3, fault: { hold: { name: 'rest' } } });
  const sent = send(portal, 'batch', addAll(['1', '2', '3', '4']));
  await portal.whenHeld('rest');
  expect(titles(portal)).toEqual(['1', '2']);
  portal.release('rest');
  expect(await sent).toBe(200);
  expect(titles(portal)).toEqual(['1', '2', '3', '4']);
});

test('k commands of n are carried out, the rest never', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const portal = await openPortal({
    onRequest() {
      reach();
      return undefined;
    },
  });
  portal.fail({ method: 'crm.deal.add', place: 3, fault: 'hang' });
  const client = new AbortController();
  const sent = send(portal, 'batch', addAll(['1', '2', '3', '4']), client.signal);
  await reached;
  await portal.idle();
  client.abort();
  expect([await sent, titles(portal)]).toEqual(['gone', ['1', '2']]);
});

test('a request may wait until its client is gone', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', place: 2, fault: { hold: 'clientGone' } });
  const client = new AbortController();
  const sent = send(portal, 'batch', addAll(['1', '2']), client.signal);
  await portal.whenHeld();
  await portal.post('server.time');
  expect(titles(portal)).toEqual(['1']);
  client.abort();
  await portal.idle();
  expect([await sent, titles(portal)]).toEqual(['gone', ['1', '2']]);
});

test('a request may be overtaken by newer ones', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'batch', fault: { hold: { newerRequests: 2 } } });
  const first = send(portal, 'batch', addAll(['old']));
  await portal.whenHeld();
  expect(await send(portal, 'batch', addAll(['newer']))).toBe(200);
  expect(titles(portal)).toEqual(['newer']);
  expect(await send(portal, 'batch', addAll(['newest']))).toBe(200);
  expect(await first).toBe(200);
  expect(titles(portal)).toEqual(['newer', 'newest', 'old']);
});

test('an older request that comes to its end overtakes nothing', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const portal = await openPortal({
    onRequest({ nth, when }) {
      if (nth === 2 && when === 'received') reach();
      return undefined;
    },
  });
  portal.fail({ method: 'batch', fault: { hold: { name: 'older' } } });
  portal.fail({ method: 'batch', nth: 2, fault: { hold: { newerRequests: 1 } } });
  const older = send(portal, 'batch', addAll(['older']));
  await portal.whenHeld('older');
  const waiting = send(portal, 'batch', addAll(['waiting']));
  await reached;
  expect((await portal.send('/sandbox/held', { method: 'GET' })).body).toHaveLength(2);
  portal.release('older');
  expect(await older).toBe(200);
  expect([portal.held().length, titles(portal)]).toEqual([1, ['older']]);
  expect(await send(portal, 'batch', addAll(['newer']))).toBe(200);
  expect(await waiting).toBe(200);
  expect(titles(portal)).toEqual(['older', 'newer', 'waiting']);
});

test('a request may wait by the clock the portal was given', async () => {
  const { promise: minute, resolve: passes } = Promise.withResolvers<void>();
  const waits: number[] = [];
  const portal = await openPortal({
    wait: (ms) => {
      waits.push(ms);
      return minute;
    },
  });
  portal.fail({ method: 'crm.deal.add', fault: { hold: { ms: 60_000 } } });
  const sent = send(portal, 'crm.deal.add', { fields: { TITLE: '1' } });
  await portal.whenHeld();
  expect([waits, titles(portal)]).toEqual([[60_000], []]);
  passes();
  expect([await sent, titles(portal)]).toEqual([200, ['1']]);
});

test('a dropped connection and a hold together: the client retries, and the first request comes after', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'batch', fault: 'cut' });
  portal.fail({ method: 'batch', fault: { hold: { newerRequests: 1 } } });
  expect(await send(portal, 'batch', addAll(['first']))).toBe('gone');
  expect(await send(portal, 'batch', addAll(['again']))).toBe(200);
  await portal.idle();
  expect(titles(portal)).toEqual(['again', 'first']);
});

test('between two commands a manager edits, and the portal waits for him', async () => {
  const portal = await openPortal({
    async onCommand({ method, place, when, request: number }) {
      if (method !== 'crm.deal.list' || when !== 'after') return undefined;
      // As long as it takes another client to be served.
      await portal.post('server.time');
      portal.edit('deal', 1, { TITLE: `after command ${place} of request ${number}` });
      return undefined;
    },
  });
  portal.create('deal', { TITLE: 'Приём' });
  const answer = await portal.batch({ read: 'crm.deal.list?select[]=TITLE', again: 'crm.deal.list?select[]=TITLE' });
  expect(answer).toMatchObject({
    result: { read: [{ TITLE: 'Приём' }], again: [{ TITLE: 'after command 1 of request 1' }] },
  });
});

test('whoever looks on sees the moments of a request', async () => {
  const seen: string[] = [];
  const portal = await openPortal({
    onRequest({ method, nth, when, request: number }) {
      seen.push(`${number} ${method} ${nth} ${when}`);
      return undefined;
    },
    onCommand({ method, place, when }) {
      seen.push(`${place} ${method} ${when}`);
      return undefined;
    },
  });
  await portal.batch(['server.time']);
  await portal.post('server.time');
  expect(seen).toEqual([
    '1 batch 1 half',
    '1 batch 1 received',
    '0 batch before',
    '1 server.time before',
    '1 server.time after',
    '0 batch after',
    '1 batch 1 answering',
    '2 server.time 1 half',
    '2 server.time 1 received',
    '1 server.time before',
    '1 server.time after',
    '2 server.time 1 answering',
  ]);
});

test('a request whose second half never comes is not carried out', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'batch', when: 'half', fault: 'reset' });
  expect(await send(portal, 'batch', addAll(['1']))).toBe('gone');
  expect(titles(portal)).toEqual([]);
  expect(portal.journal.requests).toMatchObject([{ method: 'batch', commands: 0, status: 0, at: noon }]);
});

test('a client that dies while it writes is heard of no more', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const portal = await openPortal({
    onRequest() {
      reach();
      return undefined;
    },
  });
  const { hostname, port, pathname } = new URL('crm.deal.add', portal.webhook);
  const socket = connect(Number(port), hostname);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n`;
  socket.write(`${head}{"fields":`);
  await reached;
  socket.destroy();
  await portal.idle();
  expect(portal.journal.requests).toMatchObject([{ method: 'crm.deal.add', commands: 0, status: 0 }]);
  expect(titles(portal)).toEqual([]);
});
