import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import type { Portal } from '../../../connectors/bitrix24/sandbox/index.ts';

/** A portal behind a door: requests that carry a certain command wait there until they are let through. */
export interface HeldPortal {
  readonly portal: Portal;
  readonly webhook: string;
  /** Resolves when such a request stands at the door. */
  held(): Promise<void>;
  /** Lets it through, and every one after it. */
  open(): void;
}

export async function heldPortal(command = 'crm.deal.add'): Promise<HeldPortal> {
  const portal = await startPortal({ limits: 'off' });
  const door = Promise.withResolvers<void>();
  const knock = Promise.withResolvers<void>();
  const letThrough = async (from: IncomingMessage, to: ServerResponse): Promise<void> => {
    const body = await text(from);
    if (`${from.url}${body}`.includes(command)) {
      knock.resolve();
      await door.promise;
    }
    forward(new URL(from.url ?? '', portal.webhook), from, body, to);
  };
  const server = createServer((from, to) => void letThrough(from, to));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await portal.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const webhook = new URL(portal.webhook);
  webhook.port = String(port);
  return { portal, webhook: webhook.href, held: () => knock.promise, open: () => door.resolve() };
}

function forward(url: URL, { method, headers }: IncomingMessage, body: string, to: ServerResponse): void {
  const onward = request(url, { method, headers: { ...headers, host: url.host } }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  // The client may be gone by then: that is what the tests are about.
  onward.on('error', () => to.destroy());
  onward.end(body);
}
