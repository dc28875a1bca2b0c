import { setImmediate } from 'node:timers/promises';
import { buildConnector, Client, type Dispatcher } from 'undici';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Sockets to one origin. Each carries one request at a time, and another one only while it is young. */
export interface Sockets {
  /** Rejects with the signal's reason, or with whatever broke the exchange; its socket is destroyed. */
  ask(request: Ask, signal: AbortSignal): Promise<Answer>;
  /** Whether this error came of connecting (DNS, TCP, TLS): not one byte of a request left. */
  isOfConnecting(error: Error): boolean;
  close(): Promise<void>;
}

export interface SocketOptions {
  readonly connectTimeoutMs: number;
  /** Of an answer's body. */
  readonly limitBytes: number;
}

/**
 * A server closes a socket that is idle, at the earliest after some 5 s (Node, Apache), and just then a request may be
 * on its way to it: nobody knows whether it arrived (DL-11). A server is idle at most since it was sent the request
 * before, whenever we come to read its answer, so that is what counts. See docs/decisions/sockets.md.
 */
const youngMs = 2_000;

export function openSockets(origin: string, options: SocketOptions): Sockets {
  const connecting = observedConnector(options.connectTimeoutMs);
  const all: Line[] = [];
  const free: Line[] = [];
  let closing: Promise<unknown> | undefined;

  function another(): Line {
    if (closing) throw new Error('closed');
    const line = openLine(new Client(origin, clientOptions(connecting.connect, options)));
    all.push(line);
    return line;
  }

  return {
    async ask(request, signal) {
      // The one used last: the others have time to close.
      const line = free.pop() ?? another();
      try {
        // With the turn that undici waits: an end of the socket that has come by now is read before anything is sent.
        await setImmediate();
        return await line.ask(request, signal);
      } catch (thrown) {
        // Not one byte was sent, and the socket is gone: the line gets a new one.
        if (thrown === tooOld) return await line.ask(request, signal);
        throw thrown;
      } finally {
        free.push(line);
      }
    },
    isOfConnecting: (error) => connecting.failed.has(error),
    async close() {
      closing ??= Promise.all(all.map((line) => line.close()));
      await closing;
    },
  };
}

/** One socket after the other. */
interface Line {
  ask(request: Ask, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

const tooOld = new Error('the socket is too old');

function openLine(client: Client): Line {
  let youngUntil = 0;
  const renew = (): number => (youngUntil = performance.now() + youngMs);
  client.on('connect', renew);

  /**
   * Called with nothing between it and the first byte. The timer that closes idle sockets is not enough: after a call
   * that blocked the process, or SIGSTOP, it is due and has not run.
   */
  function start(controller: Dispatcher.DispatchController, signal: AbortSignal): void {
    if (signal.aborted) return controller.abort(reasonOf(signal));
    if (performance.now() > youngUntil) return controller.abort(tooOld);
    renew();
    signal.addEventListener('abort', () => controller.abort(reasonOf(signal)), { once: true });
  }

  return {
    ask: (request, signal) =>
      new Promise((resolve, reject) => {
        let head: Omit<Answer, 'body'> = { status: 0, headers: {} };
        const pieces: Buffer[] = [];
        client.dispatch(request, {
          onRequestStart: (controller) => start(controller, signal),
          onResponseStart: (_, status, headers) => void (head = { status, headers }),
          onResponseData: (_, piece) => void pieces.push(piece),
          onResponseEnd: () => resolve({ ...head, body: Buffer.concat(pieces) }),
          onResponseError: (_, error) => reject(error),
        });
      }),
    close: () => client.close(),
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

function clientOptions(connect: buildConnector.connector, { limitBytes }: SocketOptions): Client.Options {
  return {
    connect,
    // Of HTTP/1.1 alone is all of this true: over HTTP/2 undici shares a connection, sends again what a server that is
    // going away did not take, and knows no longest answer.
    allowH2: false,
    pipelining: 1,
    maxResponseSize: limitBytes,
    // The caller's signal is the only time limit: undici's own would name neither the request nor the right cause.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Whatever the server hints at; where it hints at less, that counts.
    keepAliveTimeout: youngMs,
    keepAliveMaxTimeout: youngMs,
  };
}

/**
 * Remembers the errors of connecting. An error's code cannot tell them from later ones: ECONNRESET and ETIMEDOUT come
 * before the first byte as well as after the last.
 */
function observedConnector(timeout: number): { connect: buildConnector.connector; failed: WeakSet<Error> } {
  const failed = new WeakSet<Error>();
  const connector = buildConnector({ timeout, allowH2: false });
  const connect: buildConnector.connector = (options, callback) => {
    connector(options, (...result) => {
      if (result[0] !== null) failed.add(result[0]);
      callback(...result);
    });
  };
  return { connect, failed };
}
