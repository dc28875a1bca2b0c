import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Desk } from '../../../connectors/bitrix24/sandbox/index.ts';
import { loadPipeline } from '../../../engine/config/load.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { freshDatabase } from '../../support/servers/fresh-database.ts';
import { startServer } from '../../support/servers/start-server.ts';
import { startCopying } from './stand.ts';
import type { Copying } from './stand.ts';

const file = 'pipelines/bitrix-to-postgres.yaml';
const { url, settings } = await freshDatabase('postgres');
const sql = new Client(settings);
beforeAll(() => sql.connect());
afterAll(() => sql.end());
beforeEach(async () => {
  await sql.query('DROP SCHEMA public CASCADE');
  await sql.query('CREATE SCHEMA public');
});

async function rows(text: string): Promise<readonly unknown[]> {
  const found = await sql.query(text);
  return JSON.parse(JSON.stringify(found.rows)) as unknown[];
}

function start(more: Partial<Parameters<typeof startCopying>[0]> = {}): Promise<Copying> {
  return startCopying({
    file,
    database: { connection: 'warehouse', settings: { url } },
    portal: {
      seed: (desk) => {
        for (let number = 1; number <= 120; number++)
          desk.create('deal', { TITLE: `Сделка ${number}`, OPPORTUNITY: number * 10.5, COMMENTS: `строка\n'две' \\t` });
        for (let number = 1; number <= 60; number++)
          desk.create('contact', {
            NAME: `Имя${number}`,
            PHONE: [{ VALUE: `+7999000${1000 + number}`, VALUE_TYPE: 'WORK' }],
          });
        desk.create('company', { TITLE: 'Компания' });
        desk.create('lead', { TITLE: 'Лид' });
      },
    },
    ...more,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const addField = (copying: Copying) =>
  copying.call('crm.deal.userfield.add', {
    fields: { FIELD_NAME: 'AREA', USER_TYPE_ID: 'double', EDIT_FORM_LABEL: 'Площадь' },
  });

describe('bitrix-to-postgres', () => {
  it('91. copies deals, contacts, leads and companies, every field of them', async () => {
    const copying = await start();
    const result = await copying.run();
    expect(result.exitCode).toBe(0);
    expect(copying.counts(result)).toMatchObject({
      deals: { created: 120, failed: 0 },
      contacts: { created: 60, failed: 0 },
      leads: { created: 1, failed: 0 },
      companies: { created: 1, failed: 0 },
    });
    expect(
      await rows(
        'SELECT bitrix_id, title, opportunity, currency_id, comments FROM crm_deals ORDER BY bitrix_id::int LIMIT 2',
      ),
    ).toEqual([
      { bitrix_id: '1', title: 'Сделка 1', opportunity: '10.5', currency_id: 'RUB', comments: `строка\n'две' \\t` },
      { bitrix_id: '2', title: 'Сделка 2', opportunity: '21', currency_id: 'RUB', comments: `строка\n'две' \\t` },
    ]);
    expect(await rows(`SELECT phone->0->>'value' AS phone FROM crm_contacts ORDER BY bitrix_id::int LIMIT 1`)).toEqual([
      { phone: '+79990001001' },
    ]);
  });

  it('91. refuses another entity before anything runs', async () => {
    const edited = `${temporaryFolder()}/edited.yaml`;
    writeFileSync(edited, readFileSync(file, 'utf8').replace('entity: lead', 'entity: invoice'));
    const copying = await start({ file: edited });
    expect(await copying.run()).toMatchObject({ exitCode: 2 });
  });

  it('92. reads what has changed, and with --full everything', async () => {
    const copying = await start();
    await copying.run();
    for (const id of [7, 8]) {
      copying.desk.clock.time += 3_600_000;
      copying.portal.edit('deal', id, { TITLE: 'Новое имя' });
      await copying.run();
    }
    copying.desk.clock.time += 3_600_000;
    copying.portal.edit('deal', 9, { TITLE: 'Новое имя' });
    // Stamps of the last five minutes before the cursor are read again.
    expect(await copying.run({ flows: ['deals'] })).toMatchObject({ flows: [{ read: 2, updated: 1, unchanged: 1 }] });
    const full = await copying.run({ full: true });
    expect(copying.counts(full)).toMatchObject({ deals: { created: 0, updated: 0, unchanged: 120 } });
    expect(await rows(`SELECT title FROM crm_deals WHERE bitrix_id = '7'`)).toEqual([{ title: 'Новое имя' }]);
  });

  it('92. marks what was deleted in the portal when everything is read, and takes the mark from what is there (T18)', async () => {
    const copying = await start();
    await copying.run();
    copying.portal.remove('deal', 7);
    await copying.run({ full: true });
    expect(await rows('SELECT bitrix_id FROM crm_deals WHERE deleted_at IS NOT NULL')).toEqual([{ bitrix_id: '7' }]);
    await sql.query(`UPDATE crm_deals SET deleted_at = now() WHERE bitrix_id = '8'`);
    await copying.run({ full: true });
    expect(await rows('SELECT bitrix_id FROM crm_deals WHERE deleted_at IS NOT NULL')).toEqual([{ bitrix_id: '7' }]);
  });

  it('95. gives a new field of the portal a column of its own, with its title, and keeps the data', async () => {
    const copying = await start();
    await copying.run();
    await addField(copying);
    copying.desk.clock.time += 3_600_000;
    copying.portal.edit('deal', 3, { UF_CRM_AREA: 12.5 });
    const result = await copying.run();
    expect(result.exitCode).toBe(0);
    expect(
      await rows(`SELECT data_type, col_description('crm_deals'::regclass, ordinal_position) AS title
        FROM information_schema.columns WHERE table_name = 'crm_deals' AND column_name = 'uf_crm_area'`),
    ).toEqual([{ data_type: 'numeric', title: 'Площадь' }]);
    expect(
      await rows(`SELECT uf_crm_area, title FROM crm_deals WHERE bitrix_id IN ('3', '4') ORDER BY bitrix_id`),
    ).toEqual([
      { uf_crm_area: '12.5', title: 'Сделка 3' },
      { uf_crm_area: null, title: 'Сделка 4' },
    ]);
    expect(await rows('SELECT count(*)::int AS rows FROM crm_deals')).toEqual([{ rows: 120 }]);
  });

  it('T18: keeps texts of any length and every digit of a sum', async () => {
    const long = 'Ж'.repeat(5000);
    const seed = (desk: Desk) => desk.create('deal', { COMMENTS: long, OPPORTUNITY: 1234567890.07 });
    const copying = await start({ portal: { seed } });
    expect(await copying.run({ flows: ['deals'] })).toMatchObject({ exitCode: 0 });
    expect(await rows('SELECT comments, opportunity FROM crm_deals')).toEqual([
      { comments: long, opportunity: '1234567890.07' },
    ]);
  });

  it('T18: a row that the data base refuses takes none of the others with it', async () => {
    const copying = await start();
    await sql.query(`CREATE TABLE crm_deals (bitrix_id text PRIMARY KEY, title text CHECK (title <> 'Сделка 7'))`);
    expect(copying.counts(await copying.run({ flows: ['deals'] }))).toMatchObject({
      deals: { created: 119, failed: 1 },
    });
    expect(await rows(`SELECT count(*)::int AS rows FROM crm_deals WHERE title IS NOT NULL`)).toEqual([{ rows: 119 }]);
  });

  it('99. keeps a row of every run in sync_logs, of one that failed too', async () => {
    const copying = await start();
    await copying.run({ flows: ['deals'] });
    await sql.query('ALTER TABLE crm_deals ALTER title TYPE boolean USING false');
    const failed = await copying.run({ flows: ['deals'], full: true });
    expect(failed).toMatchObject({ exitCode: 2 });
    const kept = await rows(
      'SELECT flow, kind, status, read, created, error_code IS NOT NULL AS failed FROM sync_logs ORDER BY started_at, finished_at',
    );
    expect(kept).toEqual([
      { flow: 'deals', kind: 'incremental', status: 'done', read: '120', created: '120', failed: false },
      { flow: 'deals', kind: 'full', status: 'failed', read: '0', created: '0', failed: true },
    ]);
  });

  it('100. waits for a data base that comes up ten seconds after it', async () => {
    const door = createServer((from) => {
      const to = connect(settings.port, settings.host);
      from.pipe(to).pipe(from);
      for (const socket of [from, to]) socket.on('error', () => undefined);
    });
    const port = await freePort();
    onTestFinished(() => void door.close());
    const copying = await start({ database: { connection: 'warehouse', settings: { ...settings, port } } });
    const { clock } = copying.desk;
    const from = clock.time;
    clock.sleep = async (ms) => {
      clock.time += ms;
      if (clock.time - from >= 10_000 && !door.listening) await once(door.listen(port, '127.0.0.1'), 'listening');
    };
    expect(await copying.run({ flows: ['leads'] })).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(clock.time - from).toBeGreaterThanOrEqual(10_000);
  });

  it('100. gives up on a data base that does not come up within a minute', async () => {
    const server = await startServer('postgres');
    await server.close();
    const { host, port, user, password, database } = server.login;
    const copying = await start({
      database: { connection: 'warehouse', settings: { host, port, user, password, database } },
    });
    const from = copying.desk.clock.time;
    expect(await copying.run({ flows: ['leads'] })).toMatchObject({ exitCode: 3, error: { code: 'sql.unreachable' } });
    expect(copying.desk.clock.time - from).toBe(60_000);
  });

  it('103. takes data base, webhook, interval and batch from the variables of the old program (T18)', async () => {
    const env = {
      DATABASE_URL: 'postgres://user:secret@db.example/crm',
      BITRIX_WEBHOOK_URL: 'https://portal.example/rest/1/secret/',
    };
    const { pipeline } = await loadPipeline(file, { env });
    expect(pipeline?.connections.get('warehouse')?.settings).toMatchObject({ url: env.DATABASE_URL });
    expect(pipeline?.schedule[0]).toMatchObject({ on: 'time', everyMs: 30 * 60_000 });
    const other = await loadPipeline(file, {
      env: { ...env, SYNC_DEFAULT_INTERVAL_MINUTES: '15', SYNC_BATCH_SIZE: '50' },
    });
    expect(other.pipeline?.schedule[0]).toMatchObject({ everyMs: 15 * 60_000 });
    expect(other.pipeline?.flows[0]?.source.batch).toBe(50);
  });

  it('109. writes nothing to the portal', async () => {
    const copying = await start();
    await copying.run();
    await copying.run({ full: true });
    const methods = new Set(copying.portal.journal.commands.map(({ method }) => method));
    expect([...methods].filter((method) => !/\.(list|fields|get|time)$/.test(method))).toEqual([]);
  });
});
