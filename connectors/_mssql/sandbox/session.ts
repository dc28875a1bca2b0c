import { fold, type Table } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database, Seat } from './database.ts';
import {
  endsBatch,
  noDatabase,
  noTransaction,
  rollsBack,
  snapshotNotAllowed,
  SqlError,
  undeclaredVariable,
} from './errors.ts';
import { waitForLock } from './lock-wait.ts';
import type { Typed } from './parameters.ts';
import type { ResultSink } from './results.ts';
import type { Rowversions } from './rowversions.ts';
import { runSchemaStatement, type SchemaStatement } from './schema-statements.ts';
import { compile, type Compiled, type DataStatement } from './sql/bind-statement.ts';
import { newBinding, type Rights } from './sql/binding.ts';
import { parseBatch } from './sql/parse-statement.ts';
import { needsBigInt, type SqliteValue } from './sql/sql-types.ts';
import type { Expression, IsolationLevel, Statement, VariableDeclaration } from './sql/syntax.ts';
import { systemValues } from './sql/system-values.ts';
import { asSqlError } from './sqlite-errors.ts';
import { rightsKey, typesKey } from './statement-cache.ts';
import type { ResultColumn } from './tokens.ts';
import { declareParameters, declareVariable, typesOf, type Variables } from './variables.ts';

export interface SessionOptions {
  readonly id: number;
  readonly database: Database;
  readonly clock: Clock;
  readonly login: string;
  readonly rights: Rights;
  readonly host: string;
  readonly application: string;
  readonly snapshotAllowed: boolean;
}

/** Statements that set @@ROWCOUNT to 0. */
const withoutRows = new Set(['begin', 'commit', 'option', 'isolation', 'use']);
/** Rows between two looks at the client: did it cancel, is it slow? */
const ROWS_PER_LOOK = 32;

/**
 * What one client's statements share: settings, variables, the open transaction and a connection to SQLite.
 * One statement runs at a time; the caller sees to that.
 *
 * A transaction under READ COMMITTED opens one in SQLite at its first write (BEGIN IMMEDIATE), so that until then every
 * statement sees what others committed meanwhile, and from then on nobody else can write. SERIALIZABLE and REPEATABLE
 * READ do so at the first statement of any kind, SNAPSHOT begins a read transaction there.
 */
export class Session {
  readonly id: number;
  readonly login: string;
  readonly host: string;
  readonly application: string;
  readonly rowversions: Rowversions;
  now = new Date(0);
  utcNow = new Date(0);
  rowCount = 0;
  transactionDepth = 0;
  lastIdentity: bigint | undefined;

  readonly #options: SessionOptions;
  readonly #seat: Seat;
  readonly #rights: string;
  readonly #variables: Variables = new Map();
  readonly #settings = new Map<string, string>();
  #identityInsert: Table | undefined;
  #isolation: IsolationLevel = 'read committed';
  #transactionId = 0n;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.id = options.id;
    this.login = options.login;
    this.host = options.host;
    this.application = options.application;
    this.rowversions = options.database.rowversions;
    this.#rights = rightsKey(options.rights);
    this.#seat = options.database.sit({
      rights: options.rights,
      nextRowversion: () => this.rowversions.next(this),
      nextIdentity: (table) => this.#nextIdentity(table),
    });
  }

  get database(): string {
    return this.#options.database.catalog.database;
  }

  get transactionId(): bigint {
    return this.#transactionId;
  }

  /** Runs a batch to its end, an error that ends it, or until the client cancels. Errors go to the sink. */
  async run(
    sql: string,
    declared: readonly VariableDeclaration[],
    given: ReadonlyMap<string, Typed>,
    sink: ResultSink,
  ): Promise<boolean> {
    this.#variables.clear();
    let clean = true;
    try {
      const statements = this.#options.database.plans.parse(sql);
      declareParameters(this.#variables, declared, given);
      for (const statement of statements) {
        if (sink.cancelled) return clean;
        const failed = await this.#attempt(statement, sink);
        if (failed === undefined) continue;
        clean = false;
        if (endsBatch(failed) || this.#settings.get('XACT_ABORT') === 'ON') return false;
      }
    } catch (error) {
      this.#fail(error, sink);
      return false;
    }
    return clean;
  }

  /** Columns of the first result a batch would give; none where it gives none. */
  describe(sql: string, declared: readonly VariableDeclaration[]): readonly ResultColumn[] {
    this.#variables.clear();
    for (const { name, type } of declared) declareVariable(this.#variables, name, type);
    const query = parseBatch(sql).find((statement) => statement.kind === 'query');
    return query === undefined ? [] : this.#compile(query).columns;
  }

  /** The value of an OUTPUT parameter after a batch. */
  variable(name: string): Typed | undefined {
    return this.#variables.get(fold(name));
  }

  begin(sink: ResultSink, isolation?: IsolationLevel): void {
    if (isolation !== undefined) this.#isolation = isolation;
    this.transactionDepth++;
    if (this.transactionDepth > 1) return;
    this.#transactionId++;
    sink.transaction('begun', this.#transactionId);
  }

  commit(sink: ResultSink): void {
    if (this.transactionDepth === 0) throw noTransaction('COMMIT', 3902);
    this.transactionDepth--;
    if (this.transactionDepth > 0) return;
    if (this.#connection.inTransaction) this.#connection.exec('COMMIT');
    this.rowversions.settle(this);
    sink.transaction('committed', this.#transactionId);
  }

  rollback(sink: ResultSink): void {
    if (this.transactionDepth === 0) throw noTransaction('ROLLBACK', 3903);
    this.#undo();
    sink.transaction('rolledBack', this.#transactionId);
  }

  get #connection(): Connection {
    return this.#seat.connection;
  }

  #undo(): void {
    if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
    this.transactionDepth = 0;
    this.rowversions.settle(this);
  }

  /** A pooled connection goes to its next user: sp_reset_connection. */
  reset(): void {
    this.#undo();
    this.#settings.clear();
    this.#identityInsert = undefined;
    this.#isolation = 'read committed';
    this.rowCount = 0;
  }

  close(): void {
    this.#undo();
    this.#options.database.leave(this.#seat);
  }

  async #attempt(statement: Statement, sink: ResultSink): Promise<SqlError | undefined> {
    this.now = this.#options.clock.now();
    this.utcNow = new Date(this.now.getTime() - this.#options.clock.utcOffsetMinutes * 60_000);
    try {
      await this.#execute(statement, sink);
      return undefined;
    } catch (error) {
      return this.#fail(error, sink);
    }
  }

  #fail(error: unknown, sink: ResultSink): SqlError {
    const told = asSqlError(error, this.#options.database.catalog);
    sink.error(told);
    const abort = this.#settings.get('XACT_ABORT') === 'ON' || rollsBack(told);
    if (abort && this.transactionDepth > 0) this.rollback(sink);
    return told;
  }

  async #execute(statement: Statement, sink: ResultSink): Promise<void> {
    if (withoutRows.has(statement.kind)) this.rowCount = 0;
    switch (statement.kind) {
      case 'query':
      case 'insert':
      case 'update':
      case 'delete':
        return this.#runData(statement, sink);
      case 'createTable':
      case 'createIndex':
      case 'addColumns':
      case 'dropColumn':
      case 'dropTable':
      case 'dropIndex':
      case 'truncate':
        return this.#runSchema(statement, sink);
      case 'begin':
        this.begin(sink);
        return sink.done(undefined);
      case 'commit':
        this.commit(sink);
        return sink.done(undefined);
      case 'rollback':
        this.rollback(sink);
        return sink.done(undefined);
      case 'declare':
        for (const { name, type, value } of statement.variables) {
          declareVariable(this.#variables, name, type);
          if (value !== undefined) this.#assign(name, value);
        }
        return;
      case 'assign':
        return this.#assign(statement.variable, statement.value);
      case 'isolation':
        this.#isolation = statement.level;
        return;
      case 'option':
        this.#settings.set(statement.name, statement.value);
        return;
      case 'identityInsert':
        return this.#setIdentityInsert(statement.table, statement.on);
      case 'use':
        if (fold(statement.database) !== fold(this.database)) throw noDatabase(statement.database);
        return sink.info(5701, `Changed database context to '${this.database}'.`);
    }
  }

  #setIdentityInsert(name: readonly string[], on: boolean): void {
    const table = this.#options.database.catalog.find(name);
    if (table === undefined || this.#options.rights.readOnly) {
      throw new SqlError(
        1088,
        `Cannot find the object "${name.join('.')}" because it does not exist or you do not have permissions.`,
      );
    }
    this.#identityInsert = on ? table : undefined;
  }

  /** SET @x = … is SELECT … with one value. */
  #assign(name: string, expression: Expression): void {
    const variable = this.#variables.get(fold(name));
    if (variable === undefined) throw undeclaredVariable(name);
    const item = {
      kind: 'value',
      value: { kind: 'convert', to: variable.type, value: expression, style: undefined, tolerant: false, line: 1 },
      alias: 'x',
    } as const;
    const select = {
      kind: 'select',
      distinct: false,
      top: undefined,
      items: [item],
      from: [],
      where: undefined,
      group: [],
      having: undefined,
      line: 1,
    } as const;
    const query = { body: select, order: [], offset: undefined, fetch: undefined, xml: undefined, line: 1 } as const;
    const compiled = this.#compile({ kind: 'query', with: [], query, line: 1 });
    const value = this.#connection.prepare(compiled.sql).pluck().safeIntegers().get(this.#values(compiled));
    variable.value = isSqliteValue(value) ? value : null;
    this.rowCount = 1;
  }

  #compile(statement: DataStatement): Compiled {
    const { database, rights } = this.#options;
    const types = typesOf(this.#variables);
    const key = `${database.catalog.version} ${this.#rights} ${this.#identityInsert?.sql ?? ''} ${typesKey(types)}`;
    return database.plans.compile(statement, key, () =>
      compile(newBinding(database.catalog, rights, types), statement, (table) => this.#identityInsert === table),
    );
  }

  #values({ needs }: Compiled): Record<string, SqliteValue> {
    const values: Record<string, SqliteValue> = {};
    for (const [parameter, { kind, name }] of needs) {
      const value = kind === 'variable' ? this.#variables.get(name)?.value : systemValues[name]?.value(this);
      values[parameter] = value ?? null;
    }
    return values;
  }

  async #runData(statement: DataStatement, sink: ResultSink): Promise<void> {
    const compiled = this.#compile(statement);
    const count =
      compiled.written === undefined
        ? await this.#read(compiled, sink)
        : await this.#write(compiled, compiled.written, sink);
    this.rowCount = count;
    sink.done(this.#settings.get('NOCOUNT') === 'ON' ? undefined : count);
  }

  async #read(compiled: Compiled, sink: ResultSink): Promise<number> {
    await this.#enter(false, sink);
    const statement = this.#seat.prepared.of(this.#connection, compiled).raw();
    if (compiled.columns.some((column) => needsBigInt(column.type))) statement.safeIntegers();
    // The first row tells most errors of values before any column is announced.
    const rows = statement.iterate(this.#values(compiled));
    let count = 0;
    try {
      let next = rows.next();
      sink.columns(compiled.columns);
      for (; next.done !== true; next = rows.next()) {
        sink.row(next.value);
        count++;
        if (count % ROWS_PER_LOOK !== 0) continue;
        const room = sink.room();
        if (room !== undefined) await room;
        if (sink.cancelled) break;
      }
    } finally {
      rows.return?.();
    }
    return count;
  }

  async #write(compiled: Compiled, table: Table, sink: ResultSink): Promise<number> {
    await this.#enter(true, sink);
    const values = this.#values(compiled);
    try {
      return await this.#withLock(sink, () => {
        const statement = this.#seat.prepared.of(this.#connection, compiled);
        if (compiled.columns.length === 0) return statement.run(values).changes;
        const rows = statement.raw().safeIntegers().all(values);
        sink.columns(compiled.columns);
        for (const row of rows) sink.row(row);
        return rows.length;
      });
    } finally {
      if (this.transactionDepth === 0) this.rowversions.settle(this);
      if (this.#identityInsert === table) this.#options.database.resetIdentity(table);
    }
  }

  /** Opens the transaction in SQLite that the next statement needs. */
  async #enter(writes: boolean, sink: ResultSink): Promise<void> {
    if (this.#isolation === 'snapshot' && !this.#options.snapshotAllowed) throw snapshotNotAllowed(this.database);
    if (this.transactionDepth === 0 || this.#connection.inTransaction) return;
    const strict = this.#isolation === 'serializable' || this.#isolation === 'repeatable read';
    if (writes || strict) await this.#withLock(sink, () => this.#connection.exec('BEGIN IMMEDIATE'));
    else if (this.#isolation === 'snapshot') this.#connection.exec('BEGIN');
  }

  async #withLock<T>(sink: ResultSink, action: () => T): Promise<T> {
    return waitForLock(action, sink, Number(this.#settings.get('LOCK_TIMEOUT') ?? '-1'));
  }

  async #runSchema(statement: SchemaStatement, sink: ResultSink): Promise<void> {
    if (this.transactionDepth > 0) {
      throw new SqlError(226, `${statement.kind} command not allowed within multi-statement transaction.`, {
        severity: 16,
        state: 6,
      });
    }
    await this.#withLock(sink, () => runSchemaStatement(this.#options.database, this.#options.rights, statement));
    sink.done(undefined);
  }

  #nextIdentity(table: Table): bigint {
    const next = this.#options.database.nextIdentity(table);
    this.lastIdentity = next;
    return next;
  }
}

const isSqliteValue = (value: unknown): value is SqliteValue =>
  ['string', 'number', 'bigint'].includes(typeof value) || Buffer.isBuffer(value);
