import { expect, onTestFinished, test } from 'vitest';
import type { Connection, Host } from '../../engine/index.ts';
import { accountOf } from './config.ts';
import connector from './index.ts';
import { startAccount, vendorFaults, type Account, type AccountOptions } from './sandbox/index.ts';

const host: Host = {
  folder: '/',
  now: Date.now,
  admit: async () => ({ ended() {} }),
  warn() {},
};

async function open(
  options: AccountOptions = {},
): Promise<{ readonly account: Account; readonly connection: Connection }> {
  const account = await startAccount({ limits: 'off', ...options });
  const { domain, origin, token } = account;
  const connection = connector.connect({ domain, address: origin, token }, host);
  onTestFinished(async () => {
    await connection.close();
    await account.close();
  });
  return { account, connection };
}

const nothing = { sources: [], entities: [] };
const { signal } = new AbortController();

test('a check tells the account, and whether it has filters', async () => {
  const { account, connection } = await open();
  expect(await connection.check(nothing, signal)).toMatchObject([
    { ok: true, fact: { en: 'the account clinic' } },
    { ok: true, fact: { en: 'there' } },
  ]);
  account.behave({ apiFilter: false });
  expect(await connection.check(nothing, signal)).toMatchObject([{}, { ok: true, fact: { en: 'not there' } }]);
});

test.each([
  [vendorFaults.unauthorized, 'amocrm.unauthorized'],
  [vendorFaults.blockedPage, 'amocrm.blocked'],
  [vendorFaults.limitedPage, 'amocrm.rate_limited'],
  [vendorFaults.notFoundPage, 'amocrm.unexpected_answer'],
])('of %o a check says why', async (fault, code) => {
  const { account, connection } = await open();
  account.fail({ operation: 'GET /account', fault });
  await expect(connection.check(nothing, signal)).rejects.toMatchObject({
    code,
    parameters: { host: new URL(account.origin).host },
  });
});

test('an account nobody answers for cannot be reached', async () => {
  const { account, connection } = await open();
  await account.close();
  await expect(connection.check(nothing, signal)).rejects.toMatchObject({
    code: 'amocrm.unreachable',
    parameters: { reason: 'ECONNREFUSED' },
  });
});

test('a connection without a token is refused before anything is sent', () => {
  expect(() => accountOf({ domain: 'clinic.amocrm.ru' })).toThrow('nothing says how to log in to clinic.amocrm.ru');
  expect(() => accountOf({ domain: 'clinic.amocrm.ru', clientId: 'c' })).toThrow('OAuth is not ready yet');
});

test('an account is called by its own name, seven times a second unless it is told otherwise', () => {
  expect(accountOf({ domain: 'clinic.amocrm.ru', token: 't' })).toMatchObject({
    origin: 'https://clinic.amocrm.ru',
    limit: { key: 'amocrm:clinic.amocrm.ru', capacity: 7, perSecond: 7 },
  });
  const slower = accountOf({ domain: 'clinic.amocrm.ru', token: 't', limits: { perSecond: 3 } });
  expect(slower.limit).toMatchObject({ capacity: 3, perSecond: 3 });
});
