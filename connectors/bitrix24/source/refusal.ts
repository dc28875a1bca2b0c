import type { PipeError } from '../../../engine/index.ts';
import type { Client, Reply, Result } from '../client.ts';
import type { Command } from '../command.ts';
import { errors } from '../errors.ts';

/** Whom a read concerns. */
export interface Asked {
  readonly host: string;
  /** For people: `deal`, `list 77 (lists)`. */
  readonly what: string;
}

/** What the portal says of one record when it is written, it says of all of them when they are listed. */
export function refusedRead({ host, what }: Asked, error: PipeError): PipeError {
  if (error.kind !== 'data') return error;
  const code = String(error.parameters['code'] ?? '');
  if (error.code === 'bitrix24.no_such_row' || unknownCodes.has(code))
    return errors.source_unknown.error({ host, what, code }, { cause: error });
  if (error.code === 'bitrix24.row_forbidden')
    return errors.source_forbidden.error({ host, what, code }, { cause: error });
  const text = String(error.parameters['text'] ?? '');
  return errors.source_refused.error({ host, what, code, text }, { cause: error });
}

const unknownCodes: ReadonlySet<string> = new Set(['ERROR_IBLOCK_NOT_FOUND', 'ENTITY_TYPE_NOT_SUPPORTED']);

/** The results of some commands, all of which must bring one. */
export async function readAll(
  client: Client,
  asked: Asked,
  commands: readonly Command[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const replies = await askAll(client, commands, signal);
  return replies.map((reply) => resultOf(asked, reply).value);
}

/** One command goes as itself, more as a batch. */
export async function askAll(
  client: Client,
  commands: readonly Command[],
  signal: AbortSignal,
): Promise<readonly Reply[]> {
  signal.throwIfAborted();
  const [only] = commands;
  if (only === undefined) return [];
  if (commands.length === 1) return [await client.call(only, { signal })];
  const batch = await client.batch(commands, { signal });
  if (!batch.ok) throw batch.error;
  return batch.replies;
}

export function resultOf(asked: Asked, reply: Reply | undefined): Result {
  if (reply === undefined) throw errors.no_answer.error({ host: asked.host, method: asked.what }, { retry: true });
  if (!reply.ok) throw refusedRead(asked, reply.error);
  return reply;
}
