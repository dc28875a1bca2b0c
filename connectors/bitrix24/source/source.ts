import type { Host, ReadRequest, Row, Source, SourceBlock } from '../../../engine/index.ts';
import type { Client } from '../client.ts';
import { crmMethod, itemMethod, productMethod, stageHistoryMethod } from './crm-methods.ts';
import { errors } from '../errors.ts';
import { optionFields } from './fixed-fields.ts';
import { chunks, pageSize } from './jobs.ts';
import { listMethod, listOptions } from './list-methods.ts';
import { openListing, type Listing, type Method, type PlacedRow } from './listing.ts';
import { createPace } from '../pace.ts';
import { readById } from './by-id.ts';
import { readByOffset } from './by-offset.ts';
import { askAll, resultOf } from './refusal.ts';
import { batches } from './batches.ts';
import { boundsOf, planRead, verifier, type ReadPlan } from './window.ts';
import type { Schemas } from '../schema.ts';
import { categoryMethod, departmentMethod, statusMethod, userMethod } from './small-methods.ts';
import { readSetting, type SourceSetting } from './config.ts';
import { sourceFields } from './values.ts';

export interface Reader {
  readonly client: Client;
  readonly schemas: Schemas;
  readonly host: Host;
  readonly requestsInFlight: number;
}

/** Rows of one entity, universal list or book of a portal. */
export function createSource(reader: Reader, block: SourceBlock): Source {
  const setting = settingOf(block);
  const { list, type, values } = setting;
  if (list !== undefined && values !== undefined) return optionsSource(reader, { list, type }, values);
  let found: Method | undefined;
  const unlisted = new Set<string>();
  const onUnlisted = (field: string): void => {
    if (setting.select || unlisted.has(field)) return;
    unlisted.add(field);
    const { host } = reader.client;
    reader.host.warn(errors.field_unlisted.error({ host, field, what: found?.what ?? '' }));
  };
  const pace = createPace();
  const listing = async (at: string | undefined, signal: AbortSignal): Promise<Listing> => {
    signal.throwIfAborted();
    found ??= await methodOf(reader, setting, signal);
    return openListing(reader.client.host, found, setting, onUnlisted, at);
  };
  return {
    async describe(signal) {
      const { described, askable, key } = await listing(undefined, signal);
      return { fields: described, ...(setting.select && { askable }), key: [key] };
    },
    async *read(request) {
      const { window, signal } = request;
      const opened = await listing(window?.field, signal);
      const plan = await planRead(request, opened, reader.client, reader.host);
      yield* batches(request, plan, pagesOf(reader, opened, pace, plan, request));
    },
    async fetch(keys, signal) {
      const opened = await listing(undefined, signal);
      return fetchRows(reader.client, opened, keys, signal);
    },
  };
}

function settingOf(block: SourceBlock): SourceSetting {
  const setting = readSetting(block);
  const { entity, list, values } = setting;
  if ((entity === undefined) === (list === undefined) || (values !== undefined && list === undefined))
    throw errors.source_choice.error({});
  return setting;
}

async function methodOf({ client, schemas }: Reader, setting: SourceSetting, signal: AbortSignal): Promise<Method> {
  const { entity = '', list, type, of } = setting;
  if (list !== undefined) return listMethod(client, { list, type }, signal);
  switch (entity) {
    case 'product':
      return productMethod(client, signal);
    case 'user':
      return userMethod(client, signal);
    case 'department':
      return departmentMethod;
    case 'category':
      return categoryMethod(of);
    case 'status':
      return statusMethod;
    case 'stagehistory':
      return stageHistoryMethod(of);
    default:
      return entity.startsWith('item:') ? itemMethod(client, entity, signal) : crmMethod(schemas, entity, signal);
  }
}

function pagesOf(
  { client, requestsInFlight }: Reader,
  listing: Listing,
  pace: ReturnType<typeof createPace>,
  plan: ReadPlan,
  { limit = Infinity, signal }: ReadRequest,
): AsyncIterable<readonly PlacedRow[]> {
  if (listing.pages !== 'id') return readByOffset(client, listing, signal);
  // One more than wanted: whether it is there tells whether this is the end.
  const wanted = { bounds: boundsOf(plan), after: plan.after, verify: verifier(plan, listing), limit: limit + 1 };
  return readById({ client, listing, pace, requestsInFlight }, wanted, signal);
}

async function fetchRows(
  client: Client,
  listing: Listing,
  keys: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const ids = keys.flatMap((key) => (key[listing.key] === undefined ? [] : [String(key[listing.key])]));
  const wanted = new Set(ids);
  if (wanted.size === 0) return [];
  const rows: Row[] = [];
  if (!listing.fetch) {
    for await (const page of readByOffset(client, listing, signal)) rows.push(...page.map(({ row }) => row));
    return rows.filter((row) => wanted.has(String(row[listing.key])));
  }
  const commands = chunks([...wanted], pageSize).flatMap((some) => listing.fetch?.(some) ?? []);
  for (const some of chunks(commands, pageSize)) {
    for (const reply of await askAll(client, some, signal)) {
      const given = listing.rows(resultOf(listing, reply).value);
      if (given === undefined) throw errors.unexpected_result.error({ host: listing.host, method: listing.method });
      rows.push(...given.map((one) => listing.place(one).row));
    }
  }
  const strange = rows.some((row) => !wanted.has(String(row[listing.key])));
  if (strange) throw errors.filter_ignored.error({ host: listing.host, entity: listing.what, fields: listing.key });
  return rows;
}

/** The options of a list's field: few, and all in one answer. */
function optionsSource({ client }: Reader, name: Parameters<typeof listOptions>[1], values: string): Source {
  return {
    async describe(signal) {
      await listOptions(client, name, values, signal);
      return { fields: sourceFields(optionFields, 'id'), key: ['id'] };
    },
    async *read({ batch, limit, window, signal }) {
      if (window) throw errors.no_cursor.error({ what: values, field: window.field });
      const rows = await listOptions(client, name, values, signal);
      for (const some of chunks(rows.slice(0, limit), batch)) {
        signal.throwIfAborted();
        yield { rows: some };
      }
    },
    async fetch(keys, signal) {
      const wanted = new Set(keys.map((key) => String(key['id'])));
      return (await listOptions(client, name, values, signal)).filter((row) => wanted.has(String(row['id'])));
    },
  };
}
