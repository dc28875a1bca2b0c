import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import type { Login, ServerKind } from './program.ts';
import { startServer } from './start-server.ts';
import type { RunningServer } from './start-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where test files ask for a server. */
    servers: string;
  }
}

const addresses = { postgres: 'PIPE_TEST_PG_URL', mariadb: 'PIPE_TEST_MYSQL_URL' } as const;

/** vitest's global set-up: answers `/postgres` and `/mariadb` with a login, starting the server when first asked. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = new Map<ServerKind, Promise<Served>>();
  const desk = createServer((request, response) => {
    const kind = request.url === '/postgres' ? 'postgres' : 'mariadb';
    const server = running.get(kind) ?? theServer(kind);
    running.set(kind, server);
    server.then(
      ({ login }) => response.end(JSON.stringify(login)),
      (error: unknown) => response.writeHead(503).end(error instanceof Error ? error.message : String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(desk, 'listening');
  desk.unref();
  project.provide('servers', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    for (const server of await Promise.allSettled(running.values())) {
      if (server.status === 'fulfilled') await server.value.close();
    }
  };
}

type Served = Pick<RunningServer, 'login' | 'close'>;

async function theServer(kind: ServerKind): Promise<Served> {
  const address = process.env[addresses[kind]];
  return address === undefined ? await startServer(kind) : { login: loginOf(kind, address), close: async () => {} };
}

function loginOf(kind: ServerKind, address: string): Login {
  const { hostname, port, username, password, pathname } = new URL(address);
  const usual = kind === 'postgres' ? { port: 5432, database: 'postgres' } : { port: 3306, database: 'mysql' };
  return {
    host: hostname,
    port: Number(port || usual.port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1) || usual.database,
  };
}
