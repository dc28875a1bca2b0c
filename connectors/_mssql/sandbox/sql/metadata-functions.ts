import type { Database } from 'better-sqlite3';
import { type Catalog, columnOf, fold, type Table } from '../catalog.ts';
import { isDenied, type Rights } from './binding.ts';
import { PRODUCT_VERSION } from './system-values.ts';
import { INT, SMALLINT, type SqliteValue, type SqlType, VARIANT } from './sql-types.ts';
import { splitObjectName } from './object-name.ts';

/** Functions about the server, the data base and what the login may do with it. Arguments are texts. */
interface MetadataFunction {
  readonly count: readonly [number, number];
  readonly type: SqlType;
  readonly run: (facts: MetadataFacts, ...given: readonly (string | null)[]) => SqliteValue;
}

export interface MetadataFacts {
  readonly catalog: Catalog;
  readonly rights: Rights;
  readonly objectId: (table: Table) => number;
}

const serverProperties: Readonly<Record<string, string>> = {
  PRODUCTVERSION: PRODUCT_VERSION,
  PRODUCTLEVEL: 'SP4',
  EDITION: 'Express Edition (64-bit)',
  COLLATION: 'Cyrillic_General_CI_AS',
  SERVERNAME: 'SANDBOX',
  MACHINENAME: 'SANDBOX',
};

const databaseProperties: Readonly<Record<string, string>> = {
  COLLATION: 'Cyrillic_General_CI_AS',
  STATUS: 'ONLINE',
  UPDATEABILITY: 'READ_WRITE',
};

export const metadataFunctions: Readonly<Record<string, MetadataFunction>> = {
  SERVERPROPERTY: {
    count: [1, 1],
    type: VARIANT,
    run: (_facts, name) => serverProperties[name?.toUpperCase() ?? ''] ?? null,
  },
  DATABASEPROPERTYEX: {
    count: [2, 2],
    type: VARIANT,
    run: ({ catalog }, database, name) =>
      fold(database ?? '') === fold(catalog.database) ? (databaseProperties[name?.toUpperCase() ?? ''] ?? null) : null,
  },
  DB_ID: {
    count: [0, 1],
    type: SMALLINT,
    run: ({ catalog }, name) => (name === undefined || fold(name ?? '') === fold(catalog.database) ? 5n : null),
  },
  OBJECT_ID: {
    count: [1, 2],
    type: INT,
    run(facts, name, kind) {
      const table = tableNamed(facts, name);
      const wanted = kind === undefined || kind?.toUpperCase() === 'U';
      return table === undefined || !wanted || isDenied(facts.rights, table) ? null : BigInt(facts.objectId(table));
    },
  },
  COL_LENGTH: {
    count: [2, 2],
    type: SMALLINT,
    run(facts, name, column) {
      const table = tableNamed(facts, name);
      const found = table && columnOf(table, column ?? '');
      return found === undefined ? null : BigInt(storedLength(found.type));
    },
  },
  HAS_PERMS_BY_NAME: { count: [3, 5], type: INT, run: hasPermission },
};

/** Object.hasOwn: a call of `constructor()` is no function of ours. */
export const isMetadataFunction = (name: string): boolean => Object.hasOwn(metadataFunctions, name);

function tableNamed({ catalog }: MetadataFacts, name: string | null | undefined): Table | undefined {
  return name === null || name === undefined ? undefined : catalog.find(splitObjectName(name));
}

/** 1, 0, or NULL for what is not known: another kind of object, another permission. */
function hasPermission(
  facts: MetadataFacts,
  name: string | null | undefined,
  kind: string | null | undefined,
  permission: string | null | undefined,
  column?: string | null,
): SqliteValue {
  const table = kind?.toUpperCase() === 'OBJECT' ? tableNamed(facts, name) : undefined;
  const action = permission?.toUpperCase() ?? '';
  if (table === undefined || !['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(action)) return null;
  if (action !== 'SELECT') return facts.rights.readOnly || table.system ? 0n : 1n;
  if (column === undefined || column === null) return isDenied(facts.rights, table) ? 0n : 1n;
  if (columnOf(table, column) === undefined) return null;
  return isDenied(facts.rights, table) || isDenied(facts.rights, table, column) ? 0n : 1n;
}

const fixedLengths: Readonly<Partial<Record<SqlType['name'], number>>> = {
  bit: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
  money: 8,
  smallmoney: 4,
  float: 8,
  real: 4,
  date: 3,
  smalldatetime: 4,
  datetime: 8,
  timestamp: 8,
  uniqueidentifier: 16,
  text: 16,
  ntext: 16,
  image: 16,
};

/** Bytes a column takes, -1 for max: `max_length` of sys.columns. */
export function storedLength(type: SqlType): number {
  const fixed = fixedLengths[type.name];
  if (fixed !== undefined) return fixed;
  if (type.length === 'max') return -1;
  if (type.name === 'decimal')
    return type.precision <= 9 ? 5 : type.precision <= 19 ? 9 : type.precision <= 28 ? 13 : 17;
  if (type.name === 'time' || type.name === 'datetime2') {
    const time = type.scale <= 2 ? 3 : type.scale <= 4 ? 4 : 5;
    return type.name === 'time' ? time : time + 3;
  }
  return type.name === 'nvarchar' || type.name === 'nchar' ? type.length * 2 : type.length;
}

export function registerMetadataFunctions(database: Database, facts: MetadataFacts): void {
  for (const [name, { run }] of Object.entries(metadataFunctions)) {
    database.function(`tsql_${name}`, { varargs: true }, (...given: (string | null)[]) => run(facts, ...given));
  }
}
