import { once } from 'node:events';
import { connect as connectTls, createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createAuthority } from '../../_tls/certificate.ts';
import type { SecureDoor } from './index.ts';

/** Stands between a client and a portal's HTTPS, for one test, and writes down what goes over the wire. */
export interface WireTap extends SecureDoor {
  /** Requests and answers in turn, byte for byte but for what differs from run to run. */
  transcript(): string;
}

interface Message {
  readonly from: 'client' | 'portal';
  readonly bytes: Buffer[];
}

/** Hears one client that sends one request after the other. */
export async function tapWire(door: SecureDoor): Promise<WireTap> {
  const { host, hostname, port } = new URL(door.webhook);
  const messages: Message[] = [];
  const hear = (from: Message['from']) => (chunk: Buffer) => {
    const last = messages.at(-1);
    if (last?.from === from) last.bytes.push(chunk);
    else messages.push({ from, bytes: [chunk] });
  };
  const authority = createAuthority('wire tap');
  const server = createServer(authority.issue('127.0.0.1'), (client) => {
    const portal = connectTls({ host: hostname, port: Number(port), ca: door.ca });
    client.on('data', hear('client')).on('error', () => portal.destroy());
    portal.on('data', hear('portal')).on('error', () => client.destroy());
    client.pipe(portal).pipe(client);
    onTestFinished(() => void client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    webhook: door.webhook.replace(host, `127.0.0.1:${own}`),
    ca: authority.cert,
    transcript: () => `${messages.map(({ bytes }) => steady(Buffer.concat(bytes).toString())).join('\n\n')}\n`,
  };
}

function steady(message: string): string {
  return message
    .replaceAll('\r\n', '\n')
    .replace(/bx24_request_id=[^&\s]+/, 'bx24_request_id=<request>')
    .replace(/^(host): .*$/im, '$1: <portal>')
    .replace(/^(date): .*$/im, '$1: <now>');
}
