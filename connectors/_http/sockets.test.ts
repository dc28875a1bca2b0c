import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthority } from '../_tls/certificate.ts';
import { openTransport, type HttpRequest, type Transport } from './transport.ts';

const write: HttpRequest = { method: 'POST', path: '/', headers: {}, body: '{}' };
const read: HttpRequest = { method: 'GET', path: '/', headers: {} };

const youngMs = 2_000;

/** What the portal saw: the socket of each request that came. */
interface Seen {
  readonly transport: Transport;
  readonly sockets: readonly Socket[];
}

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** It hints that it keeps idle sockets for ten minutes. */
async function openTo(answer: Answer = (_, response) => response.end('ok')): Promise<Seen> {
  const sockets: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    sockets.push(request.socket);
    request.resume().on('end', () => answer(request, response, sockets.length));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  return { transport: transportTo(`http://127.0.0.1:${portOf(server)}`), sockets };
}

function portOf(server: { address(): string | { readonly port: number } | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function transportTo(origin: string): Transport {
  const transport = openTransport({ origin, timeoutMs: 60_000 });
  onTestFinished(() => transport.close());
  return transport;
}

/** Time goes by and no timer runs, as in a process that is blocked or stopped. */
function blockedFor(ms: number): void {
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + ms);
}

beforeEach(() => void vi.restoreAllMocks());

test('reads and writes that come one after the other share a socket', async () => {
  const { transport, sockets } = await openTo();
  for (const request of [read, write, write, read]) expect(await transport.send(request)).toMatchObject({ ok: true });
  expect(sockets).toHaveLength(4);
  expect(new Set(sockets).size).toBe(1);
});

test('requests at the same time have a socket each', async () => {
  const answers: ServerResponse[] = [];
  const { transport, sockets } = await openTo((_, response) => {
    if (answers.push(response) === 3) for (const waiting of answers) waiting.end('ok');
  });
  await Promise.all([write, write, read].map((request) => transport.send(request)));
  expect(new Set(sockets).size).toBe(3);
});

test('a socket is used for as long as the request before was sent two seconds ago', async () => {
  const { transport, sockets } = await openTo();
  await transport.send(write);
  blockedFor(youngMs - 100);
  await transport.send(write);
  expect(new Set(sockets).size).toBe(1);
});

test('a process that was blocked sends nothing over the socket from before', async () => {
  const { transport, sockets } = await openTo();
  await transport.send(write);
  blockedFor(youngMs + 1);
  expect(await transport.send(write)).toMatchObject({ ok: true, text: 'ok' });
  expect(sockets).toHaveLength(2);
  expect(new Set(sockets).size).toBe(2);
});

test('nor does one that is blocked between the call and the first byte', async () => {
  const { transport, sockets } = await openTo();
  await transport.send(write);
  const sent = transport.send(write);
  blockedFor(youngMs + 1);
  expect(await sent).toMatchObject({ ok: true, text: 'ok' });
  expect(sockets).toHaveLength(2);
  expect(new Set(sockets).size).toBe(2);
});

test('of an answer that took longer nobody knows how long it has lain there: the next request has a new socket', async () => {
  const { transport, sockets } = await openTo((_, response) => {
    blockedFor(youngMs + 1);
    response.end('ok');
  });
  await transport.send(write);
  await transport.send(write);
  expect(new Set(sockets).size).toBe(2);
});

test('an idle socket is closed two seconds after its answer, whatever the server hints at', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { transport, sockets } = await openTo();
  await transport.send(write);
  // undici waits for a turn of the loop before it lets go of a socket.
  await vi.waitUntil(() => vi.getTimerCount() === 1, { interval: 1 });
  const [socket] = sockets;
  vi.advanceTimersByTime(youngMs - 1);
  expect(socket?.readableEnded).toBe(false);
  vi.advanceTimersByTime(1);
  if (socket) await once(socket, 'close');
  expect(vi.getTimerCount()).toBe(0);
});

test('a reset of a used socket leaves the doubt, and nothing is sent again', async () => {
  const { transport, sockets } = await openTo((request, response, count) =>
    count === 1 ? response.end('ok') : request.socket.resetAndDestroy(),
  );
  await transport.send(write);
  expect(await transport.send(write)).toMatchObject({ ok: false, failure: 'lost' });
  expect(sockets).toHaveLength(2);
  expect(new Set(sockets).size).toBe(1);
});

test('a write that nobody answers in time is not sent again, and its socket serves no other', async () => {
  const { transport, sockets } = await openTo((_, response, count) => count !== 2 && response.end('ok'));
  await transport.send(write);
  const stop = new AbortController();
  const sent = transport.send({ ...write, signal: stop.signal });
  await vi.waitUntil(() => sockets.length === 2, { interval: 1 });
  stop.abort(new Error('stop'));
  await expect(sent).rejects.toThrow('stop');
  await transport.send(write);
  expect(sockets).toHaveLength(3);
  expect(sockets[2]).not.toBe(sockets[1]);
});

test('under TLS a socket is shared too, and a server that has HTTP/2 is not spoken to in it', async () => {
  const authority = createAuthority('test');
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, authority.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
  const seen: { readonly version: string; readonly socket: Socket }[] = [];
  const server = createSecureServer({ ...authority.issue('localhost'), allowHTTP1: true }, (request, response) => {
    seen.push({ version: request.httpVersion, socket: request.socket });
    request.resume().on('end', () => response.end('ok'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const transport = transportTo(`https://127.0.0.1:${portOf(server)}`);
  expect(await transport.send(write)).toMatchObject({ ok: true });
  expect(await transport.send(write)).toMatchObject({ ok: true });
  blockedFor(youngMs + 1);
  expect(await transport.send(write)).toMatchObject({ ok: true });
  expect(seen.map(({ version }) => version)).toEqual(['1.1', '1.1', '1.1']);
  expect(new Set(seen.map(({ socket }) => socket)).size).toBe(2);
});

test('nothing is sent after the end', async () => {
  const { transport, sockets } = await openTo();
  await transport.send(write);
  await transport.close();
  expect(await transport.send(write)).toMatchObject({ ok: false });
  expect(sockets).toHaveLength(1);
});
