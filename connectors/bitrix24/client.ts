import type { Host } from '../../engine/index.ts';
import { openTransport, type Exchange } from '../_http/transport.ts';
import { isUntrusted, otherName } from '../_tls/distrust.ts';
import { encodeCommand, textsOf, type Command } from './command.ts';
import type { Portal } from './config.ts';
import { errors } from './errors.ts';
import { refusedCommand, refusedRequest, vendorErrorOf, type Concern, type Refusal } from './reactions.ts';

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

export interface VendorTime {
  /** The portal's clock when it began, in milliseconds since 1970. */
  readonly startMs: number | undefined;
  /** How long it took the portal. */
  readonly durationMs: number | undefined;
}

/** `write`: over a young socket, and once begun it runs to its end whatever the signal says (DL-11). */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly write?: boolean;
}

export interface BatchResult {
  readonly ok: true;
  /** One for each command, in order. */
  readonly replies: readonly Reply[];
  readonly time: VendorTime;
}

/** Speaks with one portal. Throws the signal's reason when aborted; whatever else happens is in the answer. */
export interface Client {
  readonly host: string;
  call(command: Command, options: CallOptions): Promise<Reply>;
  /** At most 50 commands, carried out one after the other; one that fails stops no other. */
  batch(commands: readonly Command[], options: CallOptions): Promise<BatchResult | Refusal>;
  close(): Promise<void>;
}

/** The 51st command is refused (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html). */
export const batchLimit = 50;

const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'pipe/0.1' };

export function createClient(portal: Portal, host: Host): Client {
  const transport = openTransport(portal);
  const blocks = createBlocks(host);
  const concernOf = (method: string): Concern => ({ host: portal.host, method, ...blocks.of(method) });

  async function post(method: string, body: object, sent: readonly string[], options: CallOptions): Promise<Reply> {
    await host.admit(portal.limit, options.signal);
    options.signal.throwIfAborted();
    const exchange = await transport.send({
      method: 'POST',
      path: `${portal.path}${method}.json`,
      headers,
      body: JSON.stringify(body),
      young: options.write === true,
      ...(options.write !== true && { signal: options.signal }),
    });
    const concern = concernOf(method);
    if (!exchange.ok) return notAnswered(exchange, portal, concern);
    const answer = parse(exchange.text);
    if (exchange.status === 503 && answer !== undefined) host.refused(portal.limit);
    if (hasKey(answer, 'time')) blocks.note(method, answer.time);
    return readAnswer(exchange, answer, sent, concern);
  }

  return {
    host: portal.host,
    call: (command, options) => post(command.method, command.params, textsOf(command.params), options),
    async batch(commands, options) {
      const cmd = Object.fromEntries(commands.map((command, index) => [keyOf(index), encodeCommand(command)]));
      const reply = await post('batch', { halt: 0, cmd }, [], options);
      if (!reply.ok) return reply;
      const answer = readBatch(reply.value);
      if (answer === undefined) return shapeless(concernOf('batch'));
      for (const [index, { method }] of commands.entries()) blocks.note(method, answer.times.get(keyOf(index)));
      const replies = commands.map((command, index) =>
        readCommand(answer, keyOf(index), command, concernOf(command.method)),
      );
      return { ok: true, replies, time: reply.time };
    },
    close: () => transport.close(),
  };
}

/** Named keys: PHP prints an array with keys 0..n-1 as a list and any other as an object (reference 1.3). */
function keyOf(index: number): string {
  return `c${index}`;
}

/** When the portal said it would let go of a method it had blocked; the refusal itself does not say it. */
function createBlocks(host: Host): {
  note(method: string, time: unknown): void;
  of(method: string): { blockedMs?: number };
} {
  const resets = new Map<string, number>();
  return {
    note(method, time) {
      const reset = numberAt(time, 'operating_reset_at');
      if (reset !== undefined) resets.set(method, reset * 1000);
    },
    of(method) {
      const reset = resets.get(method);
      const blockedMs = reset === undefined ? 0 : reset - host.now();
      return blockedMs > 0 ? { blockedMs } : {};
    },
  };
}

function notAnswered(exchange: Extract<Exchange, { ok: false }>, portal: Portal, concern: Concern): Refusal {
  const { host, method } = concern;
  const { failure, reason, cause } = exchange;
  const options = { retry: true, cause };
  switch (failure) {
    case 'not_connected': {
      const error =
        isUntrusted(reason) || reason === otherName
          ? errors.certificate_untrusted.error({ host, reason }, { cause })
          : errors.unreachable.error({ host, reason }, options);
      return { ok: false, applied: 'no', error };
    }
    case 'timeout': {
      const seconds = portal.timeoutMs / 1000;
      return { ok: false, applied: 'unknown', error: errors.timed_out.error({ host, method, seconds }, options) };
    }
    case 'lost':
      return { ok: false, applied: 'unknown', error: errors.connection_lost.error({ host, method, reason }, options) };
  }
}

type Answered = Extract<Exchange, { ok: true }>;

/** Success is a key `result` and no key `error`; the code under `error` may well be empty (reference 1.4). */
function readAnswer(exchange: Answered, answer: unknown, sent: readonly string[], concern: Concern): Reply {
  const { status, location } = exchange;
  if (status >= 300 && status < 400) return moved(location, concern);
  const error = vendorErrorOf(answer, sent);
  if (error) return refusedRequest(status, error, concern);
  if (status !== 200 || !hasKey(answer, 'result')) return unexpected(status, concern);
  return result(answer.result, answer, hasKey(answer, 'time') ? answer.time : undefined);
}

function result(value: unknown, totals: unknown, time: unknown): Result {
  const startSeconds = numberAt(time, 'start');
  const durationSeconds = numberAt(time, 'duration');
  return {
    ok: true,
    value,
    total: numberAt(totals, 'total'),
    next: numberAt(totals, 'next'),
    time: {
      startMs: startSeconds === undefined ? undefined : startSeconds * 1000,
      durationMs: durationSeconds === undefined ? undefined : durationSeconds * 1000,
    },
  };
}

/** The new address holds the secret too: only its origin may be shown. A POST that is redirected loses its body. */
function moved(location: string | undefined, { host }: Concern): Refusal {
  const target = location !== undefined && URL.canParse(location) ? new URL(location).origin : '?';
  return { ok: false, applied: 'no', error: errors.portal_moved.error({ host, location: target }) };
}

function unexpected(status: number, { host, method }: Concern): Refusal {
  const retry = status >= 500 || status === 200;
  return { ok: false, applied: 'unknown', error: errors.unexpected_answer.error({ host, method, status }, { retry }) };
}

function shapeless({ host, method }: Concern): Refusal {
  return { ok: false, applied: 'unknown', error: errors.unexpected_result.error({ host, method }) };
}

interface BatchAnswer {
  readonly results: ReadonlyMap<string, unknown>;
  readonly errors: ReadonlyMap<string, unknown>;
  readonly totals: ReadonlyMap<string, unknown>;
  readonly nexts: ReadonlyMap<string, unknown>;
  readonly times: ReadonlyMap<string, unknown>;
}

function readBatch(value: unknown): BatchAnswer | undefined {
  if (!hasKey(value, 'result') || !hasKey(value, 'result_error')) return undefined;
  return {
    results: entries(value.result),
    errors: entries(value.result_error),
    totals: entries('result_total' in value ? value.result_total : undefined),
    nexts: entries('result_next' in value ? value.result_next : undefined),
    times: entries('result_time' in value ? value.result_time : undefined),
  };
}

/** A map as PHP prints it: an object, or a list when it is empty. */
function entries(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

/** Judged by the presence of its key: a result may well be null or false. A key nowhere says nothing at all. */
function readCommand(answer: BatchAnswer, key: string, command: Command, concern: Concern): Reply {
  const { host, method } = concern;
  const error = vendorErrorOf(answer.errors.get(key), textsOf(command.params));
  if (error) return refusedCommand(error, concern);
  if (answer.errors.has(key)) return shapeless(concern);
  if (!answer.results.has(key))
    return { ok: false, applied: 'unknown', error: errors.no_answer.error({ host, method }, { retry: true }) };
  const totals = { total: answer.totals.get(key), next: answer.nexts.get(key) };
  return result(answer.results.get(key), totals, answer.times.get(key));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

function numberAt(value: unknown, key: string): number | undefined {
  if (!hasKey(value, key)) return undefined;
  const found = Number(value[key]);
  return Number.isFinite(found) ? found : undefined;
}
