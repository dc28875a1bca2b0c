import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { startPortal, type Portal, type PortalOptions } from './index.ts';

/** Friday noon in Moscow: the clock of a portal under test stands still. */
export const noon = Date.parse('2026-11-20T12:00:00+03:00');

/** A portal for one test, and the ways to talk to it over HTTP. */
export interface Wire extends Portal {
  /** POSTs JSON and gives the status and the parsed body. */
  post(method: string, params?: unknown): Promise<Reply>;
  /** The `result` of a call that must succeed. */
  result(method: string, params?: unknown): Promise<unknown>;
  /** The `result` of a batch that must succeed as a whole, without `result_time`. */
  batch(cmd: unknown, halt?: 0 | 1): Promise<Record<string, unknown>>;
  send(path: string, options?: { method?: 'GET' | 'POST'; type?: string; body?: string }): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Opens a portal with a still clock and no rate limit; it closes with the test. */
export async function openPortal(options: PortalOptions = {}): Promise<Wire> {
  const portal = await startPortal({ now: () => noon, limits: 'off', ...options });
  onTestFinished(() => portal.close());
  const send: Wire['send'] = async (path, { method = 'POST', type = 'application/json', body } = {}) => {
    const url = new URL(path, portal.webhook);
    const headers = { 'content-type': type };
    const answer = await request(url, body === undefined ? { method, headers } : { method, headers, body });
    return { status: answer.statusCode, body: JSON.parse(await answer.body.text()) };
  };
  const post: Wire['post'] = (method, params = {}) => send(method, { body: JSON.stringify(params) });
  const result: Wire['result'] = async (method, params) => {
    const { status, body } = await post(method, params);
    if (status !== 200) throw new Error(`${method} answered ${status} ${JSON.stringify(body)}`);
    return member(body, 'result');
  };
  return {
    ...portal,
    send,
    post,
    result,
    async batch(cmd, halt = 0) {
      const { result_time: _, ...rest } = Object(await result('batch', { halt, cmd }));
      return rest;
    },
  };
}

export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** The body of an error. */
export function error(code: string | number, description: string): unknown {
  return { error: code, error_description: description };
}
