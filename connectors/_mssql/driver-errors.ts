import { PipeError } from '../../engine/index.ts';
import { isUntrusted, otherName } from '../_tls/distrust.ts';
import { errors } from './errors.ts';

/** What messages may say about where we connect. */
export interface Endpoint {
  /** `host:1433` or `host\INSTANCE`. */
  readonly server: string;
  readonly instance?: string;
  readonly user: string;
  readonly database: string;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
}

/** Errors of the login in their order; 4060 comes before the 18456 that only says that it all was in vain. */
const loginNumbers = new Set([18452, 18456, 18461, 18470, 18486, 18487, 18488]);
const databaseNumbers = new Set([911, 916, 4060, 4064]);
const busyNumbers = new Set([601, 701, 1204, 1222, 3960, 8645, 8651, 10928, 10929, 17809, 40197, 40501, 40613, 49918]);
const lostNumbers = new Set([596, 6001, 6002, 6005]);
/** Errors about the text of a statement; texts of all others may quote data of a row, so they stay unsaid. */
const textNumbers = new Set([137, 195, 201, 206, 209, 257, 402, 529, 4104, 8120, 11526]);

/** OpenSSL's words for a peer that is too old: protocol, key sizes, hashes. */
const oldTls =
  /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|WRONG_VERSION|KEY_TOO_SMALL|MD_TOO_WEAK|SIGALG|INAPPROPRIATE_FALLBACK/;

/** Why no connection came about. `numbers` are the server's own errors during the login. */
export function connectError(thrown: unknown, at: Endpoint, numbers: readonly number[]): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const { server, user, database } = at;
  const options = { cause: thrown };
  const transient = { cause: thrown, retry: true } as const;
  if (numbers.some((number) => databaseNumbers.has(number)))
    return errors.database_unknown.error({ server, database, user }, options);
  if (numbers.some((number) => loginNumbers.has(number))) return errors.login_refused.error({ server, user }, options);
  const busy = numbers.find((number) => busyNumbers.has(number));
  if (busy !== undefined) return errors.server_busy.error({ number: busy }, transient);
  const codes = codesOf(thrown);
  if (codes.includes('EENCRYPT')) return errors.encryption_required.error({ server }, options);
  if (codes.includes('ELOGIN')) return errors.login_refused.error({ server, user }, options);
  return instanceError(codes, thrown, at) ?? tlsError(codes, at, options) ?? networkError(codes, at, transient);
}

function instanceError(codes: readonly string[], thrown: unknown, at: Endpoint): PipeError | undefined {
  if (at.instance === undefined) return undefined;
  const { server, instance } = at;
  const host = server.split('\\')[0] ?? server;
  const named = { server: host, instance };
  const unknown = codes.includes('EINSTLOOKUP') && thrown instanceof Error && thrown.message.startsWith('Port for');
  if (unknown) return errors.instance_unknown.error(named, { cause: thrown });
  const silent = codes.includes('EINSTLOOKUP') || codes.includes('ETIMEOUT');
  return silent ? errors.browser_silent.error(named, { cause: thrown, retry: true }) : undefined;
}

function tlsError(codes: readonly string[], { server }: Endpoint, options: { cause: unknown }): PipeError | undefined {
  const distrust = codes.find(isUntrusted);
  if (distrust) return errors.certificate_untrusted.error({ server, reason: distrust }, options);
  if (codes.includes(otherName)) return errors.certificate_name.error({ server }, options);
  const old = codes.find((code) => oldTls.test(code));
  return old ? errors.tls_too_old.error({ server, reason: old }, options) : undefined;
}

function networkError(codes: readonly string[], at: Endpoint, options: { cause: unknown; retry: true }): PipeError {
  const { server } = at;
  if (codes.includes('ETIMEOUT'))
    return errors.connect_timeout.error({ server, seconds: at.connectTimeoutMs / 1000 }, options);
  if (codes.includes('ECONNRESET')) return errors.handshake_cut.error({ server }, options);
  const reason = codes.find((code) => code !== 'ESOCKET') ?? 'ESOCKET';
  return errors.unreachable.error({ server, reason }, options);
}

/** Why a statement failed, before or amid its rows. */
export function requestError(thrown: unknown, at: Endpoint): PipeError {
  if (thrown instanceof PipeError) return thrown;
  const number = numberOf(thrown);
  return number === undefined ? transportError(thrown, at) : serverError(number, thrown);
}

function transportError(thrown: unknown, at: Endpoint): PipeError {
  const transient = { cause: thrown, retry: true } as const;
  const codes = codesOf(thrown);
  if (codes.includes('ETIMEOUT')) return errors.query_timeout.error({ seconds: at.queryTimeoutMs / 1000 }, transient);
  if (codes.includes('EANSWER')) return errors.answer_unreadable.error({ server: at.server }, transient);
  if (codes.includes('EPARAM') || codes.includes('EARGS')) {
    return errors.statement_refused.error({ number: 'EPARAM', text: '' }, { cause: thrown });
  }
  const reason = codes.findLast((code) => code !== 'EREQUEST' && code !== 'ESOCKET') ?? 'ESOCKET';
  return errors.connection_lost.error({ server: at.server, reason }, transient);
}

function serverError(number: number, thrown: unknown): PipeError {
  const message = thrown instanceof Error ? thrown.message : '';
  const options = { cause: thrown };
  const transient = { cause: thrown, retry: true } as const;
  if (number === 1205) return errors.deadlock.error({}, transient);
  if (busyNumbers.has(number)) return errors.server_busy.error({ number }, transient);
  if (lostNumbers.has(number))
    return errors.connection_lost.error({ server: 'SQL Server', reason: `error ${number}` }, transient);
  if (number === 208) return errors.table_unknown.error({ table: quoted(message, 0) }, options);
  if (number === 207) return errors.column_unknown.error({ column: quoted(message, 0) }, options);
  if (number === 229) return errors.permission_denied.error({ object: quoted(message, 0) }, options);
  if (number === 230)
    return errors.permission_denied.error({ object: `${quoted(message, 1)}.${quoted(message, 0)}` }, options);
  const text = textNumbers.has(number) || severityOf(thrown) === 15 ? `, ${message.replace(/\.$/, '')}` : '';
  return errors.statement_refused.error({ number, text }, options);
}

/** The nth name in quotes of a server's message, whatever its language quotes with. */
function quoted(message: string, index: number): string {
  return [...message.matchAll(/['"«]([^'"»]+)['"»]/g)][index]?.[1] ?? '?';
}

/** Codes along the chain of wrappers: mssql keeps `originalError`, tedious `cause`. */
function codesOf(thrown: unknown): readonly string[] {
  const codes: string[] = [];
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; depth++) {
    const code: unknown = Reflect.get(error, 'code');
    if (typeof code === 'string') codes.push(code);
    if (/socket hang up/.test(error.message)) codes.push('ECONNRESET');
    const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
    error = inner ?? Reflect.get(error, 'originalError') ?? error.cause;
  }
  return codes;
}

function numberOf(thrown: unknown): number | undefined {
  const number: unknown = thrown instanceof Error ? Reflect.get(thrown, 'number') : undefined;
  return typeof number === 'number' && number > 0 ? number : undefined;
}

function severityOf(thrown: unknown): number | undefined {
  const severity: unknown = thrown instanceof Error ? Reflect.get(thrown, 'class') : undefined;
  return typeof severity === 'number' ? severity : undefined;
}
