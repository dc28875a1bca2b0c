import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Login, ServerKind } from './program.ts';

/** Whether the server is up and lets this login in. */
export async function tryLogin(kind: ServerKind, login: Login): Promise<boolean> {
  try {
    await execute(kind, login, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/** One statement on a connection of its own. */
export async function execute(kind: ServerKind, login: Login, sql: string): Promise<void> {
  if (kind === 'mariadb') {
    const connection = await createConnection({ ...login, charset: 'utf8mb4' });
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
    return;
  }
  const client = new Client({ ...login, connectionTimeoutMillis: 5000 });
  // Without a listener a connection that breaks off would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
