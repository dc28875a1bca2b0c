import { startServer } from '../../test/support/servers/start-server.ts';
import type { Login, ServerKind } from '../../test/support/servers/program.ts';
import type { Database } from './database.ts';
import { openMysql } from './mysql.ts';
import { openPostgres } from './postgres.ts';

export interface Servers {
  readonly databases: readonly Database[];
  close(): Promise<void>;
}

const openers = { postgres: openPostgres, mariadb: openMysql } as const;

/** A server of each kind of its own, whose commits would survive a power cut. */
export async function startServers(kinds: readonly ServerKind[]): Promise<Servers> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  const databases: Database[] = [];
  try {
    for (const kind of kinds) {
      const server = await startServer(kind, { durable: true });
      closing.push(() => server.close());
      const { host, port, user, password, database }: Login = server.login;
      const opened = await openers[kind]({ host, port, user, password, database });
      closing.push(() => opened.close());
      databases.push(opened);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { databases, close };
}
