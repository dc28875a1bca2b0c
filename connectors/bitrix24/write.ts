import {
  toPipeError,
  type Answer,
  type Outcome,
  type PipeError,
  type Question,
  type Work,
  type Write,
} from '../../engine/index.ts';
import type { VendorTime } from './answer.ts';
import { batchLimit, type Client, type Reply } from './client.ts';
import { fitsBatch, type Command } from './command.ts';
import { errors } from './errors.ts';
import { companion } from './find.ts';
import type { Pace } from './pace.ts';
import { withoutWord, type Refusal } from './reactions.ts';
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
  /** The row it is about, `deal#5`, where there is one already. */
  readonly row: string | undefined;
}

/**
 * Sends the writes in order, one request after the other: two writes of one row never run side by side. What the limit
 * of its method holds up stays behind, with all later writes to its row; the rest goes on. A batch the portal refuses
 * as a whole for what is in it goes again in halves, until the one at fault stands alone. A request that brings no
 * answer ends the call, since what comes next may depend on it; the rest was not sent.
 */
export async function write(
  writer: Writer,
  writes: readonly Write[],
  options: WriteOptions,
): Promise<readonly Outcome[]> {
  const schemas = await readSchemas(writer, writes, options.signal);
  const outcomes: Outcome[] = [];
  let waiting = prepare(schemas, writes, outcomes);
  let most = batchLimit;
  let requests = 0;
  /** Leaves behind what this limit holds up. False: it holds up the whole call. */
  const leaveBehind = (error: PipeError): boolean => {
    const held = heldUp(waiting, error);
    for (const { index } of held) outcomes[index] = { ok: false, applied: 'no', error };
    waiting = waiting.filter((one) => !held.has(one));
    return held.size > 0 && (requests > 0 || waiting.length > 0);
  };
  while (waiting.length > 0) {
    const now = nextRequest(waiting.slice(0, most), writer.pace);
    const along = now.length === waiting.length && now.length < batchLimit ? options.companion : undefined;
    const sent = await send(writer, now, options, along).catch((thrown: unknown) => {
      const error = toPipeError(thrown);
      if (error.limited && leaveBehind(error)) return 'go on';
      // What was sent keeps its outcomes; what went wrong is met again when the rest is sent.
      if (requests > 0) return 'stop';
      throw thrown;
    });
    if (sent === 'go on') continue;
    if (sent === 'stop') break;
    if (isRefusedForContent(sent) && now.length > 1) {
      most = Math.ceil(now.length / 2);
      continue;
    }
    // Nothing at all was applied by this call: it throws, as the contract has it.
    if ('error' in sent && sent.applied === 'no' && requests === 0 && sent.error.kind !== 'data') throw sent.error;
    requests += 1;
    most = Math.min(batchLimit, most * 2);
    waiting = waiting.slice(now.length);
    for (const [place, { index, command, keyOf }] of now.entries())
      outcomes[index] = outcomeOf('error' in sent ? sent : sent[place], keyOf, writer.client.host, command.method);
    if ('error' in sent && !isRefusedForContent(sent)) break;
  }
  for (const { index } of waiting) outcomes[index] = notSent(writer.client.host);
  return outcomes;
}

/** What the writes would be charged for; of those that cannot be sent nothing. */
export async function expectedWork(
  writer: Pick<Writer, 'client' | 'schemas'>,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<Work> {
  const sendings = prepare(await readSchemas(writer, writes, signal), writes, []);
  return writer.client.workOf(sendings.map(({ command }) => command.method));
}

/** `until`, on the host's clock: nothing is sent later (DL-4). */
export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly until?: number;
  /** Goes along with the last of the writes, where there is room. */
  readonly companion?: Along;
}

interface Along {
  readonly command: Command;
  take(reply: Reply): void;
}

/** Writes to one entity, and which rows answer a question from then on. */
export async function writeAndFind(
  writer: Writer,
  writes: readonly Write[],
  { question, fields }: { readonly question: Question; readonly fields: readonly string[] },
  options: WriteOptions,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly answer?: Answer }> {
  const [one] = writes;
  if (!one) return { outcomes: [] };
  const schema = await writer.schemas.of(one.entity, options.signal);
  const asked = companion(writer.client, schema, question, fields);
  let answer: Answer | undefined;
  const take = (reply: Reply): void => {
    try {
      answer = asked?.answer(reply);
    } catch {
      // What is wrong with the answer is met again when it is asked for alone; the writes have their outcomes.
      answer = undefined;
    }
  };
  const outcomes = await write(writer, writes, {
    ...options,
    ...(asked && { companion: { command: asked.command, take } }),
  });
  return { outcomes, ...(answer && { answer }) };
}

/**
 * The writes whose method's limit is used up, which the error names, and later ones to the same rows. None where it is the
 * portal's bucket that is full, whatever the method.
 */
function heldUp(waiting: readonly Sending[], { parameters }: PipeError): ReadonlySet<Sending> {
  const rows = new Set<string>();
  const held = new Set<Sending>();
  for (const one of waiting) {
    if (one.command.method !== parameters['what'] && !(one.row !== undefined && rows.has(one.row))) continue;
    held.add(one);
    if (one.row !== undefined) rows.add(one.row);
  }
  return held;
}

function isRefusedForContent(sent: readonly Reply[] | Refusal): sent is Refusal {
  return 'error' in sent && sent.applied === 'no' && sent.error.kind === 'data';
}

type SchemaByEntity = ReadonlyMap<string, Schema>;

async function readSchemas(
  { schemas }: Pick<Writer, 'schemas'>,
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
      const row = 'key' in one ? `${one.entity}#${one.key}` : undefined;
      return [{ index, row, ...writeCommand(schema, one) }];
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
  { signal, until }: WriteOptions,
  along: Along | undefined,
): Promise<readonly Reply[] | Refusal> {
  const asWrite = { signal, write: true, ...(until !== undefined && { until }) };
  const [first] = now;
  const alone = first && !fitsBatch(first.command);
  const commands = now.map(({ command }) => command);
  const all = along ? [...commands, along.command] : commands;
  const answer = alone ? await client.call(first.command, asWrite) : await client.batch(all, asWrite);
  if (!answer.ok && answer.applied === 'unknown') pace.lost(now.length);
  if (!answer.ok) return first && now.length === 1 && wasCutOff(answer) ? tooLong(client.host, first) : answer;
  const replies = 'replies' in answer ? answer.replies.slice(0, now.length) : [answer];
  const last = 'replies' in answer ? answer.replies[now.length] : undefined;
  if (last) along?.take(last);
  const timed = replies.map((reply, place) => ({
    method: commands[place]?.method ?? '',
    ms: reply.ok ? msOf(reply.time) : undefined,
  }));
  pace.came(timed, answer.time.durationMs);
  return replies;
}

/** Newer portals give `processing` in whole seconds; `duration` is never less. */
function msOf({ durationMs, processingMs }: VendorTime): number | undefined {
  if (durationMs === undefined) return processingMs;
  return Math.max(durationMs, processingMs ?? 0);
}

/** Whether the portal ended it after its 60 s. Our own time-out says no such thing: the line may have been cut. */
function wasCutOff({ error }: Refusal): boolean {
  return error.code === errors.unexpected_answer.code && error.parameters['status'] === 504;
}

/** Alone it takes too long: no smaller request will help. */
function tooLong(host: string, { command }: Sending): Refusal {
  return withoutWord('unfinished', { host, method: command.method });
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
