import type { CheckResult, Host } from '../../engine/index.ts';
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

function clock(utc: string, nowMs: number): CheckResult {
  const seconds = Math.round((Date.parse(`${utc.slice(0, 23)}Z`) - nowMs) / 1000);
  const fact = seconds === 0 ? 'runs with ours' : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours`;
  if (Math.abs(seconds) <= clockToleranceSeconds) return { what: 'clock', ok: true, fact };
  return { what: 'clock', ok: false, fact, error: errors.clock_apart.error({ seconds: Math.abs(seconds) }) };
}
