import { toPipeError, type Outcome, type Write } from '../../engine/index.ts';
import { batchLimit, type Client, type Reply } from './client.ts';
import { fitsBatch } from './command.ts';
import { errors } from './errors.ts';
import type { Pace } from './pace.ts';
import type { Refusal } from './reactions.ts';
import type { Schema, Schemas } from './schema.ts';
import { writeCommand, type WriteCommand } from './write-command.ts';

export interface Writer {
  readonly client: Client;
  readonly schemas: Schemas;
  readonly pace: Pace;
}

/** A write on its way: its place among the writes of the call. */
interface Sending extends WriteCommand {
  readonly index: number;
}

/**
 * Sends the writes in order, one request after the other: two writes of one row never run side by side. A request that
 * brings no answer ends the call, since what comes next may depend on it; the rest was not sent.
 */
export async function write(
  writer: Writer,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const schemas = await readSchemas(writer, writes, signal);
  const outcomes: Outcome[] = [];
  let waiting = prepare(schemas, writes, outcomes);
  let requests = 0;
  while (waiting.length > 0) {
    const now = nextRequest(waiting, writer.pace);
    const sent = await send(writer, now, signal).catch((thrown: unknown) => {
      if (requests > 0 && signal.aborted) return undefined;
      throw thrown;
    });
    if (sent === undefined) break;
    if ('error' in sent && sent.applied === 'no' && requests === 0) throw sent.error;
    requests += 1;
    waiting = waiting.slice(now.length);
    for (const [place, { index, command, keyOf }] of now.entries())
      outcomes[index] = outcomeOf('error' in sent ? sent : sent[place], keyOf, writer.client.host, command.method);
    if ('error' in sent) break;
  }
  for (const { index } of waiting) outcomes[index] = notSent(writer.client.host);
  return outcomes;
}

type SchemaByEntity = ReadonlyMap<string, Schema>;

async function readSchemas(
  { schemas }: Writer,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<SchemaByEntity> {
  const read = new Map<string, Schema>();
  for (const { entity } of writes) if (!read.has(entity)) read.set(entity, await schemas.of(entity, signal));
  return read;
}

/** A write that cannot be sent has its outcome at once and holds up no other. */
function prepare(schemas: SchemaByEntity, writes: readonly Write[], outcomes: Outcome[]): readonly Sending[] {
  return writes.flatMap((one, index) => {
    const schema = schemas.get(one.entity);
    if (schema === undefined) throw new Error(`no schema of ${one.entity} was read`);
    try {
      return [{ index, ...writeCommand(schema, one) }];
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (error.kind !== 'data') throw thrown;
      outcomes[index] = { ok: false, applied: 'no', error };
      return [];
    }
  });
}

function nextRequest(waiting: readonly Sending[], pace: Pace): readonly Sending[] {
  const firstAlone = waiting.findIndex(({ command }) => !fitsBatch(command));
  if (firstAlone === 0) return waiting.slice(0, 1);
  const together = firstAlone < 0 ? waiting : waiting.slice(0, firstAlone);
  return together.slice(0, pace.room(together.slice(0, batchLimit).map(({ command }) => command.method)));
}

/** One reply for each, or why the request brought none. */
async function send(
  { client, pace }: Writer,
  now: readonly Sending[],
  signal: AbortSignal,
): Promise<readonly Reply[] | Refusal> {
  const options = { signal, write: true };
  const [first] = now;
  if (first && !fitsBatch(first.command)) return [await client.call(first.command, options)];
  const batch = await client.batch(
    now.map(({ command }) => command),
    options,
  );
  if (!batch.ok) {
    if (batch.applied === 'unknown') pace.lost(now.length);
    return batch;
  }
  pace.came();
  for (const [place, reply] of batch.replies.entries()) {
    const method = now[place]?.command.method;
    if (method !== undefined && reply.ok && reply.time.durationMs !== undefined)
      pace.took(method, reply.time.durationMs);
  }
  return batch.replies;
}

function outcomeOf(reply: Reply | undefined, keyOf: Sending['keyOf'], host: string, method: string): Outcome {
  if (reply && !reply.ok) return reply;
  const key = keyOf(reply?.value);
  if (key !== undefined) return { ok: true, key };
  return { ok: false, applied: 'unknown', error: errors.unexpected_result.error({ host, method }) };
}

function notSent(host: string): Outcome {
  return { ok: false, applied: 'no', error: errors.not_sent.error({ host }, { retry: true }) };
}
