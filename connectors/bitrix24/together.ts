import { batchLimit, type BatchResult, type Client } from './client.ts';
import type { Command } from './command.ts';
import type { Refusal } from './reactions.ts';

interface Asked {
  readonly commands: readonly Command[];
  readonly signal: AbortSignal;
  readonly resolve: (answer: BatchResult | Refusal | Promise<BatchResult | Refusal>) => void;
}

/**
 * A client whose reads go together when they are asked for in one turn of the event loop: the portal counts requests,
 * however much is in them. Writes go at once.
 */
export function readTogether(client: Client): Client {
  let waiting: Asked[] = [];
  const send = (): void => {
    const all = waiting;
    waiting = [];
    for (const some of requestsOf(all)) sendAll(client, some);
  };
  return {
    ...client,
    batch(commands, options) {
      if (options.write) return client.batch(commands, options);
      return new Promise((resolve) => {
        waiting.push({ commands, signal: options.signal, resolve });
        if (waiting.length === 1) setImmediate(send);
      });
    },
  };
}

function requestsOf(all: readonly Asked[]): readonly (readonly Asked[])[] {
  const requests: Asked[][] = [];
  let room = 0;
  for (const one of all) {
    const request = requests.at(-1);
    room -= one.commands.length;
    // An abort ends what it was meant for and nothing else.
    if (request && room >= 0 && request[0]?.signal === one.signal) request.push(one);
    else {
      requests.push([one]);
      room = batchLimit - one.commands.length;
    }
  }
  return requests;
}

function sendAll(client: Client, asked: readonly Asked[]): void {
  const [first] = asked;
  if (!first) return;
  const commands = asked.flatMap((one) => one.commands);
  const answer = client.batch(commands, { signal: first.signal });
  let from = 0;
  for (const { commands: own, resolve } of asked) {
    const start = from;
    from += own.length;
    resolve(answer.then((all) => (all.ok ? { ...all, replies: all.replies.slice(start, start + own.length) } : all)));
  }
}
