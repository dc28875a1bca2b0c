import type { FoundRow } from '../../engine/index.ts';
import type { Client, Reply } from './client.ts';
import { errors } from './errors.ts';
import { pageSize } from './source/jobs.ts';
import type { Schema, Schemas } from './schema.ts';
import { readRow } from './values.ts';

/**
 * Every row of an entity, page after page by id and without counting, as the vendor advises for long lists: rows that
 * come and go meanwhile move no page (https://apidocs.bitrix24.com/settings/performance/huge-data.html).
 */
export async function* scan(
  client: Client,
  schemas: Schemas,
  entity: string,
  fields: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly FoundRow[]> {
  signal.throwIfAborted();
  const schema = await schemas.of(entity, signal);
  const select = [...new Set(['ID', ...fields.map((name) => schema.field(name).name)])];
  const method = `crm.${schema.kind.name}.list`;
  let after = 0;
  for (;;) {
    const params = { select, filter: { '>ID': after }, order: { ID: 'ASC' }, start: -1 };
    const page = rowsOf(client, schema, method, await client.call({ method, params }, { signal }));
    after = lastOf(client, schema, page, after);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
  }
}

function rowsOf({ host }: Client, schema: Schema, method: string, reply: Reply): readonly FoundRow[] {
  if (!reply.ok) throw reply.error;
  const given: readonly unknown[] | undefined = Array.isArray(reply.value) ? reply.value : undefined;
  const rows = given?.flatMap((one) => readRow(schema, one) ?? []);
  if (!rows || rows.length !== given?.length) throw errors.unexpected_result.error({ host, method });
  return rows;
}

/** Ids go up from row to row, or the portal passed over filter or order: the scan would never end (DL-3). */
function lastOf({ host }: Client, { kind }: Schema, page: readonly FoundRow[], after: number): number {
  let last = after;
  for (const { key } of page) {
    if (!(Number(key) > last)) throw errors.filter_ignored.error({ host, entity: kind.name, fields: 'ID' });
    last = Number(key);
  }
  return last;
}
