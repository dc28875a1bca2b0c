import type { FieldOption } from '../../engine/index.ts';
import { isObject, type VendorObject } from './answer.ts';
import type { Client } from './client.ts';
import { errors } from './errors.ts';
import { createZone, type Zone } from './zone.ts';

/** What an account says of itself and everything here depends on. */
export interface Facts {
  readonly subdomain: string;
  /** Without them a filter is passed over in silence and everything comes back (reference 5): none is sent then. */
  readonly hasFilters: boolean;
  readonly zone: Zone;
  /** 1 is a call, 2 a meeting; people make others. None where the account does not tell. */
  readonly taskTypes: readonly FieldOption[];
  /** Its clock when it said this, in milliseconds; undefined: it does not tell. */
  readonly atMs: number | undefined;
}

/** `GET /account` (reference 3.7). */
export async function readFacts(client: Client, signal: AbortSignal): Promise<Facts> {
  const query = [['with', 'is_api_filter_enabled,datetime_settings,task_types']] as const;
  const reply = await client.get('/account', query, signal);
  if (!reply.ok) throw reply.error;
  const account: VendorObject = isObject(reply.value) ? reply.value : {};
  const embedded = isObject(account['_embedded']) ? account['_embedded'] : {};
  const times = isObject(embedded['datetime_settings']) ? embedded['datetime_settings'] : {};
  const timezone = times['timezone'];
  if (typeof timezone !== 'string' || !isZone(timezone))
    throw errors.unexpected_result.error({ host: client.host, method: 'GET /account' });
  return {
    subdomain: String(account['subdomain']),
    hasFilters: account['is_api_filter_enabled'] === true,
    zone: createZone(timezone),
    taskTypes: taskTypesIn(embedded['task_types']),
    atMs: reply.atMs,
  };
}

function taskTypesIn(given: unknown): readonly FieldOption[] {
  const types = Array.isArray(given) ? given.filter(isObject) : [];
  return types.map(({ id, name }) => ({ id: String(id), text: String(name) }));
}

/** The account's own clock now, in whole seconds: what changes are told by (DL-6). */
export async function readClock(client: Client, signal: AbortSignal): Promise<number> {
  const reply = await client.get('/account', [], signal);
  if (!reply.ok) throw reply.error;
  if (reply.atMs === undefined) throw errors.unexpected_result.error({ host: client.host, method: 'GET /account' });
  return reply.atMs / 1000;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
