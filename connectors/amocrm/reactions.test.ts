import { expect, onTestFinished, test } from 'vitest';
import { PipeError, type Write } from '../../engine/index.ts';
import { connect } from './connection.ts';
import { withoutExchange } from './reactions.ts';
import { open, testHost, type Opened } from './open-for-test.ts';
import { vendorFaults, type Fault } from './sandbox/index.ts';

const create: Write = { operation: 'create', entity: 'contact', values: { name: 'Нина' } };

/** What a write came to: its outcome, or what it threw, which says that nothing was applied. */
async function written({ sink, signal }: Opened): Promise<object | undefined> {
  const outcome = await sink.write([create], signal).catch((thrown: unknown) => thrown);
  if (outcome instanceof PipeError) return { applied: 'no', error: outcome };
  return Array.isArray(outcome) ? outcome[0] : undefined;
}

const cases: readonly (readonly [string, Fault, object])[] = [
  ['429 as a page', vendorFaults.limitedPage, { applied: 'no', error: { code: 'amocrm.rate_limited', limited: true } }],
  [
    '429 in JSON',
    vendorFaults.limitedJson,
    { applied: 'no', error: { code: 'amocrm.rate_limited', limited: true, retryAfterMs: 300_000 } },
  ],
  ['429 without a word', vendorFaults.limitedEmpty, { applied: 'no', error: { limited: true, retry: true } }],
  ['403 in JSON', vendorFaults.forbidden, { applied: 'no', error: { code: 'amocrm.forbidden', retry: false } }],
  ['404 as a page', vendorFaults.notFoundPage, { applied: 'unknown', error: { retry: true } }],
  ['500', vendorFaults.internalError, { applied: 'unknown', error: { code: 'amocrm.server_error', retry: true } }],
  ['502', vendorFaults.badGatewayPage, { applied: 'unknown', error: { code: 'amocrm.server_error', retry: true } }],
  ['504', vendorFaults.timeoutPage, { applied: 'unknown', error: { code: 'amocrm.server_error', retry: true } }],
  ['a redirect', { status: 302, body: '' }, { applied: 'no', error: { code: 'amocrm.account_moved', retry: false } }],
  ['a cut answer', { truncateTo: 40 }, { applied: 'unknown', error: { retry: true } }],
  ['a page with 200', { status: 200, body: '<html>' }, { applied: 'unknown', error: { retry: true } }],
  ['a broken connection', 'reset', { applied: 'unknown', error: { code: 'amocrm.connection_lost', retry: true } }],
];

test.each(cases)('DL-11 what %s means for a write', async (_what, fault, outcome) => {
  const opened = await open();
  opened.account.fail({ operation: 'POST /contacts', fault });
  expect(await written(opened)).toMatchObject(outcome);
});

test.each([
  ['401', vendorFaults.unauthorized, 'amocrm.unauthorized'],
  ['402', vendorFaults.paymentRequired, 'amocrm.payment_required'],
])('%s of a token that has worked is tried again, a minute later', async (_what, fault, code) => {
  const opened = await open();
  opened.account.fail({ operation: 'POST /contacts', fault });
  expect(await written(opened)).toMatchObject({ applied: 'no', error: { code, retry: true, retryAfterMs: 60_000 } });
});

test('403 as a page is a block: nothing more is sent', async () => {
  const opened = await open();
  opened.account.fail({ operation: 'GET /contacts', fault: vendorFaults.blockedPage });
  const blocked = { code: 'amocrm.blocked', retry: false };
  await expect(opened.sink.write([create], opened.signal)).rejects.toMatchObject(blocked);
  await expect(opened.sink.write([create], opened.signal)).rejects.toMatchObject(blocked);
  expect(opened.account.journal.requests).toHaveLength(1);
});

test('a refusal for the rate fills the bucket of everybody on this machine', async () => {
  const opened = await open();
  opened.account.fail({ operation: 'GET /contacts', fault: vendorFaults.limitedPage });
  await expect(opened.sink.highWater?.('contact', opened.signal)).rejects.toMatchObject({ limited: true });
  expect(opened.host.ended).toEqual([{ refused: true }]);
  expect(opened.host.admitted).toMatchObject([{ limit: { capacity: 1, perSecond: 6 }, lastsMs: 60_000 }]);
});

test.each([
  ['oversized', 'UND_ERR_RES_EXCEEDED_MAX_SIZE', 'clinic.amocrm.ru answered POST /contacts with more than 64 MB'],
  [
    'packed',
    'compress',
    'clinic.amocrm.ru answered POST /contacts in a packing nobody asked for and pipe cannot undo: compress',
  ],
] as const)('an answer that is %s: nobody knows, and nothing more is sent', (failure, reason, message) => {
  const concern = { host: 'clinic.amocrm.ru', method: 'POST /contacts', worked: true };
  const refusal = withoutExchange({ ok: false, failure, reason, cause: new Error(reason) }, 60_000, concern);
  expect(refusal).toMatchObject({ applied: 'unknown', error: { kind: 'environment', retry: false, message } });
});

test('an account that speaks no TLS ends the run at once: waiting would not teach it', async () => {
  const { account, signal } = await open();
  const address = account.origin.replace('http:', 'https:');
  const connection = connect({ domain: account.domain, address, token: account.token }, testHost());
  onTestFinished(() => connection.close());
  const described = connection.sink?.({ entity: 'contact' }).describe('contact', signal);
  await expect(described).rejects.toMatchObject({ code: 'amocrm.not_tls', kind: 'environment', retry: false });
  expect(account.journal.requests).toEqual([]);
});
