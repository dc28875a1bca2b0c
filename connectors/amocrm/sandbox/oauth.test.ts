import { expect, test } from 'vitest';
import type { AccountOptions } from './index.ts';
import { member, noon, openAccount, type Reply, type Wire } from './open-for-test.ts';

const day = 86_400_000;

interface Clocked extends Wire {
  /** Lets so many milliseconds go by. */
  pass(ms: number): void;
  ask(body: object, path?: string, host?: string): Promise<Reply>;
  refresh(token: unknown): Promise<Reply>;
  code(code: string): Promise<Reply>;
  /** The status of a call with this access token. */
  statusWith(token: unknown): Promise<number>;
}

async function open(options: AccountOptions = {}): Promise<Clocked> {
  let now = noon;
  const account = await openAccount({ now: () => now, ...options });
  const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = account.integration;
  const ask: Clocked['ask'] = (body, path = '/oauth2/access_token', host = account.domain) =>
    account.send('POST', path, {
      headers: { 'content-type': 'application/json', host },
      body: JSON.stringify({ client_id, client_secret, redirect_uri, ...body }),
    });
  return {
    ...account,
    pass: (ms) => void (now += ms),
    ask,
    refresh: (refresh_token) => ask({ grant_type: 'refresh_token', refresh_token }),
    code: (code) => ask({ grant_type: 'authorization_code', code }),
    async statusWith(token) {
      return (await account.send('GET', '/api/v4/account', { headers: { authorization: `Bearer ${String(token)}` } }))
        .status;
    },
  };
}

/** What a refusal says, its fixed words left out. */
function refused({ status, body }: Reply): unknown {
  return [status, member(body, 'status'), member(body, 'hint')];
}

test('the consent page leads back with a code, the host of the account and the state', async () => {
  const account = await open();
  const { clientId, redirectUri } = account.integration;
  const page = await account.send('GET', `/oauth?client_id=${clientId}&state=s1&mode=popup&response_type=code`);
  const back = new URL(String(page.headers['location']));
  const { code, ...others } = Object.fromEntries(back.searchParams);
  expect([page.status, `${back.origin}${back.pathname}`, others]).toEqual([
    302,
    redirectUri,
    { referer: 'clinic.amocrm.ru', client_id: clientId, state: 's1' },
  ]);
  expect(await account.code(code ?? '')).toMatchObject({ status: 200 });
  account.behave({ consent: 'deny' });
  const denied = await account.send('GET', `/oauth?client_id=${clientId}`);
  expect(String(denied.headers['location'])).toContain('?error=access_denied&');
});

test('the consent page refuses a stranger, and another address to lead back to', async () => {
  const account = await open();
  const { clientId } = account.integration;
  expect(await account.send('GET', '/oauth?client_id=nobody')).toMatchObject({ status: 400 });
  const elsewhere = `/oauth?client_id=${clientId}&redirect_uri=http://localhost:9/callback`;
  expect(await account.send('GET', elsewhere)).toMatchObject({ status: 400 });
});

test('a code brings a pair of tokens, and the access token is a JWT with its end in it', async () => {
  const account = await open();
  const { headers, body } = await account.code(account.authorizationCode());
  expect(headers['date']).toBe('Fri, 20 Nov 2026 09:00:00 GMT');
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, server_time: noon / 1000 });
  expect(Object.keys(Object(body))).not.toContain('status');
  const [, claims = ''] = String(member(body, 'access_token')).split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    aud: account.integration.clientId,
    account_id: 31_000_001,
    api_domain: 'api-b.amocrm.ru',
    exp: noon / 1000 + 86_400,
  });
  expect(String(member(body, 'refresh_token'))).toMatch(/^def502[0-9a-f]+$/);
  expect(await account.statusWith(member(body, 'access_token'))).toBe(200);
});

test('every refusal of a code says why', async () => {
  const account = await open();
  const [used, late] = [account.authorizationCode(), account.authorizationCode()];
  await account.code(used);
  expect(refused(await account.code(used))).toEqual([400, 400, 'Authorization code has been revoked']);
  expect(refused(await account.code('nonsense'))).toEqual([400, 400, 'Cannot decrypt the authorization code']);
  account.pass(20 * 60_000);
  expect(refused(await account.code(late))).toEqual([400, 400, 'Authorization code has expired']);
  expect((await account.code(late)).body).toEqual({
    hint: 'Authorization code has expired',
    title: 'Некорректный запрос',
    type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
    status: 400,
    detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
  });
});

test.each([
  [{ client_id: 'x' }, 'Check the `client_id` parameter'],
  [{ client_secret: 'x' }, 'Check the `client_secret` parameter'],
  [{ redirect_uri: 'x' }, 'Redirect URI is not associated with client'],
  [{ redirect_uri: undefined }, 'Redirect URI is not associated with client'],
])('a token is not given to %j', async (wrong, hint) => {
  const account = await open();
  const code = account.authorizationCode();
  expect(refused(await account.ask({ grant_type: 'authorization_code', code, ...wrong }))).toEqual([400, 400, hint]);
});

test('another sub-domain is another account', async () => {
  const account = await open();
  const body = { grant_type: 'authorization_code', code: account.authorizationCode() };
  const elsewhere = await account.ask(body, undefined, 'other.amocrm.ru:443');
  expect(refused(elsewhere)).toEqual([400, 400, 'Invalid account']);
  const headers = { host: 'other.amocrm.ru', authorization: `Bearer ${account.token}` };
  expect(await account.send('GET', '/api/v4/account', { headers })).toMatchObject({ status: 401 });
});

test('a refresh gives a new pair and ends the old token', async () => {
  const account = await open();
  const first = (await account.code(account.authorizationCode())).body;
  const second = await account.refresh(member(first, 'refresh_token'));
  expect(second.status).toBe(200);
  expect(await account.statusWith(member(first, 'access_token'))).toBe(200);
  expect(refused(await account.refresh(member(first, 'refresh_token')))).toEqual([401, 401, 'Token has been revoked']);
  expect(refused(await account.refresh('def502'))).toEqual([400, 400, 'Invalid refresh token']);
  account.pass(90 * day);
  expect(refused(await account.refresh(member(second.body, 'refresh_token')))).toEqual([401, 401, 'Token has expired']);
});

test('a refresh whose answer is lost has ended the old token all the same', async () => {
  const account = await open();
  const { body } = await account.code(account.authorizationCode());
  account.fail({ operation: 'POST /oauth2/access_token', when: 'after', fault: 'reset' });
  await expect(account.refresh(member(body, 'refresh_token'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(refused(await account.refresh(member(body, 'refresh_token')))).toEqual([401, 401, 'Token has been revoked']);
  expect(account.journal.requests.map(({ status }) => status)).toEqual([200, 0, 401]);
});

test('an access token ends after a day, a long-lived one when it was said to, and both when they are revoked', async () => {
  const account = await open();
  const { body } = await account.code(account.authorizationCode());
  const [short, long] = [member(body, 'access_token'), account.longLivedToken(2)];
  account.pass(day - 1000);
  expect([await account.statusWith(short), await account.statusWith(long)]).toEqual([200, 200]);
  account.pass(1000);
  expect([await account.statusWith(short), await account.statusWith(long)]).toEqual([401, 200]);
  account.pass(day);
  expect(await account.statusWith(long)).toBe(401);
  account.revoke('access');
  const { status, body: said } = await account.call('GET', '/account');
  expect([status, said]).toEqual([
    401,
    {
      title: 'Unauthorized',
      type: 'https://httpstatus.es/401',
      status: 401,
      detail: 'Неверный логин или пароль',
    },
  ]);
});

test('a form is taken for a wrong login unless the account takes forms', async () => {
  const account = await open();
  const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = account.integration;
  const form = { client_id, client_secret, redirect_uri, grant_type: 'authorization_code' };
  const post = (): Promise<Reply> =>
    account.send('POST', '/oauth2/access_token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, code: account.authorizationCode() }).toString(),
    });
  expect(await post()).toMatchObject({ status: 401 });
  account.behave({ formTokens: true });
  expect(await post()).toMatchObject({ status: 200 });
});

test('an administrator may act as somebody else', async () => {
  const account = await open();
  const headers = { authorization: `Bearer ${account.token}`, 'x-context-user-id': '103' };
  const seen = await account.send('GET', '/api/v4/account', { headers });
  expect(seen.body).toMatchObject({ current_user_id: 103 });
});

test('no secret of the token endpoint gets into the journal', async () => {
  const account = await open();
  await account.code(account.authorizationCode());
  expect(account.journal.requests).toMatchObject([
    { operation: 'POST /oauth2/access_token', status: 200, body: undefined, answer: '' },
  ]);
});
