import { Type } from '../../engine/index.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Static } from 'typebox';
import { errors } from '../_sql/errors.ts';
import { connectionSettings, loginSettings, timeoutsOf } from '../_sql/server-settings.ts';

const defaults = { port: 3306 } as const;

export const settings = Type.Object({
  url: Type.Optional(
    Type.String({ minLength: 1, secret: true, description: 'mysql://user:password@host:3306/database' }),
  ),
  host: Type.Optional(Type.String({ minLength: 1, description: 'Host of the server, where there is no url' })),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: defaults.port, description: 'TCP port' })),
  ...loginSettings,
  ...connectionSettings,
});

export function columnOf(field: string): string {
  return field.toLowerCase();
}

export type Settings = Static<typeof settings>;

/** The settings with what `url` says in their place. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: Settings['ssl'] | undefined;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function endpointOf(given: Settings): Endpoint {
  const url = given.url === undefined ? {} : inUrl(given.url);
  const named = (name: 'host' | 'user' | 'database'): string => {
    const value = given[name] ?? url[name];
    if (value === undefined) throw errors.settings_incomplete.error({ setting: name });
    return value;
  };
  return {
    host: named('host'),
    // The default of the schema stands in `port` where nobody wrote one.
    port: url.port ?? given.port ?? defaults.port,
    user: named('user'),
    password: given.password ?? url.password ?? '',
    database: named('database'),
    ssl: given.ssl,
    ...timeoutsOf(given),
  };
}

export function systemOf({ host, port, database }: Endpoint): string {
  return `${host}:${port}/${database}`;
}

interface InUrl {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

function inUrl(text: string): InUrl {
  const wrong = (): Error => errors.url_wrong.error({ product: 'MySQL', scheme: 'mysql' });
  if (!/^(mysql|mariadb):\/\//.test(text) || !URL.canParse(text)) throw wrong();
  const { hostname, port, username, password, pathname } = new URL(text);
  try {
    return {
      ...(hostname !== '' && { host: hostname.replace(/^\[(.*)\]$/, '$1') }),
      ...(port !== '' && { port: Number(port) }),
      ...(username !== '' && { user: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(pathname.length > 1 && { database: decodeURIComponent(pathname.slice(1)) }),
    };
  } catch {
    throw wrong();
  }
}

/** The file of `ca`, relative to `folder`. */
export function readCa(file: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (cause) {
    throw errors.ca_unreadable.error({ file }, { cause });
  }
}
