import { existsSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startAccount } from '../../connectors/amocrm/sandbox/index.ts';
import { startPortal } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Desk } from '../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../connectors/ident/sandbox/index.ts';
import type { Clinic } from '../../connectors/ident/sandbox/index.ts';
import { createRandom } from '../../connectors/ident/sandbox/random.ts';
import { freshDatabase } from '../support/servers/fresh-database.ts';
import { tables } from './sql/mini-app.ts';
import type { ShownRecord } from '../../engine/plan/shown-change.ts';
import { done, listed, rehearse } from './rehearsal.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

const limits = { capacity: 1_000_000, perSecond: 1_000_000 };
const unlimited = { perSecond: 1_000_000, perAccount: 1_000_000 };

/** People who left their phone, and what managers made of some patients before the pipeline came. */
async function madeByHand(clinic: Clinic, seed: number): Promise<(desk: Desk) => void> {
  const people = await clinic
    .execute(
      `SELECT TOP 6 Surname AS surname, Name AS name, MobilePhone AS phone, CardNumber AS card FROM dbo.Persons
      WHERE Surname IS NOT NULL AND MobilePhone IS NOT NULL ORDER BY ID DESC`,
    )
    .catch(() =>
      clinic.execute(`SELECT TOP 6 Surname AS surname, Name AS name, MobilePhone AS phone FROM dbo.Persons
      WHERE Surname IS NOT NULL AND MobilePhone IS NOT NULL ORDER BY ID DESC`),
    );
  return (desk) => {
    people.forEach(({ surname, name, phone }, index) => {
      const person = { LAST_NAME: surname, NAME: name, PHONE: [{ VALUE: String(phone), VALUE_TYPE: 'WORK' }] };
      if ((index + seed) % 3 === 0) desk.create('lead', { TITLE: 'Звонок', STATUS_ID: 'NEW', ...person });
      if ((index + seed) % 3 === 1) {
        const contact = desk.create('contact', person);
        desk.create('deal', { TITLE: 'Вручную', CONTACT_ID: contact, STAGE_ID: index % 2 === 0 ? 'NEW' : 'EXECUTING' });
      }
    });
  };
}

describe('G6: what pipe diff lists is what pipe run then does', () => {
  it.each(seeds)('with ident-to-bitrix, seed %d', async (seed) => {
    const clinic = await startClinic({ appointments: 12, seed, days: 7 });
    onTestFinished(() => clinic.close());
    const portal = await startPortal({ limits: 'off', seed: await madeByHand(clinic, seed) });
    onTestFinished(() => portal.close());
    const rehearsal = await rehearse('pipelines/ident-to-bitrix.yaml', {
      param: ['filial=1'],
      sandboxes: { clinic: clinic.settings, portal: { webhook: portal.webhook, limits } },
    });
    const { diff, records } = await rehearsal.diff();
    expect(written(portal.journal.commands)).toEqual([]);
    expect(existsSync(rehearsal.stateFile)).toBe(false);
    const result = await rehearsal.run();
    expect(diff.error).toBeUndefined();
    expect(result.error).toBeUndefined();
    const operations = listed(records);
    expect(operations.length).toBeGreaterThan(8);
    expect(done(rehearsal.sent(), records)).toEqual(operations);
  });

  it.each(seeds)('with ident-to-amocrm, patients and visits, seed %d', async (seed) => {
    const clinic = await startClinic({ appointments: 8, seed, days: 7 });
    onTestFinished(() => clinic.close());
    const account = await startAccount({ limits: 'off' });
    onTestFinished(() => account.close());
    const { domain, origin: address, token } = account;
    const rehearsal = await rehearse('pipelines/ident-to-amocrm.yaml', {
      param: ['leads=true'],
      sandboxes: { clinic: clinic.settings, amo: { domain, address, token, limits: unlimited } },
    });
    const { records } = await rehearsal.diff();
    expect(account.journal.requests.filter(({ operation }) => /^(POST|PATCH|DELETE) /.test(operation))).toEqual([]);
    const result = await rehearsal.run();
    expect(result.error).toBeUndefined();
    expect(done(rehearsal.sent(), records)).toEqual(listed(records));
  });

  it.each(seeds)('with bitrix-dictionaries-to-mysql, seed %d', async (seed) => {
    for (const table of ['objects', 'violations', 'cities', 'violation_categories', 'users', 'pipe_checkpoint'])
      await mysql.query(`DROP TABLE IF EXISTS ${table}`);
    for (const table of tables) await mysql.query(`CREATE TABLE ${table} ENGINE=InnoDB`);
    const random = createRandom(seed);
    const ofHand = ['Казань', 'Самара', 'Пермь', 'Уфа'].filter(() => random.chance(0.4));
    for (const name of ofHand) await mysql.query('INSERT INTO cities (name) VALUES (?)', [name]);
    await mysql.query(
      `INSERT INTO users (first_name, last_name, tg_id, secret_key) VALUES ('Дарья', 'Светлова', 77, 'k')`,
    );
    const portal = await startPortal({ limits: 'off' });
    onTestFinished(() => portal.close());
    for (let count = random.between(0, 5); count > 0; count -= 1)
      portal.createElement(77, { NAME: `Клиника ${count}`, PROPERTY_637: 1201 + 2 * random.between(0, 5) });
    const rehearsal = await rehearse('pipelines/bitrix-dictionaries-to-mysql.yaml', {
      sandboxes: { portal: { webhook: portal.webhook, limits }, app: { ...mariadb.settings } },
    });
    const { diff, records } = await rehearsal.diff();
    const [before] = await mysql.query('SELECT count(*) AS count FROM cities');
    expect(before).toEqual([{ count: ofHand.length }]);
    const result = await rehearsal.run();
    expect([diff.error, result.error]).toEqual([undefined, undefined]);
    const operations = listed(records);
    expect(operations.length).toBeGreaterThan(20);
    expect(done(rehearsal.sent(), records)).toEqual(operations);
  });

  it.each(seeds)('with bitrix-to-postgres, which loads in bulk, seed %d', async (seed) => {
    await sql.query('DROP SCHEMA public CASCADE');
    await sql.query('CREATE SCHEMA public');
    const random = createRandom(seed);
    const portal = await startPortal({
      limits: 'off',
      seed: (desk) => {
        for (let number = random.between(1, 8); number > 0; number -= 1) {
          desk.create('contact', { NAME: `Имя${number}`, ...(random.chance(0.5) && { COMMENTS: 'заметка' }) });
          desk.create('deal', { TITLE: `Сделка ${number}`, OPPORTUNITY: random.between(0, 900) });
        }
      },
    });
    onTestFinished(() => portal.close());
    const rehearsal = await rehearse('pipelines/bitrix-to-postgres.yaml', {
      sandboxes: { portal: { webhook: portal.webhook, limits }, warehouse: { url: postgres.url } },
    });
    const first = await rehearsal.diff();
    expect(await cells()).toEqual({});
    await rehearsal.run();
    expect(await cells()).toEqual(cellsOf(first.records));
    for (const deal of portal.truth.deals()) {
      if (random.chance(0.5)) portal.edit('deal', Number(deal['ID']), { TITLE: `Другая ${random.between(1, 99)}` });
    }
    const before = await cells();
    const second = await rehearsal.diff({ full: true });
    expect(await cells()).toEqual(before);
    await rehearsal.run({ full: true });
    const after = await cells();
    const changed = Object.keys(after).filter((cell) => after[cell] !== before[cell]);
    expect(changed.sort()).toEqual(Object.keys(cellsOf(second.records)).sort());
  });
});

const mariadb = await freshDatabase('mariadb');
const postgres = await freshDatabase('postgres');
const mysql = await createConnection({ ...mariadb.settings, charset: 'utf8mb4' });
const sql = new Client(postgres.settings);
beforeAll(() => sql.connect());
afterAll(async () => {
  await sql.end();
  await mysql.end();
});

/** Every cell with a value of the tables that mirror the portal: `crm_deals 7 title`. */
async function cells(): Promise<Readonly<Record<string, true | string>>> {
  const { rows } = await sql.query(
    `SELECT table_name AS table FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE 'crm_%'`,
  );
  const found: Record<string, string> = {};
  for (const { table } of rows) {
    const { rows: held } = await sql.query(`SELECT * FROM ${table}`);
    for (const row of held) {
      for (const [name, value] of Object.entries(row))
        if (value !== null) found[`${table} ${row.bitrix_id} ${name}`] = JSON.stringify(value);
    }
  }
  return found;
}

/** The same as a diff foretells them. */
function cellsOf(records: readonly ShownRecord[]): Readonly<Record<string, unknown>> {
  const told = records.flatMap(({ changes }) =>
    changes.flatMap(({ entity, row, fields }) =>
      fields.map(({ name }) => [`${entity} ${row} ${name}`, expect.anything()]),
    ),
  );
  return Object.fromEntries(told);
}

function written(commands: readonly { readonly method: string }[]): readonly string[] {
  return commands.map(({ method }) => method).filter((method) => /\.(add|update|delete|set)$/.test(method));
}
