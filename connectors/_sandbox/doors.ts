import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as SecureServer } from 'node:https';
import { createAuthority } from '../_tls/certificate.ts';

export interface DoorsOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Also HTTPS, on a free port beside it, under a certificate of an authority of this name. */
  readonly tls?: { readonly authority: string; readonly names?: readonly string[] };
}

/** Where a sandbox can be reached, until it is closed. */
export interface Doors {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** `https://127.0.0.1:<port>`, and the authority's certificate as PEM. */
  readonly secure?: { readonly origin: string; readonly ca: string };
  /** Stops listening and drops open connections; may be called twice. */
  close(): Promise<void>;
}

/** Listens on loopback. */
export async function openDoors(plain: Server, { port, tls }: DoorsOptions): Promise<Doors> {
  const origin = `http://127.0.0.1:${await listen(plain, port)}`;
  if (!tls) return { origin, close: () => stop(plain) };
  const authority = createAuthority(tls.authority);
  const server = createServer(authority.issue('127.0.0.1', tls.names), (...heard) => plain.emit('request', ...heard));
  return {
    origin,
    secure: { origin: `https://127.0.0.1:${await listen(server, 0)}`, ca: authority.cert },
    async close() {
      await Promise.all([stop(plain), stop(server)]);
    },
  };
}

async function listen(server: Server | SecureServer, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a sandbox listens on a TCP port');
  return address.port;
}

async function stop(server: Server | SecureServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
