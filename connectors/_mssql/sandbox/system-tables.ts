import type { Database as Connection } from 'better-sqlite3';
import { fold, quoteName, type Table } from './catalog.ts';
import type { Database } from './database.ts';
import { storedLength } from './sql/metadata-functions.ts';
import {
  BIT,
  family,
  INT,
  nvarchar,
  SMALLINT,
  storage,
  type SqlType,
  SYSNAME,
  TINYINT,
  type,
  varchar,
} from './sql/sql-types.ts';

/**
 * The views about the data base that clients ask: a few columns of each, kept as real tables and filled anew after
 * every DDL. `#of` is the table a row is about (folded), so that a login does not see what it may not read.
 */
interface SystemView {
  readonly schema: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, SqlType>>;
  readonly rows: (database: Database) => readonly SystemRow[];
}

type SystemRow = readonly [of: string | null, ...values: (string | number | null)[]];

const DBO = 1;
const SYS = 4;

/** system_type_id of sys.types. */
const typeIds: Readonly<Partial<Record<SqlType['name'], number>>> = {
  image: 34,
  text: 35,
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  ntext: 99,
  bit: 104,
  decimal: 106,
  smallmoney: 122,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  timestamp: 189,
  nvarchar: 231,
  nchar: 239,
};
const typeId = (of: SqlType): number => typeIds[of.name] ?? 0;

const views: readonly SystemView[] = [
  {
    schema: 'sys',
    name: 'schemas',
    columns: { name: SYSNAME, schema_id: INT },
    rows: () => [
      [null, 'dbo', DBO],
      [null, 'sys', SYS],
    ],
  },
  {
    schema: 'sys',
    name: 'databases',
    columns: { name: SYSNAME, database_id: INT, collation_name: SYSNAME, snapshot_isolation_state: TINYINT },
    rows: ({ catalog }) => [[null, catalog.database, 5, 'Cyrillic_General_CI_AS', 0]],
  },
  ...(['tables', 'objects'] as const).map((name) => ({
    schema: 'sys',
    name,
    columns: { name: SYSNAME, object_id: INT, schema_id: INT, type: type('char', 2), type_desc: nvarchar(60) },
    rows: (database: Database) =>
      perTable(database, (table) => [table.name, database.objectId(table), DBO, 'U ', 'USER_TABLE']),
  })),
  {
    schema: 'sys',
    name: 'columns',
    columns: {
      object_id: INT,
      name: SYSNAME,
      column_id: INT,
      system_type_id: TINYINT,
      user_type_id: INT,
      max_length: SMALLINT,
      precision: TINYINT,
      scale: TINYINT,
      is_nullable: BIT,
      is_identity: BIT,
      is_computed: BIT,
      default_object_id: INT,
    },
    rows: (database) =>
      perColumn(database, (table, column, index) => [
        database.objectId(table),
        column.name,
        index + 1,
        typeId(column.type),
        typeId(column.type),
        storedLength(column.type),
        column.type.precision,
        column.type.scale,
        Number(column.nullable),
        Number(column.identity !== undefined),
        0,
        column.default === undefined ? 0 : 1,
      ]),
  },
  {
    schema: 'sys',
    name: 'types',
    columns: { name: SYSNAME, system_type_id: TINYINT, user_type_id: INT, schema_id: INT, is_nullable: BIT },
    rows: () => Object.entries(typeIds).map(([name, id]) => [null, name, id, id, SYS, name === 'timestamp' ? 0 : 1]),
  },
  {
    schema: 'sys',
    name: 'indexes',
    columns: { object_id: INT, name: SYSNAME, index_id: INT, is_unique: BIT, is_primary_key: BIT },
    rows: (database) =>
      database.catalog.tables.flatMap((table) =>
        table.keys.map((key, index): SystemRow => [
          fold(table.name),
          database.objectId(table),
          key.name,
          index + 1,
          Number(key.kind !== 'index'),
          Number(key.kind === 'primary'),
        ]),
      ),
  },
  {
    schema: 'sys',
    name: 'index_columns',
    columns: { object_id: INT, index_id: INT, column_id: INT, key_ordinal: TINYINT },
    rows: (database) =>
      database.catalog.tables.flatMap((table) =>
        table.keys.flatMap((key, index) =>
          key.columns.map((name, ordinal): SystemRow => {
            const column = table.columns.findIndex((one) => fold(one.name) === fold(name));
            return [fold(table.name), database.objectId(table), index + 1, column + 1, ordinal + 1];
          }),
        ),
      ),
  },
  {
    schema: 'INFORMATION_SCHEMA',
    name: 'TABLES',
    columns: { TABLE_CATALOG: SYSNAME, TABLE_SCHEMA: SYSNAME, TABLE_NAME: SYSNAME, TABLE_TYPE: varchar(10) },
    rows: (database) =>
      perTable(database, (table) => [database.catalog.database, table.schema, table.name, 'BASE TABLE']),
  },
  {
    schema: 'INFORMATION_SCHEMA',
    name: 'COLUMNS',
    columns: {
      TABLE_CATALOG: SYSNAME,
      TABLE_SCHEMA: SYSNAME,
      TABLE_NAME: SYSNAME,
      COLUMN_NAME: SYSNAME,
      ORDINAL_POSITION: INT,
      IS_NULLABLE: varchar(3),
      DATA_TYPE: SYSNAME,
      CHARACTER_MAXIMUM_LENGTH: INT,
      NUMERIC_PRECISION: TINYINT,
      NUMERIC_SCALE: INT,
      DATETIME_PRECISION: SMALLINT,
      COLLATION_NAME: SYSNAME,
    },
    rows: (database) =>
      perColumn(database, (table, column, index) => [
        database.catalog.database,
        table.schema,
        table.name,
        column.name,
        index + 1,
        column.nullable ? 'YES' : 'NO',
        column.type.name,
        ...describe(column.type),
      ]),
  },
];

/** CHARACTER_MAXIMUM_LENGTH to COLLATION_NAME. */
function describe(of: SqlType): (string | number | null)[] {
  const kind = family(of);
  const sized = kind === 'text' || (kind === 'binary' && of.name !== 'timestamp');
  const lob = of.name === 'ntext' ? 1_073_741_823 : 2_147_483_647;
  const length = of.length === 'max' ? -1 : of.length === 0 ? lob : of.length;
  const numeric = of.precision > 0 && of.name !== 'bit';
  const dated: Readonly<Record<string, number>> = { datetime: 3, smalldatetime: 0, date: 0 };
  const newer = of.name === 'datetime2' || of.name === 'time' ? of.scale : null;
  return [
    sized ? length : null,
    numeric ? of.precision : null,
    numeric && kind !== 'float' ? of.scale : null,
    dated[of.name] ?? newer,
    kind === 'text' ? 'Cyrillic_General_CI_AS' : null,
  ];
}

function perTable({ catalog }: Database, row: (table: Table) => readonly (string | number | null)[]): SystemRow[] {
  return catalog.tables.map((table) => [fold(table.name), ...row(table)]);
}

function perColumn(
  { catalog }: Database,
  row: (table: Table, column: Table['columns'][number], index: number) => readonly (string | number | null)[],
): SystemRow[] {
  return catalog.tables.flatMap((table) =>
    table.columns.map((column, index): SystemRow => [fold(table.name), ...row(table, column, index)]),
  );
}

const sqlName = ({ schema, name }: Pick<SystemView, 'schema' | 'name'>): string =>
  quoteName(`${fold(schema)}.${fold(name)}`);

export const systemTables: readonly Table[] = views.map((view) => ({
  schema: view.schema,
  name: view.name,
  sql: sqlName(view),
  system: true,
  keys: [],
  columns: Object.entries(view.columns).map(([name, columnType]) => ({
    name,
    type: columnType,
    nullable: true,
    identity: undefined,
    default: undefined,
  })),
}));

export function refreshSystemTables(connection: Connection, database: Database): void {
  const refresh = connection.transaction(() => {
    for (const view of views) {
      const columns = Object.entries(view.columns).map(([name, of]) => `${quoteName(name)} ${storage(of)}`);
      connection.exec(`CREATE TABLE IF NOT EXISTS ${sqlName(view)} ("#of" TEXT, ${columns.join(', ')})`);
      connection.exec(`DELETE FROM ${sqlName(view)}`);
      const insert = connection.prepare(`INSERT INTO ${sqlName(view)} VALUES (?${', ?'.repeat(columns.length)})`);
      for (const row of view.rows(database)) insert.run(...row);
    }
  });
  refresh();
}
