import type { Host, Measured, Work } from '../../engine/index.ts';
import { openTransport, type Exchange } from '../_http/transport.ts';
import { isUntrusted, noTls, otherName } from '../_tls/distrust.ts';
import { hasKey, readBatch, readTime, type BatchAnswer } from './answer.ts';
import type { Portal } from './config.ts';
import { createMeter, type Meter, type Metered } from './meter.ts';
import { methodLimit, vendorErrorOf, withoutWord, type Concern, type Refusal } from './reactions.ts';

/** `write`: once begun it runs to its end whatever the signal says (DL-11). */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly write?: boolean;
  /** On the host's clock: nothing is sent later. */
  readonly until?: number;
}

export interface Answered extends Extract<Exchange, { ok: true }> {
  /** Its JSON; undefined when it is none. */
  readonly answer: unknown;
}

/** Whom an answer concerns; `blocked`: for how long, too. */
export type ConcernOf = (method: string, blocked?: boolean) => Concern;

/** Single HTTP requests to one portal, each through the limiter. */
export interface Wire {
  readonly concernOf: ConcernOf;
  /** `methods`: those of the commands inside; of a single call its own. */
  post(method: string, body: object, methods: readonly string[], options: CallOptions): Promise<Answered | Refusal>;
  /** The working time that commands of these methods are expected to take. */
  workOf(methods: readonly string[]): Work;
  close(): Promise<void>;
}

const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'pipe/0.1' };
const nothingWorked: Measured = { work: new Map() };

export function openWire(portal: Portal, host: Host): Wire {
  const { limit, timeoutMs: lastsMs } = portal;
  const transport = openTransport(portal);
  const meter = createMeter(() => host.now());
  const concernOf: ConcernOf = (method, blocked = false) => ({
    host: portal.host,
    method,
    ...(blocked && { blockedMs: meter.blockedMs(method) }),
  });

  return {
    concernOf,
    async post(method, body, methods, { signal, write = false, until }) {
      const work = { ...portal.work, expected: meter.expect(methods, method === 'batch') };
      const admission = await host.admit({ limit, work, lastsMs, ...(until !== undefined && { until }) }, signal);
      let measured: Measured = signal.aborted ? nothingWorked : {};
      try {
        signal.throwIfAborted();
        const exchange = await transport.send({
          method: 'POST',
          path: `${portal.path}${method}.json`,
          headers,
          body: JSON.stringify(body),
          ...(!write && { signal }),
        });
        if (!exchange.ok && exchange.failure === 'not_connected') measured = nothingWorked;
        if (!exchange.ok) return notAnswered(exchange, portal, concernOf(method));
        const answered = { ...exchange, answer: parse(exchange.text) };
        measured = measure(meter, answered, method, methods);
        return answered;
      } finally {
        admission.ended(measured);
      }
    },
    workOf: (methods) => ({ ...portal.work, expected: meter.foresee(methods) }),
    close: () => transport.close(),
  };
}

/** Named keys: PHP prints an array with keys 0..n-1 as a list and any other as an object (reference 1.3). */
export function keyOf(index: number): string {
  return `c${index}`;
}

/** What an answer says of the limits; where it says nothing, what was expected counts. */
function measure(meter: Meter, { status, answer }: Answered, method: string, methods: readonly string[]): Measured {
  if (status === 503 && answer !== undefined) return { refused: true, ...nothingWorked };
  if (status === 429 && answer === undefined) return { refused: true, ...nothingWorked };
  if (status === 429) return { work: new Map([[method, { worked: [], blockedForMs: meter.blockedMs(method) }]]) };
  if (!hasKey(answer, 'result')) return status >= 400 && status < 500 ? nothingWorked : {};
  const envelope = readTime(hasKey(answer, 'time') ? answer.time : undefined);
  const batch = method === 'batch' ? readBatch(answer.result) : undefined;
  const inner = batch ? methods.flatMap((one, index) => meteredIn(batch, keyOf(index), one)) : [];
  return { work: meter.measure([...inner, { method, time: envelope }], envelope) };
}

function meteredIn(batch: BatchAnswer, key: string, method: string): readonly Metered[] {
  if (batch.times.has(key)) return [{ method, time: readTime(batch.times.get(key)) }];
  return vendorErrorOf(batch.errors.get(key), () => [])?.code === methodLimit ? [{ method, time: undefined }] : [];
}

function notAnswered(exchange: Extract<Exchange, { ok: false }>, portal: Portal, concern: Concern): Refusal {
  const { failure, reason, cause } = exchange;
  if (failure === 'not_connected') {
    if (reason === noTls) return withoutWord('not_tls', concern, reason, cause);
    if (isUntrusted(reason) || reason === otherName) return withoutWord('untrusted', concern, reason, cause);
  }
  return withoutWord(failure, concern, failure === 'timeout' ? String(portal.timeoutMs / 1000) : reason, cause);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
