import { DatabaseError } from 'pg';
import { PipeError } from '../../engine/index.ts';
import { errors } from '../_sql/errors.ts';
import { isUntrusted, otherName } from '../_tls/distrust.ts';
import type { Endpoint } from './config.ts';

const product = 'PostgreSQL';

export function systemOf({ host, port, database }: Endpoint): string {
  return `${host}:${port}/${database}`;
}

/** Why no connection came about. SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function connectError(thrown: unknown, at: Endpoint): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const system = systemOf(at);
  const options = { cause: thrown };
  const transient = { cause: thrown, retry: true } as const;
  if (thrown instanceof DatabaseError) {
    const { code = '' } = thrown;
    if (code.startsWith('28')) return errors.login_refused.error({ system, user: at.user }, options);
    if (code === '3D000') return errors.database_unknown.error({ system }, options);
    return errors.server_busy.error({ product, reason: conditionOf(code) }, transient);
  }
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : '';
  if (isUntrusted(code) || code === otherName)
    return errors.certificate_untrusted.error({ system, reason: code }, options);
  // pg and pg-pool give these no code (pg 8.23 lib/connection.js, pg-pool 3 index.js).
  if (/does not support SSL/.test(message)) return errors.not_encrypted.error({ system }, options);
  if (/SASL|SCRAM|password must be/.test(message))
    return errors.login_refused.error({ system, user: at.user }, options);
  if (/timeout/.test(message))
    return errors.connect_timeout.error({ system, seconds: at.connectTimeoutMs / 1000 }, transient);
  return errors.unreachable.error({ product, system, reason: code === '' ? 'no answer' : code }, transient);
}

/** Why a statement failed. */
export function statementError(thrown: unknown, at: Endpoint, text: string): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const transient = { cause: thrown, retry: true } as const;
  if (!(thrown instanceof DatabaseError)) {
    const message = thrown instanceof Error ? thrown.message : '';
    if (/Query read timeout/.test(message))
      return errors.statement_timeout.error({ product, seconds: at.statementTimeoutMs / 1000 }, transient);
    return errors.connection_lost.error({ system: systemOf(at), reason: codeOf(thrown) || 'no answer' }, transient);
  }
  return rowError(thrown, text) ?? objectError(thrown) ?? serverError(thrown, at);
}

/** One row is to blame. Names only: details and messages quote values. */
function rowError(thrown: DatabaseError, text: string): PipeError | undefined {
  const { code = '', constraint = '?', table = '?' } = thrown;
  const options = { cause: thrown };
  const column = thrown.column ?? placeOf(thrown).column ?? '?';
  switch (code) {
    case '23502':
      return errors.value_missing.error({ column }, options);
    case '23503':
      return text.startsWith('DELETE')
        ? errors.value_refused.error({ constraint, table }, options)
        : errors.reference_missing.error({ column: keyOf(thrown) }, options);
    case '23505':
      return madeMeanwhile(table) ? undefined : errors.not_unique.error({ column: keyOf(thrown) }, options);
    case '21000':
      return errors.not_unique.error({ column: '?' }, options);
    case '23514':
    case '23P01':
    case '44000':
    case 'P0001':
      return errors.value_refused.error({ constraint, table }, options);
    case '22001':
      return errors.value_long.error({ column }, options);
    case '22003':
    case '22008':
      return errors.value_range.error({ column }, options);
    default:
      return code.startsWith('22')
        ? errors.value_type.error({ column, type: thrown.dataType ?? '?' }, options)
        : undefined;
  }
}

/** Two that make a table at once meet in the catalogue of types. */
function madeMeanwhile(table: string): boolean {
  return table === 'pg_type' || table === 'pg_class';
}

/** Where COPY stood, in whatever language: `COPY stage, line 3, column amount: "abc"`. */
export function placeOf({ where }: DatabaseError): { readonly line?: number; readonly column?: string } {
  const [, line, column] = /^COPY [^,]+, \D*(\d+)(?:, \S+ ([^:]+))?/.exec(where ?? '') ?? [];
  return { ...(line !== undefined && { line: Number(line) }), ...(column !== undefined && { column }) };
}

/** Columns of a key out of `Key (a, b)=(1, 2) …`; what stands behind is data. */
function keyOf({ detail }: DatabaseError): string {
  return /\(([^()]+)\)=\(/.exec(detail ?? '')?.[1] ?? '?';
}

function objectError(thrown: DatabaseError): PipeError | undefined {
  const { code = '', message, table = '' } = thrown;
  const options = { cause: thrown };
  const object = table === '' ? quoted(message) : table;
  switch (code) {
    case '42P01':
    case '3F000':
      return errors.table_unknown.error({ table: quoted(message) }, options);
    case '42703':
      return errors.column_unknown.error({ column: quoted(message), table: table === '' ? '?' : table }, options);
    case '42501':
      return errors.permission_denied.error({ object }, options);
    case '42P07':
    case '42701':
    case '42710':
    case '23505':
      return errors.exists.error({ object }, options);
    default:
      return undefined;
  }
}

/** The last name in quotes of a message, whatever its language quotes with. */
function quoted(message: string): string {
  return [...message.matchAll(/["«„“]([^"»“”]+)["»“”]/g)].at(-1)?.[1] ?? /[\w.]+$/.exec(message)?.[0] ?? '?';
}

function serverError(thrown: DatabaseError, at: Endpoint): PipeError {
  const { code = '', message } = thrown;
  const transient = { cause: thrown, retry: true } as const;
  if (code === '40001' || code === '40P01') return errors.deadlock.error({ product }, transient);
  if (code === '57014')
    return errors.statement_timeout.error({ product, seconds: at.statementTimeoutMs / 1000 }, transient);
  if (/^(08|57P)/.test(code)) return errors.connection_lost.error({ system: systemOf(at), reason: code }, transient);
  if (code === '25006') return errors.read_only.error({ system: systemOf(at) }, { cause: thrown });
  if (/^(53|55|58|40)/.test(code)) return errors.server_busy.error({ product, reason: conditionOf(code) }, transient);
  // Errors of syntax and names quote the statement; all others may quote data.
  const text = code.startsWith('42') ? `, ${message}` : '';
  return errors.statement_refused.error({ product, code, text }, { cause: thrown });
}

/** The vendor's own words for what an operator has to look at. */
const conditions: Readonly<Record<string, string>> = {
  '53100': 'disk full',
  '53200': 'out of memory',
  '53300': 'too many connections',
  '55P03': 'lock not available',
  '57P03': 'cannot connect now',
  '58030': 'io error',
};

function conditionOf(code: string): string {
  const condition = conditions[code];
  return condition === undefined ? code : `${condition} (${code})`;
}

/** Whether an error in answer to COMMIT is a clear no: an ERROR of the server, not the end of its session. */
export function isClearNo(thrown: unknown): boolean {
  return thrown instanceof DatabaseError && !/^(08|57P)/.test(thrown.code ?? '') && thrown.severity !== 'FATAL';
}

/** Where a host has several addresses, why the last one did not answer. */
function codeOf(thrown: unknown): string {
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors.at(-1) : thrown;
  const code: unknown = inner instanceof Error ? Reflect.get(inner, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}
