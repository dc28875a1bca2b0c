import { PipeError } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import { isUntrusted } from '../_tls/distrust.ts';
import { systemOf } from './config.ts';
import type { Endpoint } from './config.ts';

const product = 'MySQL';

interface DriverError {
  /** The server's number; undefined for what the driver itself met. */
  readonly number: number | undefined;
  readonly code: string;
  readonly message: string;
}

function driverError(thrown: unknown): DriverError {
  const error: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  if (!(error instanceof Error)) return { number: undefined, code: '?', message: '' };
  const errno: unknown = Reflect.get(error, 'errno');
  const code: unknown = Reflect.get(error, 'code');
  const said: unknown = Reflect.get(error, 'sqlMessage');
  const number = typeof errno === 'number' && typeof said === 'string' ? errno : undefined;
  return { number, code: typeof code === 'string' ? code : '?', message: typeof said === 'string' ? said : '' };
}

/** The server answered: what was sent certainly came to nothing. */
export function isAnswered(thrown: unknown): boolean {
  const { number } = driverError(thrown instanceof PipeError ? thrown.cause : thrown);
  return number !== undefined && !lostNumbers.has(number);
}

/** `… at row 3`, counted from 1, of a statement with several rows. */
export function rowIn(message: string): number | undefined {
  const row = / at row (\d+)$/.exec(message)?.[1];
  return row === undefined ? undefined : Number(row);
}

export function rowOf(error: PipeError): number | undefined {
  return rowIn(driverError(error.cause).message);
}

/** LOAD DATA LOCAL is switched off: https://dev.mysql.com/doc/refman/8.0/en/load-data-local-security.html */
export function isInfileRefused(error: PipeError): boolean {
  const { number } = driverError(error.cause);
  return number === 3948 || number === 4166 || number === 1148;
}

/** Neither the table nor one of its columns: a column alone would be another number. */
export function isTableDenied(error: PipeError): boolean {
  return driverError(error.cause).number === 1142;
}

/** Why no connection came about. */
export function connectError(thrown: unknown, at: Endpoint): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const { number, code } = driverError(thrown);
  const system = systemOf(at);
  const options = { cause: thrown };
  const transient = { cause: thrown, retry: true } as const;
  if (number === 1045 || number === 1698 || number === 1130 || number === 1862)
    return errors.login_refused.error({ system, user: at.user }, options);
  if (number === 1049 || number === 1044) return errors.database_unknown.error({ system }, options);
  if (number !== undefined) return errors.server_busy.error({ product, reason: `${number}` }, transient);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return errors.not_encrypted.error({ system }, options);
  const distrust = distrustIn(thrown);
  if (distrust !== undefined) return errors.certificate_untrusted.error({ system, reason: distrust }, options);
  if (code === 'ETIMEDOUT')
    return errors.connect_timeout.error({ system, seconds: at.connectTimeoutMs / 1000 }, transient);
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR') return errors.login_refused.error({ system, user: at.user }, options);
  return errors.unreachable.error({ product, system, reason: code }, transient);
}

function distrustIn(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 4; depth++) {
    const code: unknown = Reflect.get(error, 'code');
    if (typeof code === 'string' && (isUntrusted(code) || code === 'ERR_TLS_CERT_ALTNAME_INVALID')) return code;
    error = error.cause;
  }
  return undefined;
}

export function statementTimeout({ statementTimeoutMs }: Endpoint, cause: unknown): PipeError {
  return errors.statement_timeout.error({ product, seconds: statementTimeoutMs / 1000 }, { cause, retry: true });
}

/** Why a statement came to nothing. */
export function statementError(thrown: unknown, at: Endpoint): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const { number, code, message } = driverError(thrown);
  const options = { cause: thrown };
  const transient = { cause: thrown, retry: true } as const;
  if (number === undefined || lostNumbers.has(number))
    return errors.connection_lost.error({ system: systemOf(at), reason: number ?? code }, transient);
  if (number === 1792 || number === 1836) return errors.read_only.error({ system: systemOf(at) }, options);
  // Of a server that another one has just taken over from; other options that prevent a statement stay `server_busy`.
  if (number === 1290 && /read.only/i.test(message)) return errors.read_only.error({ system: systemOf(at) }, transient);
  if (number === 1213) return errors.deadlock.error({ product }, transient);
  if (busyNumbers.has(number)) return errors.server_busy.error({ product, reason: `${number}` }, transient);
  return refusal(number, message, options) ?? other(number, message, options);
}

/** https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html */
const lostNumbers = new Set([1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031]);
const busyNumbers = new Set([1021, 1037, 1038, 1040, 1041, 1114, 1135, 1203, 1205, 1206, 1226, 1290, 1317, 3024, 1969]);

/** A row is to blame. Texts name columns and quote values: only the names are taken. */
export function refusal(number: number, message: string, options: { cause?: unknown } = {}): PipeError | undefined {
  const column = columnIn(message);
  switch (number) {
    case 1048:
    case 1263:
    case 1364:
    case 1566:
      return errors.value_missing.error({ column }, options);
    case 1264:
    case 1690:
    case 1441:
      return errors.value_range.error({ column }, options);
    case 1406:
    case 3140 /* of JSON */:
      return number === 1406
        ? errors.value_long.error({ column }, options)
        : errors.value_type.error({ column, type: 'json' }, options);
    case 1265:
    case 1292:
    case 1366:
    case 1367:
    case 1411:
      return errors.value_type.error({ column, type: typeIn(message) }, options);
    case 1062:
    case 1586:
      return errors.not_unique.error({ column: / for key '(?:.*\.)?([^']+)'$/.exec(message)?.[1] ?? '?' }, options);
    case 1216:
    case 1452:
      return errors.reference_missing.error({ column: /FOREIGN KEY \(([^)]+)\)/.exec(message)?.[1] ?? '?' }, options);
    case 1217:
    case 1451:
      return errors.value_refused.error({ constraint: 'FOREIGN KEY', table: tableIn(message) }, options);
    case 3819:
    case 4025:
      return errors.value_refused.error(
        { constraint: /(?:CONSTRAINT `|constraint ')([^`']+)/.exec(message)?.[1] ?? 'CHECK', table: tableIn(message) },
        options,
      );
    case 1644:
      return errors.value_refused.error({ constraint: 'SIGNAL', table: '?' }, options);
    default:
      return undefined;
  }
}

function other(number: number, message: string, options: { cause: unknown }): PipeError {
  const name = /'([^']+)'/.exec(message)?.[1] ?? '?';
  switch (number) {
    case 1051:
    case 1146:
      return errors.table_unknown.error({ table: name }, options);
    case 1054:
      return errors.column_unknown.error({ column: name, table: 'query' }, options);
    case 1050:
    case 1060:
    case 1061:
      return errors.exists.error({ object: name }, options);
    case 1044:
    case 1142:
    case 1143:
    case 1227:
    case 1370:
      return errors.permission_denied.error({ object: objectIn(message) }, options);
    default:
      return errors.statement_refused.error(
        { product, code: number, text: quotes.has(number) ? '' : `, ${message}` },
        options,
      );
  }
}

/** Texts that may quote a value of a row. */
const quotes = new Set([1300, 1210, 3141, 3143, 3144, 3156, 4037, 4038]);

function columnIn(message: string): string {
  return (
    / for column (?:`.*`\.)?[`'](.+?)[`'] at row/.exec(message)?.[1] ??
    /[Cc]olumn '([^']+)'|[Ff]ield '([^']+)'/.exec(message)?.slice(1).find(Boolean) ??
    '?'
  );
}

function typeIn(message: string): string {
  return /^(?:Incorrect|Truncated incorrect) (\w+) value/.exec(message)?.[1] ?? 'of the column';
}

function tableIn(message: string): string {
  return /`[^`]+`\.`([^`]+)`/.exec(message)?.[1] ?? '?';
}

/** `INSERT command denied to user 'a'@'b' for table 'deals'` */
function objectIn(message: string): string {
  const [, object] = / for (?:table|column|routine) [`']?(.+?)[`']?$/.exec(message) ?? [];
  return object ?? / to database '([^']+)'/.exec(message)?.[1] ?? '?';
}
