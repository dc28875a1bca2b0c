import type { Session } from '../session.ts';
import { fromMoment, momentOfDate } from './moments.ts';
import {
  TINYINT,
  DATETIME,
  datetime2,
  decimal,
  INT,
  nvarchar,
  SMALLINT,
  type SqliteValue,
  type SqlType,
  SYSNAME,
  varbinary,
} from './sql-types.ts';

/** What a session answers for. */
export type SessionFacts = Pick<
  Session,
  | 'now'
  | 'utcNow'
  | 'database'
  | 'login'
  | 'rowCount'
  | 'transactionDepth'
  | 'lastIdentity'
  | 'id'
  | 'rowversions'
  | 'host'
  | 'application'
>;

interface SystemValue {
  readonly type: SqlType;
  readonly nullable?: true;
  readonly value: (session: SessionFacts) => SqliteValue;
}

export const PRODUCT_VERSION = '11.0.7001.0';
const BANNER = `Microsoft SQL Server 2012 (SP4) - ${PRODUCT_VERSION} (X64) \n\tA sandbox that speaks TDS, not the product`;

const DATETIME2 = datetime2(7);
const instant = (type: SqlType, read: (session: SessionFacts) => Date): SystemValue => ({
  type,
  value: (session) => fromMoment(momentOfDate(read(session)), type),
});
const name = (read: (session: SessionFacts) => string): SystemValue => ({ type: SYSNAME, value: read });

const getDate = instant(DATETIME, (session) => session.now);
const user = name((session) => session.login);

/** Functions without arguments and @@variables: their value is taken once, when the statement starts. */
export const systemValues: Readonly<Record<string, SystemValue>> = {
  GETDATE: getDate,
  CURRENT_TIMESTAMP: getDate,
  SYSDATETIME: instant(DATETIME2, (session) => session.now),
  GETUTCDATE: instant(DATETIME, (session) => session.utcNow),
  SYSUTCDATETIME: instant(DATETIME2, (session) => session.utcNow),
  DB_NAME: name((session) => session.database),
  SUSER_SNAME: user,
  SUSER_NAME: user,
  ORIGINAL_LOGIN: user,
  SYSTEM_USER: user,
  USER_NAME: user,
  USER: user,
  CURRENT_USER: user,
  SESSION_USER: user,
  SCHEMA_NAME: name(() => 'dbo'),
  HOST_NAME: name((session) => session.host),
  APP_NAME: name((session) => session.application),
  XACT_STATE: { type: SMALLINT, value: (session) => (session.transactionDepth > 0 ? 1n : 0n) },
  SCOPE_IDENTITY: {
    type: decimal(38, 0),
    nullable: true,
    value: (session) => session.lastIdentity?.toString() ?? null,
  },
  MIN_ACTIVE_ROWVERSION: { type: varbinary(8), value: (session) => session.rowversions.lowestActive() },
  '@@IDENTITY': { type: decimal(38, 0), nullable: true, value: (session) => session.lastIdentity?.toString() ?? null },
  '@@DBTS': { type: varbinary(8), value: (session) => session.rowversions.last() },
  '@@ROWCOUNT': { type: INT, value: (session) => BigInt(session.rowCount) },
  '@@TRANCOUNT': { type: INT, value: (session) => BigInt(session.transactionDepth) },
  '@@SPID': { type: SMALLINT, value: (session) => BigInt(session.id) },
  '@@VERSION': { type: nvarchar(300), value: () => BANNER },
  '@@SERVERNAME': name(() => 'SANDBOX'),
  '@@LANGUAGE': name(() => 'us_english'),
  '@@DATEFIRST': { type: TINYINT, value: () => 7n },
};
