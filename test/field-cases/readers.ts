import { join } from 'node:path';
import Database from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { freshDatabase } from '../support/servers/fresh-database.ts';
import type { Target } from './play.ts';

interface Reader extends Pick<Target, 'read'> {
  /** Settings of the connection the cases are played to. */
  readonly settings: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Each sink with the driver of its data base, used past the connector. */
export const readers: readonly { readonly sink: string; open(folder: string): Promise<Reader> }[] = [
  { sink: 'sqlite', open: openSqlite },
  { sink: 'postgres', open: openPostgres },
  { sink: 'mysql', open: openMysql },
];

async function openSqlite(folder: string): Promise<Reader> {
  const file = 'field.db';
  return {
    settings: { file },
    async read(table) {
      const handle = new Database(join(folder, file), { readonly: true });
      try {
        const rows = handle.prepare(statement(table, '"')).safeIntegers().all();
        return rows as readonly Record<string, unknown>[];
      } finally {
        handle.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

async function openPostgres(): Promise<Reader> {
  const { settings } = await freshDatabase('postgres');
  const asText = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;
  const client = new pg.Client({ ...settings, types: asText, options: '-c TimeZone=UTC' });
  await client.connect();
  return {
    settings: { ...settings },
    read: async (table) => (await client.query(statement(table, '"'))).rows,
    close: () => client.end(),
  };
}

async function openMysql(): Promise<Reader> {
  const { settings } = await freshDatabase('mariadb');
  const client = await mysql.createConnection({
    ...settings,
    charset: 'utf8mb4',
    typeCast: (field) => field.string('utf8'),
  });
  await client.query(`SET time_zone = '+00:00'`);
  return {
    settings: { ...settings },
    async read(table) {
      const [rows] = await client.query<mysql.RowDataPacket[]>(statement(table, '`'));
      return rows;
    },
    close: () => client.end(),
  };
}

function statement(table: string, quote: string): string {
  return `SELECT * FROM ${quote}${table.replaceAll(quote, quote + quote)}${quote}`;
}
