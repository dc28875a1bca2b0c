import { randomUUID } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import type { Login, ServerKind } from './program.ts';
import { execute } from './speak.ts';

export interface FreshDatabase {
  readonly name: string;
  readonly settings: Login;
  /** `postgres://…` or `mysql://…`, password and all. */
  readonly url: string;
}

/**
 * An empty data base of this test file, dropped after its last test; call it at the top of the file. Throws, and the
 * file fails, where no server can be had.
 */
export async function freshDatabase(kind: ServerKind): Promise<FreshDatabase> {
  const { settings, drop } = await createDatabase(kind, await serverFor(kind));
  afterAll(drop);
  return { name: settings.database, settings, url: urlOf(kind, settings) };
}

/** The server of this run of the tests; throws where none can be had. */
export async function serverFor(kind: ServerKind): Promise<Login> {
  const answer = await fetch(`${inject('servers')}/${kind}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Login;
}

/** An empty data base of that server under a name of its own. */
export async function createDatabase(
  kind: ServerKind,
  login: Login,
): Promise<{ readonly settings: Login; drop(): Promise<void> }> {
  const database = `pipe_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const created = kind === 'postgres' ? '' : ' CHARACTER SET utf8mb4';
  await execute(kind, login, `CREATE DATABASE ${database}${created}`);
  const forced = kind === 'postgres' ? ' WITH (FORCE)' : '';
  return {
    settings: { ...login, database },
    drop: async () => await execute(kind, login, `DROP DATABASE ${database}${forced}`),
  };
}

function urlOf(kind: ServerKind, { host, port, user, password, database }: Login): string {
  const scheme = kind === 'postgres' ? 'postgres' : 'mysql';
  return `${scheme}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}
