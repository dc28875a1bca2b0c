import type { Client } from './client.ts';
import { errors } from './errors.ts';
import { isObject, type Schema } from './schema.ts';

/** The newest row's id: ids of an entity only ever rise (reference 11.5, 16). Undefined when there are no rows. */
export async function highWater(
  client: Client,
  { kind: { name } }: Schema,
  signal: AbortSignal,
): Promise<string | undefined> {
  const method = `crm.${name}.list`;
  const params = { select: ['ID'], order: { ID: 'DESC' }, start: -1 };
  const reply = await client.call({ method, params }, { signal });
  if (!reply.ok) throw reply.error;
  const rows: unknown = reply.value;
  if (!Array.isArray(rows)) throw errors.unexpected_result.error({ host: client.host, method });
  const newest: unknown = rows[0];
  if (newest === undefined) return undefined;
  const id = isObject(newest) ? newest['ID'] : undefined;
  if (typeof id !== 'string' && typeof id !== 'number')
    throw errors.unexpected_result.error({ host: client.host, method });
  return String(id);
}
