import type { CheckResult, Host, Template } from '../../engine/index.ts';
import { openTransport, type Transport } from '../_http/transport.ts';
import { login } from '../_check/results.ts';
import type { Account } from './config.ts';
import { errors } from './errors.ts';

const filters: Template = { en: 'filters', ru: 'фильтры' };

/** Login, and whether the account has filters. One request, nothing is changed. */
export async function check(
  account: Account,
  transport: Transport,
  host: Host,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const told = await readAccount(account, transport, host, signal);
  const hasFilters = told['is_api_filter_enabled'] === true;
  const name = String(told['subdomain']);
  return [
    { what: login, ok: true, fact: { en: `the account ${name}`, ru: `аккаунт ${name}` } },
    {
      what: filters,
      ok: true,
      fact: hasFilters ? { en: 'there', ru: 'есть' } : { en: 'not there', ru: 'отсутствуют' },
    },
  ];
}

export function openAccount({ origin, timeoutMs }: Account): Transport {
  return openTransport({ origin, timeoutMs });
}

async function readAccount(
  { host: name, token, limit, timeoutMs }: Account,
  transport: Transport,
  host: Host,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const admission = await host.admit({ limit, lastsMs: timeoutMs }, signal);
  const headers = { authorization: `Bearer ${token}` };
  const path = '/api/v4/account?with=is_api_filter_enabled';
  const exchange = await transport.send({ method: 'GET', path, headers, young: false, signal });
  const limited = exchange.ok && exchange.status === 429;
  admission.ended(limited ? { refused: true } : {});
  if (!exchange.ok) throw errors.unreachable.error({ host: name, reason: exchange.reason }, { cause: exchange.cause });
  const { status, text } = exchange;
  if (limited) throw errors.rate_limited.error({ host: name });
  if (status === 401) throw errors.unauthorized.error({ host: name });
  if (status === 403) throw errors.blocked.error({ host: name });
  const told = parsed(text);
  if (status !== 200 || told === undefined) throw errors.unexpected_answer.error({ host: name, status });
  return told;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
