import type { ReadRequest, Source, SourceBatch } from '../../connector.ts';
import { toPipeError } from '../../errors.ts';
import { waitOut } from '../attempt.ts';
import type { RunContext } from '../context.ts';
import { giveUp } from '../lost.ts';

/** Pauses before the tries of one batch. A source that is away for longer is met by the next run. */
const pausesMs = [1_000, 2_000];

/**
 * The batches of a source. After a failure that may pass (a deadlock, a cut connection) it is read on from the last
 * batch's cursor, a read of everything too: a cursor in the midst of a read says how far back that went. Where there is
 * none, only as long as nothing was read: what has no place to go on from would come twice.
 */
export async function* readPatiently(
  context: RunContext,
  connection: string,
  source: Source,
  request: ReadRequest,
): AsyncGenerator<SourceBatch, void, undefined> {
  let next: ReadRequest | undefined = request;
  let tries = 0;
  while (next) {
    const asked: ReadRequest = next;
    try {
      for await (const batch of source.read(asked)) {
        if (hasMoved(next, batch)) tries = 0;
        next = next && requestAfter(next, batch);
        yield batch;
      }
      return;
    } catch (thrown) {
      const error = toPipeError(thrown);
      const pauseMs = pausesMs[tries];
      tries += 1;
      const mayPass = next && error.retry && error.kind !== 'data' && pauseMs !== undefined;
      if (mayPass && (await waitOut(context, connection, error, pauseMs))) continue;
      giveUp(context, connection, error);
      throw thrown;
    }
  }
}

/** Rows of the overlap come anew with every try: only a cursor that moves says that the read gets on. */
function hasMoved(request: ReadRequest | undefined, { cursor }: SourceBatch): boolean {
  return JSON.stringify(cursor) !== JSON.stringify(request?.cursor);
}

/** What is left to ask for behind a batch. */
function requestAfter(request: ReadRequest, { rows, cursor }: SourceBatch): ReadRequest | undefined {
  const { limit, since, until } = request;
  if (!cursor || since !== undefined || until !== undefined) return undefined;
  return { ...request, mode: 'incremental', cursor, ...(limit !== undefined && { limit: limit - rows.length }) };
}
