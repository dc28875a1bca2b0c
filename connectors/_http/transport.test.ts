import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openTransport, type HttpRequest, type Transport } from './transport.ts';

async function serve(answer: RequestListener): Promise<{ origin: string; server: Server }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { origin: `http://127.0.0.1:${address.port}`, server };
}

function transportTo(origin: string, timeoutMs = 10_000): Transport {
  const transport = openTransport({ origin, timeoutMs });
  onTestFinished(() => transport.close());
  return transport;
}

const post: HttpRequest = { method: 'POST', path: '/', headers: {}, body: '{}' };

test('an answer comes with its status and text, whatever the status', async () => {
  const { origin } = await serve((_, response) => response.writeHead(503).end('busy'));
  expect(await transportTo(origin).send(post)).toEqual({
    ok: true,
    status: 503,
    location: undefined,
    date: expect.any(String),
    text: 'busy',
  });
});

test('a redirect is an answer like any other', async () => {
  const { origin } = await serve((_, response) => response.writeHead(302, { location: '/there' }).end());
  expect(await transportTo(origin).send(post)).toEqual({
    ok: true,
    status: 302,
    location: '/there',
    date: expect.any(String),
    text: '',
  });
});

test('nobody listening: not one byte left', async () => {
  const { origin, server } = await serve(() => {});
  server.close();
  await once(server, 'close');
  const exchange = await transportTo(origin).send(post);
  expect(exchange).toMatchObject({ ok: false, failure: 'not_connected', reason: 'ECONNREFUSED' });
});

test('a name nobody has: not one byte left', async () => {
  const exchange = await transportTo('http://portal.invalid').send(post);
  expect(exchange).toMatchObject({ ok: false, failure: 'not_connected' });
});

test('TLS that does not come about: not one byte of the request left', async () => {
  const { origin } = await serve(() => {});
  const exchange = await transportTo(origin.replace('http:', 'https:')).send(post);
  expect(exchange).toMatchObject({ ok: false, failure: 'not_connected' });
});

test('a connection dropped after the request: nobody knows', async () => {
  const { origin } = await serve((request) => request.socket.resetAndDestroy());
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: false, failure: 'lost' });
});

test('an answer that ends before its length: nobody knows', async () => {
  const { origin } = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"result":');
    request.socket.end();
  });
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: false, failure: 'lost' });
});

test('no answer in time: nobody knows, and the socket is destroyed', async () => {
  const sockets: Socket[] = [];
  const { origin } = await serve((request) => void sockets.push(request.socket));
  expect(await transportTo(origin, 200).send(post)).toMatchObject({ ok: false, failure: 'timeout' });
  const [socket] = sockets;
  if (socket && !socket.destroyed) await once(socket, 'close');
  expect(socket?.destroyed).toBe(true);
});

test('an abort ends the exchange with its own reason', async () => {
  const controller = new AbortController();
  const { origin } = await serve(() => controller.abort(new Error('stop')));
  await expect(transportTo(origin).send({ ...post, signal: controller.signal })).rejects.toThrow('stop');
});

test('closing twice is closing once', async () => {
  const { origin } = await serve((_, response) => response.end('ok'));
  const transport = transportTo(origin);
  await transport.send(post);
  await transport.close();
  await transport.close();
});

const limitBytes = 10_000;

function limitedTo(origin: string): Transport {
  const transport = openTransport({ origin, timeoutMs: 10_000, limitBytes });
  onTestFinished(() => transport.close());
  return transport;
}

test('an answer as long as the limit is read, packed or not', async () => {
  const text = 'x'.repeat(limitBytes);
  const { origin } = await serve((request, response) => {
    if (request.url === '/') response.end(text);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
  });
  expect(await limitedTo(origin).send(post)).toMatchObject({ ok: true, text });
  expect(await limitedTo(origin).send({ ...post, path: '/packed' })).toMatchObject({ ok: true, text });
});

test('an answer that never ends is given up at the limit, and its socket is destroyed', async () => {
  const sockets: Socket[] = [];
  const piece = Buffer.alloc(1000, ' ');
  const { origin } = await serve((request, response) => {
    sockets.push(request.socket);
    const write = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', write);
    write();
  });
  const exchange = await limitedTo(origin).send(post);
  expect(exchange).toMatchObject({ ok: false, failure: 'oversized', reason: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  // Not by `once`: what it never read makes of its end a reset, an error on this side.
  await vi.waitUntil(() => sockets[0]?.destroyed, { interval: 1 });
});

test('a small answer that unpacks to more than the limit is given up there', async () => {
  const bomb = gzipSync(Buffer.alloc(limitBytes + 1));
  const { origin } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
  expect(await limitedTo(origin).send(post)).toMatchObject({ ok: false, failure: 'oversized' });
});

test.each([
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['deflate, gzip', (text: string) => gzipSync(deflateSync(text))],
  ['identity', Buffer.from],
])('an answer packed as %s, which nobody asked for, is unpacked, whatever its status', async (coding, pack) => {
  const { origin } = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBeUndefined();
    response.writeHead(503, { 'content-encoding': coding }).end(pack('{"error":"занято"}'));
  });
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: true, status: 503, text: '{"error":"занято"}' });
});

test('an empty answer needs no unpacking', async () => {
  const { origin } = await serve((_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end());
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: true, status: 204, text: '' });
});

test('a packing nobody here knows is named', async () => {
  const { origin } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'compress' }).end('x'));
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: false, failure: 'packed', reason: 'compress' });
});

test('a packed answer that breaks off: nobody knows', async () => {
  const cut = gzipSync('{"result":true}').subarray(0, 20);
  const { origin } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(cut));
  expect(await transportTo(origin).send(post)).toMatchObject({ ok: false, failure: 'lost', reason: 'Z_BUF_ERROR' });
});
