import { expect, onTestFinished } from 'vitest';
import type { Answer, Charge, Connection, FoundRow, Host, Measured, Sink, Value, Wanted } from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { connect } from './connection.ts';
import { startAccount, type Account, type AccountOptions } from './sandbox/index.ts';

/** Friday noon in Moscow: the clock of an account under test stands still. */
export const noon = Date.parse('2026-11-20T12:00:00+03:00');

export interface TestHost extends Host {
  admit: Host['admit'];
  readonly admitted: Charge[];
  /** What became of each of them, in the order of their ends. */
  readonly ended: Measured[];
}

/** Admits everything at once and remembers what it was asked and told. */
export function testHost(): TestHost {
  const admitted: Charge[] = [];
  const ended: Measured[] = [];
  return {
    folder: '/',
    now: () => noon,
    admitted,
    ended,
    async admit(charge, signal) {
      signal.throwIfAborted();
      admitted.push(charge);
      return { ended: (measured) => void ended.push(measured) };
    },
    warn() {},
  };
}

export interface Opened {
  readonly account: Account;
  readonly host: TestHost;
  readonly connection: Connection;
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/** A connection to a sandbox of its own, with the fields already read and the journal empty. */
export async function open(options: AccountOptions = {}, settings: Partial<Settings> = {}): Promise<Opened> {
  const account = await startAccount({ now: () => noon, limits: 'off', ...options });
  const host = testHost();
  const { domain, origin: address, token } = account;
  const connection = connect({ domain, address, token, ...settings }, host);
  onTestFinished(async () => {
    await connection.close();
    await account.close();
    // What the vendor's documentation does not describe was not sent.
    expect(account.journal.refusals).toEqual([]);
  });
  const sink = connection.sink?.({ entity: 'contact' });
  if (!sink) throw new Error('the connector has no sink');
  const { signal } = new AbortController();
  for (const entity of ['contact', 'company', 'lead']) await sink.describe(entity, signal);
  account.journal.reset();
  host.admitted.length = host.ended.length = 0;
  return { account, host, connection, sink, signal };
}

/** What went over the wire, in order: `POST /contacts`. */
export function requests({ account }: Opened): readonly string[] {
  return account.journal.requests.map(({ operation }) => operation);
}

/** The rows one question is answered with. */
export async function ask(
  { sink, signal }: Opened,
  entity: string,
  by: Readonly<Record<string, Value | Wanted>>,
  fields: readonly string[] = [],
): Promise<readonly FoundRow[]> {
  const wanted = Object.entries(by).map(([name, value]) => [
    name,
    typeof value === 'object' ? value : { anyOf: [value] },
  ]);
  const [answer] = await sink.find(entity, [{ by: Object.fromEntries(wanted) }], fields, signal);
  return rowsOf(answer);
}

export function rowsOf(answer: Answer | undefined): readonly FoundRow[] {
  if (answer?.ok === true) return answer.rows;
  throw answer?.error ?? new Error('a question has no answer');
}
