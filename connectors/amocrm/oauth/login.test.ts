import { expect, onTestFinished, test } from 'vitest';
import { memoryTokens } from '../../../test/support/tokens.ts';
import type { CheckResult, Connection, Tokens } from '../../../engine/index.ts';
import { connect as connectAmo } from '../connection.ts';
import { authorise } from './authorise.ts';
import { noon, testHost } from '../open-for-test.ts';
import { startAccount, vendorFaults, type Account, type Fault } from '../sandbox/index.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const { signal } = new AbortController();

interface Opened {
  readonly account: Account;
  readonly tokens: Tokens;
  /** Lets so many milliseconds go by, for the account and for us. */
  pass(ms: number): void;
  /** Another connection to the same account, as another pipeline has it. */
  connect(): Connection;
  /** Logs in, as `pipe auth` does with a code at hand. */
  logIn(): Promise<void>;
  check(connection?: Connection): Promise<readonly CheckResult[]>;
}

function open(account: Account, now: { ms: number }): Opened {
  const tokens = memoryTokens();
  const host = { ...testHost(), now: () => now.ms, tokens };
  const { origin: address, domain, integration } = account;
  const settings = { domain, address, ...integration };
  const connect = (): Connection => {
    const connection = connectAmo(settings, host);
    onTestFinished(() => connection.close());
    return connection;
  };
  const own = connect();
  return {
    account,
    tokens,
    pass: (ms) => void (now.ms += ms),
    connect,
    logIn: async () => authorise(settings, host).redeem(account.authorizationCode(), signal),
    check: (connection = own) => connection.check({ sources: [], entities: [] }, signal),
  };
}

async function start(): Promise<Opened> {
  const now = { ms: noon };
  const account = await startAccount({ now: () => now.ms, limits: 'off' });
  onTestFinished(() => account.close());
  return open(account, now);
}

/** Logged in, with nothing in the journal. */
async function loggedIn(): Promise<Opened> {
  const opened = await start();
  await opened.logIn();
  opened.account.journal.reset();
  return opened;
}

const asked = ({ account }: Opened): readonly string[] =>
  account.journal.requests.map(({ operation, status }) => `${operation} ${status}`);
const refresh = 'POST /oauth2/access_token';

test('without a login a check says that nobody has logged in, and sends nothing', async () => {
  const opened = await start();
  await expect(opened.check()).rejects.toMatchObject({ code: 'amocrm.not_authorised', kind: 'environment' });
  expect(asked(opened)).toEqual([]);
});

test('a token is used until five minutes before its end, then renewed once', async () => {
  const opened = await loggedIn();
  opened.pass(day - 5 * minute - 1000);
  await opened.check();
  expect(asked(opened)).toEqual(['GET /account 200']);
  opened.pass(1000);
  await opened.check();
  await opened.check();
  expect(asked(opened).slice(1)).toEqual([`${refresh} 200`, 'GET /account 200', 'GET /account 200']);
});

test('two pipelines share one pair: the second takes what the first was given', async () => {
  const opened = await loggedIn();
  const second = opened.connect();
  await opened.check(second);
  opened.pass(day);
  await Promise.all([opened.check(), opened.check(second)]);
  expect(asked(opened).filter((request) => request.startsWith(refresh))).toEqual([`${refresh} 200`]);
});

test('a new pair is kept before it is used', async () => {
  const opened = await loggedIn();
  opened.pass(day);
  const order: string[] = [];
  const tokens: Tokens = {
    read: (key) => opened.tokens.read(key),
    replace: async (key, make) => {
      const made = await make(await opened.tokens.read(key));
      order.push(...asked(opened));
      return made;
    },
  };
  const { origin: address, domain, integration } = opened.account;
  const host = { ...testHost(), now: () => noon + day, tokens };
  const connection = connectAmo({ domain, address, ...integration }, host);
  onTestFinished(() => connection.close());
  await opened.check(connection);
  expect(order).toEqual([`${refresh} 200`]);
  expect(asked(opened)).toEqual([`${refresh} 200`, 'GET /account 200']);
});

test('a token refused before its end is renewed once, and the request goes again', async () => {
  const opened = await loggedIn();
  opened.pass(60 * minute);
  opened.account.revoke('access');
  await opened.check();
  expect(asked(opened)).toEqual(['GET /account 401', `${refresh} 200`, 'GET /account 200']);
});

test('a new token that is refused as well is not renewed again', async () => {
  const opened = await loggedIn();
  opened.pass(60 * minute);
  opened.account.fail({ operation: 'GET /account', fault: vendorFaults.unauthorized, times: 3 });
  await expect(opened.check()).rejects.toMatchObject({ code: 'amocrm.unauthorized' });
  expect(asked(opened)).toEqual(['GET /account 401', `${refresh} 200`, 'GET /account 401']);
  await expect(opened.check()).rejects.toMatchObject({ code: 'amocrm.unauthorized' });
  expect(asked(opened).slice(3)).toEqual(['GET /account 401']);
});

test('a token refused after another process has renewed it is replaced by that one', async () => {
  const opened = await loggedIn();
  const second = opened.connect();
  await opened.check(second);
  opened.pass(60 * minute);
  opened.account.revoke('access');
  await opened.check();
  opened.account.journal.reset();
  await opened.check(second);
  expect(asked(opened)).toEqual(['GET /account 401', 'GET /account 200']);
});

test('a lost answer to a renewal is asked for again, and then nothing repairs it', async () => {
  const opened = await loggedIn();
  opened.pass(day);
  opened.account.fail({ operation: refresh, when: 'after', fault: 'reset' });
  await expect(opened.check()).rejects.toMatchObject({
    code: 'amocrm.refresh_unanswered',
    kind: 'environment',
    retry: true,
  });
  await expect(opened.check()).rejects.toMatchObject({
    code: 'amocrm.refresh_used',
    kind: 'environment',
    retry: false,
  });
});

test('a renewal the account never carried out is repaired by asking again', async () => {
  const opened = await loggedIn();
  opened.pass(day);
  opened.account.fail({ operation: refresh, when: 'before', fault: 'reset' });
  await expect(opened.check()).rejects.toMatchObject({ code: 'amocrm.refresh_unanswered' });
  await opened.check();
  expect(asked(opened).slice(1)).toEqual([`${refresh} 200`, 'GET /account 200']);
});

const refusals: readonly (readonly [string, Fault | undefined, string])[] = [
  ['a revoked refresh token', undefined, 'refresh_used'],
  ['429', vendorFaults.limitedPage, 'rate_limited'],
  ['a block', vendorFaults.blockedPage, 'blocked'],
  ['402', vendorFaults.paymentRequired, 'payment_required'],
  ['500', vendorFaults.internalError, 'server_error'],
  ['a page with 404', vendorFaults.notFoundPage, 'unexpected_answer'],
  ['half an answer', { truncateTo: 40 }, 'unexpected_answer'],
  ['a refusal nobody has described', { status: 400, body: '{"status":400,"hint":"geheim"}' }, 'oauth_refused'],
];

test.each(refusals)('%s in the way of a renewal has its own error', async (_what, fault, code) => {
  const opened = await loggedIn();
  opened.pass(day);
  if (fault) opened.account.fail({ operation: refresh, fault });
  else opened.account.revoke('refresh');
  const thrown: unknown = await opened.check().catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: `amocrm.${code}`, kind: 'environment' });
  expect(JSON.stringify(thrown)).not.toContain('geheim');
});

test('a stop lets a renewal end and keeps what it brings, and sends nothing more', async () => {
  const opened = await loggedIn();
  opened.pass(day);
  opened.account.fail({ operation: refresh, fault: { hold: { name: 'slow' } } });
  const stop = new AbortController();
  const checking = opened.connect().check({ sources: [], entities: [] }, stop.signal);
  const ended = checking.catch((thrown: unknown) => thrown);
  await opened.account.whenHeld('slow');
  stop.abort('SIGTERM');
  opened.account.release('slow');
  expect(await ended).toBe('SIGTERM');
  expect(asked(opened)).toEqual([`${refresh} 200`]);
  await opened.check();
  expect(asked(opened).slice(1)).toEqual(['GET /account 200']);
});

test('three months without a run end the login', async () => {
  const opened = await loggedIn();
  opened.pass(91 * day);
  await expect(opened.check()).rejects.toMatchObject({ code: 'amocrm.refresh_expired' });
});

test('a write is not sent where the login has ended', async () => {
  const opened = await loggedIn();
  const sink = opened.connect().sink?.({ entity: 'contact' });
  await sink?.describe('contact', signal);
  opened.pass(day);
  opened.account.revoke('refresh');
  await expect(
    sink?.write([{ operation: 'create', entity: 'contact', values: { name: 'Нина' } }], signal),
  ).rejects.toMatchObject({ code: 'amocrm.refresh_used' });
  expect(opened.account.truth.rows('contacts')).toEqual([]);
});
