import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Question } from '../../engine/index.ts';
import { collect } from '../../test/support/iterate.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { execute } from '../../test/support/servers/speak.ts';
import type { Settings } from './config.ts';
import { mark, open, running } from './open-for-test.ts';
import type { Opened } from './open-for-test.ts';

const { settings, url } = await freshDatabase('postgres');
const sql = async (text: string): Promise<void> => await execute('postgres', settings, text);

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function openOn(given: Settings): Opened {
  const one = open(given);
  opened.push(async () => await one.connection.close());
  return one;
}

const failure = async (given: Settings): Promise<unknown> =>
  await openOn(given)
    .rows('SELECT 1 AS one')
    .catch((error: unknown) => error);

describe('a connection', () => {
  it('is reached by its url, and its name has no secret', async () => {
    const { connection, rows } = openOn({ url });
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(connection.system).toBe(`127.0.0.1:${settings.port}/${settings.database}`);
  });

  it('goes by the port of its url, beside the default that a pipeline fills in', async () => {
    expect(await openOn({ url, port: 5432 }).rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('looks in the schema it names, and in public then', async () => {
    await sql(`DROP SCHEMA IF EXISTS "My" CASCADE; DROP TABLE IF EXISTS shared; CREATE SCHEMA "My";
      CREATE TABLE "My".shared AS SELECT 'mine' AS v; CREATE TABLE shared AS SELECT 'public' AS v`);
    const { rows, sink } = openOn({ url, schema: 'My' });
    expect(await rows('SELECT v FROM shared')).toEqual([{ v: 'mine' }]);
    expect((await sink.describe('public.shared', running())).fields).toHaveLength(1);
  });

  it.each([
    [{ password: 'wrong' }, 'sql.login_refused', false],
    [{ user: 'nobody-here' }, 'sql.login_refused', false],
    [{ database: 'nowhere' }, 'sql.database_unknown', false],
    [{ port: 1 }, 'sql.unreachable', true],
    [{ ssl: {} }, 'sql.not_encrypted', false],
  ])('with %j is refused as %s', async (change, code, retry) => {
    expect(await failure({ ...settings, ...change })).toMatchObject({ code, retry, kind: 'environment' });
  });

  it('is refused where nobody answers', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    opened.push(async () => await new Promise((resolve) => silent.close(resolve)));
    const { port } = silent.address() as AddressInfo;
    expect(await failure({ ...settings, port, connectTimeout: '100ms' })).toMatchObject({
      code: 'sql.connect_timeout',
      retry: true,
      message: `127.0.0.1:${port}/${settings.database} did not let us in within 0.1 s`,
    });
  });

  it.each([
    [{}, 'neither url nor the connection says host'],
    [{ host: 'h', user: 'u' }, 'neither url nor the connection says database'],
    [{ url: 'postgres://u:p@ss#word@h/d' }, 'neither url nor the connection says database'],
    [{ url: 'mysql://u:p@h/d' }, 'url is not an address of PostgreSQL'],
  ])('of %j is incomplete', (given, message) => {
    expect(() => open(given)).toThrow(message);
  });

  it('that the server ends while idle is opened anew', async () => {
    const { rows } = openOn(settings);
    await rows('SELECT 1 AS one');
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipe' AND datname = current_database()`,
    );
    await expect
      .poll(async () => await rows('SELECT 1 AS one').catch(() => undefined), { timeout: 30_000 })
      .toEqual([{ one: 1 }]);
  });
});

describe('a statement', () => {
  it('that is aborted ends on the server too, and throws the reason', async () => {
    const { connection } = openOn(settings);
    const stop = new AbortController();
    const reason = new Error('enough');
    const source = connection.source?.({ query: 'SELECT pg_sleep(60)::text AS s' });
    const batches = source?.read({ mode: 'full', batch: 1, params: {}, signal: stop.signal }) ?? [];
    const reading = collect(batches as AsyncIterable<unknown>);
    const other = openOn(settings);
    const running_ = async (): Promise<unknown> =>
      (
        await other.rows(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'FETCH%' AND state = 'active' AND pid <> pg_backend_pid()`,
        )
      )[0]?.['n'];
    await expect.poll(running_, { timeout: 30_000 }).toBe(1);
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect.poll(running_, { timeout: 30_000 }).toBe(0);
  });

  it('that lasts too long is ended and may be tried again', async () => {
    expect(
      await openOn({ ...settings, statementTimeout: '50ms' })
        .rows('SELECT pg_sleep(60)::text AS s')
        .catch((error: unknown) => error),
    ).toMatchObject({
      code: 'sql.statement_timeout',
      retry: true,
      message: 'PostgreSQL was not done with a statement within 0.05 s',
    });
  });

  it('names what the login may not read', async () => {
    await sql(
      `DROP TABLE IF EXISTS secret; CREATE TABLE secret (id integer PRIMARY KEY); DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'reader'`,
    );
    opened.push(async () => await sql('DROP ROLE reader'));
    const { rows } = openOn({ ...settings, user: 'reader', password: 'reader' });
    await expect(rows('SELECT * FROM secret')).rejects.toMatchObject({ code: 'sql.permission_denied' });
  });
});

describe('a server that takes no writes', () => {
  it('is called so, and not a login without rights', async () => {
    await sql(
      `DROP ROLE IF EXISTS stander; CREATE ROLE stander LOGIN PASSWORD 'stander'; ALTER ROLE stander SET default_transaction_read_only = on`,
    );
    opened.push(async () => await sql('DROP ROLE stander'));
    const { atomic, warnings } = openOn({ ...settings, user: 'stander', password: 'stander' });
    await expect(atomic.takeOver(mark, running())).rejects.toMatchObject({ code: 'sql.read_only' });
    expect(warnings).toEqual([]);
  });

  it('for want of connections says so in words', async () => {
    await sql(`DROP ROLE IF EXISTS crowd; CREATE ROLE crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 0`);
    opened.push(async () => await sql('DROP ROLE crowd'));
    await expect(
      openOn({ ...settings, user: 'crowd', password: 'crowd' }).rows('SELECT 1 AS one'),
    ).rejects.toMatchObject({
      code: 'sql.server_busy',
      message: 'PostgreSQL cannot answer at the moment: too many connections (53300)',
      retry: true,
    });
  });
});

describe('what `pipe check` asks of a table it writes', () => {
  const asked = async (login: string, makes?: 'create', entity = 'ledger') => {
    const { connection } = openOn({ ...settings, user: login, password: login });
    const use = { entity, fields: [], ...(makes && { makes }) };
    const results = await connection.check({ sources: [], entities: [use] }, running());
    return results.slice(3).map(({ ok, fact, error }) => [ok, fact.en, error?.code, error?.parameters['grant']]);
  };

  it('is that the login may, or which GRANT it lacks', async () => {
    await sql(
      `DROP TABLE IF EXISTS ledger; CREATE TABLE ledger (id integer PRIMARY KEY, sum integer);
       CREATE ROLE "Looker" LOGIN PASSWORD 'Looker'; GRANT SELECT ON ledger TO "Looker";
       CREATE ROLE adder LOGIN PASSWORD 'adder'; GRANT SELECT, INSERT ON ledger TO adder;
       CREATE ROLE parter LOGIN PASSWORD 'parter'; GRANT INSERT (id), UPDATE (sum) ON ledger TO parter`,
    );
    opened.push(async () => await sql('DROP TABLE ledger; DROP ROLE "Looker"; DROP ROLE adder; DROP ROLE parter'));
    expect(await asked('Looker')).toEqual([
      [false, 'cannot be written', 'sql.write_denied', 'GRANT INSERT, UPDATE ON "public"."ledger" TO "Looker"'],
    ]);
    expect(await asked('adder')).toEqual([
      [true, 'written in part', 'sql.write_denied', 'GRANT UPDATE ON "public"."ledger" TO adder'],
    ]);
    expect(await asked('parter')).toEqual([]);
  });

  it('is that the server takes writes at all, be the table there or not', async () => {
    await sql(`CREATE ROLE idler LOGIN PASSWORD 'idler'; ALTER ROLE idler SET default_transaction_read_only = on`);
    opened.push(async () => await sql('DROP ROLE idler'));
    expect(await asked('idler', 'create', 'nowhere')).toEqual([
      [false, 'cannot be written', 'sql.read_only', undefined],
    ]);
  });
});

describe('find', () => {
  beforeEach(async () => {
    await sql(`DROP TABLE IF EXISTS people; CREATE TABLE people (id integer PRIMARY KEY, name text, age integer, born date, tags jsonb);
      INSERT INTO people VALUES (1, 'Анна', 30, '1996-01-01', '{"a":1}'), (2, 'Борис', NULL, NULL, NULL), (3, 'Анна', 40, '1986-01-01', NULL)`);
  });

  const brief = (answer: Answer): unknown =>
    answer.ok ? answer.rows.map(({ key }) => key).sort() : [answer.error.code, answer.error.message];
  const ask = async (...questions: Question['by'][]): Promise<unknown> =>
    (
      await openOn(settings).sink.find(
        'people',
        questions.map((by) => ({ by })),
        [],
        running(),
      )
    ).map(brief);

  it('answers questions of every shape', async () => {
    expect(
      await ask(
        { name: { anyOf: ['Анна'] } },
        { name: { anyOf: ['Анна', 'Борис'] }, age: { anyOf: [30, '40', 50] } },
        { age: { empty: true } },
        { name: { anyOf: ['Борис'] }, born: { empty: true } },
        { id: { anyOf: ['3', '99'] } },
        { born: { anyOf: ['1996-01-01'] } },
        { name: { anyOf: ['анна'] } },
        { id: { anyOf: ['3000000000'] } },
      ),
    ).toEqual([['1', '3'], ['1', '3'], ['2'], ['2'], ['3'], ['1'], [], []]);
  });

  it('fails a question alone that asks a column for what it cannot hold', async () => {
    expect(
      await ask(
        { age: { anyOf: [30] } },
        { age: { anyOf: ['old'] } },
        { born: { anyOf: ['2026-02-31'] } },
        { age: { anyOf: [40] } },
      ),
    ).toEqual([
      ['1'],
      ['sql.value_type', 'the value does not suit column age of type integer'],
      ['sql.value_range', 'the number or time is beyond what column ? holds'],
      ['3'],
    ]);
  });

  it('takes thousands of questions', async () => {
    const questions = Array.from({ length: 2500 }, (_, index) => ({ by: { id: { anyOf: [String(index)] } } }));
    const answers = await openOn(settings).sink.find('people', questions, ['name', 'tags'], running());
    expect(answers.filter((answer) => answer.ok && answer.rows.length > 0)).toEqual([
      { ok: true, rows: [{ key: '1', values: { id: 1, name: 'Анна', tags: { a: 1 } } }] },
      { ok: true, rows: [{ key: '2', values: { id: 2, name: 'Борис' } }] },
      { ok: true, rows: [{ key: '3', values: { id: 3, name: 'Анна' } }] },
    ]);
  });

  it('and writes know rows by a key of several columns', async () => {
    await sql(`DROP TABLE IF EXISTS pairs; CREATE TABLE pairs (a integer, b text, v text, PRIMARY KEY (a, b));
      INSERT INTO pairs VALUES (1, 'x', 'old'), (1, 'y', 'old')`);
    const { sink, rows } = openOn(settings);
    const { id } = await sink.describe('pairs', running());
    expect(id).toBe('(a, b)');
    const key = '["1","y"]';
    const byKey = [{ by: { [id]: { anyOf: [key] } } }];
    expect(await sink.find('pairs', byKey, ['v'], running())).toEqual([
      { ok: true, rows: [{ key, values: { a: 1, b: 'y', v: 'old' } }] },
    ]);
    const outcomes = await sink.write(
      [
        { operation: 'update', entity: 'pairs', key, values: { v: 'new' } },
        { operation: 'delete', entity: 'pairs', key: '["1","x"]' },
        { operation: 'create', entity: 'pairs', values: { a: 2, b: 'z' } },
      ],
      running(),
    );
    expect(outcomes).toEqual([
      { ok: true, key },
      { ok: true, key: '["1","x"]' },
      { ok: true, key: '["2","z"]' },
    ]);
    expect(await rows('SELECT * FROM pairs ORDER BY a')).toEqual([
      { a: 1, b: 'y', v: 'new' },
      { a: 2, b: 'z' },
    ]);
  });
});
