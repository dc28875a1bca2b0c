import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type { Charge, Connection, Host, Measured, Sink } from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { connect } from './connection.ts';
import { startPortal, type Portal, type PortalOptions } from './sandbox/index.ts';

/** Friday noon in Moscow: the clock of a portal under test stands still. */
export const noon = Date.parse('2026-11-20T12:00:00+03:00');

export interface TestHost extends Host {
  admit: Host['admit'];
  readonly admitted: Charge[];
  /** What became of each of them, in the order of their ends. */
  readonly ended: Measured[];
}

/** Admits everything at once and remembers what it was asked and told. */
export function testHost(): TestHost {
  const admitted: Charge[] = [];
  const ended: Measured[] = [];
  return {
    folder: '/',
    now: () => noon,
    admitted,
    ended,
    async admit(charge, signal) {
      signal.throwIfAborted();
      admitted.push(charge);
      return { ended: (measured) => void ended.push(measured) };
    },
    warn() {},
  };
}

export interface Opened {
  readonly portal: Portal;
  readonly host: TestHost;
  readonly connection: Connection;
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/** A connection to a sandbox of its own, with the fields already read and the journal empty. */
export async function open(options: PortalOptions = {}, settings: Partial<Settings> = {}): Promise<Opened> {
  const portal = await startPortal({ now: () => noon, limits: 'off', ...options });
  onTestFinished(async () => {
    await portal.close();
    // What the vendor's documentation does not describe was not sent.
    expect(portal.journal.refusals).toEqual([]);
  });
  const opened = { portal, ...openAt(portal.webhook, settings) };
  await opened.sink.describe('deal', opened.signal);
  portal.journal.reset();
  opened.host.admitted.length = opened.host.ended.length = 0;
  return opened;
}

export function openAt(webhook: string, settings: Partial<Settings> = {}): Omit<Opened, 'portal'> {
  const host = testHost();
  const connection = connect({ webhook, ...settings }, host);
  onTestFinished(() => connection.close());
  const sink = connection.sink?.({ entity: 'deal' });
  if (!sink) throw new Error('the connector has no sink');
  return { host, connection, sink, signal: new AbortController().signal };
}

/** What went over the wire: `batch(2)` for each request, with the number of its commands. */
export function requests({ portal }: Opened): readonly string[] {
  return portal.journal.requests.map(({ method, commands }) => `${method}(${commands})`);
}

/** The methods the portal carried out, in order. */
export function methods({ portal }: Opened): readonly string[] {
  return portal.journal.commands.map(({ method }) => method);
}

/** The address of the same portal behind a proxy that changes what it is asked, or what it answers. */
export async function behindProxy(
  webhook: string,
  change: { readonly asked?: (body: string) => string; readonly answered?: (body: string) => string },
): Promise<string> {
  const { asked = String, answered = String } = change;
  const server = createServer((request, response) => {
    void (async () => {
      const body = asked(await text(request));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(new URL(request.url ?? '', webhook), { method: 'POST', headers, body });
      response.end(answered(await answer.text()));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return webhook.replace(/:\d+/, `:${address.port}`);
}
