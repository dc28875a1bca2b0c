import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { startAccount, type Account, type AccountOptions, type EntityType } from './index.ts';

/** Friday noon in Moscow: the clock of an account under test stands still. */
export const noon = Date.parse('2026-11-20T12:00:00+03:00');

/** An account for one test, and the ways to talk to it over HTTP. */
export interface Wire extends Account {
  /** Sends JSON below /api/v4 with the account's own token. */
  call(verb: Verb, path: string, body?: unknown): Promise<Reply>;
  /** Any address of the account, with these headers. */
  send(verb: Verb, path: string, options?: SendOptions): Promise<Reply>;
  /** `_embedded` of a GET that must succeed, whatever it is called there. */
  list(path: string): Promise<readonly Record<string, unknown>[]>;
  /** The `validation-errors` of a write that must be refused: code and path of each. */
  refusals(verb: Verb, path: string, body: unknown): Promise<readonly string[]>;
  /** `custom_fields_values` of these fields, by name or code. */
  fields(type: EntityType, values: Readonly<Record<string, readonly unknown[] | null>>): readonly unknown[];
  orders(name: string, body?: unknown): Promise<Reply>;
}

type Verb = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** undefined: it is no JSON. */
  readonly body: unknown;
}

/** Opens an account with a still clock and no rate limit; it closes with the test. */
export async function openAccount(options: AccountOptions = {}): Promise<Wire> {
  const account = await startAccount({ now: () => noon, limits: 'off', ...options });
  onTestFinished(() => account.close());
  const send: Wire['send'] = async (verb, path, { headers = {}, body } = {}) => {
    const answer = await request(new URL(path, account.origin), {
      method: verb,
      headers,
      ...(body !== undefined && { body }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) };
  };
  const call: Wire['call'] = (verb, path, body) =>
    send(verb, `/api/v4${path}`, {
      headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...account,
    send,
    call,
    async list(path) {
      const { status, text, body } = await call('GET', path);
      if (status === 204) return [];
      if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
      return Object.values<readonly Record<string, unknown>[]>(Object(member(body, '_embedded')))[0] ?? [];
    },
    async refusals(verb, path, body) {
      const answer = await call(verb, path, body);
      if (answer.status !== 400) throw new Error(`${path} answered ${answer.status} ${answer.text}`);
      return validationErrors(answer.body).flatMap(({ request_id: id, errors }) =>
        errors.map(({ code, path: place }) => [id, code, place].filter((part) => part !== undefined).join(' ')),
      );
    },
    fields: (type, values) =>
      Object.entries(values).map(([name, list]) => ({ field_id: account.field(type, name).id, values: list })),
    orders: (name, body = {}) => send('POST', `/sandbox/${name}`, { body: JSON.stringify(body) }),
  };
}

interface Rejection {
  readonly request_id?: string;
  readonly errors: readonly { readonly code: string; readonly path: string }[];
}

/** What stands at this path of an answer: `_embedded.contacts.0.id`. */
export function member(value: unknown, path: string): unknown {
  return path.split('.').reduce((at, key) => Reflect.get(Object(at), key), value);
}

function validationErrors(body: unknown): readonly Rejection[] {
  return Reflect.get(Object(body), 'validation-errors') ?? [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
