import { buildConnector, Pool, type Dispatcher } from 'undici';
import { unpack } from './unpack.ts';

export interface TransportOptions {
  /** `https://portal.example:8443` */
  readonly origin: string;
  /** The longest a whole exchange may take, connecting included. */
  readonly timeoutMs: number;
  /** The longest answer, unpacked; absent: `answerLimitBytes`. */
  readonly limitBytes?: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Sends over a connection made for this request alone. A server may close an idle connection just as a request
   * goes out on it, and then nobody knows whether the request arrived: a write must not stand in that doubt.
   */
  readonly young: boolean;
  /** Ends the exchange. Absent: once begun, it runs until the answer or the time-out. */
  readonly signal?: AbortSignal;
}

/**
 * What became of one exchange. `not_connected`: not one byte of the request left. All the others: nobody knows whether
 * the server carried it out. `oversized`: the answer did not end within its limit. `packed`: nobody here can
 * unpack it. Redirects are answers like any other: nobody follows them.
 */
export type Exchange =
  | {
      readonly ok: true;
      readonly status: number;
      readonly location: string | undefined;
      /** The server's clock, as its header `date` says it. */
      readonly date: string | undefined;
      readonly text: string;
    }
  | {
      readonly ok: false;
      readonly failure: 'not_connected' | 'timeout' | 'lost' | 'oversized' | 'packed';
      /** The system's word for it, e.g. `ECONNREFUSED`: no address, no path. Of `packed`: its content-encoding. */
      readonly reason: string;
      readonly cause: Error;
    };

export interface Transport {
  /** Throws the signal's reason when aborted, nothing else. The socket of an exchange that went wrong is destroyed. */
  send(request: HttpRequest): Promise<Exchange>;
  /** Ends all sockets; may be called twice. */
  close(): Promise<void>;
}

/** Far beyond what a vendor gives at once, 2,500 rows: what is longer comes from a proxy that streams for ever. */
export const answerLimitBytes = 64 * 2 ** 20;

const connectTimeoutMs = 10_000;

export function openTransport({ origin, timeoutMs, limitBytes = answerLimitBytes }: TransportOptions): Transport {
  const connections = observedConnector();
  // The deadline below is the only one: undici's own would name neither the request nor the right cause.
  const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 } as const;
  const options = { ...noTimeouts, connect: connections.connect, maxResponseSize: limitBytes };
  const kept = new Pool(origin, { ...options, pipelining: 1 });
  const young = new Pool(origin, { ...options, pipelining: 0 });
  let closing: Promise<unknown> | undefined;
  return {
    async send(request) {
      const deadline = startDeadline(timeoutMs);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
      try {
        return await exchange(request.young ? young : kept, request, signal, limitBytes);
      } catch (thrown) {
        if (request.signal?.aborted) throw request.signal.reason;
        const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
        const reason = reasonOf(cause);
        if (connections.failed.has(cause)) return { ok: false, failure: 'not_connected', reason, cause };
        if (tooLarge.has(reason)) return { ok: false, failure: 'oversized', reason, cause };
        return { ok: false, failure: deadline.signal.aborted ? 'timeout' : 'lost', reason, cause };
      } finally {
        deadline.stop();
      }
    },
    async close() {
      closing ??= Promise.all([kept.close(), young.close()]);
      await closing;
    },
  };
}

async function exchange(pool: Pool, request: HttpRequest, signal: AbortSignal, limitBytes: number): Promise<Exchange> {
  const { method, path, headers, body = null } = request;
  const answer = await pool.request({ method, path, headers, body, signal });
  const { location, date, 'content-encoding': packing } = answer.headers;
  const { body: content } = answer;
  const text = packing === undefined ? await content.text() : await unpackedText(content, String(packing), limitBytes);
  if (text === undefined) {
    const reason = String(packing).slice(0, 40);
    return { ok: false, failure: 'packed', reason, cause: new Error('unknown content-encoding') };
  }
  return {
    ok: true,
    status: answer.statusCode,
    location: typeof location === 'string' ? location : undefined,
    date: typeof date === 'string' ? date : undefined,
    text,
  };
}

async function unpackedText(
  content: Dispatcher.ResponseData['body'],
  packing: string,
  limitBytes: number,
): Promise<string | undefined> {
  const bytes = await unpack(Buffer.from(await content.arrayBuffer()), packing, limitBytes);
  return bytes?.toString();
}

/** What undici and zlib say of more than the limit. */
const tooLarge: ReadonlySet<string> = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BUFFER_TOO_LARGE']);

/**
 * Remembers the errors of connecting (DNS, TCP, TLS). An error's code cannot tell them from later ones: ECONNRESET
 * and ETIMEDOUT come before the first byte as well as after the last.
 */
function observedConnector(): { connect: buildConnector.connector; failed: WeakSet<Error> } {
  const failed = new WeakSet<Error>();
  const connector = buildConnector({ timeout: connectTimeoutMs });
  const connect: buildConnector.connector = (options, callback) => {
    connector(options, (...result) => {
      if (result[0] !== null) failed.add(result[0]);
      callback(...result);
    });
  };
  return { connect, failed };
}

function startDeadline(timeoutMs: number): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('timeout')), timeoutMs);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** A code and never a message: messages of TLS and DNS name whatever was asked for. */
function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reasonOf(error.errors[0]);
  return error.name;
}
