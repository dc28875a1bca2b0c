import { once } from 'node:events';
import { connect as connectTls, createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createAuthority } from '../../_tls/certificate.ts';
import type { SecureDoor } from './index.ts';

/** Stands between a client and an account's HTTPS, for one test, and writes down what goes over the wire. */
export interface WireTap {
  readonly port: number;
  readonly ca: string;
  /** Requests and answers in turn, byte for byte but for tokens. */
  transcript(): string;
}

interface Message {
  readonly from: 'client' | 'account';
  readonly bytes: Buffer[];
}

/** Hears one client that sends one request after the other, each over a connection of its own. */
export async function tapWire(door: SecureDoor): Promise<WireTap> {
  const { hostname, port } = new URL(door.origin);
  const messages: Message[] = [];
  const hear = (from: Message['from']) => (chunk: Buffer) => {
    const last = messages.at(-1);
    if (last?.from === from) last.bytes.push(chunk);
    else messages.push({ from, bytes: [chunk] });
  };
  const authority = createAuthority('wire tap');
  const server = createServer(authority.issue('127.0.0.1', ['*.amocrm.ru']), (client) => {
    const account = connectTls({ host: hostname, port: Number(port), ca: door.ca });
    client.on('data', hear('client')).on('error', () => account.destroy());
    account.on('data', hear('account')).on('error', () => client.destroy());
    client.pipe(account).pipe(client);
    onTestFinished(() => void client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    ca: authority.cert,
    transcript: () => `${messages.map(({ bytes }) => steady(Buffer.concat(bytes).toString())).join('\n\n')}\n`,
  };
}

/** Tokens are the same each time, and would look like somebody's secrets. */
function steady(message: string): string {
  return message
    .replaceAll('\r\n', '\n')
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<access token>')
    .replaceAll(/def502[0-9a-f]+/g, '<refresh token>')
    .replaceAll(/"code":"[0-9a-f]{64,}"/g, '"code":"<code>"');
}
