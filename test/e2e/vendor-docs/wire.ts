import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { parseQuery } from '../../../connectors/bitrix24/sandbox/php.ts';

/** A call and its answer; a command of a batch is one too, with the parts of the batch's answer that are its own. */
export interface Exchange {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface Recording {
  readonly exchanges: readonly Exchange[];
  stop(): void;
}

interface UndiciMessage {
  readonly request: { readonly path: string; readonly body?: unknown };
  readonly chunk?: Buffer;
}

/** Writes down what undici sends to /rest and what comes back, byte by byte, wherever in this process it is used. */
export function recordWire(): Recording {
  const exchanges: Exchange[] = [];
  const heard = new Map<object, Buffer[]>();
  const onChunk = (message: unknown): void => {
    const { request, chunk } = message as UndiciMessage;
    if (chunk) heard.set(request, [...(heard.get(request) ?? []), chunk]);
  };
  const onEnd = (message: unknown): void => {
    const { request } = message as UndiciMessage;
    const method = /^\/rest\/\d+\/[^/]+\/([^/?]+?)(?:\.json)?$/.exec(request.path)?.[1];
    if (method !== undefined) exchanges.push(...readExchange(method, request.body, heard.get(request) ?? []));
    heard.delete(request);
  };
  subscribe('undici:request:bodyChunkReceived', onChunk);
  subscribe('undici:request:trailers', onEnd);
  return {
    exchanges,
    stop() {
      unsubscribe('undici:request:bodyChunkReceived', onChunk);
      unsubscribe('undici:request:trailers', onEnd);
    },
  };
}

type Keyed = Readonly<Record<string, unknown>>;

function readExchange(method: string, body: unknown, chunks: readonly Buffer[]): readonly Exchange[] {
  const params = JSON.parse(String(body)) as Keyed;
  const answer = JSON.parse(Buffer.concat(chunks).toString()) as Keyed;
  const whole = { method, params, answer };
  if (method !== 'batch' || 'error' in answer) return [whole];
  const parts = Object(answer['result']) as Keyed;
  const commands = Object.entries(params['cmd'] as Keyed).map(([key, command]) => {
    const [name = '', query = ''] = String(command).split(/\?(.*)/s);
    return { method: name, params: parseQuery(query), answer: answerOf(parts, key) };
  });
  return [whole, ...commands];
}

/** What the command would have been answered by itself. */
function answerOf(parts: Keyed, key: string): Keyed {
  const own = (part: string): Keyed => Object(parts[part]) as Keyed;
  if (key in own('result_error')) return own('result_error')[key] as Keyed;
  const found = ['result', 'total', 'next', 'time'].map((name) => [
    name,
    name === 'result' ? 'result' : `result_${name}`,
  ]);
  return Object.fromEntries(
    found.flatMap(([name = '', part = '']) => (key in own(part) ? [[name, own(part)[key]]] : [])),
  );
}
