import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { freshDatabase } from '../../support/servers/fresh-database.ts';

const name = 'bitrix-dictionaries-to-mysql';
const shipped = readFileSync(`pipelines/${name}.yaml`, 'utf8');
const { settings } = await freshDatabase('mariadb');
let sql: Connection;
beforeAll(async () => {
  sql = await createConnection({ ...settings, charset: 'utf8mb4' });
});
afterAll(() => sql.end());

const key = 'id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE';
const tables = {
  cities: `${key}, name varchar(99)`,
  violation_categories: `${key}, name varchar(99)`,
  objects: `${key}, name varchar(99), city_id int, state varchar(50)`,
  violations: `${key}, name varchar(99), category_id int, state varchar(50)`,
  users: `${key}, first_name varchar(99), last_name varchar(99), tg_id bigint NOT NULL, secret_key varchar(64) NOT NULL`,
};

beforeEach(async () => {
  await sql.query('DROP TABLE IF EXISTS pipe_checkpoint');
  for (const [table, columns] of Object.entries(tables)) {
    await sql.query(`DROP TABLE IF EXISTS ${table}`);
    await sql.query(`CREATE TABLE ${table} (${columns}) ENGINE=InnoDB`);
  }
});

async function office() {
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  const here = place({ 'app.yaml': shipped });
  const env = {
    BITRIX_WEBHOOK_URL: portal.webhook,
    MYSQL_HOST: settings.host,
    MYSQL_PORT: String(settings.port),
    MYSQL_USER: settings.user,
    MYSQL_PASSWORD: settings.password,
    MYSQL_DATABASE: settings.database,
  };
  return { portal, env, ...here };
}

const delivered = (stdout: string) =>
  [...stdout.matchAll(/^(\w+)$\n(?: {2}.*\n)*? {2}Delivered: (\d+)/gm)].map(([, flow, rows]) => `${flow} ${rows}`);

describe('bitrix-dictionaries-to-mysql', { timeout: 120_000 }, () => {
  it('69. takes all, or one or several by name, another webhook than that of the environment, and more words', async () => {
    const { pipe, env } = await office();
    const all = await pipe(['run', 'app.yaml'], env);
    expect([all.exit, delivered(all.stdout)]).toEqual([
      0,
      ['cities 6', 'categories 4', 'objects 7', 'violations 7', 'users 6'],
    ]);
    const other = await startPortal({ limits: 'off' });
    onTestFinished(() => other.close());
    const words = [
      'run',
      'app.yaml',
      '--flow',
      'violations',
      '--connection',
      `portal.webhook=${other.webhook}`,
      '--verbose',
    ];
    const some = await pipe([...words, '--state', 'other'], {
      ...env,
      BITRIX_WEBHOOK_URL: 'https://nobody.example/rest/1/x/',
    });
    expect([some.exit, delivered(some.stdout)]).toEqual([0, ['categories 4', 'violations 7']]);
    expect(other.journal.requests.length).toBeGreaterThan(0);
    expect(some.stderr).toMatch(/btxid/);
  });

  it('70. serves by the schedule until Ctrl+C', async () => {
    const { start, env } = await office();
    const loop = start(['run', 'app.yaml', '--loop'], { ...env, SYNC_SCHEDULE: '* * * * *' });
    await loop.says('Sync started');
    loop.kill('SIGINT');
    expect((await loop.done).exit).toBe(130);
  });

  it('72. is a command that ends with its code, of which two never work at once', async () => {
    const { start, pipe, env } = await office();
    await sql.query('LOCK TABLES cities WRITE');
    const first = start(['run', 'app.yaml', '--flow', 'cities'], env);
    await first.says('Read 6 new rows');
    const second = await pipe(['run', 'app.yaml'], env);
    await sql.query('UNLOCK TABLES');
    expect([second.exit, (await first.done).exit]).toEqual([3, 0]);
  });

  it('74. says its result on stdout, and keeps a log of its runs in a file', async () => {
    const { pipe, path, env } = await office();
    const { stdout } = await pipe(['run', 'app.yaml', '--flow', 'cities'], env);
    expect(stdout).toContain('Delivered: 6 (created 6, updated 0, unchanged 0, skipped 0)');
    const folder = path('logs');
    expect(existsSync(folder)).toBe(true);
    const [log = ''] = readdirSync(folder);
    expect(readFileSync(`${folder}/${log}`, 'utf8')).toContain('cities: read 6, mapped 6, created 6');
  });
});
