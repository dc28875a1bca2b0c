import { expect, onTestFinished, test } from 'vitest';
import { memoryTokens } from '../../../test/support/tokens.ts';
import type { Authorisation } from '../../../engine/index.ts';
import type { Settings } from '../config.ts';
import { authorise } from './authorise.ts';
import { noon, testHost } from '../open-for-test.ts';
import { startAccount, type Account } from '../sandbox/index.ts';

const { signal } = new AbortController();
const integration = { clientId: 'c', clientSecret: 's', redirectUri: 'http://localhost:8080/callback' };

function begin(settings: Settings): Authorisation {
  return authorise(settings, { ...testHost(), tokens: memoryTokens() });
}

async function start(wrong: Partial<Settings> = {}) {
  const now = { ms: noon };
  const account: Account = await startAccount({ now: () => now.ms, limits: 'off' });
  onTestFinished(() => account.close());
  const { origin: address, domain } = account;
  return { account, now, authorisation: begin({ domain, address, ...account.integration, ...wrong }) };
}

test.each([
  ['clinic.amocrm.ru', 'https://www.amocrm.ru'],
  ['clinic.kommo.com', 'https://www.kommo.com'],
])('the consent page of %s is its platform’s', (domain, origin) => {
  const url = new URL(begin({ domain, ...integration }).url('s1'));
  expect([url.origin, url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
    origin,
    '/oauth',
    { client_id: 'c', state: 's1', mode: 'post_message' },
  ]);
});

test('a long-lived token needs no login, and half an integration cannot have one', () => {
  const domain = 'clinic.amocrm.ru';
  expect(() => begin({ domain, token: 't', ...integration })).toThrow('nothing is to be done');
  expect(() => begin({ domain, clientId: 'c' })).toThrow('OAuth with clinic.amocrm.ru lacks clientSecret, redirectUri');
  expect(() => begin({ domain })).toThrow('nothing says how to log in');
});

test.each([
  'clinic.amocrm.ru',
  'clinic',
  'https://clinic.amocrm.ru/',
  'other.amocrm.ru',
  'clinic.kommo.com',
  'crm.clinic.example',
  '127.0.0.1:8124',
])('an answer from %s is an account’s', (referer) => {
  const settings = { domain: 'crm.clinic.example', address: 'http://127.0.0.1:8124', ...integration };
  expect(begin(settings).codeOf(new URLSearchParams({ code: 'k', referer }))).toBe('k');
});

test.each([
  'evil.example',
  'amocrm.ru.evil.example',
  'evilamocrm.ru',
  'https://clinic.amocrm.ru@evil.example/',
  'https://evil.example/.amocrm.ru',
  'https://evil.example#.amocrm.ru',
  'http://[',
])('an answer from %s is refused', (referer) => {
  const settings = { domain: 'clinic.amocrm.ru', ...integration };
  expect(() => begin(settings).codeOf(new URLSearchParams({ code: 'k', referer }))).toThrow('is no account of amoCRM');
});

test('an answer without a code says that access was denied, or that there is none', () => {
  const { codeOf } = begin({ domain: 'clinic.amocrm.ru', ...integration });
  expect(() => codeOf(new URLSearchParams({ error: 'access_denied' }))).toThrow(
    'access to clinic.amocrm.ru was denied',
  );
  expect(() => codeOf(new URLSearchParams())).toThrow('without a code');
});

test('every refusal of a code has its own error', async () => {
  const { account, authorisation, now } = await start();
  const code = account.authorizationCode();
  const late = account.authorizationCode();
  const codeFor = async (given: string): Promise<unknown> =>
    authorisation.redeem(given, signal).catch((thrown: unknown) => Object(thrown).code);
  expect(await codeFor(code)).toBe(undefined);
  expect(await codeFor(code)).toBe('amocrm.code_used');
  expect(await codeFor('nonsense')).toBe('amocrm.code_unreadable');
  now.ms += authorisation.codeLastsMs;
  expect(await codeFor(late)).toBe('amocrm.code_expired');
});

test.each([
  [{ clientId: 'x' }, 'wrong_client_id'],
  [{ clientSecret: 'x' }, 'wrong_client_secret'],
  [{ redirectUri: 'http://localhost:8080/callback/' }, 'wrong_redirect_uri'],
])('89. Of an integration that is not as %j has it, the account says what is wrong', async (wrong, code) => {
  const { account, authorisation } = await start(wrong);
  await expect(authorisation.redeem(account.authorizationCode(), signal)).rejects.toMatchObject({
    code: `amocrm.${code}`,
    kind: 'environment',
  });
});

test('the code goes to the account of the connection, which may be another one', async () => {
  const { account, authorisation } = await start();
  account.fail({
    operation: 'POST /oauth2/access_token',
    fault: { status: 400, body: '{"status":400,"hint":"Invalid account"}' },
  });
  await expect(authorisation.redeem(account.authorizationCode(), signal)).rejects.toMatchObject({
    code: 'amocrm.wrong_account',
  });
});
