import type { Client, WriteOptions } from './client.ts';
import { errors } from './errors.ts';
import type { LinkChange } from './item.ts';
import type { Refusal } from './reactions.ts';
import type { EntityKind } from './entities.ts';

/** A row whose links change. */
export interface Linking {
  readonly key: string;
  readonly links: readonly LinkChange[];
}

const acts = ['link', 'unlink'] as const;

/** Sets the links of some rows; gives those that could not be, by key (reference 3.5). */
export async function writeLinks(
  client: Client,
  kind: EntityKind,
  rows: readonly Linking[],
  options: WriteOptions,
): Promise<ReadonlyMap<string, Refusal>> {
  const refused = new Map<string, Refusal>();
  for (const act of acts) {
    const changing = rows.filter(({ key, links }) => !refused.has(key) && links.some((one) => one.act === act));
    if (changing.length === 0) continue;
    for (const [key, refusal] of await change(client, kind, act, changing, options)) refused.set(key, refusal);
  }
  return refused;
}

/** All in one request; where one of them is at fault, row by row. */
async function change(
  client: Client,
  kind: EntityKind,
  act: LinkChange['act'],
  rows: readonly Linking[],
  options: WriteOptions,
): Promise<readonly (readonly [string, Refusal])[]> {
  const items = rows.flatMap(({ key, links }) =>
    links
      .filter((one) => one.act === act)
      .map(({ to, id }) => ({ entity_id: Number(key), to_entity_id: Number(id), to_entity_type: to })),
  );
  const reply = await client.send('POST', `${kind.path}/${act}`, items, options);
  if (reply.ok) return [];
  if (reply.rejected.length > 0 && rows.length > 1) {
    const single: (readonly [string, Refusal])[] = [];
    for (const row of rows) single.push(...(await change(client, kind, act, [row], options)));
    return single;
  }
  return rows.map(({ key, links }) => [key, named(reply, links)] as const);
}

/** In the mapping's word for it. */
function named(refusal: Refusal, links: readonly LinkChange[]): Refusal {
  const [first] = refusal.rejected;
  if (first === undefined) return refusal;
  return { ...refusal, error: errors.refused.error({ field: links[0]?.to ?? first.path, code: first.code }) };
}
