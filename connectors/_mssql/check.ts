import { toPipeError, type CheckResult, type Host, type Source, type Template } from '../../engine/index.ts';
import { cannotRead, clockResult, columnCount, login } from '../_check/results.ts';
import type { SqlClient } from './client.ts';
import { errors } from './errors.ts';

export const whatQuery: Template = { en: 'query', ru: 'запрос' };

export function whatTable(name: string): Template {
  return { en: `table ${name}`, ru: `таблица ${name}` };
}

/** Login, version and clock of the server; throws when it cannot be reached. */
export async function checkServer(client: SqlClient, host: Host, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const text = `SELECT SERVERPROPERTY('ProductVersion') AS [version], SYSUTCDATETIME() AS [utc]`;
  const [row = {}] = await client.rows({ text, parameters: {} }, signal);
  const utcMs = Date.parse(`${String(row['utc']).slice(0, 23)}Z`);
  return [
    { what: login, ok: true, fact: loginFact(client, String(row['version'] ?? '')) },
    clockResult(utcMs, host.now(), (seconds) => errors.clock_apart.error({ seconds })),
  ];
}

/** Whether the login sees a table, or the server can make sense of a query. */
export async function checkSource(what: Template, open: () => Source, signal: AbortSignal): Promise<CheckResult> {
  try {
    const { fields } = await open().describe(signal);
    return { what, ok: true, fact: columnCount(fields.length) };
  } catch (thrown) {
    signal.throwIfAborted();
    return cannotRead(what, toPipeError(thrown));
  }
}

function loginFact({ at: { server, user, database } }: SqlClient, version: string): Template {
  const product = `SQL Server ${version}`.trimEnd();
  return {
    en: `${user} reads ${database} on ${server}, ${product}`,
    ru: `${user} читает базу ${database} на ${server}, ${product}`,
  };
}
