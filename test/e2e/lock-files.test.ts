import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startAccount } from '../../connectors/amocrm/sandbox/index.ts';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import { place } from '../cli/pipe.ts';
import { shapeErrors } from '../cli/shape.ts';
import { freshDatabase } from '../support/servers/fresh-database.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');
const shipped = globSync('*.yaml', { cwd: folder })
  .filter((name) => !name.endsWith('.test.yaml'))
  .sort();
const mariadb = await freshDatabase('mariadb');
const postgres = await freshDatabase('postgres');

/** As the program that is replaced made them (seed D). */
const key = 'id int AUTO_INCREMENT PRIMARY KEY, btxid int UNIQUE';
const tables = {
  cities: `${key}, name varchar(99)`,
  violation_categories: `${key}, name varchar(99)`,
  objects: `${key}, name varchar(99), city_id int, state varchar(50)`,
  violations: `${key}, name varchar(99), category_id int, state varchar(50)`,
  users: `${key}, first_name varchar(99), last_name varchar(99), tg_id bigint NOT NULL, secret_key varchar(64) NOT NULL`,
};

beforeAll(async () => {
  const sql = await createConnection({ ...mariadb.settings, charset: 'utf8mb4' });
  for (const [table, columns] of Object.entries(tables))
    await sql.query(`CREATE TABLE ${table} (${columns}) ENGINE=InnoDB`);
  await sql.end();
});

/** A shipped pipeline in a folder of its own, and what its variables hold beside the sandboxes. */
async function office(file: string) {
  const portal = await startPortal({ limits: 'off' });
  const clinic = await startClinic({ appointments: 3 });
  const account = await startAccount({ limits: 'off' });
  onTestFinished(async () => {
    await account.close();
    await portal.close();
    await clinic.close();
  });
  const lock = resolve(folder, file.replace('.yaml', '.lock.json'));
  const here = place({
    [file]: readFileSync(resolve(folder, file), 'utf8'),
    ...(existsSync(lock) && { [basename(lock)]: readFileSync(lock, 'utf8') }),
  });
  const { settings } = clinic;
  const env = {
    FILIAL_ID: '1',
    IDENT_SERVER: settings.server,
    IDENT_PORT: String(settings.port),
    IDENT_USER: settings.user,
    IDENT_PASSWORD: settings.password,
    IDENT_TRUST_CERTIFICATE: 'true',
    BITRIX24_WEBHOOK: portal.webhook,
    BITRIX_WEBHOOK_URL: portal.webhook,
    DATABASE_URL: postgres.url,
    DB_HOST: settings.server,
    DB_PORT: String(settings.port),
    DB_USER: settings.user,
    DB_PASSWORD: settings.password,
    DB_TRUST_CERTIFICATE: 'true',
    AMOCRM_SUBDOMAIN: 'clinic',
    AMOCRM_TOKEN: account.token,
    MYSQL_HOST: mariadb.settings.host,
    MYSQL_PORT: String(mariadb.settings.port),
    MYSQL_USER: mariadb.settings.user,
    MYSQL_PASSWORD: mariadb.settings.password,
    MYSQL_DATABASE: mariadb.settings.database,
  };
  const settingsOf = file === 'ident-to-amocrm.yaml' ? ['--connection', `amo.address=${account.origin}`] : [];
  return {
    ...here,
    portal,
    lock,
    discover: (...argv: readonly string[]) => here.pipe(['discover', file, ...argv, ...settingsOf], env),
  };
}

describe('the lock files of the shipped pipelines', { timeout: 60_000 }, () => {
  // PIPE_WRITE_LOCKS=1 writes them anew.
  it.each(shipped)('%s has that of the sandboxes, to the byte', async (file) => {
    const { discover, path, lock } = await office(file);
    const { exit, stderr } = await discover('--lock');
    expect([exit, stderr]).toEqual([0, '']);
    const text = readFileSync(path(basename(lock)), 'utf8');
    if (process.env['PIPE_WRITE_LOCKS'] !== undefined) writeFileSync(lock, text);
    expect(text).toBe(readFileSync(lock, 'utf8'));
  });
});

describe('pipe discover', { timeout: 60_000 }, () => {
  const file = 'ident-to-bitrix.yaml';

  it('writes nothing where nothing has changed, and finds no drift', async () => {
    const { discover } = await office(file);
    expect(await discover('--lock')).toMatchObject({
      exit: 0,
      stdout: 'ident-to-bitrix.lock.json: nothing has changed\n',
    });
    const { exit, stdout } = await discover('--drift');
    expect([exit, stdout]).toEqual([0, 'the systems are as the lock file says\n']);
  });

  it('names every field, stage and mark that is not as in the lock file, and ends with 5', async () => {
    const { discover, path } = await office(file);
    const at = path('ident-to-bitrix.lock.json');
    const lock = JSON.parse(readFileSync(at, 'utf8'));
    const { deal } = lock.connections.portal.entities;
    deal.fields = deal.fields.filter(({ name }: { name: string }) => name !== 'COMMENTS');
    const stage = deal.fields.find(({ name }: { name: string }) => name === 'STAGE_ID');
    stage.options[0].text = 'Старая';
    stage.options.push({ id: 'C1:GONE', text: 'Была', within: { field: 'CATEGORY_ID', value: '1' } });
    deal.fields.find(({ name }: { name: string }) => name === 'OPPORTUNITY').type = 'text';
    writeFileSync(at, JSON.stringify(lock));
    const { exit, stdout } = await discover('portal', '--drift');
    expect(exit).toBe(5);
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      '~ portal deal.OPPORTUNITY type: text → number',
      `~ portal deal.STAGE_ID option ${stage.options[0].id}: Старая → Анализ причины провала`,
      '- portal deal.STAGE_ID option C1:GONE',
      '+ portal deal.COMMENTS',
    ]);
    const json = await discover('portal', '--drift', '--json');
    expect([json.exit, shapeErrors('discover', json.stdout), JSON.parse(json.stdout).differences.length]).toEqual([
      5,
      [],
      4,
    ]);
  });

  it('prints fields with their types, titles and options, of one entity when asked', async () => {
    const { discover } = await office(file);
    const { exit, stdout } = await discover('portal', '--entity', 'company');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^portal \(bitrix24\)\n {2}company\n/);
    expect(stdout).toContain('    COMPANY_TYPE: enum');
    expect(stdout).toContain('      CUSTOMER: Клиент\n');
    const all = await discover('portal');
    expect(all.stdout).toContain('      C1:NEW: Новое обращение [CATEGORY_ID 1]\n');
    expect(all.stdout).toContain('  deal.productrows\n');
    const json = await discover('portal', '--json');
    expect(shapeErrors('discover', json.stdout)).toEqual([]);
  });

  it('prints what a source reads that is no target too, and names the streams there are', async () => {
    const { discover, path } = await office(file);
    const stream = await discover('clinic', '--entity', 'doctors');
    expect([stream.exit, stream.stdout.split('\n')[0]]).toEqual([0, 'clinic (ident)']);
    const none = await discover('clinic', '--entity', 'Doctors');
    expect([none.exit, none.stderr.split('\n')[0]]).toEqual([2, 'error cli.unknown_source']);
    expect(none.stderr).toContain('clinic has no "Doctors" to read\n  fix: use one of receptions | ');
    const text = readFileSync(path(file), 'utf8').replace('connector: ident', 'connector: mssql\n    encrypt: false');
    writeFileSync(path(file), text.replaceAll(/stream: \w+/g, 'table: dbo.Staffs'));
    const table = await discover('clinic', '--entity', 'dbo.Staffs');
    expect([table.exit, table.stderr]).toEqual([0, '']);
    expect(table.stdout).toMatch(/^clinic \(mssql\)\n {2}source dbo\.Staffs\n {4}ID_Persons: integer\n/);
  });

  it('compares with nothing where there is no lock file, and takes one wish at a time', async () => {
    const { pipe } = place({ [file]: readFileSync(resolve(folder, file), 'utf8') });
    const two = await pipe(['discover', file, '--lock', '--drift']);
    expect([two.exit, two.stderr.split('\n')[0]]).toEqual([2, 'error cli.flag_beside']);
    const { discover, path } = await office(file);
    writeFileSync(path('ident-to-bitrix.lock.json'), '{}');
    const none = await discover('portal', '--drift');
    expect([none.exit, none.stderr.split('\n')[0]]).toEqual([2, 'error cli.no_lock']);
  });

  it('asks no rows and writes nothing into the portal', async () => {
    const { discover, portal } = await office(file);
    await discover('portal');
    const methods = new Set(portal.journal.commands.map(({ method }) => method));
    expect([...methods].sort()).toEqual([
      'crm.company.fields',
      'crm.contact.fields',
      'crm.deal.fields',
      'crm.lead.fields',
      'crm.status.list',
    ]);
  });
});
