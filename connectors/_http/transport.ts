import { openSockets, type Ask, type Sockets } from './sockets.ts';
import { unpack } from './unpack.ts';

export interface TransportOptions {
  /** `https://portal.example:8443` */
  readonly origin: string;
  /** The longest a whole exchange may take, connecting included. */
  readonly timeoutMs: number;
  /** The longest answer, unpacked; absent: `answerLimitBytes`. */
  readonly limitBytes?: number;
}

export interface HttpRequest extends Ask {
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
  const sockets = openSockets(origin, { connectTimeoutMs, limitBytes });
  return {
    async send(request) {
      const deadline = startDeadline(timeoutMs);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
      try {
        return await exchange(sockets, request, signal, limitBytes);
      } catch (thrown) {
        if (request.signal?.aborted) throw request.signal.reason;
        const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
        const reason = reasonOf(cause);
        if (sockets.isOfConnecting(cause)) return { ok: false, failure: 'not_connected', reason, cause };
        if (tooLarge.has(reason)) return { ok: false, failure: 'oversized', reason, cause };
        return { ok: false, failure: deadline.signal.aborted ? 'timeout' : 'lost', reason, cause };
      } finally {
        deadline.stop();
      }
    },
    close: () => sockets.close(),
  };
}

async function exchange(sockets: Sockets, request: Ask, signal: AbortSignal, limitBytes: number): Promise<Exchange> {
  const answer = await sockets.ask(request, signal);
  const { location, date, 'content-encoding': packing } = answer.headers;
  const bytes = packing === undefined ? answer.body : await unpack(answer.body, String(packing), limitBytes);
  if (bytes === undefined) {
    const reason = String(packing).slice(0, 40);
    return { ok: false, failure: 'packed', reason, cause: new Error('unknown content-encoding') };
  }
  return {
    ok: true,
    status: answer.status,
    location: typeof location === 'string' ? location : undefined,
    date: typeof date === 'string' ? date : undefined,
    text: decoder.decode(bytes),
  };
}

/** Without the byte order mark that some servers begin with. */
const decoder = new TextDecoder();

/** What undici and zlib say of more than the limit. */
const tooLarge: ReadonlySet<string> = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BUFFER_TOO_LARGE']);

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
