import { Type } from '../../engine/index.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Static } from 'typebox';
import { errors } from '../_sql/errors.ts';
import { connectionSettings, loginSettings, timeoutsOf } from '../_sql/server-settings.ts';

const defaults = { port: 5432, schema: 'public' } as const;

export const settings = Type.Object({
  url: Type.Optional(
    Type.String({
      minLength: 1,
      secret: true,
      description: 'postgres://user:password@host:5432/database; `?sslmode=require` switches TLS on',
    }),
  ),
  host: Type.Optional(Type.String({ minLength: 1, description: 'Host of the server, where there is no url' })),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: defaults.port, description: 'TCP port' })),
  ...loginSettings,
  schema: Type.Optional(
    Type.String({
      minLength: 1,
      default: defaults.schema,
      description: 'Schema of tables named without one, and of pipe_checkpoint',
    }),
  ),
  ...connectionSettings,
});

/** What a name written without quotes becomes in PostgreSQL: `SELECT title` finds it. */
export function columnOf(field: string): string {
  return field.toLowerCase();
}

export type Settings = Static<typeof settings>;

/** The settings with what `url` says in their place. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly schema: string;
  /** The schema was named: it is looked in first by queries too. */
  readonly searchesSchema: boolean;
  readonly ssl: 'off' | { readonly ca: string | undefined; readonly verify: boolean };
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function endpointOf(given: Settings): Endpoint {
  const url = given.url === undefined ? undefined : inUrl(given.url);
  const named = <Name extends 'host' | 'user' | 'database'>(name: Name): string => {
    const value = given[name] ?? url?.[name];
    if (value === undefined) throw errors.settings_incomplete.error({ setting: name });
    return value;
  };
  const { ca, verify } = given.ssl ?? {};
  return {
    host: named('host'),
    // The default of the schema stands in `port` where nobody wrote one.
    port: url?.port ?? given.port ?? defaults.port,
    user: named('user'),
    password: given.password ?? url?.password,
    database: named('database'),
    schema: given.schema ?? defaults.schema,
    searchesSchema: given.schema !== undefined,
    ssl: given.ssl || url?.ssl ? { ca, verify: verify ?? url?.verify ?? true } : 'off',
    ...timeoutsOf(given),
  };
}

interface InUrl {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly ssl: boolean;
  readonly verify: boolean;
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS */
function inUrl(text: string): InUrl {
  const wrong = (): Error => errors.url_wrong.error({ product: 'PostgreSQL', scheme: 'postgres' });
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw wrong();
  const { hostname, port, username, password, pathname, searchParams } = new URL(text);
  const mode = searchParams.get('sslmode') ?? 'disable';
  try {
    return {
      ...(hostname !== '' && { host: hostname.replace(/^\[(.*)\]$/, '$1') }),
      ...(port !== '' && { port: Number(port) }),
      ...(username !== '' && { user: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(pathname.length > 1 && { database: decodeURIComponent(pathname.slice(1)) }),
      ssl: !['disable', 'allow', 'prefer'].includes(mode),
      verify: mode !== 'no-verify',
    };
  } catch {
    throw wrong();
  }
}

/** Reads the file of `ca`, relative to `folder`. */
export function tlsOptions({ ssl }: Endpoint, folder: string): ConnectionOptions | undefined {
  if (ssl === 'off') return undefined;
  const ca = ssl.ca === undefined ? undefined : readCa(ssl.ca, folder);
  return { rejectUnauthorized: ssl.verify, ...(ca !== undefined && { ca }) };
}

function readCa(file: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (cause) {
    throw errors.ca_unreadable.error({ file }, { cause });
  }
}
