import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Catalog, type Column, quoteName, rowversionOf, type Table, tableKey } from './catalog.ts';
import { Rowversions } from './rowversions.ts';
import type { Rights } from './sql/binding.ts';
import { PlanCache, PreparedStatements } from './statement-cache.ts';
import { registerMetadataFunctions } from './sql/metadata-functions.ts';
import { registerFunctions } from './sql/sqlite-functions.ts';
import { systemTables, refreshSystemTables } from './system-tables.ts';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../_sandbox/temporary-folder.ts';

export type Connection = Sqlite.Database;

/** A connection on the file with the statements it has ready. Sessions use it one after the other. */
export interface Seat {
  readonly connection: Connection;
  readonly prepared: PreparedStatements;
  /** Of the session that has it. */
  hooks: SessionHooks;
}

/** What the SQLite functions of one session ask it for. */
export interface SessionHooks {
  readonly rights: Rights;
  nextRowversion(): Buffer;
  nextIdentity(table: Table): bigint;
}

/**
 * One data base: its SQLite file, what is declared in it, and the counters all sessions share. Every session has a
 * connection of its own on the file in WAL mode, so a reader sees what was committed when its statement began and is
 * never in a writer's way. Without a file a temporary one is made and removed again; nothing is synced to disk.
 */
export class Database {
  readonly catalog: Catalog;
  readonly rowversions: Rowversions;
  readonly plans = new PlanCache();
  readonly #file: string;
  readonly #temporary: string | undefined;
  readonly #identities = new Map<string, bigint>();
  /** A server, too, keeps what it knows of its statements when a client leaves. */
  readonly #free: Seat[] = [];
  /** Keeps the file open, and changes declarations. */
  readonly #keeper: Connection;

  constructor(name: string, file: string | undefined) {
    this.#temporary = file === undefined ? makeTemporaryFolder() : undefined;
    this.#file = file ?? join(this.#temporary ?? '', 'database.sqlite');
    this.catalog = new Catalog(name);
    this.#keeper = this.#open();
    registerFunctions(this.#keeper);
    this.#keeper.pragma('journal_mode = WAL');
    this.#keeper.exec('CREATE TABLE IF NOT EXISTS "#tables" (name TEXT PRIMARY KEY, declaration TEXT NOT NULL)');
    this.#load();
    this.rowversions = new Rowversions(this.#highestRowversion());
  }

  #open(): Connection {
    const connection = new Sqlite(this.#file, { timeout: 0 });
    connection.pragma('synchronous = OFF');
    return connection;
  }

  /** For one session, until it leaves the seat. */
  sit(hooks: SessionHooks): Seat {
    const seat = this.#free.pop();
    if (seat === undefined) return this.#newSeat(hooks);
    seat.hooks = hooks;
    return seat;
  }

  leave(seat: Seat): void {
    if (this.#keeper.open) this.#free.push(seat);
    else seat.connection.close();
  }

  #newSeat(hooks: SessionHooks): Seat {
    const connection = this.#open();
    const seat = { connection, prepared: new PreparedStatements(), hooks };
    registerFunctions(connection);
    registerMetadataFunctions(connection, {
      catalog: this.catalog,
      get rights() {
        return seat.hooks.rights;
      },
      objectId: (table) => this.objectId(table),
    });
    connection.function('tsql_next_rowversion', () => seat.hooks.nextRowversion());
    connection.function('tsql_next_identity', (sql: string) => seat.hooks.nextIdentity(this.#tableBySql(sql)));
    return seat;
  }

  close(): void {
    for (const { connection } of this.#free) connection.close();
    this.#keeper.close();
    if (this.#temporary !== undefined) removeTemporaryFolder(this.#temporary);
  }

  /** SQL Server's object ids are arbitrary; these keep their order of creation. */
  objectId(table: Table): number {
    return 245_575_913 + 16 * [...this.catalog.tables].indexOf(table);
  }

  /** Runs DDL and takes over the declaration it makes or changes. Throws SQLITE_BUSY while another session writes. */
  declare(table: Table, ddl: readonly string[]): void {
    this.#change(ddl, () => {
      this.catalog.set(table);
      this.#keeper
        .prepare('INSERT OR REPLACE INTO "#tables" VALUES (?, ?)')
        .run(tableKey(table.schema, table.name), JSON.stringify(table));
    });
  }

  drop(table: Table): void {
    this.#change([`DROP TABLE ${table.sql}`], () => {
      this.catalog.remove(table);
      this.#identities.delete(table.sql);
      this.#keeper.prepare('DELETE FROM "#tables" WHERE name = ?').run(tableKey(table.schema, table.name));
    });
  }

  #change(ddl: readonly string[], update: () => void): void {
    this.#keeper
      .transaction(() => {
        for (const statement of ddl) this.#keeper.exec(statement);
        update();
        refreshSystemTables(this.#keeper, this);
      })
      .immediate();
  }

  nextIdentity(table: Table): bigint {
    const { seed = 1, step = 1 } = table.columns.find((column) => column.identity !== undefined)?.identity ?? {};
    const last = this.#identities.get(table.sql) ?? this.#highestIdentity(table);
    const next = last === undefined ? BigInt(seed) : last + BigInt(step);
    this.#identities.set(table.sql, next);
    return next;
  }

  /** An explicit value under IDENTITY_INSERT moves the counter, TRUNCATE starts it again. */
  resetIdentity(table: Table): void {
    this.#identities.delete(table.sql);
  }

  #tableBySql(sql: string): Table {
    const table = this.catalog.tables.find((one) => one.sql === sql);
    if (table === undefined) throw new TypeError(`no table is stored as ${sql}`);
    return table;
  }

  #load(): void {
    for (const table of systemTables) this.catalog.set(table);
    for (const row of this.#keeper.prepare('SELECT declaration FROM "#tables" ORDER BY rowid').pluck().all()) {
      // Written by `declare` of this class, into a file of its own.
      this.catalog.set(JSON.parse(String(row)) as Table);
    }
    refreshSystemTables(this.#keeper, this);
  }

  #highest(table: Table, column: Column): unknown {
    return this.#keeper
      .prepare(`SELECT max(${quoteName(column.name)}) FROM ${table.sql}`)
      .pluck()
      .safeIntegers()
      .get();
  }

  #highestIdentity(table: Table): bigint | undefined {
    const column = table.columns.find((one) => one.identity !== undefined);
    const highest = column && this.#highest(table, column);
    return typeof highest === 'bigint' ? highest : undefined;
  }

  /** SQL Server starts a new data base at 0x7D0. */
  #highestRowversion(): bigint {
    let highest = 2000n;
    for (const table of this.catalog.tables) {
      const column = rowversionOf(table);
      const found = column && this.#highest(table, column);
      if (Buffer.isBuffer(found) && found.readBigUInt64BE() > highest) highest = found.readBigUInt64BE();
    }
    return highest;
  }
}
