import { isList, isMap, isWhole, type Json, type JsonMap } from './json.ts';
import type { End, LinkEnd } from './links.ts';
import { notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import type { EntityType } from './rows.ts';
import type { Store } from './store.ts';

export interface LinksOnCreate {
  readonly links: readonly { readonly to: End; readonly metadata: JsonMap | null }[];
  readonly complaints: readonly Complaint[];
}

/** Read by a POST alone; later the addresses of links are the way (reference §3.2). */
const linkable: Readonly<Record<EntityType, readonly LinkEnd[]>> = {
  leads: ['contacts', 'companies'],
  contacts: ['companies'],
  companies: ['contacts'],
};

/** Known in `_embedded`, and of no effect on what is kept here. */
const passedOver = new Set(['tags', 'source', 'leads', 'customers', 'catalog_elements', 'loss_reason', 'metadata']);

export function readLinksOnCreate(store: Store, type: EntityType, item: JsonMap): LinksOnCreate {
  const embedded = item['_embedded'] ?? null;
  if (embedded === null) return { links: [], complaints: [] };
  if (!isMap(embedded)) return { links: [], complaints: [notOfType('_embedded', 'array')] };
  const links: { to: End; metadata: JsonMap | null }[] = [];
  const complaints: Complaint[] = [];
  for (const [key, given] of Object.entries(embedded)) {
    const end = linkable[type].find((one) => one === key);
    if (end === undefined) {
      if (passedOver.has(key)) continue;
      throw unknown(`_embedded.${key} of ${type}`);
    }
    for (const [place, one] of listOf(given, key).entries()) {
      const path = `_embedded.${key}.${place}.id`;
      const read = readEnd(store, end, one, path);
      if ('complaint' in read) complaints.push(read.complaint);
      else links.push(read);
    }
  }
  if (links.filter(({ to }) => to.type === 'companies').length > 1) throw unknown('more than one company of a new row');
  return { links, complaints };
}

function readEnd(
  store: Store,
  type: LinkEnd,
  given: Json,
  path: string,
): { readonly to: End; readonly metadata: JsonMap | null } | { readonly complaint: Complaint } {
  const id = isMap(given) ? given['id'] : undefined;
  if (!isWhole(id)) return { complaint: notOfType(path, 'int') };
  if (store.tables[type].get(id)?.deleted !== false) return { complaint: notAChoice(path) };
  const main = isMap(given) && given['is_main'] === true;
  return { to: { type, id }, metadata: main ? { is_main: true } : null };
}

function listOf(given: Json, key: string): readonly Json[] {
  if (given === null) return [];
  if (isList(given)) return given;
  throw unknown(`_embedded.${key} that is no list`);
}
