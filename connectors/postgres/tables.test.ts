import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Field, WantedTable } from '../../engine/index.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { execute } from '../../test/support/servers/speak.ts';
import { open, running } from './open-for-test.ts';

const { settings } = await freshDatabase('postgres');
const sql = async (text: string): Promise<void> => await execute('postgres', settings, text);
const { tables, sink, load, rows, connection } = open(settings);
afterAll(async () => await connection.close());
beforeEach(async () => await sql('DROP TABLE IF EXISTS deals'));

const fields: readonly Field[] = [
  { name: 'id', type: 'id', title: 'Номер' },
  { name: 'title', type: 'text', title: `Название "сделки" и 'кавычки'` },
  { name: 'count', type: 'integer' },
  { name: 'amount', type: 'number' },
  { name: 'open', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'datetime' },
  { name: 'stage', type: 'enum', options: [] },
  { name: 'tags', type: 'text', multiple: true },
  { name: 'phone', type: 'phones' },
  { name: 'mail', type: 'emails' },
  { name: 'extra', type: 'json' },
];

const wanted = (columns: readonly Field[], ddl: WantedTable['ddl'] = 'evolve'): WantedTable => ({
  entity: 'deals',
  key: ['id'],
  columns,
  ddl,
});

const plan = async (columns: readonly Field[], ddl?: WantedTable['ddl']) =>
  await tables.plan(wanted(columns, ddl), running());

describe('a table that is not there', () => {
  it('is made with a type for each field, its key and its titles, and nothing more is wanted then', async () => {
    const changes = await plan(fields, 'create');
    expect(changes.map(({ sql: text }) => text)).toEqual([
      'CREATE TABLE IF NOT EXISTS "public"."deals" ("id" text NOT NULL, "title" text, "count" bigint, "amount" numeric, "open" boolean, "day" date, "at" timestamp with time zone, "stage" text, "tags" jsonb, "phone" jsonb, "mail" jsonb, "extra" jsonb, PRIMARY KEY ("id"))',
      `COMMENT ON COLUMN "public"."deals"."id" IS 'Номер'`,
      `COMMENT ON COLUMN "public"."deals"."title" IS 'Название "сделки" и ''кавычки'''`,
    ]);
    expect(changes.map(({ kind }) => kind)).toEqual(['create-table', 'comment', 'comment']);
    await tables.change(changes, running());
    expect(await plan(fields)).toEqual([]);
    expect(await plan(fields, 'create')).toEqual([]);
    const { id, keys, fields: made } = await sink.describe('deals', running());
    expect([id, keys]).toEqual(['id', [['id']]]);
    expect(made[1]).toEqual({ name: 'title', type: 'text', optional: true, title: `Название "сделки" и 'кавычки'` });
  });

  it('gets a column without a zone for a local time, which stays what it is', async () => {
    const columns: readonly Field[] = [
      { name: 'id', type: 'id' },
      { name: 'at', type: 'datetime', naive: true },
    ];
    await tables.change(await plan(columns), running());
    await load({ entity: 'deals', key: ['id'], columns: ['id', 'at'], rows: [['1', '2026-03-29T02:30:00.000']] });
    expect(await rows('SELECT at::text AS at FROM deals')).toEqual([{ at: '2026-03-29 02:30:00' }]);
    expect((await sink.describe('deals', running())).fields[1]).toMatchObject({ type: 'datetime', naive: true });
    expect(await plan(columns)).toEqual([]);
  });

  it('holds what is loaded without a loss', async () => {
    await tables.change(await plan(fields), running());
    const values = {
      id: '1',
      title: 'Ё'.repeat(10_000),
      count: '9223372036854775807',
      amount: '12345678901234567890.123456789',
      open: false,
      day: '2026-03-01',
      at: '2026-03-01T10:00:00.123Z',
      stage: 'C1:NEW',
      tags: ['a', 'b'],
      phone: [{ id: '1', value: '+7 900', type: 'WORK' }],
      mail: [],
      extra: { n: '12345678901234567890' },
    };
    const columns = fields.map(({ name }) => name);
    await load({ entity: 'deals', key: ['id'], columns, rows: [Object.values(values)] });
    expect(await rows('SELECT * FROM deals')).toEqual([values]);
  });

  it('may be made by another meanwhile', async () => {
    const changes = await plan(fields);
    await tables.change(changes, running());
    await tables.change(changes, running());
    expect(await plan(fields)).toEqual([]);
  });
});

describe('a table that is there', () => {
  it('gets the columns it lacks, its rows are kept', async () => {
    await sql(`CREATE TABLE deals (id text PRIMARY KEY, "Own" text); INSERT INTO deals VALUES ('1', 'kept')`);
    const changes = await plan([
      { name: 'id', type: 'id' },
      { name: 'uf_crm_1', type: 'number', title: 'Скидка' },
    ]);
    expect(changes).toEqual([
      {
        kind: 'add-column',
        entity: 'deals',
        column: 'uf_crm_1',
        type: 'numeric',
        sql: 'ALTER TABLE "public"."deals" ADD COLUMN IF NOT EXISTS "uf_crm_1" numeric',
      },
      {
        kind: 'comment',
        entity: 'deals',
        column: 'uf_crm_1',
        sql: `COMMENT ON COLUMN "public"."deals"."uf_crm_1" IS 'Скидка'`,
      },
    ]);
    await tables.change(changes, running());
    expect(await rows('SELECT * FROM deals')).toEqual([{ id: '1', Own: 'kept' }]);
  });

  it.each([
    ['smallint', 'integer', 'bigint'],
    ['integer', 'integer', 'bigint'],
    ['integer', 'number', 'numeric'],
    ['bigint', 'number', 'numeric'],
    ['bigint', 'text', 'text'],
    ['numeric(10,2)', 'text', 'text'],
    ['date', 'datetime', 'timestamp with time zone'],
  ] as const)('is widened from %s for %s to %s, and its values with it', async (before, type, after) => {
    await sql(`CREATE TABLE deals (id text PRIMARY KEY, v ${before})`);
    await sql(
      before === 'date' ? `INSERT INTO deals VALUES ('1', '2026-03-01')` : `INSERT INTO deals VALUES ('1', 12)`,
    );
    const changes = await plan([
      { name: 'id', type: 'id' },
      { name: 'v', type },
    ]);
    expect(changes).toEqual([
      {
        kind: 'widen-column',
        entity: 'deals',
        column: 'v',
        before,
        type: after,
        sql: `ALTER TABLE "public"."deals" ALTER COLUMN "v" TYPE ${after} USING "v"::${after}`,
      },
    ]);
    await tables.change(changes, running());
    expect(
      await plan([
        { name: 'id', type: 'id' },
        { name: 'v', type },
      ]),
    ).toEqual([]);
    expect(await rows('SELECT count(v) AS n FROM deals')).toEqual([{ n: 1 }]);
  });

  it.each([
    ['bigint', 'integer'],
    ['numeric', 'integer'],
    ['text', 'integer'],
    ['integer', 'id'],
    ['character varying(50)', 'text'],
    ['uuid', 'text'],
    ['timestamp without time zone', 'datetime'],
    ['json', 'json'],
  ] as const)('of %s takes %s as it is', async (held, type) => {
    await sql(`CREATE TABLE deals (id text PRIMARY KEY, v ${held})`);
    expect(
      await plan([
        { name: 'id', type: 'id' },
        { name: 'v', type },
      ]),
    ).toEqual([]);
  });

  it.each([
    ['boolean', 'integer'],
    ['integer', 'boolean'],
    ['timestamp with time zone', 'number'],
    ['jsonb', 'text'],
    ['integer', 'json'],
    ['timestamp with time zone', 'text'],
  ] as const)('of %s cannot take %s', async (held, type) => {
    await sql(`CREATE TABLE deals (id text PRIMARY KEY, v ${held})`);
    await expect(
      plan([
        { name: 'id', type: 'id' },
        { name: 'v', type },
      ]),
    ).rejects.toMatchObject({
      code: 'sql.column_kind',
      kind: 'input',
      message: `column v of deals is ${held} and cannot take ${type}`,
    });
  });

  it('is not touched by ddl: create, which names the column it lacks', async () => {
    await sql('CREATE TABLE deals (id text PRIMARY KEY, v smallint)');
    expect(
      await plan(
        [
          { name: 'id', type: 'id' },
          { name: 'v', type: 'integer' },
        ],
        'create',
      ),
    ).toEqual([]);
    await expect(plan(fields, 'create')).rejects.toMatchObject({ message: 'there is no column title in deals' });
  });

  it('needs a unique key', async () => {
    await sql('CREATE TABLE deals (id text, v text); CREATE UNIQUE INDEX ON deals (id) WHERE v IS NOT NULL');
    await expect(plan([{ name: 'id', type: 'id' }])).rejects.toMatchObject({ code: 'sql.key_unknown' });
  });
});

describe('names', () => {
  it('that differ in case alone are named both', async () => {
    const both = plan([
      { name: 'id', type: 'id' },
      { name: 'Title', type: 'text' },
      { name: 'title', type: 'text' },
    ]);
    await expect(both).rejects.toMatchObject({ message: 'Title and title are one column to PostgreSQL' });
    await sql('CREATE TABLE deals (id text PRIMARY KEY, "Title" text)');
    await expect(
      plan([
        { name: 'id', type: 'id' },
        { name: 'title', type: 'text' },
      ]),
    ).rejects.toMatchObject({
      message: 'Title and title are one column to PostgreSQL',
    });
  });

  it('are measured in bytes', async () => {
    const name = 'я'.repeat(32);
    await expect(
      plan([
        { name: 'id', type: 'id' },
        { name, type: 'text' },
      ]),
    ).rejects.toMatchObject({
      message: `the name ${name} is longer than the 63 bytes PostgreSQL keeps`,
    });
    expect(
      await plan([
        { name: 'id', type: 'id' },
        { name: 'я'.repeat(31), type: 'text' },
      ]),
    ).toHaveLength(1);
  });

  it('of any kind are quoted', async () => {
    const name = 'order by "x"; --';
    const columns: readonly Field[] = [
      { name: 'id', type: 'id' },
      { name, type: 'text' },
    ];
    const odd = { ...wanted(columns), entity: 'public."my ""deals"' };
    await tables.change(await tables.plan(odd, running()), running());
    await load({ entity: odd.entity, key: ['id'], columns: ['id', name], rows: [['1', 'a']] });
    expect(await rows('SELECT * FROM "my ""deals"')).toEqual([{ id: '1', [name]: 'a' }]);
  });
});
