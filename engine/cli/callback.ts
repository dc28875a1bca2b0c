import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { cliErrors } from './errors.ts';

/** What the browser shows in the end, as whole texts. */
export interface CallbackPages {
  readonly done: string;
  readonly failed: string;
  /** It brought the answer to another login. */
  readonly other: string;
}

export interface CallbackOptions {
  /** Whether an answer belongs to this login; we go on waiting after one that does not. */
  isOurs(answer: URLSearchParams): boolean;
  /** Called once, with the first that does. */
  take(answer: URLSearchParams): Promise<void>;
  readonly pages: CallbackPages;
  /** Ends the wait for an answer, never `take`. */
  readonly signal: AbortSignal;
}

/** Whether we can listen there ourselves. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export interface Callback {
  /** Resolves once an answer was taken and the browser has its page; rejects with what `take` threw, or the signal's reason. */
  taken(): Promise<void>;
  /** Ends all of it; may be called twice. */
  close(): Promise<void>;
}

/** Listens at the address the browser is led back to, until one answer was taken. */
export async function openCallback(address: URL, options: CallbackOptions): Promise<Callback> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever closes it unasked hears of nothing.
  promise.catch(() => undefined);
  let taking: Promise<void> | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', address);
    if (url.pathname !== address.pathname || request.method !== 'GET') return show(response, 404, '');
    if (!options.isOurs(url.searchParams)) return show(response, 400, options.pages.other);
    taking ??= options.take(url.searchParams);
    taking.then(
      () => show(response, 200, options.pages.done, resolve),
      (thrown: unknown) => show(response, 400, options.pages.failed, () => reject(thrown)),
    );
  });
  const stop = (): void => {
    if (taking === undefined) reject(options.signal.reason);
  };
  options.signal.addEventListener('abort', stop);
  await listen(server, address);
  if (options.signal.aborted) stop();
  return {
    taken: () => promise,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, { port, hostname, origin }: URL): Promise<void> {
  server.listen(Number(port || '80'), hostname === '[::1]' ? '::1' : '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES')
      throw cliErrors.redirect_taken.error({ address: origin }, { cause });
    throw cause;
  }
}

/** The address holds a code: nothing of it is kept, and nobody is told where the browser came from. */
function show(response: ServerResponse, status: number, text: string, shown: () => void = () => undefined): void {
  response.once('close', shown);
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(`<!doctype html><meta charset="utf-8"><title>pipe</title><p>${text}</p>\n`);
}
