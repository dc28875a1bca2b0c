import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { createRandom } from '../../../connectors/ident/sandbox/random.ts';
import type { Random } from '../../../connectors/ident/sandbox/random.ts';
import type { CrashPoint } from '../../../engine/run/crash-points.ts';
import type { ChildPlan } from '../plan.ts';
import { startPipe } from '../start-pipe.ts';
import type { Ended } from '../start-pipe.ts';
import { readState } from '../state-file.ts';
import { wrongEnd } from '../wrong-end.ts';
import type { Store } from './store.ts';

/** Points a load comes to, and a flow that is planned row by row. */
export const sqlPoints = [
  'lock-taken',
  'ddl-done',
  'window-taken',
  'batch-read',
  'load-begun',
  'load-committed',
  'queue-insert',
  'checkpoint-before',
  'checkpoint-after',
  'planned',
  'intents-durable',
  'answer-received',
  'receipts-before-commit',
  'receipts-after-commit',
] as const satisfies readonly CrashPoint[];

export interface SqlLifeReport {
  readonly kills: number;
  readonly points: ReadonlyMap<CrashPoint, number>;
  /** What is not as it must be; empty: all is well. */
  readonly wrongs: readonly string[];
  readonly story: readonly string[];
}

/** Names longer than this are refused by the target. */
const longestName = 40;

/**
 * A shop's tables, worked on between runs, copied into a data base by runs that are killed or cut off: `goods` in bulk, its
 * table made and widened on the way, `towns` by key or else by name into a table that has no unique key.
 */
export async function liveSql(store: Store, seed: number, kills: number): Promise<SqlLifeReport> {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-chaos-sql-'));
  const shop = openShop(join(folder, 'shop.db'));
  const random = createRandom(seed);
  const life: SqlLife = { store, folder, shop, random, wrongs: [], story: [], points: new Map(), struck: 0 };
  try {
    await prepare(life);
    shop.work(random, 60);
    while (life.struck < kills) await disturbed(life, random.pick(sqlPoints));
    await comeToRest(life);
    life.wrongs.push(...(await differences(life)));
    return { kills: life.struck, points: life.points, wrongs: life.wrongs, story: life.story };
  } finally {
    shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface SqlLife {
  readonly store: Store;
  readonly folder: string;
  readonly shop: Shop;
  readonly random: Random;
  readonly wrongs: string[];
  readonly story: string[];
  readonly points: Map<CrashPoint, number>;
  struck: number;
}

async function prepare({ store, folder }: SqlLife): Promise<void> {
  for (const table of ['goods', 'towns', 'pipe_checkpoint']) await store.rows(`DROP TABLE IF EXISTS ${table}`);
  const id = {
    postgres: 'id serial PRIMARY KEY',
    mysql: 'id int AUTO_INCREMENT PRIMARY KEY',
    sqlite: 'id INTEGER PRIMARY KEY',
  };
  await store.rows(
    `CREATE TABLE towns (${id[store.kind]}, shop_id int, name varchar(${longestName}), secret varchar(10))`,
  );
  await store.rows(`INSERT INTO towns (name, secret) VALUES ('Казань', 'keep')`);
  writeFileSync(join(folder, 'pipeline.yaml'), pipelineText(store));
}

function pipelineText(store: Store): string {
  return `version: 1
name: chaos-sql
connections:
  shop: { connector: sqlite, file: shop.db }
  store: ${store.block}
flows:
  goods:
    source: { connection: shop, table: goods, cursor: { field: changed, first: all }, batch: 7 }
    key: id
    guard: [{ if: $length(name) > ${longestName}, skip: TOO LONG }]
    targets:
      goods: { connection: store, table: goods, key: [id], ddl: evolve, fields: all }
    retry: { delays: [1s] }
  towns:
    source: { connection: shop, table: towns, batch: 5 }
    key: id
    targets:
      towns:
        connection: store
        table: towns
        key: [shop_id]
        match: [{ name: id, by: [shop_id] }, { name: name, by: { name: name, shop_id: { empty: true } } }]
        fields: { shop_id: id, name: name }
    retry: { delays: [1s] }
`;
}

/** What happens to a run: it is killed at a point, or a moment after it, or the data base drops it there. */
const fates = ['killed', 'killed soon after', 'cut off'] as const;

const signals = {
  killed: 'SIGKILL',
  'killed soon after': 'SIGCONT',
  'cut off': 'SIGCONT',
} as const satisfies Record<(typeof fates)[number], string>;

async function disturbed(life: SqlLife, point: CrashPoint): Promise<void> {
  const { random, shop, store } = life;
  shop.work(random, random.between(3, 25));
  if (random.chance(0.1)) {
    rmSync(join(life.folder, '.pipe'), { recursive: true, force: true });
    life.story.push('the state was deleted');
  }
  const fate = random.pick(fates);
  const nth = point === 'lock-taken' || point === 'ddl-done' ? 1 : random.between(1, 4);
  const running = start(life, { at: { point, nth, does: signals[fate] } });
  const reached = await running.reached;
  if (reached !== undefined && fate === 'cut off') await store.cut();
  if (reached !== undefined && fate === 'killed soon after') {
    await after(random.between(0, 25));
    running.kill('SIGKILL');
  }
  const ended = await running.ended;
  if (reached !== undefined) {
    life.points.set(point, (life.points.get(point) ?? 0) + 1);
    life.struck += 1;
  }
  look(life, `${fate} at ${point} ${nth}`, ended);
}

function start({ folder }: SqlLife, plan: ChildPlan = {}) {
  return startPipe(plan, ['run', 'pipeline.yaml', '--json'], {
    cwd: folder,
    env: { PIPE_HOME: join(folder, 'home'), PIPE_DEBUG: '1' },
  });
}

function look({ wrongs, story, folder }: SqlLife, what: string, ended: Ended): void {
  story.push(`${what}: ${ended.signal ?? `exit ${ended.exit}`}`);
  const state = readState(join(folder, '.pipe/chaos-sql/state.db'));
  wrongs.push(...wrongEnd(ended, state).map((wrong) => `${what}: ${wrong}`));
}

async function comeToRest(life: SqlLife): Promise<void> {
  for (let run = 0; run < 6; run++) {
    const { ended } = start(life);
    const end = await ended;
    look(life, 'run in peace', end);
    if (end.exit === 0) return;
    await after(1_100);
  }
  life.wrongs.push('it never came to rest');
}

async function differences({ store, shop }: SqlLife): Promise<readonly string[]> {
  const wrongs: string[] = [];
  const compare = (what: string, is: readonly unknown[], wanted: readonly unknown[]): void => {
    const [a, b] = [is, wanted].map((rows) => rows.map((row) => JSON.stringify(row)).sort());
    for (const row of b ?? []) if (!a?.includes(row)) wrongs.push(`${what} lacks ${row}`);
    for (const row of a ?? []) if (!b?.includes(row)) wrongs.push(`${what} has ${row}`);
    if (a?.length !== b?.length) wrongs.push(`${what} has ${a?.length} rows instead of ${b?.length}`);
  };
  const extra = shop.hasExtra() ? ', extra' : '';
  const goods = await store.rows(`SELECT id, name, price${extra} FROM goods`);
  compare('goods', goods.map(plain), shop.rows(`SELECT id, name, price${extra} FROM goods`).map(plain));
  const towns = await store.rows('SELECT shop_id AS id, name FROM towns');
  compare('towns', towns.map(plain), shop.rows('SELECT id, name FROM towns').map(plain));
  const [kept] = await store.rows(`SELECT secret FROM towns WHERE shop_id = 1`);
  if (kept?.['secret'] !== 'keep') wrongs.push('a column that is not mapped was touched');
  return wrongs;
}

function plain(row: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, textOf(value)]],
    ),
  );
}

function textOf(value: unknown): string {
  const number = Number(value);
  return String(value).trim() !== '' && Number.isFinite(number) ? String(number) : String(value);
}

/** The source: rows only come and change; a column comes one day. */
interface Shop {
  work(random: Random, changes: number): void;
  rows(sql: string): readonly Readonly<Record<string, unknown>>[];
  hasExtra(): boolean;
  close(): void;
}

function openShop(file: string): Shop {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, changed INTEGER NOT NULL);
    CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO towns VALUES (1, 'Казань')`);
  let clock = 0;
  let extra = false;
  const last = (table: string): number =>
    db.prepare<[], { id: number }>(`SELECT coalesce(max(id), 0) AS id FROM ${table}`).get()?.id ?? 0;
  const change = (random: Random): void => {
    clock += random.between(0, 1);
    const name = `Товар ${random.between(1, 1e6)} 'ё\\ "`;
    const price = random.between(0, 99_999) / 100;
    if (random.chance(0.1)) db.prepare('INSERT INTO towns (name) VALUES (?)').run(`Город ${last('towns') + 1}`);
    if (random.chance(0.5)) {
      db.prepare('INSERT INTO goods (name, price, changed) VALUES (?, ?, ?)').run(name, price, clock);
    } else {
      const id = random.between(1, Math.max(1, last('goods')));
      db.prepare('UPDATE goods SET name = ?, price = ?, changed = ? WHERE id = ?').run(name, price, clock, id);
    }
    if (random.chance(0.2)) {
      const id = random.between(1, Math.max(1, last('goods')));
      db.prepare(`UPDATE goods SET price = NULL${extra ? ', extra = NULL' : ''}, changed = ? WHERE id = ?`).run(
        clock,
        id,
      );
    }
    if (extra && random.chance(0.3)) {
      const id = random.between(1, Math.max(1, last('goods')));
      db.prepare('UPDATE goods SET extra = ?, changed = ? WHERE id = ?').run(`о ${name}`, clock, id);
    }
  };
  return {
    work(random, changes) {
      if (!extra && random.chance(0.2) && clock > 20) {
        db.exec('ALTER TABLE goods ADD COLUMN extra TEXT');
        extra = true;
      }
      db.transaction(() => {
        for (let done = 0; done < changes; done++) change(random);
      })();
    },
    rows: (sql) => db.prepare<[], Record<string, unknown>>(sql).all(),
    hasExtra: () => extra,
    close: () => db.close(),
  };
}
