import { Client, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { vendorFaults } from './index.ts';
import { error, member, openPortal, type Wire } from './open-for-test.ts';

const add = { fields: { TITLE: 'Приём' } };

/** What came back, or the code of the error that came instead. */
async function outcome(portal: Wire, method: string, params: object): Promise<string> {
  try {
    const body = JSON.stringify(params);
    const headers = { 'content-type': 'application/json' };
    const answer = await request(portal.webhook + method, { method: 'POST', headers, body });
    return `${answer.statusCode} ${await answer.body.text()}`;
  } catch (thrown) {
    return String(Reflect.get(Object(thrown), 'code'));
  }
}

test('a gateway’s page after the commit', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', when: 'after', fault: { status: 502, body: '<html>Bad Gateway</html>' } });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe('502 <html>Bad Gateway</html>');
  expect(portal.truth.deals()).toHaveLength(1);
  expect(await portal.result('crm.deal.add', add)).toBe(2);
});

test('a limit before anything ran', async () => {
  const portal = await openPortal();
  const body = '{"error":"OPERATION_TIME_LIMIT","error_description":"Method is blocked due to operation time limit."}';
  portal.fail({ method: 'batch', fault: { status: 429, body, contentType: 'application/json' } });
  expect(await outcome(portal, 'batch', { cmd: ['crm.deal.add?fields[TITLE]=x'] })).toBe(`429 ${body}`);
  expect(portal.truth.deals()).toEqual([]);
  expect(portal.journal.requests).toMatchObject([{ method: 'batch', commands: 0, status: 429 }]);
});

test('a connection dropped before the commit, and after it', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', fault: 'reset' });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe('ECONNRESET');
  expect(portal.truth.deals()).toEqual([]);
  portal.fail({ method: 'crm.deal.add', when: 'after', fault: 'reset' });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe('ECONNRESET');
  expect(portal.truth.deals()).toHaveLength(1);
  expect(portal.journal.requests).toMatchObject([{ status: 0 }, { status: 0 }]);
});

test('a connection dropped in the middle of a batch leaves what ran before', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', nth: 2, when: 'after', fault: 'reset' });
  const cmd = ['1', '2', '3'].map((title) => `crm.deal.add?fields[TITLE]=${title}`);
  expect(await outcome(portal, 'batch', { cmd })).toBe('ECONNRESET');
  expect(portal.truth.deals()).toMatchObject([{ TITLE: '1' }, { TITLE: '2' }]);
});

test('an answer cut short', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', fault: { truncateTo: 10 } });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe('200 {"result":');
  expect(portal.truth.deals()).toHaveLength(1);
});

test('an answer cut short on its way out', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', when: 'answering', fault: { truncateTo: 10 } });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe('200 {"result":');
});

test('an answer that never comes, after the commit, until the portal closes', async () => {
  const { promise: hanging, resolve } = Promise.withResolvers<void>();
  const portal = await openPortal({
    onCommand({ when }) {
      if (when === 'before') return undefined;
      resolve();
      return 'hang';
    },
  });
  const waiting = outcome(portal, 'crm.deal.add', add);
  await hanging;
  expect(portal.truth.deals()).toHaveLength(1);
  await portal.close();
  expect(await waiting).toBe('UND_ERR_SOCKET');
});

test('an error of one command in a batch', async () => {
  const portal = await openPortal();
  const description = 'Method is blocked due to operation time limit.';
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: { error: 'OPERATION_TIME_LIMIT', description, status: 429 } });
  const cmd = ['1', '2', '3'].map((title) => `crm.deal.add?fields[TITLE]=${title}`);
  expect(await portal.batch(cmd)).toMatchObject({
    result: { 0: 1, 2: 2 },
    result_error: { 1: error('OPERATION_TIME_LIMIT', description) },
  });
});

test('onCommand sees each command before and after it ran', async () => {
  const seen: string[] = [];
  const portal = await openPortal({
    onCommand({ method, nth, when, batched }) {
      seen.push(`${method} ${nth} ${when} ${batched ? 'batched' : 'alone'}`);
      return method === 'crm.lead.add' ? { error: 'ACCESS_DENIED', description: 'Access denied' } : undefined;
    },
  });
  await portal.result('crm.deal.add', add);
  expect(await portal.batch(['crm.lead.add?fields[NAME]=x'])).toMatchObject({
    result_error: [error('ACCESS_DENIED', 'Access denied')],
  });
  expect(seen).toEqual([
    'crm.deal.add 1 before alone',
    'crm.deal.add 1 after alone',
    'batch 1 before alone',
    'crm.lead.add 1 before batched',
    'batch 1 after alone',
  ]);
});

/** Three deals in one batch, and which of their commands the answer mentions as done and as failed. */
async function batchOfThree(portal: Wire): Promise<unknown> {
  const cmd = {
    a: 'crm.deal.add?fields[TITLE]=1',
    b: 'crm.deal.add?fields[TITLE]=2',
    c: 'crm.deal.add?fields[TITLE]=3',
  };
  const { result, result_error: failed } = await portal.batch(cmd);
  return { done: Object.keys(Object(result)), failed: Object.keys(Object(failed)) };
}

test('a rule may be meant for the command at one place of a batch', async () => {
  const portal = await openPortal();
  portal.fail({ method: '*', place: 2, fault: { error: 'ACCESS_DENIED', description: 'Access denied' } });
  expect(await batchOfThree(portal)).toEqual({ done: ['a', 'c'], failed: ['b'] });
  expect(await batchOfThree(portal)).toEqual({ done: ['a', 'b', 'c'], failed: [] });
});

test('a rule may strike several times, and be forgotten', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', nth: 2, times: 3, fault: { error: 'x', description: 'x' } });
  expect(await batchOfThree(portal)).toEqual({ done: ['a'], failed: ['b', 'c'] });
  expect(await batchOfThree(portal)).toEqual({ done: ['b', 'c'], failed: ['a'] });
  portal.fail({ method: 'crm.deal.add', times: 3, fault: { error: 'x', description: 'x' } });
  portal.forgetFaults();
  expect(await batchOfThree(portal)).toEqual({ done: ['a', 'b', 'c'], failed: [] });
});

test('a rule may strike by chance, the same for the same seed', async () => {
  const strikes = async (seed: number): Promise<readonly boolean[]> => {
    const portal = await openPortal();
    portal.fail({ method: '*', probability: 0.5, seed, fault: { error: 'x', description: 'x' } });
    const cmd = Array.from({ length: 30 }, () => 'server.time');
    const failed = Object(member(await portal.batch(cmd), 'result_error'));
    return cmd.map((_, index) => String(index) in failed);
  };
  const first = await strikes(7);
  expect(first.filter(Boolean).length).toBeGreaterThan(5);
  expect(first.filter(Boolean).length).toBeLessThan(25);
  expect(await strikes(7)).toEqual(first);
  expect(await strikes(8)).not.toEqual(first);
});

test('a command missing from result and result_error may have run or not', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', nth: 1, when: 'after', fault: 'missing' });
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: 'missing' });
  expect(await batchOfThree(portal)).toEqual({ done: ['c'], failed: [] });
  expect(portal.truth.deals()).toMatchObject([{ TITLE: '1' }, { TITLE: '3' }]);
});

test('an answer to a single call may have no result in it', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', when: 'after', fault: 'missing' });
  const { status, body } = await portal.post('crm.deal.add', add);
  expect([status, Object.keys(Object(body))]).toEqual([200, ['time']]);
  expect(portal.truth.deals()).toHaveLength(1);
});

test('one command answers 500 after it has done its work', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', nth: 2, when: 'after', fault: vendorFaults.commandError });
  expect(await batchOfThree(portal)).toEqual({ done: ['a', 'c'], failed: ['b'] });
  expect(portal.truth.deals()).toHaveLength(3);
});

test.each([
  ['queryLimit', '503 {"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}'],
  ['internalError', '500 {"error":"INTERNAL_SERVER_ERROR","error_description":"Internal server error"}'],
  [
    'operationLimit',
    '429 {"error":"OPERATION_TIME_LIMIT","error_description":"Method is blocked due to operation time limit."}',
  ],
  ['overload', '503 {"error":"OVERLOAD_LIMIT","error_description":"REST API is blocked due to overload."}'],
  ['wrongCredentials', '401 {"error":"INVALID_CREDENTIALS","error_description":"Invalid request credentials"}'],
  [
    'missingScope',
    '403 {"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the webhook token"}',
  ],
  ['expiredToken', '401 {"error":"expired_token","error_description":"The access token provided has expired."}'],
] as const)('%s is answered as the vendor words it', async (name, answer) => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', when: 'answering', fault: vendorFaults[name] });
  expect(await outcome(portal, 'crm.deal.add', add)).toBe(answer);
  expect(portal.truth.deals()).toHaveLength(1);
});

test.each(['unavailablePage', 'badGatewayPage', 'timeoutPage'] as const)('%s is HTML', async (name) => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', fault: vendorFaults[name] });
  const answer = await request(`${portal.webhook}crm.deal.add`, { method: 'POST' });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([vendorFaults[name].status, 'text/html']);
  expect(await answer.body.text()).toMatch(/^<html>/);
});

test('a portal with a new name answers 302 and says where it is', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', fault: vendorFaults.renamedTo('https://new.example/rest/1/x/crm.deal.add') });
  const answer = await request(`${portal.webhook}crm.deal.add`, { method: 'POST' });
  expect([answer.statusCode, answer.headers['location']]).toEqual([302, 'https://new.example/rest/1/x/crm.deal.add']);
});

test('a kept connection is reset when it is used again, and that request is never read', async () => {
  const portal = await openPortal();
  const client = new Client(new URL(portal.webhook).origin);
  onTestFinished(() => client.close());
  const ask = async (): Promise<number> => {
    const path = new URL('crm.deal.add', portal.webhook).pathname;
    const headers = { 'content-type': 'application/json' };
    const answer = await client.request({ method: 'POST', path, headers, body: JSON.stringify(add) });
    await answer.body.dump();
    return answer.statusCode;
  };
  portal.fail({ method: 'crm.deal.add', fault: 'stale' });
  expect(await ask()).toBe(200);
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(portal.truth.deals()).toHaveLength(1);
  expect(portal.journal.requests).toHaveLength(1);
  expect(await ask()).toBe(200);
});

test('a connection dropped in a batch that is carried on without it', async () => {
  const portal = await openPortal();
  portal.fail({ method: 'crm.deal.add', nth: 2, fault: 'cut' });
  const cmd = ['1', '2', '3'].map((title) => `crm.deal.add?fields[TITLE]=${title}`);
  expect(await outcome(portal, 'batch', { cmd })).toBe('ECONNRESET');
  expect(portal.truth.deals()).toMatchObject([{ TITLE: '1' }, { TITLE: '2' }, { TITLE: '3' }]);
});
