import { request } from 'undici';
import { expect, test } from 'vitest';
import { error, openPortal, type Wire } from './open-for-test.ts';

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
