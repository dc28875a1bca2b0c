import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createConnection } from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { root } from '../clone.ts';
import { freshDatabase } from './fresh-database.ts';
import type { Login } from './program.ts';
import { tryLogin } from './speak.ts';

const postgres = await freshDatabase('postgres');
const mariadb = await freshDatabase('mariadb');

async function askPostgres(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(postgres.url);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

async function askMariadb(sql: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await createConnection({ uri: mariadb.url });
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  await connection.end();
  return rows;
}

describe('the servers of the tests', () => {
  it('give each file an empty PostgreSQL data base in UTF-8', async () => {
    expect(await askPostgres('SELECT current_database() AS name, lower($$ПЁ$$) AS lower')).toEqual([
      { name: postgres.name, lower: 'пё' },
    ]);
    expect(await askPostgres("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  });

  it('give each file an empty MariaDB data base in utf8mb4', async () => {
    expect(await askMariadb('SELECT DATABASE() AS name, @@character_set_database AS charset')).toEqual([
      { name: mariadb.name, charset: 'utf8mb4' },
    ]);
    expect(await askMariadb('SHOW TABLES')).toEqual([]);
  });
});

describe.each(['postgres', 'mariadb'] as const)('%s', (kind) => {
  it('ends with the process that started it, killed as well, and leaves nothing', { timeout: 120_000 }, async () => {
    const child = spawn(process.execPath, ['test/support/servers/processes/serve.ts', kind], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { folder, login } = JSON.parse(String((await lines.next()).value)) as Served;
    expect([existsSync(folder), await tryLogin(kind, login)]).toEqual([true, true]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false);
    expect(await tryLogin(kind, login)).toBe(false);
  });
});

interface Served {
  readonly folder: string;
  readonly login: Login;
}
