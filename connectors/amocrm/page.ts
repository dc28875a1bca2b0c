import { hasNext, rowsIn, type VendorObject } from './answer.ts';
import type { Client, Query } from './client.ts';
import type { EntityKind } from './entities.ts';
import { errors } from './errors.ts';

/** The most a page holds; a larger number is cut to it without a word (reference 5). */
export const pageSize = 250;

interface Page {
  readonly rows: readonly VendorObject[];
  /** No other page follows. */
  readonly isLast: boolean;
}

export async function readPage(client: Client, kind: EntityKind, query: Query, signal: AbortSignal): Promise<Page> {
  const { path, collection } = kind;
  const reply = await client.get(path, query, signal);
  if (!reply.ok) throw reply.error;
  const rows = rowsIn(reply.value, collection);
  if (rows === undefined) throw errors.unexpected_result.error({ host: client.host, method: `GET ${path}` });
  return { rows, isLast: !hasNext(reply.value) };
}

export function repeatedPage({ host }: Client, { name }: EntityKind): Error {
  return errors.page_repeated.error({ host, entity: name }, { retry: true });
}
