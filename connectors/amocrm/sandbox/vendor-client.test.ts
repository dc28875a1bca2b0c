import https from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, type VendorClient } from './client-for-test.ts';
import { startAccount, vendorFaults, type Account, type AccountOptions } from './index.ts';
import { tapWire } from './tap-for-test.ts';

/** The client reads the machine's clock: a token of this day has not ended by then, one of that day long has. */
const farAhead = Date.parse('2126-11-20T12:00:00+03:00');
const longAgo = Date.parse('2020-11-20T12:00:00+03:00');

/** The client as it is published, talking to an account over HTTPS as if it were in the cloud. */
interface Opened {
  readonly account: Account;
  readonly client: VendorClient;
  /** Compares what went over the wire with the golden file; `npx vitest -u` writes it anew. */
  matchesTranscript(name: string): Promise<void>;
}

async function open(options: AccountOptions = {}, auth: 'code' | 'bearer' = 'bearer'): Promise<Opened> {
  const account = await startAccount({ now: () => farAhead, limits: 'off', tls: true, ...options });
  onTestFinished(() => account.close());
  if (account.secure === undefined) throw new Error('the account has no HTTPS');
  const tap = await tapWire(account.secure);
  const { globalAgent } = https;
  // It always calls port 443 of the account's name; an agent may lead that elsewhere (reference §9.2).
  https.globalAgent = new https.Agent({ host: '127.0.0.1', port: tap.port, ca: tap.ca });
  onTestFinished(() => void (https.globalAgent = globalAgent));
  const { clientId, clientSecret, redirectUri } = account.integration;
  const client = new Client({
    domain: account.domain,
    auth: {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
      ...(auth === 'code' ? { code: account.authorizationCode() } : { bearer: account.token }),
    },
  });
  return {
    account,
    client,
    matchesTranscript: (name) => expect(tap.transcript()).toMatchFileSnapshot(`transcripts/${name}.txt`),
  };
}

const requestsOf = ({ journal }: Account): readonly string[] =>
  journal.requests.map(({ operation, status }) => `${operation} ${status}`);

const fewContacts: AccountOptions = {
  seed(desk) {
    for (const name of ['Яна', 'Пётр', 'Вера', 'Лев', 'Ия']) desk.create('contacts', { name });
  },
};

describe('amocrm-js', () => {
  it('takes a code for a token, and lists with it', async () => {
    const { account, client, matchesTranscript } = await open({}, 'code');
    const { data } = await client.request.get('/api/v4/account', { with: 'datetime_settings' });
    expect(data).toMatchObject({
      subdomain: 'clinic',
      _embedded: { datetime_settings: { timezone: 'Europe/Moscow' } },
    });
    expect(requestsOf(account)).toEqual(['POST /oauth2/access_token 200', 'GET /account 200']);
    await matchesTranscript('code');
  });

  it('renews a token that has ended, and keeps the pair it is given', async () => {
    const { account, client, matchesTranscript } = await open({ now: () => longAgo }, 'code');
    await client.request.get('/api/v4/account');
    const first = client.token.getValue()?.refresh_token;
    await client.request.get('/api/v4/account');
    expect(client.token.getValue()?.refresh_token).not.toBe(first);
    expect(requestsOf(account)).toEqual([
      'POST /oauth2/access_token 200',
      'GET /account 200',
      'POST /oauth2/access_token 200',
      'GET /account 200',
    ]);
    await matchesTranscript('refresh');
  });

  it('is told why a token cannot be renewed', async () => {
    const { account, client, matchesTranscript } = await open({ now: () => longAgo }, 'code');
    await client.request.get('/api/v4/account');
    account.revoke('refresh');
    await expect(client.request.get('/api/v4/account')).rejects.toThrow('API_RESPONSE_ERROR');
    await matchesTranscript('refresh-refused');
  });

  it('creates contacts and leads, and updates them', async () => {
    const { account, client, matchesTranscript } = await open();
    const PHONE = { field_code: 'PHONE', values: [{ value: '+79161234567', enum_code: 'MOB' }] };
    const [contact] = await client.contacts.create([{ name: 'Вера Орлова', custom_fields_values: [PHONE] }]);
    expect(contact?.id).toBe(1);
    const lead = new client.Lead({ name: 'Приём', price: 3500, _embedded: { contacts: [{ id: 1 }] } });
    await lead.save();
    await client.leads.update([{ id: 1, status_id: 142 }]);
    expect(account.truth.values('contacts', 1)).toEqual({ Телефон: '+79161234567' });
    expect(account.truth.rows('leads')).toMatchObject([
      { name: 'Приём', price: 3500, status_id: 142, _embedded: { contacts: [{ id: 1, is_main: true }] } },
    ]);
    await matchesTranscript('write');
  });

  it('saves a contact it read, with all that it did not change', async () => {
    const { account, client } = await open(fewContacts);
    const contact = await client.contacts.getById(2);
    contact.name = 'Пётр Зимин';
    await contact.save();
    expect(account.truth.rows('contacts')[1]).toMatchObject({ name: 'Пётр Зимин' });
    expect(account.journal.refusals).toEqual([]);
  });

  it('walks a list page by page, and takes 204 for its end', async () => {
    const { account, client, matchesTranscript } = await open(fewContacts);
    const pages = await client.contacts.get({ limit: 2, filter: { id: [1, 2, 3, 5] }, order: { id: 'desc' } });
    const names = (): readonly unknown[] => pages.getData().map(({ name }) => name);
    expect(names()).toEqual(['Ия', 'Вера']);
    await pages.next();
    expect(names()).toEqual(['Пётр', 'Яна']);
    const none = await client.contacts.get({ query: 'никого' });
    expect(none.getData()).toEqual([]);
    expect(requestsOf(account)).toEqual(['GET /contacts 200', 'GET /contacts 200', 'GET /contacts 204']);
    await matchesTranscript('pages');
  });

  it('throws what has a status, and takes an empty 429 for a success', async () => {
    const { account, client, matchesTranscript } = await open();
    const outcome = async (method: string, path: string, data?: object): Promise<unknown> =>
      client.request.make(method, path, data).then(
        ({ data: body }) => body,
        (thrown: unknown) => (thrown instanceof Error ? thrown.message : thrown),
      );
    expect(await outcome('POST', '/api/v4/contacts', [{ responsible_user_id: 5 }])).toBe('API_RESPONSE_ERROR');
    expect(await outcome('GET', '/api/v4/nonsense')).toBe('API_RESPONSE_ERROR');
    account.fail({ operation: 'GET /account', fault: vendorFaults.limitedPage });
    expect(await outcome('GET', '/api/v4/account')).toBe('JSON_PARSE_ERROR');
    account.fail({ operation: 'GET /account', fault: vendorFaults.limitedEmpty });
    expect(await outcome('GET', '/api/v4/account')).toEqual({});
    await matchesTranscript('errors');
  });

  it('spoils a letter that comes in two parts', async () => {
    const { account, client } = await open(fewContacts);
    account.fail({ operation: 'GET /contacts/{id}', fault: 'split' });
    expect((await client.contacts.getById(1)).name).toContain('\uFFFD');
  });
});
