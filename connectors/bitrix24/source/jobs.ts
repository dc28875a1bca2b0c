import { batchLimit, type Client, type Reply } from '../client.ts';
import { fitsBatch, type Command } from '../command.ts';

/** Rows on a page, never more (https://apidocs.bitrix24.com/settings/performance/huge-data.html): a full one may not be the last. */
export const pageSize = 50;

/** One command of a read and what its reply leads to: nothing more, the next page, a narrower question. */
export interface Job {
  readonly command: Command;
  take(reply: Reply): readonly Job[];
}

/** Runs jobs and all that follow from them, 50 to a request. Throws when a whole request brings no answer. */
export async function runJobs(client: Client, jobs: readonly Job[], signal: AbortSignal): Promise<void> {
  let waiting = jobs;
  while (waiting.length > 0) {
    const batched = waiting.filter(({ command }) => fitsBatch(command));
    const now = batched.length > 0 ? batched.slice(0, batchLimit) : waiting.slice(0, 1);
    const replies = await ask(client, now, signal);
    const further = replies.flatMap((reply, index) => now[index]?.take(reply) ?? []);
    const sent = new Set(now);
    waiting = [...waiting.filter((job) => !sent.has(job)), ...further];
  }
}

async function ask(client: Client, now: readonly Job[], signal: AbortSignal): Promise<readonly Reply[]> {
  const commands = now.map(({ command }) => command);
  const [first] = commands;
  if (first && !fitsBatch(first)) return [await client.call(first, { signal })];
  const batch = await client.batch(commands, { signal });
  if (!batch.ok) throw batch.error;
  return batch.replies;
}

export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
