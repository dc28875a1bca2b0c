import Sqlite from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Login } from '../../support/servers/program.ts';

export type StoreKind = 'postgres' | 'mysql' | 'sqlite';

/** The data base that is written to, seen past the connector. */
export interface Store {
  readonly kind: StoreKind;
  /** The connection block of the pipeline, without its name. */
  readonly block: string;
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends every connection of others, in whatever they are: their answers never come. */
  cut(): Promise<void>;
}

export function sqliteStore(file: string): Store {
  return {
    kind: 'sqlite',
    block: `{ connector: sqlite, file: ${JSON.stringify(file)} }`,
    rows: async (sql) => {
      const db = new Sqlite(file);
      try {
        const statement = db.prepare<[], Record<string, unknown>>(sql);
        if (statement.reader) return statement.all();
        statement.run();
        return [];
      } finally {
        db.close();
      }
    },
    cut: async () => undefined,
  };
}

export function postgresStore(login: Login): Store {
  const rows: Store['rows'] = async (sql) => {
    const client = new Client(login);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    kind: 'postgres',
    block: blockOf('postgres', login),
    rows,
    cut: async () => {
      await rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    },
  };
}

export function mysqlStore(login: Login): Store {
  const rows: Store['rows'] = async (sql) => {
    const connection = await createConnection({ ...login, charset: 'utf8mb4' });
    try {
      const [result] = await connection.query(sql);
      return Array.isArray(result) ? (result as Record<string, unknown>[]) : [];
    } finally {
      await connection.end();
    }
  };
  return {
    kind: 'mysql',
    block: blockOf('mysql', login),
    rows,
    cut: async () => {
      const others = await rows(
        `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
      );
      for (const { id, ID = id } of others) await rows(`KILL ${Number(ID)}`).catch(() => []);
    },
  };
}

function blockOf(connector: string, { host, port, user, password, database }: Login): string {
  const login = `host: ${host}, port: ${port}, user: ${user}, password: ${JSON.stringify(password)}`;
  return `{ connector: ${connector}, ${login}, database: ${database} }`;
}
