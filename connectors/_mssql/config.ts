import { Type } from '../../engine/index.ts';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { config as DriverConfig } from 'mssql';
import type { Static, TObject } from 'typebox';
import type { Endpoint } from './driver-errors.ts';
import { errors } from './errors.ts';

const defaults = {
  port: 1433,
  encrypt: true,
  trustServerCertificate: false,
  minTls: '1.2',
  connectTimeout: '10s',
  queryTimeout: '30s',
} as const;

const duration = '^[1-9][0-9]*(ms|s|m)$';

/** How to reach a SQL Server: the properties `mssql` and `ident` connections share. */
export const connectionSettings = {
  server: Type.String({
    minLength: 1,
    description: 'Host, or host\\INSTANCE for a named instance found through SQL Server Browser',
  }),
  port: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      default: defaults.port,
      description: 'TCP port; not used with a named instance',
    }),
  ),
  user: Type.String({
    minLength: 1,
    description: 'SQL Server login, or Windows user together with `domain`; read-only rights suffice',
  }),
  password: Type.String({ secret: true, minLength: 1, description: 'Password of the login' }),
  domain: Type.Optional(Type.String({ description: 'Windows domain of `user`: logs in by NTLM' })),
  encrypt: Type.Optional(
    Type.Boolean({ default: defaults.encrypt, description: 'TLS; false only within a network you trust' }),
  ),
  trustServerCertificate: Type.Optional(
    Type.Boolean({
      default: defaults.trustServerCertificate,
      description: 'Take any certificate, such as the one SQL Server signs for itself',
    }),
  ),
  ca: Type.Optional(Type.String({ description: 'PEM file of the authority that signed the server certificate' })),
  serverName: Type.Optional(Type.String({ description: 'Name in the server certificate where it is not the host' })),
  minTls: Type.Optional(
    Type.Enum(['1.0', '1.1', '1.2'], {
      type: 'string',
      default: defaults.minTls,
      description: 'Oldest TLS to accept, in quotes; a SQL Server without its TLS 1.2 update knows only "1.0"',
    }),
  ),
  timezone: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Zone of the server clock, such as Europe/Berlin: where clocks are put back once a year, `pipe validate` asks for an overlap that covers the hour',
    }),
  ),
  connectTimeout: Type.Optional(
    Type.String({
      pattern: duration,
      default: defaults.connectTimeout,
      description: 'Wait for a connection, e.g. `10s`',
    }),
  ),
  queryTimeout: Type.Optional(
    Type.String({
      pattern: duration,
      default: defaults.queryTimeout,
      description: 'Longest silence of the server while it owes us rows',
    }),
  ),
};

export type ConnectionSettings = Static<TObject<typeof connectionSettings>> & { readonly database: string };

const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** Milliseconds of `30s`; the schema has checked the text. */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m)$/.exec(text);
  const unit = match?.[2];
  return unit === 'ms' || unit === 's' || unit === 'm' ? Number(match?.[1]) * units[unit] : 0;
}

export function endpointOf(settings: ConnectionSettings): Endpoint {
  const [host = '', instance] = settings.server.split('\\', 2);
  return {
    server: instance === undefined ? `${host}:${settings.port ?? defaults.port}` : `${host}\\${instance}`,
    ...(instance !== undefined && { instance }),
    user: settings.user,
    database: settings.database,
    connectTimeoutMs: durationMs(settings.connectTimeout ?? defaults.connectTimeout),
    queryTimeoutMs: durationMs(settings.queryTimeout ?? defaults.queryTimeout),
  };
}

/** Old handshakes need old ciphers, which OpenSSL 3 allows only at security level 0. */
const oldCiphers = 'DEFAULT@SECLEVEL=0';

/** The driver's configuration; reads the file of `ca`, relative to `folder`. */
export function driverConfig(settings: ConnectionSettings, folder: string): DriverConfig {
  const at = endpointOf(settings);
  const [host = ''] = settings.server.split('\\', 2);
  const minTls = settings.minTls ?? defaults.minTls;
  return {
    server: host === '.' || host === '(local)' ? 'localhost' : host,
    ...(at.instance === undefined && { port: settings.port ?? defaults.port }),
    database: settings.database,
    user: settings.user,
    password: settings.password,
    ...(settings.domain !== undefined && { domain: settings.domain }),
    connectionTimeout: at.connectTimeoutMs,
    // The client watches every silence itself: the driver's timer ends with the first packet of an answer.
    requestTimeout: 0,
    pool: { max: 4, min: 0, idleTimeoutMillis: 30_000, acquireTimeoutMillis: at.connectTimeoutMs },
    // Looks at the socket only; the default asks SELECT 1 before every statement.
    validateConnection: 'socket',
    options: {
      appName: 'pipe',
      ...(at.instance !== undefined && { instanceName: at.instance }),
      encrypt: settings.encrypt ?? defaults.encrypt,
      trustServerCertificate: settings.trustServerCertificate ?? defaults.trustServerCertificate,
      ...serverNameOf(settings, host),
      // Naive times come as Dates whose UTC fields are what the clinic's wall clock shows.
      useUTC: true,
      readOnlyIntent: true,
      cancelTimeout: 2000,
      // The engine has the one retry loop.
      maxRetriesOnTransientErrors: 0,
      cryptoCredentialsDetails: {
        ...(settings.ca !== undefined && { ca: readCa(resolve(folder, settings.ca)) }),
        minVersion: minTls === '1.0' ? 'TLSv1' : minTls === '1.1' ? 'TLSv1.1' : 'TLSv1.2',
        ...(minTls !== '1.2' && { ciphers: oldCiphers }),
      },
    },
  };
}

/** An address is no name for TLS (RFC 6066): Node warns, so that a connection nobody checks gets a stand-in. */
function serverNameOf(
  { serverName, trustServerCertificate }: ConnectionSettings,
  host: string,
): { serverName?: string } {
  if (serverName !== undefined) return { serverName };
  return trustServerCertificate === true && isIP(host) !== 0 ? { serverName: 'sql-server' } : {};
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw errors.ca_unreadable.error({ file }, { cause });
  }
}
