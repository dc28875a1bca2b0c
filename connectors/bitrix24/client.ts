import type { Host, Work } from '../../engine/index.ts';
import { hasKey, numberAt, readBatch, readTime, type BatchAnswer, type VendorTime } from './answer.ts';
import { encodeCommand, textsOf, type Command } from './command.ts';
import type { Portal } from './config.ts';
import { methodLimit, refusedCommand, refusedRequest, vendorErrorOf, withoutWord, type Refusal } from './reactions.ts';
import { keyOf, openWire, type Answered, type CallOptions, type ConcernOf } from './wire.ts';

/** What a call brought: its result, whatever it is, or why there is none. */
export type Reply = Result | Refusal;

export interface Result {
  readonly ok: true;
  readonly value: unknown;
  /** Rows the filter finds in all; 0 where counting was switched off. */
  readonly total: number | undefined;
  /** Offset of the next page, where there is one. */
  readonly next: number | undefined;
  readonly time: VendorTime;
}

export interface BatchResult {
  readonly ok: true;
  /** One for each command, in order. */
  readonly replies: readonly Reply[];
  readonly time: VendorTime;
}

/**
 * Speaks with one portal. Throws the signal's reason when aborted, and where a limit would hold a request up for too
 * long; whatever else happens is in the answer.
 */
export interface Client {
  readonly host: string;
  call(command: Command, options: CallOptions): Promise<Reply>;
  /** At most 50 commands, carried out one after the other; one that fails stops no other. */
  batch(commands: readonly Command[], options: CallOptions): Promise<BatchResult | Refusal>;
  workOf(methods: readonly string[]): Work;
  close(): Promise<void>;
}

/** The 51st command is refused (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html). */
export const batchLimit = 50;

export function createClient(portal: Portal, host: Host): Client {
  const wire = openWire(portal, host);
  const { concernOf } = wire;
  // Some texts repeat the address that was called.
  const secret = portal.path.split('/').filter(Boolean).slice(-1);
  const sentBy = (commands: readonly Command[]) => () => [
    ...commands.flatMap(({ params }) => textsOf(params)),
    ...secret,
  ];
  return {
    host: portal.host,
    async call(command, options) {
      const { method, params } = command;
      const posted = await wire.post(method, params, [method], options);
      return !posted.ok ? posted : readAnswer(concernOf, posted, method, sentBy([command]));
    },
    async batch(commands, options) {
      const cmd = Object.fromEntries(commands.map((command, index) => [keyOf(index), encodeCommand(command)]));
      const methods = commands.map(({ method }) => method);
      const posted = await wire.post('batch', { halt: 0, cmd }, methods, options);
      const reply = !posted.ok ? posted : readAnswer(concernOf, posted, 'batch', sentBy(commands));
      if (!reply.ok) return reply;
      const answer = readBatch(reply.value);
      if (answer === undefined) return withoutWord('shapeless', concernOf('batch'));
      const replies = commands.map((command, index) =>
        readCommand(concernOf, answer, keyOf(index), command.method, sentBy([command])),
      );
      return { ok: true, replies, time: reply.time };
    },
    workOf: (methods) => wire.workOf(methods),
    close: () => wire.close(),
  };
}

/** Success is a key `result` and no key `error`; the code under `error` may well be empty (reference 1.4). */
function readAnswer(concernOf: ConcernOf, answered: Answered, method: string, sent: () => readonly string[]): Reply {
  const { status, location, answer } = answered;
  if (status >= 300 && status < 400) return withoutWord('redirected', concernOf(method), originOf(location));
  const error = vendorErrorOf(answer, sent);
  if (error) return refusedRequest(status, error, concernOf(method, error.code === methodLimit));
  if (status === 200 && hasKey(answer, 'result'))
    return result(answer.result, answer, hasKey(answer, 'time') ? answer.time : undefined);
  if (status === 429) return withoutWord('crowded', concernOf(method));
  const passing = status >= 500 || status === 200;
  return withoutWord(passing ? 'foreign' : 'misplaced', concernOf(method), String(status));
}

/** Judged by the presence of its key: a result may well be null or false. A key nowhere says nothing at all. */
function readCommand(
  concernOf: ConcernOf,
  answer: BatchAnswer,
  key: string,
  method: string,
  sent: () => readonly string[],
): Reply {
  const error = vendorErrorOf(answer.errors.get(key), sent);
  if (error) return refusedCommand(error, concernOf(method, error.code === methodLimit));
  if (answer.errors.has(key)) return withoutWord('shapeless', concernOf(method));
  if (!answer.results.has(key)) return withoutWord('unmentioned', concernOf(method));
  const totals = { total: answer.totals.get(key), next: answer.nexts.get(key) };
  return result(answer.results.get(key), totals, answer.times.get(key));
}

function result(value: unknown, totals: unknown, time: unknown): Result {
  return {
    ok: true,
    value,
    total: numberAt(totals, 'total'),
    next: numberAt(totals, 'next'),
    time: readTime(time),
  };
}

/** The new address holds the secret too: only its origin may be shown. */
function originOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : '?';
}
