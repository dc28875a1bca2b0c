import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { isLoopback, openCallback } from '../../engine/cli/callback.ts';
import type { Callback, CallbackOptions } from '../../engine/cli/callback.ts';

const pages = { done: 'done', failed: 'failed', other: 'other' };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

interface Opened {
  readonly address: URL;
  readonly callback: Callback;
  readonly taken: readonly string[];
  get(path: string, method?: string): Promise<readonly [number, string]>;
}

async function open(options: Partial<CallbackOptions> = {}): Promise<Opened> {
  const address = new URL(`http://localhost:${await freePort()}/callback`);
  const taken: string[] = [];
  const callback = await openCallback(address, {
    isOurs: (answer) => answer.get('state') === 's1',
    take: async (answer) => void taken.push(answer.get('code') ?? ''),
    pages,
    signal: new AbortController().signal,
    ...options,
  });
  onTestFinished(() => callback.close());
  const get: Opened['get'] = async (path, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${address.port}${path}`, { method });
    return [answer.status, await answer.text()];
  };
  return { address, callback, taken, get };
}

const page = (text: string): string => `<!doctype html><meta charset="utf-8"><title>pipe</title><p>${text}</p>\n`;

it('takes the first answer that is ours, shows its page and has ended', async () => {
  const { callback, taken, get } = await open();
  expect(await get('/favicon.ico')).toEqual([404, page('')]);
  expect(await get('/callback?state=s1&code=k', 'POST')).toEqual([404, page('')]);
  expect(await get('/callback?state=s2&code=evil')).toEqual([400, page('other')]);
  expect(await get('/callback?code=evil')).toEqual([400, page('other')]);
  expect(taken).toEqual([]);
  expect(await get('/callback?state=s1&code=k')).toEqual([200, page('done')]);
  await callback.taken();
  expect(taken).toEqual(['k']);
});

it('a page that is loaded twice takes the code once', async () => {
  const gate = Promise.withResolvers<void>();
  let takes = 0;
  const take = async (): Promise<void> => {
    takes += 1;
    await gate.promise;
  };
  const { callback, get } = await open({ take });
  const both = [get('/callback?state=s1'), get('/callback?state=s1')];
  gate.resolve();
  expect(await Promise.all(both)).toEqual([
    [200, page('done')],
    [200, page('done')],
  ]);
  await callback.taken();
  expect(takes).toBe(1);
});

it('rejects with what was thrown, after the browser has been told that it failed', async () => {
  const { callback, get } = await open({ take: () => Promise.reject(new Error('refused')) });
  expect(await get('/callback?state=s1')).toEqual([400, page('failed')]);
  await expect(callback.taken()).rejects.toThrow('refused');
});

it('waits no longer than its signal, but ends what has begun', async () => {
  const stop = new AbortController();
  const late = await open({ signal: stop.signal });
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const take = (): Promise<void> => {
    begun.resolve();
    return gate.promise;
  };
  const busy = await open({ signal: stop.signal, take });
  const shown = busy.get('/callback?state=s1');
  await begun.promise;
  stop.abort('SIGINT');
  await expect(late.callback.taken()).rejects.toBe('SIGINT');
  await expect((await open({ signal: stop.signal })).callback.taken()).rejects.toBe('SIGINT');
  gate.resolve();
  await busy.callback.taken();
  expect(await shown).toEqual([200, page('done')]);
});

it('says which address is taken', async () => {
  const { address } = await open();
  const again = openCallback(address, {
    isOurs: () => true,
    take: async () => undefined,
    pages,
    signal: new AbortController().signal,
  });
  await expect(again).rejects.toMatchObject({
    code: 'cli.redirect_taken',
    parameters: { address: address.origin },
  });
});

it.each([
  ['http://localhost:8080/callback', true],
  ['http://127.0.0.1/x', true],
  ['http://[::1]:8080/', true],
  ['https://localhost:8080/callback', false],
  ['http://clinic.example/callback', false],
  ['http://localhost.evil.example/callback', false],
])('%s is one to listen at: %s', (address, is) => {
  expect(isLoopback(new URL(address))).toBe(is);
});
