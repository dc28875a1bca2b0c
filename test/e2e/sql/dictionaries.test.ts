import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPipeline } from '../../../engine/config/load.ts';
import { nextTurnAt, turnKey } from '../../../engine/service/schedule.ts';
import { freshDatabase } from '../../support/servers/fresh-database.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { tables } from './mini-app.ts';
import { startCopying } from './stand.ts';
import type { Copying } from './stand.ts';

const file = 'pipelines/bitrix-dictionaries-to-mysql.yaml';
const { settings } = await freshDatabase('mariadb');
let sql: Connection;
beforeAll(async () => {
  sql = await createConnection({ ...settings, charset: 'utf8mb4' });
});
afterAll(() => sql.end());

beforeEach(async () => {
  await sql.query('SET FOREIGN_KEY_CHECKS = 0');
  for (const table of ['objects', 'violations', 'cities', 'violation_categories', 'users', 'pipe_checkpoint'])
    await sql.query(`DROP TABLE IF EXISTS ${table}`);
  for (const table of tables) await sql.query(`CREATE TABLE ${table} ENGINE=InnoDB`);
  await sql.query('SET FOREIGN_KEY_CHECKS = 1');
});

async function rows(text: string): Promise<readonly unknown[]> {
  const [found] = await sql.query(text);
  return JSON.parse(JSON.stringify(found)) as unknown[];
}

function start(more: Partial<Parameters<typeof startCopying>[0]> = {}): Promise<Copying> {
  return startCopying({ file, database: { connection: 'app', settings: { ...settings } }, ...more });
}

const ofCities = ['Казань', 'Самара', 'Пермь', 'Уфа', 'Тверь', 'Кострома'];

describe('bitrix-dictionaries-to-mysql', () => {
  it('63. brings cities, objects, categories, violations and the ids of users, one way, by btxid', async () => {
    await sql.query(
      `INSERT INTO users (first_name, last_name, tg_id, secret_key) VALUES ('Дарья', 'Светлова', 77, 'k')`,
    );
    const copying = await start();
    const result = await copying.run();
    expect(result.exitCode).toBe(0);
    expect(copying.counts(result)).toMatchObject({
      cities: { created: 6, failed: 0 },
      categories: { created: 4, failed: 0 },
      objects: { created: 7, failed: 0 },
      violations: { created: 7, failed: 0 },
      users: { created: 0, updated: 1, failed: 0 },
    });
    expect(await rows('SELECT name, btxid FROM cities ORDER BY btxid')).toEqual(
      ofCities.map((name, index) => ({ name, btxid: 1201 + 2 * index })),
    );
    expect(
      await rows(
        'SELECT o.name, c.name AS city FROM objects o JOIN cities c ON c.id = o.city_id ORDER BY o.btxid LIMIT 3',
      ),
    ).toEqual([
      { name: 'Клиника на Баумана', city: 'Казань' },
      { name: 'Клиника на Кремлёвской', city: 'Казань' },
      { name: 'Кабинет на Волжской', city: 'Самара' },
    ]);
    expect(await rows('SELECT btxid FROM users')).toEqual([{ btxid: 2 }]);
    const methods = copying.portal.journal.commands.map(({ method }) => method);
    expect(methods.filter((method) => /\.(add|update|delete|set)$/.test(method))).toEqual([]);
  });

  it('64. creates nothing a second time, and updates what has changed', async () => {
    const copying = await start();
    await copying.run();
    const [{ btxid }] = (await rows(`SELECT btxid FROM violation_categories WHERE name = 'Документация'`)) as [
      { btxid: number },
    ];
    copying.portal.editElement(127, btxid, { NAME: 'Документы' });
    const result = await copying.run();
    expect(copying.counts(result)).toMatchObject({
      cities: { created: 0, updated: 0 },
      categories: { created: 0, updated: 1 },
      objects: { created: 0, updated: 0 },
      violations: { created: 0, updated: 0 },
    });
    expect(await rows(`SELECT name FROM violation_categories WHERE btxid = ${btxid}`)).toEqual([{ name: 'Документы' }]);
  });

  it('C.5 gives a row that is there by name its id, by name and parent where there is one', async () => {
    await sql.query(`INSERT INTO cities (id, name) VALUES (5, 'Самара'), (6, 'Казань')`);
    await sql.query(
      `INSERT INTO objects (id, name, city_id) VALUES (9, 'Клиника на Баумана', 5), (10, 'Клиника на Баумана', 6)`,
    );
    const copying = await start();
    const result = await copying.run();
    expect(copying.counts(result)).toMatchObject({
      cities: { created: 4, updated: 2 },
      objects: { created: 6, updated: 1 },
    });
    expect(
      await rows(`SELECT id, btxid IS NULL AS unlinked FROM objects WHERE name = 'Клиника на Баумана' ORDER BY id`),
    ).toEqual([
      { id: 9, unlinked: 1 },
      { id: 10, unlinked: 0 },
    ]);
  });

  it('C.5 leaves a child out, aloud, whose parent is not there', async () => {
    const copying = await start();
    copying.portal.setOption(77, 637, { id: 1299, text: 'Омск' });
    const id = copying.portal.createElement(77, { NAME: 'Филиал в Омске', PROPERTY_637: 1299 });
    await copying.run({ flows: ['cities'] });
    await sql.query('DELETE FROM cities WHERE btxid = 1299');
    const result = await copying.run({ flows: ['objects'] });
    expect(copying.counts(result)).toMatchObject({ objects: { created: 7, skipped: 1 } });
    expect(copying.desk.events.filter(({ type }) => type === 'record-named')).toMatchObject([
      { key: String(id), name: 'NO cities', warn: true },
    ]);
  });

  it('65. runs what a subset comes after first', async () => {
    const copying = await start();
    const result = await copying.run({ flows: ['violations', 'objects'], prerequisites: true });
    expect(result.flows.map(({ name }) => name)).toEqual(['cities', 'categories', 'objects', 'violations']);
    expect(result.exitCode).toBe(0);
  });

  it('66. never touches tg_id and secret_key, and inserts no user without them', async () => {
    await sql.query(
      `INSERT INTO users (btxid, first_name, last_name, tg_id, secret_key) VALUES (5, 'Ника', 'Лугова', 77, 'k')`,
    );
    const copying = await start();
    const result = await copying.run({ flows: ['users'] });
    expect(copying.counts(result)).toMatchObject({ users: { created: 0, updated: 1 } });
    expect(await rows('SELECT btxid, first_name, last_name, tg_id, secret_key FROM users')).toEqual([
      { btxid: 5, first_name: 'Вероника', last_name: 'Лугова', tg_id: 77, secret_key: 'k' },
    ]);
  });

  it('67. says which column lacks, and alters no table', async () => {
    await sql.query('ALTER TABLE cities DROP COLUMN btxid');
    const copying = await start();
    const result = await copying.run();
    expect(result).toMatchObject({
      exitCode: 2,
      error: { code: 'plan.unknown_field', parameters: { field: 'btxid', entity: 'cities' } },
    });
    expect(await rows('SHOW COLUMNS FROM cities')).toHaveLength(2);
  });

  it('68. has the defaults of the old program, and asks for the webhook', async () => {
    const given = {
      MYSQL_USER: 'app',
      MYSQL_PASSWORD: 'p',
      BITRIX_WEBHOOK_URL: 'https://clinic.example/rest/1/secret/',
    };
    const { pipeline } = await loadPipeline(file, { env: given });
    expect(pipeline?.connections.get('app')?.settings).toMatchObject({
      host: 'localhost',
      port: 3306,
      user: 'app',
      database: 'telegram_miniapp',
    });
    expect(pipeline?.schedule).toMatchObject([{ on: 'cron', cron: '0 0 * * *' }]);
    const { findings } = await loadPipeline(file, { env: { ...given, BITRIX_WEBHOOK_URL: '' } });
    expect(
      findings.filter(({ severity }) => severity === 'error').map(({ code, parameters }) => [code, parameters]),
    ).toEqual([['config.secret_missing', { variable: 'BITRIX_WEBHOOK_URL' }]]);
  });

  it('71. is due when the six examples of the old manual say, Sunday being 0 (T17)', async () => {
    const friday = Date.UTC(2026, 10, 20, 9, 7);
    const next = async (cron: string) => {
      const env = {
        MYSQL_USER: 'a',
        MYSQL_PASSWORD: 'p',
        BITRIX_WEBHOOK_URL: 'https://c.example/rest/1/s/',
        SYNC_SCHEDULE: cron,
      };
      const { pipeline } = await loadPipeline(file, { env });
      const [entry] = pipeline?.schedule ?? [];
      if (!entry) throw new Error('no schedule');
      const inUtc = { ...entry, timezone: 'UTC' };
      return new Date(nextTurnAt(inUtc, new Map([[turnKey(inUtc), friday]]), friday)).toISOString().slice(0, 16);
    };
    expect(await next('0 0 * * *')).toBe('2026-11-21T00:00');
    expect(await next('0 */2 * * *')).toBe('2026-11-20T10:00');
    expect(await next('0 9 * * 1-5')).toBe('2026-11-23T09:00');
    expect(await next('*/30 * * * *')).toBe('2026-11-20T09:30');
    expect(await next('0 0 * * 0')).toBe('2026-11-22T00:00');
    expect(await next('0 0 1 * *')).toBe('2026-12-01T00:00');
  });

  it.each(['* * *', '0 25 * * *', 'daily'])(
    '71. refuses a schedule that is no cron expression, and guesses none (T17)',
    async (cron) => {
      const env = {
        MYSQL_USER: 'a',
        MYSQL_PASSWORD: 'p',
        BITRIX_WEBHOOK_URL: 'https://c.example/rest/1/s/',
        SYNC_SCHEDULE: cron,
      };
      const { findings } = await loadPipeline(file, { env });
      const errors = findings.filter(({ severity }) => severity === 'error');
      expect(errors.map(({ code, parameters }) => [code, parameters])).toEqual([
        ['config.variable_misfit', expect.objectContaining({ variable: 'SYNC_SCHEDULE', key: 'cron' })],
      ]);
    },
  );

  it('73. takes other lists, fields and columns from the file alone', async () => {
    const folder = temporaryFolder();
    const edited = join(folder, 'edited.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      edited,
      text
        .replace('list: 127', 'list: 47')
        .replace('type: bitrix_processes }\n    key: ID\n', 'type: lists }\n    key: ID\n'),
    );
    const copying = await start({ file: edited });
    const result = await copying.run({ flows: ['categories'] });
    expect(result.exitCode).toBe(0);
    expect(await rows('SELECT name FROM violation_categories ORDER BY name')).toEqual([
      { name: 'Автоклав' },
      { name: 'Кресло' },
      { name: 'Рентген' },
    ]);
  });

  it('75. a record the data base refuses stops nothing, and is queued with its column', async () => {
    await sql.query('ALTER TABLE violations MODIFY name varchar(20) NOT NULL');
    const copying = await start();
    const result = await copying.run();
    expect(result.exitCode).toBe(4);
    const counts = copying.counts(result) as Record<string, { created: number; failed: number }>;
    expect(counts['violations']?.created).toBeGreaterThan(0);
    expect((counts['violations']?.created ?? 0) + (counts['violations']?.failed ?? 0)).toBe(7);
    const [entry] = await copying.desk.state.queue({});
    expect(entry?.error).toMatchObject({ parameters: { column: 'name' } });
  });

  it('76. tells created, updated and errors of each dictionary', async () => {
    const copying = await start();
    const { flows } = await copying.run();
    expect(
      flows.map(({ name, created, updated, queued, rejected }) => ({ name, created, updated, queued, rejected })),
    ).toEqual([
      { name: 'cities', created: 6, updated: 0, queued: 0, rejected: 0 },
      { name: 'categories', created: 4, updated: 0, queued: 0, rejected: 0 },
      { name: 'objects', created: 7, updated: 0, queued: 0, rejected: 0 },
      { name: 'violations', created: 7, updated: 0, queued: 0, rejected: 0 },
      { name: 'users', created: 0, updated: 0, queued: 0, rejected: 0 },
    ]);
  });

  it('77. asks the portal by POST alone', async () => {
    const copying = await start();
    const verbs = new Set<unknown>();
    const note = (message: unknown) => verbs.add((message as { request: { method: string } }).request.method);
    subscribe('undici:request:create', note);
    await copying.run();
    unsubscribe('undici:request:create', note);
    expect([...verbs]).toEqual(['POST']);
  });
});
