import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Answer, Field, WantedTable, Wanted } from '../../engine/index.ts';
import { testHost } from '../../test/support/host.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { connect } from './connection.ts';
import { openDatabase } from './database.ts';
import { ask, opened, running } from './open-for-test.ts';

const { settings: login, name: database, url } = await freshDatabase('mariadb');

const rowsOf = (answers: readonly Answer[]): readonly unknown[] =>
  answers.map((answer) => (answer.ok ? answer.rows.map(({ key }) => key) : answer.error.code));

describe('find', () => {
  it('compares as the column does, whatever its character set', async () => {
    await ask(
      login,
      `CREATE TABLE mixed (id INT PRIMARY KEY, general VARCHAR(20), bin VARCHAR(20) COLLATE utf8mb4_bin, old VARCHAR(20) CHARACTER SET cp1251,
       price DECIMAL(10,2), at DATETIME(3), ts TIMESTAMP NULL, day DATE, ok TINYINT(1), KEY (general))`,
    );
    await ask(
      login,
      "INSERT INTO mixed VALUES (1, 'Пётр', 'Пётр', 'Пётр', 1.50, '2026-03-01 09:00:00.5', '2026-03-01 09:00:00', '2026-03-01', 1), (2, 'Анна', 'Анна', 'Анна', 2, NULL, NULL, NULL, 0)",
    );
    const { sink } = opened(login);
    const found = async (name: string, ...anyOf: readonly (string | number | boolean)[]): Promise<unknown> => {
      const by: Readonly<Record<string, Wanted>> = { [name]: { anyOf } };
      return rowsOf(await sink.find('mixed', [{ by }], [], running()))[0];
    };
    expect(await found('general', 'пётр', 'nobody')).toEqual(['1']);
    expect(await found('bin', 'пётр')).toEqual([]);
    expect(await found('bin', 'Пётр')).toEqual(['1']);
    expect(await found('old', 'пётр')).toEqual(['1']);
    expect(await found('old', '中')).toEqual([]);
    expect(await found('price', '1.5', 2)).toEqual(['1', '2']);
    expect(await found('at', '2026-03-01T12:00:00.500+03:00')).toEqual(['1']);
    expect(await found('ts', '2026-03-01T09:00:00Z')).toEqual(['1']);
    expect(await found('day', '2026-03-01')).toEqual(['1']);
    expect(await found('ok', true)).toEqual(['1']);
  });

  it('takes no text for a number it begins with: that question alone is refused', async () => {
    await ask(login, 'CREATE TABLE numbers (id INT PRIMARY KEY, n INT)');
    await ask(login, 'INSERT INTO numbers VALUES (1, 0), (2, 12)');
    const { sink } = opened(login);
    const questions = ['12abc', '', 12].map((value) => ({ by: { n: { anyOf: [value] } } }));
    expect(rowsOf(await sink.find('numbers', questions, [], running()))).toEqual([
      'sql.value_type',
      'sql.value_type',
      ['2'],
    ]);
  });

  it('reads columns and tables of any name', async () => {
    await ask(login, 'CREATE TABLE `odd ``table?` (`a ``b?` INT PRIMARY KEY, `select` VARCHAR(9), `a.b` INT)');
    await ask(login, "INSERT INTO `odd ``table?` VALUES (1, '?', 3)");
    const { sink } = opened(login);
    const question = { by: { select: { anyOf: ['?'] } } };
    const [answer] = await sink.find('`odd ``table?`', [question], ['select', 'a.b'], running());
    expect(answer).toMatchObject({ rows: [{ key: '1', values: { select: '?', 'a.b': 3 } }] });
  });
});

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({ name, type, ...more });

describe('tables', () => {
  const wanted = (columns: readonly Field[], ddl: WantedTable['ddl'] = 'evolve'): WantedTable => ({
    entity: 'made',
    key: ['id'],
    columns,
    ddl,
  });
  const first = [
    field('id', 'id'),
    field('title', 'text', { title: "Имя 'и' \\ фамилия" }),
    field('amount', 'number'),
    field('stamp', 'datetime'),
    field('tags', 'text', { multiple: true }),
    field('open', 'boolean'),
    field('count', 'integer'),
  ];

  it('are made with what loses nothing, their titles as comments, and are then as wanted', async () => {
    const { sink } = opened(login);
    const changes = await sink.tables?.plan(wanted(first), running());
    expect(changes?.map(({ kind, sql }) => [kind, sql])).toEqual([
      [
        'create-table',
        `CREATE TABLE \`${database}\`.\`made\` (
  \`id\` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  \`title\` LONGTEXT NULL COMMENT 'Имя \\'и\\' \\\\ фамилия',
  \`amount\` DECIMAL(65,20) NULL,
  \`stamp\` DATETIME(6) NULL,
  \`tags\` JSON NULL,
  \`open\` TINYINT(1) NULL,
  \`count\` BIGINT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`,
      ],
    ]);
    await sink.tables?.change(changes ?? [], running());
    await sink.tables?.change(changes ?? [], running());
    expect(await sink.tables?.plan(wanted(first), running())).toEqual([]);
    const { fields } = await sink.describe('made', running());
    expect(fields.map(({ name, type, title }) => [name, type, title])).toEqual([
      ['id', 'text', undefined],
      ['title', 'text', "Имя 'и' \\ фамилия"],
      ['amount', 'number', undefined],
      ['stamp', 'datetime', undefined],
      ['tags', 'json', undefined],
      ['open', 'boolean', undefined],
      ['count', 'integer', undefined],
    ]);
  });

  it('grow with the source and keep their rows', async () => {
    await ask(
      login,
      "CREATE TABLE grown (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 5 COMMENT 'сколько', day DATE, v VARCHAR(255), ix VARCHAR(255), KEY (ix))",
    );
    await ask(login, "INSERT INTO grown VALUES (1, 7, '2026-03-01', 'v', 'ix')");
    const { sink } = opened(login);
    const columns = [
      field('id', 'integer'),
      field('n', 'number'),
      field('day', 'datetime'),
      field('v', 'text'),
      field('ix', 'text'),
      field('new', 'date', { title: 'новое' }),
    ];
    const changes =
      (await sink.tables?.plan({ entity: 'grown', key: ['id'], columns, ddl: 'evolve' }, running())) ?? [];
    expect(changes.map(({ kind, column, before, type }) => [kind, column, before, type])).toEqual([
      ['widen-column', 'id', 'int(11)', 'BIGINT'],
      ['widen-column', 'n', 'int(11)', 'DECIMAL(65,20)'],
      ['widen-column', 'day', 'date', 'DATETIME(6)'],
      ['widen-column', 'v', 'varchar(255)', 'LONGTEXT'],
      ['add-column', 'new', undefined, 'DATE'],
    ]);
    await sink.tables?.change(changes, running());
    expect(await ask(login, 'SELECT id, CAST(n AS CHAR) AS n, day, v, ix, new FROM grown')).toEqual([
      { id: 1, n: '7.00000000000000000000', day: '2026-03-01 00:00:00.000000', v: 'v', ix: 'ix', new: null },
    ]);
    const [n] = await ask(
      login,
      `SELECT COLUMN_DEFAULT AS fallback, IS_NULLABLE AS nullable, COLUMN_COMMENT AS title FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${database}' AND TABLE_NAME = 'grown' AND COLUMN_NAME = 'n'`,
    );
    expect(n).toEqual({ fallback: '5.00000000000000000000', nullable: 'NO', title: 'сколько' });
  });

  it.each([
    [
      'two names that are one to MySQL',
      [field('id', 'id'), field('Café', 'text'), field('CAFE', 'text')],
      'sql.names_fold',
    ],
    ['a name of more than 64 characters', [field('id', 'id'), field('я'.repeat(65), 'text')], 'sql.name_long'],
  ])('are refused for %s', async (_what, columns, code) => {
    const { sink } = opened(login);
    await expect(
      sink.tables?.plan({ entity: 'other', key: ['id'], columns, ddl: 'create' }, running()),
    ).rejects.toMatchObject({
      code,
    });
  });

  it('are refused a column of another kind', async () => {
    await ask(login, 'CREATE TABLE kinds (id INT PRIMARY KEY, a INT)');
    const { sink } = opened(login);
    const columns = [field('id', 'integer'), field('a', 'text')];
    await expect(
      sink.tables?.plan({ entity: 'kinds', key: ['id'], columns, ddl: 'evolve' }, running()),
    ).rejects.toMatchObject({ code: 'sql.column_kind' });
  });
});

describe('a table that is read', () => {
  it('has local times in DATETIME, and instants in TIMESTAMP', async () => {
    await ask(login, 'CREATE TABLE clocks (id INT PRIMARY KEY, at DATETIME(3), seen TIMESTAMP NULL)');
    const { connection } = opened(login);
    const { fields = [] } = (await connection.source?.({ table: 'clocks' }).describe(running())) ?? {};
    expect(fields.map(({ name, type, naive }) => [name, type, naive])).toEqual([
      ['id', 'integer', undefined],
      ['at', 'datetime', true],
      ['seen', 'datetime', undefined],
    ]);
  });
});

describe('a query', () => {
  it('is read as its author wrote it, question marks and all', async () => {
    const { connection } = opened(login);
    const source = connection.source?.({
      query: "SELECT '?' AS a, 'it''s \\'@x\\'' AS b, @name AS c, 12345678901234567890.50 AS d -- @none\n",
    });
    expect((await source?.describe(running()))?.fields.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'text'],
      ['b', 'text'],
      ['c', 'text'],
      ['d', 'number'],
    ]);
    const rows: unknown[] = [];
    const request = { mode: 'full', batch: 10, params: { name: "o'\\x" }, signal: running() } as const;
    for await (const batch of source?.read(request) ?? []) rows.push(...batch.rows);
    expect(rows).toEqual([{ a: '?', b: "it's '@x'", c: "o'\\x", d: '12345678901234567890.5' }]);
  });

  it('has nothing for the nulls of a document, unless it is read as text', async () => {
    await ask(login, 'CREATE TABLE documents (doc JSON)');
    await ask(login, `INSERT INTO documents VALUES ('{"a": null, "b": [1, null, 2]}')`);
    const { connection } = opened(login);
    const source = connection.source?.({ query: 'SELECT doc, CAST(doc AS CHAR) AS whole FROM documents' });
    const request = { mode: 'full', batch: 9, params: {}, signal: running() } as const;
    for await (const { rows } of source?.read(request) ?? [])
      expect(rows).toEqual([{ doc: { b: [1, 2] }, whole: '{"a": null, "b": [1, null, 2]}' }]);
    expect.assertions(1);
  });

  it('that gives two columns one name is refused', async () => {
    const { connection } = opened(login);
    const describing = connection.source?.({ query: 'SELECT 1 AS a, 2 AS a' }).describe(running());
    await expect(describing).rejects.toMatchObject({ code: 'sql.column_name' });
  });
});

describe('a connection', () => {
  const check = async (settings: Parameters<typeof connect>[0]): Promise<unknown> => {
    const connection = connect(settings, testHost('/'));
    onTestFinished(async () => await connection.close());
    return await connection.check({ sources: [], entities: [] }, running());
  };

  it('is given by a url as well', async () => {
    expect(await check({ url })).toMatchObject([{ ok: true }, { ok: true }]);
    // As a pipeline fills it in.
    expect(await check({ url, port: 3306 })).toMatchObject([{ ok: true }, { ok: true }]);
  });

  it('says why there is none', async () => {
    const { port } = login;
    await expect(check({ ...login, password: 'wrong' })).rejects.toMatchObject({ code: 'sql.login_refused' });
    await expect(check({ ...login, database: 'nowhere' })).rejects.toMatchObject({ code: 'sql.database_unknown' });
    await expect(check({ ...login, ssl: {} })).rejects.toMatchObject({ code: 'sql.not_encrypted' });
    await expect(check({ ...login, port: await closedPort() })).rejects.toMatchObject({
      code: 'sql.unreachable',
      retry: true,
    });
    expect(() => connect({ port }, testHost('/'))).toThrowError(
      expect.objectContaining({ code: 'sql.settings_incomplete' }),
    );
    expect(() => connect({ url: 'http://x' }, testHost('/'))).toThrowError(
      expect.objectContaining({ code: 'sql.url_wrong' }),
    );
  });

  it('that the server cuts is replaced by the next', async () => {
    const { sink } = opened(login);
    await ask(login, 'CREATE TABLE cut (id INT PRIMARY KEY)');
    await sink.describe('cut', running());
    const own = await ask(
      login,
      `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = '${database}' AND ID <> CONNECTION_ID()`,
    );
    for (const { id } of own) await ask(login, `KILL ${Number(id)}`).catch(() => undefined);
    await expect
      .poll(
        async () =>
          await sink.describe('cut', running()).then(
            ({ id }) => id,
            () => undefined,
          ),
      )
      .toBe('id');
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('what `pipe check` asks of a table it writes', () => {
  const asked = async (user: string, entity = 'ledger') => {
    const { connection } = opened({ ...login, user, password: 'x' });
    const use = { entity, fields: [], makes: 'create' } as const;
    const results = await connection.check({ sources: [], entities: [use] }, running());
    return results.slice(3).map(({ ok, fact, error }) => [ok, fact.en, error?.code, error?.parameters['grant']]);
  };

  /** A user of this data base alone, by name; gone with the test. */
  const withUser = async (user: string, ...grants: readonly string[]): Promise<void> => {
    await ask(login, `CREATE USER ${user} IDENTIFIED BY 'x'`);
    onTestFinished(async () => void (await ask(login, `DROP USER ${user}`)));
    for (const grant of grants) await ask(login, `GRANT ${grant} TO ${user}`);
  };

  it('is that the login may, or which GRANT it lacks, whichever way it was granted', async () => {
    await ask(login, 'CREATE TABLE ledger (id INT PRIMARY KEY, sum INT NOT NULL)');
    const all = `\`${database}\`.*`;
    const one = `\`${database}\`.ledger`;
    await withUser('looker', `SELECT ON ${all}`);
    await withUser('adder', `SELECT, INSERT ON ${one}`);
    await withUser('parter', `SELECT ON ${one}`, `INSERT (id), UPDATE (sum) ON ${one}`);
    await withUser('owner', `ALL ON ${all}`);
    expect(await asked('looker')).toEqual([
      [
        false,
        'cannot be written',
        'sql.write_denied',
        `GRANT INSERT, UPDATE ON \`${database}\`.\`ledger\` TO 'looker'@'%'`,
      ],
    ]);
    expect((await asked('looker', 'nowhere')).flat()).toContain('sql.write_denied');
    expect(await asked('adder')).toEqual([
      [true, 'written in part', 'sql.write_denied', `GRANT UPDATE ON \`${database}\`.\`ledger\` TO 'adder'@'%'`],
    ]);
    expect(await asked('parter')).toEqual([]);
    expect(await asked('owner')).toEqual([]);
    expect(await asked('owner', 'nowhere')).toEqual([]);
    expect(await ask(login, 'SELECT * FROM ledger')).toEqual([]);
  });

  it('is that the server takes writes at all', async () => {
    const standby = openDatabase(login, testHost('/'));
    onTestFinished(async () => await standby.close());
    await standby.run({ sql: 'SET SESSION TRANSACTION READ ONLY', parameters: [] }, running());
    const asking = standby.rights({ schema: database, name: 'nowhere' }, undefined, running());
    await expect(asking).rejects.toMatchObject({ code: 'sql.read_only' });
  });
});

describe('a server that takes no writes', () => {
  it.each([
    [1290, 'The MariaDB server is running with the --read-only option so it cannot execute this statement', true],
    [1792, 'Cannot execute statement in a READ ONLY transaction', false],
  ])('is called so where it answers %i', async (number, text, retry) => {
    await ask(login, `CREATE TABLE standby_${number} (id INT PRIMARY KEY)`);
    await ask(
      login,
      `CREATE TRIGGER refuse_${number} BEFORE INSERT ON standby_${number} FOR EACH ROW
       SIGNAL SQLSTATE '25006' SET MYSQL_ERRNO = ${number}, MESSAGE_TEXT = '${text}'`,
    );
    const { sink } = opened(login);
    const write = { operation: 'create', entity: `standby_${number}`, values: { id: 1 } } as const;
    const [outcome] = await sink.write([write], running()).catch((error: unknown) => [{ error }]);
    expect(outcome).toMatchObject({ error: { code: 'sql.read_only', retry } });
  });
});
