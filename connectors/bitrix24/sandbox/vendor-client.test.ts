import { AjaxResult, B24Hook, SdkError, type TypeCallParamsV2 } from '@bitrix24/b24jssdk';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal, type Portal, type PortalOptions } from './index.ts';
import { noon } from './open-for-test.ts';
import { tapWire } from './tap-for-test.ts';

/** It tries three times, as ever, but does not sleep between the attempts. */
const hurried = { rateLimit: { burstLimit: 50, drainRate: 1000, adaptiveEnabled: false }, retryDelay: 1 };

/** The vendor's npm client as it is published, talking to a portal over HTTPS. */
interface Opened {
  readonly portal: Portal;
  readonly b24: B24Hook;
  /** Compares what went over the wire with the golden file; `npx vitest -u` writes it anew. */
  matchesTranscript(name: string): Promise<void>;
}

async function open(options: PortalOptions = {}): Promise<Opened> {
  const portal = await startPortal({ now: () => noon, limits: 'off', tls: true, ...options });
  onTestFinished(() => portal.close());
  if (portal.secure === undefined) throw new Error('the portal has no HTTPS');
  const tap = await tapWire(portal.secure);
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, tap.ca]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  return {
    portal,
    b24: B24Hook.fromWebhookUrl(tap.webhook, { restrictionParams: hurried }),
    matchesTranscript: (name) => expect(tap.transcript()).toMatchFileSnapshot(`transcripts/${name}.txt`),
  };
}

const manyDeals: PortalOptions = {
  seed(desk) {
    for (let number = 1; number <= 130; number += 1) desk.create('deal', { TITLE: `Сделка ${number}` });
  },
};

const fewDeals: PortalOptions = {
  seed(desk) {
    desk.create('deal', { TITLE: 'Чистка & осмотр' });
    desk.create('deal', { TITLE: 'Имплант [2]' });
  },
};

/** What the client makes of a call: the result, or the code, status and text of what it throws. */
async function outcome(b24: B24Hook, method: string, params: TypeCallParamsV2 = {}): Promise<unknown> {
  try {
    const answer = await b24.actions.v2.call.make({ method, params });
    return answer.getData()?.result;
  } catch (thrown) {
    if (!(thrown instanceof SdkError)) throw thrown;
    return [thrown.status, thrown.code, thrown.message];
  }
}

/** The parts of a batch that was asked for as `AjaxResult`s: whether each is a success, and its result or errors. */
function parts(data: unknown): unknown {
  return Object.entries(Object(data)).map(([key, part]) =>
    part instanceof AjaxResult
      ? [key, part.isSuccess, part.isSuccess ? part.getData()?.result : part.getErrorMessages()]
      : part,
  );
}

const requestsOf = ({ journal }: Portal): readonly string[] =>
  journal.requests.map(({ method, commands }) => `${method}(${commands})`);

describe('@bitrix24/b24jssdk', () => {
  it('takes no webhook without HTTPS', async () => {
    const { portal } = await open();
    expect(() => B24Hook.fromWebhookUrl(portal.webhook)).toThrow('Webhook requires HTTPS protocol');
  });

  it('lists all rows by id, 50 to a page, without counting', async () => {
    const { b24, matchesTranscript } = await open(manyDeals);
    const params = { select: ['ID'], filter: { '!TITLE': 'Сделка 7' } };
    const listed = await b24.actions.v2.callList.make<{ ID: string }>({ method: 'crm.deal.list', params });
    const ids = Array.from({ length: 130 }, (_, index) => String(index + 1)).filter((id) => id !== '7');
    expect(listed.getData()?.map(({ ID }) => ID)).toEqual(ids);
    await matchesTranscript('call-list');
  });

  it('walks a list of items page by page', async () => {
    const { b24, matchesTranscript } = await open(manyDeals);
    const pages = b24.actions.v2.fetchList.make<{ id: number }>({
      method: 'crm.item.list',
      params: { entityTypeId: 2, select: ['id'] },
      idKey: 'id',
      customKeyForResult: 'items',
    });
    const seen: (readonly [number, number | undefined])[] = [];
    for await (const page of pages) seen.push([page.length, page.at(-1)?.id]);
    expect(seen).toEqual([
      [50, 50],
      [50, 100],
      [30, 130],
    ]);
    await matchesTranscript('fetch-list');
  });

  it('sends a batch as a list, and gets a list', async () => {
    const { b24, matchesTranscript } = await open(fewDeals);
    const batch = await b24.actions.v2.batch.make({
      calls: [
        ['crm.deal.list', { select: ['ID', 'TITLE'], filter: { TITLE: 'Чистка & осмотр' } }],
        ['crm.deal.list', { select: ['TITLE'], filter: { '@ID': [2], TITLE: 'Имплант [2]' }, start: -1 }],
        ['profile', {}],
      ],
    });
    expect([batch.isSuccess, batch.getData()]).toEqual([
      true,
      [
        [{ ID: '1', TITLE: 'Чистка & осмотр' }],
        [{ TITLE: 'Имплант [2]' }],
        expect.objectContaining({ ID: '1', ADMIN: true }),
      ],
    ]);
    await matchesTranscript('batch-list');
  });

  it('sends a batch by name, a command refers to the one before it', async () => {
    const { portal, b24, matchesTranscript } = await open(fewDeals);
    const batch = await b24.actions.v2.batch.make({
      calls: {
        person: { method: 'crm.contact.add', params: { fields: { NAME: 'Вера', LAST_NAME: 'О=Нил&Co' } } },
        deal: ['crm.deal.update', { id: 2, fields: { CONTACT_ID: '$result[person]', COMMENTS: '50% + 1' } }],
      },
    });
    expect([batch.isSuccess, batch.getData()]).toEqual([true, { person: 1, deal: true }]);
    expect(portal.truth.deals()[1]).toMatchObject({ CONTACT_ID: '1', COMMENTS: '50% + 1' });
    await matchesTranscript('batch-named');
  });

  it('reads a list, its fields and the people in it, and chains the pages of a smart process', async () => {
    const { b24, matchesTranscript } = await open({
      seed(desk) {
        for (let number = 1; number <= 60; number += 1) desk.create('room', { TITLE: `Кабинет ${number}` });
      },
    });
    const place = { IBLOCK_TYPE_ID: 'lists', IBLOCK_ID: 47 };
    const rooms = { entityTypeId: 1040, select: ['id'], order: { id: 'ASC' }, start: -1 };
    const batch = await b24.actions.v2.batch.make({
      calls: {
        fields: ['lists.field.get', { ...place, FIELD_ID: 'PROPERTY_951' }],
        elements: ['lists.element.get', { ...place, SELECT: ['ID', 'NAME', 'PROPERTY_951'], FILTER: { '!NAME': 'x' } }],
        people: ['user.get', { FILTER: { '@ID': [2, 3] }, select: ['ID', 'NAME'] }],
        first: ['crm.item.list', { ...rooms, filter: { '>id': 0 } }],
        second: ['crm.item.list', { ...rooms, filter: { '>id': '$result[first][items][49][id]' } }],
      },
    });
    expect([batch.isSuccess, batch.getData()]).toEqual([
      true,
      {
        fields: { 'S:employee': expect.objectContaining({ FIELD_ID: 'PROPERTY_951', NAME: 'Ответственные' }) },
        elements: [
          { ID: '19', NAME: 'Автоклав', PROPERTY_951: { '36': '2', '37': '3' } },
          { ID: '20', NAME: 'Рентген', PROPERTY_951: { '42': '3' } },
          { ID: '21', NAME: 'Кресло' },
        ],
        people: [
          { ID: '2', NAME: 'Дарья' },
          { ID: '3', NAME: 'Глеб' },
        ],
        first: { items: Array.from({ length: 50 }, (_, index) => ({ id: index + 1 })) },
        second: { items: Array.from({ length: 10 }, (_, index) => ({ id: index + 51 })) },
      },
    ]);
    await matchesTranscript('lists-and-processes');
  });

  it('cuts 120 commands into batches of 50', async () => {
    const { portal, b24 } = await open(manyDeals);
    const calls = Array.from({ length: 120 }, (_, index): [string, object] => ['crm.deal.get', { id: index + 1 }]);
    const all = await b24.actions.v2.batchByChunk.make({ calls });
    expect([all.getData()?.length, requestsOf(portal)]).toEqual([120, ['batch(50)', 'batch(50)', 'batch(20)']]);
  });

  it('adds records', async () => {
    const { portal, b24, matchesTranscript } = await open();
    const phones = [{ VALUE: '+79161234567', VALUE_TYPE: 'MOBILE' }];
    expect([
      await outcome(b24, 'crm.contact.add', { fields: { NAME: 'Вера', PHONE: phones } }),
      await outcome(b24, 'crm.deal.add', { fields: { TITLE: 'Чистка', CONTACT_ID: 1, OPPORTUNITY: 3500 } }),
    ]).toEqual([1, 1]);
    expect(portal.truth.contacts()).toMatchObject([{ NAME: 'Вера', PHONE: [{ VALUE: '+79161234567' }] }]);
    expect(portal.truth.deals()).toMatchObject([{ TITLE: 'Чистка', CONTACT_ID: '1', OPPORTUNITY: '3500.00' }]);
    await matchesTranscript('add');
  });

  it('loses the text of an error whose code is empty, and keeps that of any other', async () => {
    const { b24, matchesTranscript } = await open();
    expect([
      await outcome(b24, 'crm.deal.get', { id: 404 }),
      await outcome(b24, 'crm.item.get', { entityTypeId: 2, id: 404 }),
      await outcome(b24, 'crm.duplicate.findbycomm', { type: 'FAX' }),
      await outcome(b24, 'crm.deal.nonsense'),
      await outcome(b24, 'event.bind'),
      await outcome(b24, 'batch', { cmd: { one: 'batch?cmd[a]=profile' } }),
    ]).toMatchObject([
      [400, 'ERR_BAD_REQUEST', 'Request failed with status code 400'],
      [400, 'NOT_FOUND', 'Element not found'],
      [400, 'ERR_BAD_REQUEST', 'Request failed with status code 400'],
      [404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!'],
      [403, 'WRONG_AUTH_TYPE', 'Current authorization type is denied for this method'],
      { result_error: { one: { error: 'ERROR_BATCH_METHOD_NOT_ALLOWED' } } },
    ]);
    await matchesTranscript('errors');
  });

  it('takes a command of a batch that failed with an empty code for a success', async () => {
    const { b24, matchesTranscript } = await open(fewDeals);
    const batch = await b24.actions.v2.batch.make({
      calls: [
        ['crm.deal.list', { select: ['ID'] }],
        ['crm.deal.get', { id: 404 }],
        ['crm.item.get', { entityTypeId: 2, id: 404 }],
      ],
      options: { isHaltOnError: false, returnAjaxResult: true },
    });
    expect([batch.isSuccess, batch.getErrorMessages(), parts(batch.getData())]).toEqual([
      false,
      ['Element not found'],
      [
        ['0', true, [{ ID: '1' }, { ID: '2' }]],
        ['1', true, undefined],
        ['2', false, ['Element not found']],
      ],
    ]);
    await matchesTranscript('batch-errors');
  });

  it('stops at a wrong secret', async () => {
    const { portal, b24 } = await open();
    const { origin } = new URL(b24.getTargetOrigin());
    const stranger = B24Hook.fromWebhookUrl(`${origin}/rest/1/geheim/`);
    expect(await outcome(stranger, 'profile')).toEqual([401, 'INVALID_CREDENTIALS', 'Invalid request credentials']);
    expect(requestsOf(portal)).toEqual(['profile(0)']);
  });

  it('waits and asks again after a refusal by rate', async () => {
    const { portal, b24 } = await open(fewDeals);
    const body = '{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}';
    portal.fail({ method: 'crm.deal.list', fault: { status: 503, body, contentType: 'application/json' } });
    expect(await outcome(b24, 'crm.deal.list', { select: ['ID'] })).toEqual([{ ID: '1' }, { ID: '2' }]);
    expect(portal.journal.requests.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('makes three deals of one whose answer is lost: what `pipe` must never do', async () => {
    const { portal, b24 } = await open({ onCommand: ({ when }) => (when === 'after' ? 'reset' : undefined) });
    expect(await outcome(b24, 'crm.deal.add', { fields: { TITLE: 'Чистка' } })).toEqual([
      0,
      'ECONNRESET',
      'socket hang up',
    ]);
    expect(portal.truth.deals().map(({ TITLE }) => TITLE)).toEqual(['Чистка', 'Чистка', 'Чистка']);
  });
});
