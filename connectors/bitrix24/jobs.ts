import { batchLimit, type Client, type Reply } from './client.ts';
import type { Command } from './command.ts';

/** Rows on a page, fixed by the vendor: a full page may not be the last one. */
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
    const now = waiting.slice(0, batchLimit);
    const batch = await client.batch(
      now.map(({ command }) => command),
      { signal },
    );
    if (!batch.ok) throw batch.error;
    const further = batch.replies.flatMap((reply, index) => now[index]?.take(reply) ?? []);
    waiting = [...waiting.slice(batchLimit), ...further];
  }
}

export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
