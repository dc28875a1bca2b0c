import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PipeError, type Outcome, type Write } from '../../engine/index.ts';
import { open, openAt, type Opened } from './open-for-test.ts';
import { byCode, refusedCommand, refusedRequest, withoutWord } from './reactions.ts';
import type { FaultRule } from './sandbox/index.ts';

const create: Write = { operation: 'create', entity: 'contact', values: { NAME: 'Вера' } };

interface Reaction {
  readonly applied: 'no' | 'unknown';
  readonly code: string;
  readonly kind: string;
  readonly retry: boolean;
  readonly limited?: true;
}

/** How the first of two creates ended: an outcome, or a throw, which is only for "nothing at all was applied". */
async function reaction({ sink, signal }: Pick<Opened, 'sink' | 'signal'>, write: Write = create): Promise<Reaction> {
  const outcome = await sink.write([write, write], signal).then(
    ([first]) => first,
    (thrown: unknown): Outcome => {
      if (thrown instanceof PipeError) return { ok: false, applied: 'no', error: thrown };
      throw thrown;
    },
  );
  if (!outcome || outcome.ok) throw new Error('expected a failure');
  const { code, kind, retry, limited } = outcome.error;
  const name = code.replace('bitrix24.', '');
  return { applied: outcome.applied, code: name, kind, retry, ...(limited && { limited }) };
}

function json(status: number, error: string | number, description = 'text'): FaultRule['fault'] {
  const body = JSON.stringify({ error, error_description: description });
  return { status, body, contentType: 'application/json' };
}

function html(status: number): FaultRule['fault'] {
  return { status, body: '<html><body><h1>nginx</h1></body></html>' };
}

const wait = { kind: 'environment', retry: true, limited: true } as const;
const again = { kind: 'environment', retry: true } as const;
const stop = { kind: 'environment', retry: false } as const;

const wholeRequests: readonly (readonly [string, FaultRule['fault'], Reaction])[] = [
  ['503 QUERY_LIMIT_EXCEEDED', json(503, 'QUERY_LIMIT_EXCEEDED'), { applied: 'no', code: 'rate_limited', ...wait }],
  ['503 in HTML', html(503), { applied: 'unknown', code: 'unexpected_answer', ...again }],
  ['429 OPERATION_TIME_LIMIT', json(429, 'OPERATION_TIME_LIMIT'), { applied: 'no', code: 'method_blocked', ...wait }],
  ['429 in HTML', html(429), { applied: 'no', code: 'rate_limited', ...wait }],
  ['429 without a word', { status: 429, body: '' }, { applied: 'no', code: 'rate_limited', ...wait }],
  ['503 OVERLOAD_LIMIT', json(503, 'OVERLOAD_LIMIT'), { applied: 'unknown', code: 'overloaded', ...stop }],
  [
    '500 INTERNAL_SERVER_ERROR',
    json(500, 'INTERNAL_SERVER_ERROR'),
    { applied: 'unknown', code: 'server_error', ...again },
  ],
  [
    '500 ERROR_UNEXPECTED_ANSWER',
    json(500, 'ERROR_UNEXPECTED_ANSWER'),
    { applied: 'unknown', code: 'server_error', ...again },
  ],
  ['500 with a code of its own', json(500, 'ERROR_CORE'), { applied: 'unknown', code: 'server_error', ...again }],
  ['500 PORTAL_DELETED', json(500, 'PORTAL_DELETED'), { applied: 'unknown', code: 'portal_deleted', ...stop }],
  ['502 in HTML', html(502), { applied: 'unknown', code: 'unexpected_answer', ...again }],
  ['504 in HTML', html(504), { applied: 'unknown', code: 'unexpected_answer', ...again }],
  ['404 in HTML', html(404), { applied: 'unknown', code: 'no_portal', ...stop }],
  ['401 in HTML', html(401), { applied: 'unknown', code: 'no_portal', ...stop }],
  ['200 in HTML', html(200), { applied: 'unknown', code: 'unexpected_answer', ...again }],
  ['a 200 cut short', { truncateTo: 40 }, { applied: 'unknown', code: 'unexpected_answer', ...again }],
  ['a reset connection', 'reset', { applied: 'unknown', code: 'connection_lost', ...again }],
  ['no answer in time', 'hang', { applied: 'unknown', code: 'timed_out', ...again }],
  ['401 expired_token', json(401, 'expired_token'), { applied: 'no', code: 'unauthorized', ...stop }],
  ['401 invalid_token', json(401, 'invalid_token'), { applied: 'no', code: 'unauthorized', ...stop }],
  ['401 NO_AUTH_FOUND', json(401, 'NO_AUTH_FOUND'), { applied: 'no', code: 'unauthorized', ...stop }],
  ['401 with a new code', json(401, 'SOMETHING'), { applied: 'no', code: 'unauthorized', ...stop }],
  ['403 INVALID_CREDENTIALS', json(403, 'INVALID_CREDENTIALS'), { applied: 'no', code: 'unauthorized', ...stop }],
  ['403 insufficient_scope', json(403, 'insufficient_scope'), { applied: 'no', code: 'missing_scope', ...stop }],
  ['403 ACCESS_DENIED', json(403, 'ACCESS_DENIED'), { applied: 'no', code: 'not_in_plan', ...stop }],
  ['403 WRONG_AUTH_TYPE', json(403, 'WRONG_AUTH_TYPE'), { applied: 'no', code: 'forbidden', ...stop }],
  ['403 user_access_error', json(403, 'user_access_error'), { applied: 'no', code: 'forbidden', ...stop }],
  ['402 PAYMENT_REQUIRED', json(402, 'PAYMENT_REQUIRED'), { applied: 'no', code: 'not_in_plan', ...stop }],
  [
    '400 INVALID_REQUEST',
    json(400, 'INVALID_REQUEST', 'Https required'),
    { applied: 'no', code: 'https_required', ...stop },
  ],
  [
    '404 ERROR_METHOD_NOT_FOUND',
    json(404, 'ERROR_METHOD_NOT_FOUND'),
    { applied: 'no', code: 'no_such_method', ...stop },
  ],
];

for (const [name, fault, expected] of wholeRequests) {
  test(`${name} instead of a batch: ${expected.code}, applied ${expected.applied}`, async () => {
    const opened = await open({}, fault === 'hang' ? { timeoutMs: 1000 } : {});
    opened.portal.fail({ method: 'batch', fault });
    expect(await reaction(opened)).toEqual(expected);
  });
}

const record = { kind: 'data', retry: false } as const;

const commands: readonly (readonly [string | number, string, Reaction])[] = [
  ['OPERATION_TIME_LIMIT', 'Method is blocked', { applied: 'no', code: 'method_blocked', ...wait }],
  ['QUERY_LIMIT_EXCEEDED', 'Too many requests', { applied: 'no', code: 'rate_limited', ...wait }],
  ['INTERNAL_SERVER_ERROR', 'Internal server error', { applied: 'unknown', code: 'server_error', ...again }],
  ['ERROR_UNEXPECTED_ANSWER', 'Unexpected', { applied: 'unknown', code: 'server_error', ...again }],
  ['', 'Not found', { applied: 'no', code: 'no_such_row', ...record }],
  ['', 'Access denied.', { applied: 'no', code: 'row_forbidden', ...record }],
  ['', "Parameter 'fields' must be array.", { applied: 'no', code: 'refused', ...record }],
  ['NOT_FOUND', 'Element not found', { applied: 'no', code: 'no_such_row', ...record }],
  ['OWNER_NOT_FOUND', 'Owner was not found', { applied: 'no', code: 'no_such_row', ...record }],
  ['ACCESS_DENIED', 'Access denied', { applied: 'no', code: 'row_forbidden', ...record }],
  ['ERROR_CORE', 'Discount Rate is required<br>', { applied: 'no', code: 'refused', ...record }],
  [100, 'Required params not passed', { applied: 'no', code: 'refused', ...record }],
  [0, 'Other', { applied: 'no', code: 'refused', ...record }],
  ['CRM_FIELD_ERROR_REQUIRED', 'Required', { applied: 'no', code: 'refused', ...record }],
  ['CRM_FEATURE_RESTRICTION_ERROR', 'Plan', { applied: 'no', code: 'not_in_plan', ...stop }],
  ['insufficient_scope', 'Higher privileges', { applied: 'no', code: 'missing_scope', ...stop }],
  ['ERROR_BATCH_METHOD_NOT_ALLOWED', 'No', { applied: 'no', code: 'no_such_method', ...stop }],
];

for (const [error, description, expected] of commands) {
  test(`a command refused with "${error}" ${description}: ${expected.code}, applied ${expected.applied}`, async () => {
    const opened = await open();
    opened.portal.fail({ method: 'crm.contact.add', fault: { error, description } });
    expect(await reaction(opened)).toEqual(expected);
  });
}

test('a JSON 503 fills the shared bucket, an HTML one does not', async () => {
  const opened = await open();
  opened.portal.fail({ method: 'batch', fault: html(503) });
  await reaction(opened);
  expect(opened.host.ended).toEqual([{}]);
  opened.portal.fail({ method: 'batch', fault: json(503, 'QUERY_LIMIT_EXCEEDED') });
  await reaction(opened);
  expect(opened.host.ended.at(-1)).toEqual({ refused: true, work: new Map() });
});

test('a blocked method is tried again when the portal said it lets go', async () => {
  const opened = await open({ costPerCommand: 1 });
  await opened.sink.write([create], opened.signal);
  opened.portal.fail({ method: 'crm.contact.add', fault: { error: 'OPERATION_TIME_LIMIT', description: '' } });
  const [outcome] = await opened.sink.write([create], opened.signal);
  expect(outcome).toMatchObject({ ok: false, applied: 'no', error: { retryAfterMs: 599_000 } });
});

test('the text of a refusal keeps nothing of the secret, of a request and of a command in it', async () => {
  const opened = await open();
  const description = `Nothing at ${new URL(opened.portal.webhook).pathname}`;
  const shown = 'Nothing at /rest/1/…/';
  opened.portal.fail({ method: 'batch', fault: json(400, 'ERROR_CORE', description) });
  const [whole] = await opened.sink.write([create], opened.signal);
  expect(whole).toMatchObject({ error: { message: `batch was refused (ERROR_CORE): ${shown}` } });
  opened.portal.fail({ method: 'crm.contact.add', fault: { error: 'ERROR_CORE', description } });
  const [inner] = await opened.sink.write([create], opened.signal);
  expect(inner).toMatchObject({ error: { message: `crm.contact.add was refused (ERROR_CORE): ${shown}` } });
});

test('the text of a refusal keeps no HTML and nothing that was sent', async () => {
  const opened = await open();
  const description = 'Bad e-mail <b>vera@</b>: vera@clinic of Вера.<br>';
  opened.portal.fail({ method: 'crm.contact.add', fault: { error: 'ERROR_CORE', description } });
  const values = { NAME: 'Вера', EMAIL: [{ value: 'vera@clinic' }] };
  const [outcome] = await opened.sink.write([{ operation: 'create', entity: 'contact', values }], opened.signal);
  expect(outcome).toMatchObject({
    error: { message: 'crm.contact.add was refused (ERROR_CORE): Bad e-mail vera@ : … of ….' },
  });
});

test('nor does that of a batch refused as a whole', async () => {
  const opened = await open();
  const body = JSON.stringify({ error: 'ERROR_CORE', error_description: 'Wrong command for Вера' });
  opened.portal.fail({ method: 'batch', fault: { status: 400, body } });
  const [outcome] = await opened.sink.write([create], opened.signal);
  expect(outcome).toMatchObject({ error: { message: 'batch was refused (ERROR_CORE): Wrong command for …' } });
});

test('nobody there: unreachable, and certainly not applied', async () => {
  const opened = await open();
  await opened.portal.close();
  expect(await reaction(opened)).toEqual({ applied: 'no', code: 'unreachable', ...again });
});

test('a connection the portal gave up after an answer leaves the doubt once, and the next write has another', async () => {
  const opened = await open();
  const write = async (): Promise<Outcome | undefined> => (await opened.sink.write([create], opened.signal))[0];
  opened.portal.fail({ method: 'batch', fault: 'stale' });
  expect(await write()).toMatchObject({ ok: true, key: '1' });
  expect(await write()).toMatchObject({ ok: false, applied: 'unknown', error: { code: 'bitrix24.connection_lost' } });
  expect(opened.portal.truth.contacts()).toHaveLength(1);
  expect(await write()).toMatchObject({ ok: true, key: '2' });
});

test('a wrong webhook says how to make one and not what it was', async () => {
  const { portal } = await open();
  const { sink, signal } = openAt(portal.webhook.replace('sandbox-secret', 'wr0ng'));
  const thrown: unknown = await sink.describe('deal', signal).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'bitrix24.unauthorized', kind: 'environment', retry: false });
  expect(JSON.stringify(thrown) + String(thrown)).not.toContain('wr0ng');
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/rest/1/secret`;
}

test('an answer beyond all measure, or packed as nobody asked: nobody knows, and nothing more is sent', () => {
  const concern = { host: 'portal.example', method: 'batch' };
  expect(withoutWord('oversized', concern)).toMatchObject({
    applied: 'unknown',
    error: { message: 'portal.example answered batch with more than 64 MB', ...stop },
  });
  expect(withoutWord('packed', concern, 'compress')).toMatchObject({
    applied: 'unknown',
    error: {
      message: 'portal.example answered batch in a packing nobody asked for and pipe cannot undo: compress',
      ...stop,
    },
  });
});

test('a packed answer is read like any other', async () => {
  const fields = { result: { c3: { NAME: { type: 'string' } } }, result_error: [] };
  const webhook = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify({ result: fields })));
  });
  const { sink, signal } = openAt(`${webhook}/`);
  expect(await sink.describe('contact', signal)).toMatchObject({ fields: [{ name: 'NAME' }] });
});

test('a redirect is not followed: the new host is named, the secret in its address is not', async () => {
  const asked: (string | undefined)[] = [];
  const webhook = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(302, { location: 'https://renamed.example/rest/1/secret/batch.json' }).end();
  });
  const { sink, signal } = openAt(webhook);
  const thrown: unknown = await sink.describe('deal', signal).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'bitrix24.portal_moved', kind: 'environment', retry: false });
  expect(thrown).toMatchObject({ parameters: { location: 'https://renamed.example' } });
  expect(asked).toEqual(['/rest/1/secret/batch.json']);
});

test('a command that is neither among the results nor among the errors: nobody knows', async () => {
  const fields = { result: { c3: { NAME: { type: 'string' } } }, result_error: [] };
  const silence = { result: [], result_error: [] };
  let requests = 0;
  const webhook = await serve((_, response) => {
    requests += 1;
    response.end(JSON.stringify({ result: requests === 1 ? fields : silence }));
  });
  const opened = openAt(`${webhook}/`);
  expect(await reaction(opened)).toEqual({ applied: 'unknown', code: 'no_answer', ...again });
});

test('null, false and 0 are results like any other, told by their key', async () => {
  const fields = { result: { c3: { NAME: { type: 'string' } } }, result_error: [] };
  const results = { result: { c0: null, c1: false, c2: 0 }, result_error: [] };
  let requests = 0;
  const webhook = await serve((_, response) => {
    requests += 1;
    response.end(JSON.stringify({ result: requests === 1 ? fields : results }));
  });
  const { sink, signal } = openAt(webhook);
  const writes = ['4', '5', '6'].map((key): Write => ({ operation: 'delete', entity: 'contact', key }));
  expect(await sink.write(writes, signal)).toEqual(['4', '5', '6'].map((key) => ({ ok: true, key })));
});

/** Every code of reference 1.5 and of our table, as one command's error: what is done, by whom it is to be met. */
const codes: Readonly<Record<string, readonly ['no' | 'unknown', 'wait' | 'again' | 'stop' | 'queue', string]>> = {
  QUERY_LIMIT_EXCEEDED: ['no', 'wait', 'rate_limited'],
  OPERATION_TIME_LIMIT: ['no', 'wait', 'method_blocked'],
  OVERLOAD_LIMIT: ['unknown', 'stop', 'overloaded'],
  INTERNAL_SERVER_ERROR: ['unknown', 'again', 'server_error'],
  ERROR_UNEXPECTED_ANSWER: ['unknown', 'again', 'server_error'],
  expired_token: ['no', 'stop', 'unauthorized'],
  invalid_token: ['no', 'stop', 'unauthorized'],
  NO_AUTH_FOUND: ['no', 'stop', 'unauthorized'],
  INVALID_CREDENTIALS: ['no', 'stop', 'unauthorized'],
  authorization_error: ['no', 'stop', 'unauthorized'],
  APPLICATION_NOT_FOUND: ['no', 'stop', 'unauthorized'],
  ERROR_OAUTH: ['no', 'stop', 'unauthorized'],
  insufficient_scope: ['no', 'stop', 'missing_scope'],
  user_access_error: ['no', 'stop', 'forbidden'],
  allowed_only_intranet_user: ['no', 'stop', 'forbidden'],
  WRONG_AUTH_TYPE: ['no', 'stop', 'forbidden'],
  METHOD_CONFIRM_WAITING: ['no', 'stop', 'forbidden'],
  METHOD_CONFIRM_DENIED: ['no', 'stop', 'forbidden'],
  INVALID_REQUEST: ['no', 'stop', 'https_required'],
  ERROR_BATCH_METHOD_NOT_ALLOWED: ['no', 'stop', 'no_such_method'],
  ERROR_METHOD_NOT_FOUND: ['no', 'stop', 'no_such_method'],
  PAYMENT_REQUIRED: ['no', 'stop', 'not_in_plan'],
  CRM_FEATURE_RESTRICTION_ERROR: ['no', 'stop', 'not_in_plan'],
  CREATE_DYNAMIC_ITEM_RESTRICTED: ['no', 'stop', 'not_in_plan'],
  UPDATE_DYNAMIC_ITEM_RESTRICTED: ['no', 'stop', 'not_in_plan'],
  PORTAL_DELETED: ['no', 'stop', 'portal_deleted'],
  ACCESS_DENIED: ['no', 'queue', 'row_forbidden'],
  NOT_FOUND: ['no', 'queue', 'no_such_row'],
  OWNER_NOT_FOUND: ['no', 'queue', 'no_such_row'],
  ERROR_BATCH_LENGTH_EXCEEDED: ['no', 'queue', 'refused'],
  ERROR_CORE: ['no', 'queue', 'refused'],
  INVALID_ARG_VALUE: ['no', 'queue', 'refused'],
  CRM_FIELD_ERROR_REQUIRED: ['no', 'queue', 'refused'],
  CRM_FIELD_ERROR_VALUE_NOT_VALID: ['no', 'queue', 'refused'],
  '100': ['no', 'queue', 'refused'],
  '': ['no', 'queue', 'refused'],
  ENTITY_TYPE_NOT_SUPPORTED: ['no', 'queue', 'refused'],
};

const courses = {
  wait: wait,
  again: { ...again, limited: false },
  stop: { ...stop, limited: false },
  queue: { ...record, limited: false },
} as const;

describe('DL-11 the reaction table', () => {
  const concern = { host: 'portal.example', method: 'crm.contact.add' };

  test('is tested whole: every code it knows is in the list below', () => {
    expect(Object.keys(byCode).filter((code) => !(code in codes))).toEqual([]);
  });

  test.each(Object.entries(codes))('says of a command refused with "%s": %j', (code, [applied, course, name]) => {
    const refusal = refusedCommand({ code, description: 'text' }, concern);
    expect(refusal).toMatchObject({ applied, error: { code: `bitrix24.${name}`, ...courses[course] } });
  });

  test.each(Object.keys(codes))(
    'takes a whole request refused with "%s" for done by nobody only on a clear word',
    (code) => {
      const appliedAt = (status: number) => refusedRequest(status, { code, description: 'text' }, concern).applied;
      const isRate = code === 'QUERY_LIMIT_EXCEEDED';
      expect([400, 401, 403, 404, 405, 429, 500, 502, 503].map(appliedAt)).toEqual([
        ...Array<string>(6).fill('no'),
        'unknown',
        'unknown',
        isRate ? 'no' : 'unknown',
      ]);
    },
  );
});
