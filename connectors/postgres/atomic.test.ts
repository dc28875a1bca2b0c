import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldUp } from '../../test/support/held-up.ts';
import { rejection } from '../../test/support/iterate.ts';
import { freshDatabase } from '../../test/support/servers/fresh-database.ts';
import { execute } from '../../test/support/servers/speak.ts';
import type { Settings } from './config.ts';
import { loadOf, mark, open, running } from './open-for-test.ts';
import type { Opened } from './open-for-test.ts';

const { settings } = await freshDatabase('postgres');
const sql = async (text: string): Promise<void> => await execute('postgres', settings, text);

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function openOn(given: Settings, now?: () => number): Opened {
  const one = open(given, now);
  opened.push(async () => await one.connection.close());
  return one;
}

beforeEach(async () => {
  await sql(`DROP TABLE IF EXISTS pipe_checkpoint, deals;
    CREATE TABLE deals (id serial PRIMARY KEY, code text UNIQUE, title text)`);
});

const batch = (sequence: number, code: string, epoch = 1) => ({
  mark: { ...mark, epoch },
  sequence,
  cursor: { at: `2026-03-0${sequence}` },
  load: loadOf({ entity: 'deals', key: ['code'], columns: ['code', 'title'], rows: [[code, 'x']] }),
  writes: [],
});

describe('a write that another session holds up', () => {
  it('tells which one it is as long as it waits', async () => {
    const { atomic } = openOn(settings);
    await atomic.takeOver(mark, running());
    expect(await atomic.heldBy?.(running())).toBeUndefined();
    const { host, port, user, password, database } = settings;
    const other = new pg.Client({ host, port, user, password, database, application_name: 'a report' });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE deals');
    const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const writing = atomic.commit(batch(1, 'a'), running());
    const by = await heldUp(atomic);
    await other.query('ROLLBACK');
    await other.end();
    expect(by.ru).toBe(`сеанс ${rows[0]?.pid} (${user}, a report, idle in transaction)`);
    expect((await writing).loaded.created).toBe(1);
  });
});

describe('a checkpoint', () => {
  it('is committed with the rows and told to the next run', async () => {
    const { atomic } = openOn(settings);
    expect(await atomic.takeOver(mark, running())).toEqual({
      epoch: 1,
      sequence: 0,
      loaded: { created: 0, updated: 0, unchanged: 0 },
    });
    await atomic.commit(batch(1, 'a'), running());
    const { cursor: _, ...withoutCursor } = batch(2, 'a');
    await atomic.commit(withoutCursor, running());
    const stored = {
      epoch: 2,
      sequence: 2,
      cursor: { at: '2026-03-01' },
      loaded: { created: 0, updated: 0, unchanged: 1 },
    };
    expect(await openOn(settings).atomic.takeOver({ ...mark, epoch: 2 }, running())).toEqual(stored);
  });

  it('is one for each pipeline, flow and target', async () => {
    const { atomic, rows } = openOn(settings, () => Date.UTC(2026, 2, 1));
    for (const target of ['a', 'b']) {
      await atomic.takeOver({ ...mark, target }, running());
      await atomic.commit({ ...batch(1, target), mark: { ...mark, target } }, running());
    }
    expect(
      await rows('SELECT target, epoch, sequence, cursor, created, at FROM pipe_checkpoint ORDER BY target'),
    ).toEqual(
      ['a', 'b'].map((target) => ({
        target,
        epoch: 1,
        sequence: 1,
        cursor: '{"at":"2026-03-01"}',
        created: 1,
        at: '2026-03-01T00:00:00.000Z',
      })),
    );
  });

  it('keeps an earlier run from committing', async () => {
    const [early, late] = [openOn(settings), openOn(settings)];
    await early.atomic.takeOver(mark, running());
    await late.atomic.takeOver({ ...mark, epoch: 2 }, running());
    const fenced = { code: 'sql.fenced', retry: false };
    await expect(early.atomic.commit(batch(1, 'a'), running())).rejects.toMatchObject(fenced);
    expect(await early.rows('SELECT code FROM deals')).toEqual([]);
    await late.atomic.commit(batch(1, 'b', 2), running());
    expect(await late.rows('SELECT code FROM deals')).toEqual([{ code: 'b' }]);
    // A state that was deleted counts its epochs from one again.
    expect(await early.atomic.takeOver(mark, running())).toMatchObject({ epoch: 3, sequence: 1 });
  });

  it('is taken over only when the transaction under way is over', async () => {
    const [early, late] = [openOn(settings), openOn(settings)];
    await early.atomic.takeOver(mark, running());
    await sql("INSERT INTO deals (code) VALUES ('held')");
    const holder = await lockRow(`SELECT * FROM deals WHERE code = 'held' FOR UPDATE`);
    const committing = early.atomic.commit(batch(1, 'held'), running());
    await waits(early, 1);
    const taking = late.atomic.takeOver({ ...mark, epoch: 2 }, running());
    await waits(early, 2);
    await holder.release();
    expect((await committing).loaded).toEqual({ created: 0, updated: 1, unchanged: 0 });
    expect(await taking).toMatchObject({ epoch: 2, sequence: 1 });
  });

  it('is begun by two runs at once', async () => {
    const runs = [1, 2, 3, 4].map((epoch) => openOn(settings).atomic.takeOver({ ...mark, epoch }, running()));
    const epochs = (await Promise.all(runs)).map((stored) => stored?.epoch);
    expect(new Set(epochs).size).toBe(4);
  });

  it('is not kept where the login may not make its table, and the rows go in all the same', async () => {
    await sql(`DROP ROLE IF EXISTS bare; CREATE ROLE bare LOGIN PASSWORD 'bare'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      GRANT SELECT, INSERT, UPDATE ON deals TO bare; GRANT USAGE ON SEQUENCE deals_id_seq TO bare`);
    opened.push(async () => await sql('DROP OWNED BY bare; DROP ROLE bare'));
    const { atomic, tables, warnings, rows } = openOn({ ...settings, user: 'bare', password: 'bare' });
    expect(await atomic.takeOver(mark, running())).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['sql.checkpoint_denied']);
    await atomic.commit(batch(1, 'a'), running());
    expect(await rows('SELECT code FROM deals')).toEqual([{ code: 'a' }]);
    const change = { kind: 'add-column', entity: 'deals', sql: 'ALTER TABLE deals ADD COLUMN more text' } as const;
    expect(await rejection(tables.change([change], running()))).toMatchObject({
      code: 'sql.ddl_denied',
      parameters: { table: 'deals' },
    });
  });
});

describe('writes of a batch', () => {
  it('are made in order beside a load, and a refused one leaves the others', async () => {
    const { atomic, rows } = openOn(settings);
    await atomic.takeOver(mark, running());
    const { outcomes, loaded } = await atomic.commit(
      {
        ...batch(1, 'a'),
        writes: [
          { operation: 'create', entity: 'deals', values: { code: 'b', title: 'new' } },
          { operation: 'create', entity: 'deals', values: { code: 'a', title: 'twice' } },
          { operation: 'create', entity: 'deals', values: { nope: 1 } },
          { operation: 'update', entity: 'deals', key: '1', values: { title: 'changed' } },
          { operation: 'update', entity: 'deals', key: 'x', values: { title: 'changed' } },
          { operation: 'rows', entity: 'deals', key: '2', list: 'items', rows: [] },
        ],
      },
      running(),
    );
    expect(loaded.created).toBe(1);
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.key : [outcome.applied, outcome.error.code]))).toEqual([
      expect.stringMatching(/^\d+$/),
      ['no', 'sql.not_unique'],
      ['no', 'sql.column_unknown'],
      '1',
      ['no', 'sql.value_type'],
      ['no', 'sql.lists_none'],
    ]);
    expect(await rows('SELECT code, title FROM deals ORDER BY id')).toEqual([
      { code: 'a', title: 'changed' },
      { code: 'b', title: 'new' },
    ]);
  });
});

describe('a commit whose answer is lost', () => {
  it.each([
    ['arrived', 1],
    ['did not arrive', 0],
  ] as const)('and that %s may be tried again, and taking over says which', async (what, sequence) => {
    const proxy = await cutting(settings.port, what === 'arrived' ? 'answer' : 'request');
    opened.push(proxy.close);
    const through = openOn({ ...settings, port: proxy.port });
    await through.atomic.takeOver(mark, running());
    proxy.arm();
    await expect(through.atomic.commit(batch(1, 'a'), running())).rejects.toMatchObject({
      code: 'sql.commit_unknown',
      kind: 'environment',
      retry: true,
    });
    expect(await through.atomic.takeOver(mark, running())).toMatchObject({ epoch: 2, sequence });
    expect(await through.rows('SELECT count(*) AS n FROM deals')).toEqual([{ n: sequence }]);
    const again = await through.atomic.commit(batch(1, 'a', 2), running());
    expect(again.loaded).toEqual({ created: 1 - sequence, updated: 0, unchanged: sequence });
  });

  it('leaves single writes unknown, and a connection lost before it leaves nothing', async () => {
    const proxy = await cutting(settings.port, 'answer');
    opened.push(proxy.close);
    const { sink, rows } = openOn({ ...settings, port: proxy.port });
    await sink.describe('deals', running());
    proxy.arm();
    const create = { operation: 'create', entity: 'deals', values: { code: 'a' } } as const;
    const outcomes = await sink.write([create], running());
    expect(outcomes).toMatchObject([{ ok: false, applied: 'unknown', error: { code: 'sql.commit_unknown' } }]);
    proxy.arm('INSERT');
    await expect(sink.write([{ ...create, values: { code: 'b' } }], running())).rejects.toMatchObject({
      code: 'sql.connection_lost',
      retry: true,
    });
    expect(await rows('SELECT code FROM deals')).toEqual([{ code: 'a' }]);
  });
});

/**
 * A proxy that, once armed, cuts the connection at the next client message that holds the word: before it is passed
 * on, or when the server has answered it.
 */
async function cutting(port: number, at: 'request' | 'answer') {
  let armed: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let cutsAnswer = false;
    const cut = (): void => {
      client.destroy();
      upstream.end();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => {
      const meets = armed !== undefined && chunk.includes(armed);
      if (meets) armed = undefined;
      if (meets && at === 'request') {
        cut();
        return;
      }
      cutsAnswer ||= meets;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => (cutsAnswer ? cut() : client.write(chunk)));
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    arm: (word = 'COMMIT\0') => {
      armed = word;
    },
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Holds a lock until it is released. */
async function lockRow(query: string): Promise<{ release(): Promise<void> }> {
  const { Client } = await import('pg');
  const client = new Client(settings);
  await client.connect();
  await client.query('BEGIN');
  await client.query(query);
  return {
    async release() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

/** Until so many statements wait for a lock. */
async function waits({ rows }: Opened, count: number): Promise<void> {
  const query = `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await expect.poll(async () => (await rows(query))[0]?.['n'], { timeout: 20_000 }).toBe(count);
}
