import type { Write } from '../../engine/index.ts';
import { errors } from './errors.ts';
import type { Reader } from './find.ts';
import { beforeOf } from './item.ts';
import { idRequests } from './listing.ts';
import type { Schema } from './schema.ts';
import { nothingSeen, seenIn, type Seen } from './seen.ts';

type Update = Extract<Write, { operation: 'update' }>;

/** What a change of a list starts from. */
export interface Befores {
  /** Throws `no_such_row` where the row was asked for and is not there. */
  of(write: Update): Seen;
}

/** Reads the rows whose lists are changed: phones always, tags, links and funnels where no read is remembered. */
export async function readBefores(
  { client, seen }: Reader,
  schemas: ReadonlyMap<string, Schema>,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<Befores> {
  const asked = new Set<string>();
  const fresh = new Map<string, Seen>();
  for (const [entity, schema] of schemas) {
    const updates = writes.filter((one): one is Update => one.operation === 'update' && one.entity === entity);
    const unknown = updates.filter((one) => isUnknown(schema, one, seen.of(schema.kind.name, one.key)));
    const names = unknown.flatMap(({ values }) => Object.keys(values));
    const withs = new Set(names.flatMap((name) => schema.field(name).with ?? []));
    const ids = unknown.map(({ key }) => key);
    for (const id of ids) asked.add(`${entity} ${id}`);
    for (const request of idRequests(client, schema, ids, withs))
      for (const row of await request.read(signal)) fresh.set(`${entity} ${String(row['id'])}`, seenIn(row));
  }
  return {
    of({ entity, key }) {
      const now = fresh.get(`${entity} ${key}`);
      const planned = seen.of(entity, key);
      if (!asked.has(`${entity} ${key}`)) return planned ?? nothingSeen;
      if (now === undefined) throw errors.no_such_row.error({ entity });
      // Sets as they were planned from: what somebody added since is not taken away.
      return planned ? { ...planned, links: new Map([...now.links, ...planned.links]), customs: now.customs } : now;
    },
  };
}

function isUnknown(schema: Schema, write: Update, seen: Seen | undefined): boolean {
  const before = beforeOf(schema, write);
  if (before === 'nothing') return false;
  if (before === 'fresh' || seen === undefined) return true;
  const places = Object.keys(write.values).map((name) => schema.field(name).place);
  return places.some((place) => place.kind === 'links' && !seen.links.has(place.to));
}
