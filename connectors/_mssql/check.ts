import { toPipeError, type CheckResult, type Host, type Source } from '../../engine/index.ts';
import type { SqlClient } from './client.ts';
import { errors } from './errors.ts';

/** More than this between the clocks makes stamps and runs hard to compare. */
const clockToleranceSeconds = 60;

/** Login, version and clock of the server; throws when it cannot be reached. */
export async function checkServer(client: SqlClient, host: Host, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const text = `SELECT SERVERPROPERTY('ProductVersion') AS [version], SYSUTCDATETIME() AS [utc]`;
  const [row = {}] = await client.rows({ text, parameters: {} }, signal);
  const { server, user, database } = client.at;
  return [
    {
      what: 'login',
      ok: true,
      fact: `${user} reads ${database} on ${server}, SQL Server ${String(row['version'] ?? '')}`.trimEnd(),
    },
    clock(String(row['utc']), host.now()),
  ];
}

/** Whether the login sees a table, or the server can make sense of a query. */
export async function checkSource(what: string, open: () => Source, signal: AbortSignal): Promise<CheckResult> {
  try {
    const { fields } = await open().describe(signal);
    return { what, ok: true, fact: fields.length === 1 ? '1 column' : `${fields.length} columns` };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toPipeError(thrown);
    return { what, ok: false, fact: error.message, error };
  }
}

function clock(utc: string, nowMs: number): CheckResult {
  const seconds = Math.round((Date.parse(`${utc.slice(0, 23)}Z`) - nowMs) / 1000);
  const apart = `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this machine's`;
  const fact = seconds === 0 ? "runs with this machine's" : apart;
  if (Math.abs(seconds) <= clockToleranceSeconds) return { what: 'clock', ok: true, fact };
  return { what: 'clock', ok: false, fact, error: errors.clock_apart.error({ seconds: Math.abs(seconds) }) };
}
