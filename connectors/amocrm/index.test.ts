import { expect, onTestFinished, test } from 'vitest';
import type { Connection, Host } from '../../engine/index.ts';
import { accountOf } from './config.ts';
import { connect } from './connection.ts';
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
  const connection = connect({ domain, address: origin, token }, host);
  onTestFinished(async () => {
    await connection.close();
    await account.close();
  });
  return { account, connection };
}

const nothing = { sources: [], entities: [] };
const { signal } = new AbortController();

test('a check tells the account, whether it has filters, and how its clock goes', async () => {
  const { account, connection } = await open();
  expect(await connection.check(nothing, signal)).toMatchObject([
    { ok: true, fact: { en: 'the account clinic' } },
    { ok: true, fact: { en: 'there' } },
    { ok: true, what: { en: 'clock' } },
  ]);
  account.behave({ apiFilter: false });
  expect(await connection.check(nothing, signal)).toMatchObject([{}, { ok: true, fact: { en: 'not there' } }, {}]);
});

test.each([
  [vendorFaults.unauthorized, 'amocrm.unauthorized'],
  [vendorFaults.paymentRequired, 'amocrm.payment_required'],
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

test('a check warns of clocks that are far apart', async () => {
  const { connection } = await open({ now: () => Date.now() - 3_600_000 });
  const [, , clock] = await connection.check(nothing, signal);
  expect(clock).toMatchObject({ ok: true, error: { code: 'amocrm.clock_differs' } });
});

test('a check names the fields that are missing', async () => {
  const { connection } = await open();
  const uses = { sources: [], entities: [{ entity: 'contact', fields: ['PHONE', 'Возраст', 'Любимый цвет'] }] };
  const [, , , contact, field] = await connection.check(uses, signal);
  expect(contact).toMatchObject({ ok: false, fact: { en: '2 of 3 fields are there' } });
  expect(field).toMatchObject({ ok: false, error: { code: 'amocrm.unknown_field' } });
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
  expect(() => accountOf({ domain: 'clinic.amocrm.ru', clientId: 'c' })).toThrow(
    'OAuth with clinic.amocrm.ru lacks clientSecret, redirectUri',
  );
});

test('an account is called by its own name, one request a second below what it takes in any one second', () => {
  expect(accountOf({ domain: 'clinic.amocrm.ru', token: 't' })).toMatchObject({
    origin: 'https://clinic.amocrm.ru',
    limits: {
      limit: { capacity: 1, perSecond: 6 },
      within: { key: 'amocrm:clinic.amocrm.ru', capacity: 1, perSecond: 49 },
    },
  });
  const slower = accountOf({ domain: 'clinic.amocrm.ru', token: 't', limits: { perSecond: 3, perAccount: 1 } });
  expect(slower.limits).toMatchObject({ limit: { perSecond: 2 }, within: { perSecond: 0.5 } });
});

test('tokens of one integration share its limit, and no key holds a token', () => {
  const domain = 'clinic.amocrm.ru';
  const jwt = (id: string): string =>
    `h.${Buffer.from(JSON.stringify({ aud: 'c1', jti: id })).toString('base64url')}.s`;
  const keyOf = (login: object): string => accountOf({ domain, ...login }).limits.limit.key;
  const lent = { clientId: 'c1', clientSecret: 's', redirectUri: 'http://localhost/' };
  expect([keyOf({ token: jwt('a') }), keyOf({ token: jwt('b') }), keyOf(lent)]).toEqual(
    Array.from({ length: 3 }, () => 'amocrm:clinic.amocrm.ru#c1'),
  );
  expect(keyOf({ token: 'geheim' })).toMatch(/^amocrm:clinic\.amocrm\.ru#[\w-]{16}$/);
});
