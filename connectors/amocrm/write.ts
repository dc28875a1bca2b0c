import { toPipeError, type Outcome, type Write } from '../../engine/index.ts';
import { idOf, isObject, rowsIn } from './answer.ts';
import { readBefores } from './before.ts';
import type { Client, WriteOptions } from './client.ts';
import { errors } from './errors.ts';
import type { Reader } from './find.ts';
import type { HighWaters } from './high-water.ts';
import { itemOf, type Item } from './item.ts';
import { writeLinks } from './links.ts';
import type { Refusal } from './reactions.ts';
import type { Schema } from './schema.ts';
import { takeOut } from './siblings.ts';

export interface Writer extends Reader {
  readonly highWaters: HighWaters;
  readonly room: Room;
}

/** How many writes go into one request. */
export interface Room {
  readonly now: number;
  came(): void;
  /** The gateway gave a request with so many up: fewer are advised (reference 2). */
  lost(writes: number): void;
}

export function createRoom(most: number): Room {
  let now = most;
  return {
    get now() {
      return now;
    },
    came: () => void (now = Math.min(most, now * 2)),
    lost: (writes) => void (now = Math.max(1, Math.floor(writes / 4))),
  };
}

/** A write on its way: its place among the writes of the call. */
export interface Sending {
  readonly index: number;
  readonly schema: Schema;
  readonly write: Extract<Write, { operation: 'create' | 'update' }>;
  readonly item: Item;
}

/**
 * Sends the writes in order, some in one request, one request after the other. The vendor takes all of a request or
 * none of it, as far as anybody knows (reference 6): those at fault are named by it and taken out, the others go again.
 * A request that brings no answer ends the call, since what comes next may depend on it; the rest was not sent.
 */
export async function write(
  writer: Writer,
  writes: readonly Write[],
  options: WriteOptions,
): Promise<readonly Outcome[]> {
  options.signal.throwIfAborted();
  const outcomes: Outcome[] = [];
  let waiting = await prepare(writer, writes, outcomes, options.signal);
  let most = writer.room.now;
  let requests = 0;
  while (waiting.length > 0) {
    const now = nextRequest(waiting, most);
    const sent = await send(writer, now, options).catch((thrown: unknown) => {
      // What was sent keeps its outcomes; what went wrong is met again when the rest is sent.
      if (requests > 0) return 'stop' as const;
      throw thrown;
    });
    if (sent === 'stop') break;
    const isAtFault = 'error' in sent && sent.applied === 'no' && sent.error.kind === 'data';
    if ('error' in sent && sent.applied === 'no' && requests === 0 && !isAtFault) throw sent.error;
    requests += 1;
    waiting = waiting.slice(now.length);
    if ('error' in sent && isAtFault) {
      const left = await takeOut(writer, now, sent, outcomes, options.signal);
      // Where nobody was named who could be taken out, it is looked for by halves.
      most = left.length === now.length ? Math.ceil(now.length / 2) : most;
      waiting = [...left, ...waiting];
      continue;
    }
    if (!('error' in sent)) writer.room.came();
    else if (sent.status === 504) writer.room.lost(now.length);
    most = writer.room.now;
    for (const [place, { index }] of now.entries())
      outcomes[index] = 'error' in sent ? failed(sent) : (sent[place] ?? unexpected(writer, now));
    if ('error' in sent) break;
  }
  for (const { index } of waiting) outcomes[index] = notSent(writer);
  return outcomes;
}

/** A write that cannot be sent has its outcome at once and holds up no other. */
async function prepare(
  writer: Writer,
  writes: readonly Write[],
  outcomes: Outcome[],
  signal: AbortSignal,
): Promise<readonly Sending[]> {
  const schemas = new Map<string, Schema>();
  for (const { entity } of writes) schemas.set(entity, await writer.schemas.of(entity, signal));
  const befores = await readBefores(writer, schemas, writes, signal);
  return writes.flatMap((one, index): readonly Sending[] => {
    const schema = schemas.get(one.entity);
    if (schema === undefined) return [];
    try {
      if (one.operation === 'delete' || one.operation === 'rows')
        throw errors.cannot_delete.error({ operation: one.operation, entity: one.entity });
      const before = one.operation === 'create' ? undefined : befores.of(one);
      return [{ index, schema, write: one, item: itemOf(schema, one.values, before) }];
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (error.kind !== 'data') throw thrown;
      outcomes[index] = { ok: false, applied: 'no', error };
      return [];
    }
  });
}

/** Writes of one kind to rows of one entity, no row twice. */
function nextRequest(waiting: readonly Sending[], most: number): readonly Sending[] {
  const [first] = waiting;
  const keys = new Set<string>();
  const end = waiting.findIndex(({ schema, write: one }, place) => {
    const key = one.operation === 'update' ? one.key : String(place);
    const isOther = schema !== first?.schema || one.operation !== first.write.operation || keys.has(key);
    keys.add(key);
    return isOther || place >= (schema.kind.patchedAlone && one.operation === 'update' ? 1 : most);
  });
  return end < 0 ? waiting : waiting.slice(0, end);
}

/** One outcome for each, or why the request brought none. */
async function send(
  writer: Writer,
  now: readonly Sending[],
  options: WriteOptions,
): Promise<readonly Outcome[] | Refusal> {
  const [first] = now;
  if (first === undefined) return [];
  if (first.write.operation === 'create') return create(writer, first.schema, now, options);
  return update(writer, first.schema, now, options);
}

async function create(
  { client, highWaters }: Writer,
  schema: Schema,
  now: readonly Sending[],
  options: WriteOptions,
): Promise<readonly Outcome[] | Refusal> {
  const { collection, path, ordered } = schema.kind;
  // What came to be of a refused request is looked for above it.
  if (ordered && highWaters.known(schema) === undefined) await highWaters.read(schema, options.signal);
  const body = now.map(({ item }, place) => ({ ...item.body, request_id: String(place) }));
  const reply = await client.send('POST', path, body, options);
  if (!reply.ok) return reply;
  const ids = idsIn(reply.value, collection, now.length);
  for (const id of ids) if (id !== undefined) highWaters.rose(schema, id);
  return ids.map((id) => (id === undefined ? unknownOutcome(client.host, `POST ${path}`) : done(String(id))));
}

async function update(
  { client }: Writer,
  schema: Schema,
  now: readonly Sending[],
  options: WriteOptions,
): Promise<readonly Outcome[] | Refusal> {
  const { collection, path, patchedAlone } = schema.kind;
  if (patchedAlone) return patchOne(client, path, now, options);
  const keyOf = ({ write: one }: Sending): string => (one.operation === 'update' ? one.key : '');
  const patched = now.filter(({ item }) => Object.keys(item.body).length > 0);
  const places = new Map(patched.map((one, place) => [one, place]));
  const body = patched.map((one) => ({
    id: Number(keyOf(one)),
    ...one.item.body,
    request_id: String(now.indexOf(one)),
  }));
  const reply = body.length === 0 ? undefined : await client.send('PATCH', path, body, options);
  if (reply && !reply.ok) return reply;
  const ids = reply ? updatedIds(reply.value, collection) : new Set<string>();
  const linking = now.flatMap((one) =>
    one.item.links.length > 0 && (!places.has(one) || ids.has(keyOf(one)))
      ? [{ key: keyOf(one), links: one.item.links }]
      : [],
  );
  const refused = await writeLinks(client, schema.kind, linking, options);
  return now.map((one): Outcome => {
    const key = keyOf(one);
    if (places.has(one) && !ids.has(key)) return unknownOutcome(client.host, `PATCH ${path}`);
    const refusal = refused.get(key);
    if (refusal === undefined) return done(key);
    // Its fields were written, its links were not.
    return { ok: false, applied: places.has(one) ? 'unknown' : refusal.applied, error: refusal.error };
  });
}

/** By its own address (reference 3.7, notes). */
async function patchOne(
  client: Client,
  path: string,
  [only]: readonly Sending[],
  options: WriteOptions,
): Promise<readonly Outcome[] | Refusal> {
  if (only?.write.operation !== 'update') return [];
  const { key } = only.write;
  if (Object.keys(only.item.body).length === 0) return [done(key)];
  const reply = await client.send('PATCH', `${path}/${key}`, only.item.body, options);
  if (!reply.ok && reply.status === 404 && reply.applied === 'no')
    return [failed({ ...reply, error: errors.no_such_row.error({ entity: only.schema.kind.name }) })];
  if (!reply.ok) return reply;
  const isIt = isObject(reply.value) && String(reply.value['id']) === key;
  return [isIt ? done(key) : unknownOutcome(client.host, `PATCH ${path}`)];
}

function updatedIds(value: unknown, collection: string): ReadonlySet<string> {
  return new Set((rowsIn(value, collection) ?? []).map((row) => String(row['id'])));
}

/** By the `request_id` that was sent; by place where none came back (reference 3.1). */
function idsIn(value: unknown, collection: string, count: number): readonly (number | undefined)[] {
  const rows = rowsIn(value, collection) ?? [];
  const named = new Map(rows.map((row) => [String(row['request_id']), row]));
  const isNamed = rows.every((row) => row['request_id'] !== undefined);
  return Array.from({ length: count }, (_, place) => {
    const row = isNamed ? named.get(String(place)) : rows.length === count ? rows[place] : undefined;
    return row && idOf(row);
  });
}

function done(key: string): Outcome {
  return { ok: true, key };
}

function failed({ applied, error }: Refusal): Outcome {
  return { ok: false, applied, error };
}

function unknownOutcome(host: string, method: string): Outcome {
  return { ok: false, applied: 'unknown', error: errors.unexpected_result.error({ host, method }, { retry: true }) };
}

function unexpected({ client }: Writer, now: readonly Sending[]): Outcome {
  return unknownOutcome(client.host, now[0]?.write.operation ?? 'write');
}

function notSent({ client }: Writer): Outcome {
  return { ok: false, applied: 'no', error: errors.not_sent.error({ host: client.host }, { retry: true }) };
}
