import { expect, test } from 'vitest';
import type { Outcome, Write, WriteValues } from '../../engine/index.ts';
import { behindProxy, methods, open, openAt, requests, type Opened } from './open-for-test.ts';

function create(entity: string, values: WriteValues): Write {
  return { operation: 'create', entity, values };
}

function update(entity: string, key: string, values: WriteValues): Write {
  return { operation: 'update', entity, key, values };
}

async function write({ sink, signal }: Opened, ...writes: Write[]): Promise<readonly Outcome[]> {
  return sink.write(writes, signal);
}

/** The parameters of the last command as the portal read them. */
function lastParams({ portal }: Opened): unknown {
  return portal.journal.commands.at(-1)?.params;
}

test('writes go ten to the first request and fifty to the next, in order, and say which row they made', async () => {
  const opened = await open();
  const writes = Array.from({ length: 120 }, (_, index) => create('deal', { TITLE: `№ ${index}` }));
  const outcomes = await opened.sink.write(writes, opened.signal);
  expect(outcomes).toEqual(Array.from({ length: 120 }, (_, index) => ({ ok: true, key: String(index + 1) })));
  expect(opened.portal.truth.deals().map(({ TITLE }) => TITLE)).toEqual(writes.map((_, index) => `№ ${index}`));
  expect(requests(opened)).toEqual(['batch(10)', 'batch(50)', 'batch(50)', 'batch(10)']);
});

test('DL-3 a create and the question about its row make one request', async () => {
  const opened = await open();
  const { sink, signal } = opened;
  const by = { ORIGIN_ID: { anyOf: ['F1_P1'] } };
  const both = await sink.writeAndFind?.([create('contact', { ORIGIN_ID: 'F1_P1' })], { by }, ['ORIGIN_ID'], signal);
  expect(both).toEqual({
    outcomes: [{ ok: true, key: '1' }],
    answer: { ok: true, rows: [{ key: '1', values: { ID: '1', ORIGIN_ID: 'F1_P1' } }] },
  });
  expect(requests(opened)).toEqual(['batch(2)']);
});

test('DL-2 rows are read in the request that makes the last of them, where it has room', async () => {
  const opened = await open();
  const made = async (from: number, to: number) => {
    const names = Array.from({ length: to - from }, (_, index) => `№ ${from + index}`);
    const writes = names.map((NAME) => create('contact', { NAME }));
    const by = { NAME: { anyOf: names.slice(-2) } };
    const both = await opened.sink.writeAndFind?.(writes, { by }, ['NAME'], opened.signal);
    return both?.answer?.ok ? both.answer.rows.map(({ key }) => key) : undefined;
  };
  expect([await made(0, 60), await made(60, 109), await made(109, 159)]).toEqual([
    undefined,
    ['108', '109'],
    undefined,
  ]);
  expect(requests(opened)).toEqual(['batch(10)', 'batch(50)', 'batch(50)', 'batch(50)']);
});

test('DL-3 a create keeps its outcome where its question takes a request of its own, or is not answered', async () => {
  const opened = await open();
  const { portal, sink, signal } = opened;
  const phone = '+79990001122';
  const values = { PHONE: [{ value: phone, type: 'MOBILE' }], NAME: 'Анна' };
  const byPhone = { by: { PHONE: { anyOf: [phone] } } };
  const outcomes = [{ ok: true, key: '1' }];
  expect(await sink.writeAndFind?.([create('contact', values)], byPhone, ['PHONE'], signal)).toEqual({ outcomes });
  expect(requests(opened)).toEqual(['batch(1)']);
  portal.fail({ method: 'crm.contact.list', fault: { error: '', description: 'Access denied.' } });
  const byName = { by: { NAME: { anyOf: ['Анна'] } } };
  expect(await sink.writeAndFind?.([create('contact', values)], byName, ['NAME'], signal)).toMatchObject({
    outcomes: [{ ok: true, key: '2' }],
    answer: { ok: false, error: { code: 'bitrix24.row_forbidden' } },
  });
});

test('create, update and delete of one call happen in its order', async () => {
  const opened = await open({ seed: (desk) => void desk.create('lead', { TITLE: 'Было' }) });
  expect(
    await write(opened, update('lead', '1', { TITLE: 'Стало' }), create('lead', { TITLE: 'Второй' }), {
      operation: 'delete',
      entity: 'lead',
      key: '1',
    }),
  ).toEqual([
    { ok: true, key: '1' },
    { ok: true, key: '2' },
    { ok: true, key: '1' },
  ]);
  expect(methods(opened)).toEqual(['crm.lead.update', 'crm.lead.add', 'crm.lead.delete']);
  expect(opened.portal.truth.leads()).toMatchObject([{ ID: '2', TITLE: 'Второй' }]);
});

test('one command that is refused stops no other', async () => {
  const opened = await open({ seed: (desk) => void desk.create('deal', { TITLE: 'Приём' }) });
  const outcomes = await write(opened, update('deal', '9', { TITLE: 'а' }), update('deal', '1', { TITLE: 'б' }));
  expect(outcomes).toMatchObject([
    { ok: false, applied: 'no', error: { code: 'bitrix24.no_such_row', kind: 'data' } },
    { ok: true, key: '1' },
  ]);
});

test('every character arrives as it was: +, &, %, quotes, emoji, lines', async () => {
  const opened = await open();
  const text = '+7 & 100% = "так" #1;\n\tстрока 🦷 \\ ?a[b]=c';
  await write(opened, create('contact', { NAME: text, PHONE: [{ value: '+79991112233', type: 'MOBILE' }] }));
  expect(opened.portal.truth.contacts()).toMatchObject([
    { NAME: text, PHONE: [{ VALUE: '+79991112233', VALUE_TYPE: 'MOBILE' }] },
  ]);
});

test('text that looks like a reference to another command arrives as text', async () => {
  const opened = await open();
  await write(
    opened,
    create('deal', { TITLE: 'первая' }),
    create('deal', { TITLE: 'см. $result[c0]' }),
    create('deal', { TITLE: 'третья' }),
  );
  expect(opened.portal.truth.deals().map(({ TITLE }) => TITLE)).toEqual(['первая', 'см. $result[c0]', 'третья']);
  expect(requests(opened)).toEqual(['batch(1)', 'crm.deal.add(1)', 'batch(1)']);
});

test('null clears a field', async () => {
  const opened = await open({
    seed: (desk) => void desk.create('deal', { COMMENTS: 'старый', OPPORTUNITY: 5, CLOSEDATE: '2026-11-01' }),
  });
  await write(opened, update('deal', '1', { COMMENTS: null, CLOSEDATE: null }));
  expect(lastParams(opened)).toEqual({ id: '1', fields: { COMMENTS: '', CLOSEDATE: '' } });
  expect(opened.portal.truth.deals()).toMatchObject([{ COMMENTS: '', CLOSEDATE: '', OPPORTUNITY: '5.00' }]);
});

test('an enumeration is given by text or id, a status too', async () => {
  const opened = await open({
    userFields: {
      deal: [{ name: 'UF_CRM_COLOUR', type: 'enumeration', items: [{ value: 'Белый' }, { value: 'Красный' }] }],
    },
  });
  const { fields } = await opened.sink.describe('deal', opened.signal);
  const red = fields.find(({ name }) => name === 'UF_CRM_COLOUR')?.options?.[1];
  expect(red?.text).toBe('Красный');
  await write(
    opened,
    create('deal', { UF_CRM_COLOUR: 'Красный', SOURCE_ID: 'Звонок' }),
    create('deal', { UF_CRM_COLOUR: red?.id ?? '', SOURCE_ID: 'CALL' }),
  );
  expect(opened.portal.truth.deals()).toMatchObject([
    { UF_CRM_COLOUR: red?.id, SOURCE_ID: 'CALL' },
    { UF_CRM_COLOUR: red?.id, SOURCE_ID: 'CALL' },
  ]);
});

test('a text no option has is refused before anything is sent, and names the options', async () => {
  const opened = await open();
  const outcomes = await write(
    opened,
    create('contact', { TYPE_ID: 'Пациенты' }),
    create('contact', { TYPE_ID: 'CLIENT' }),
  );
  expect(outcomes).toMatchObject([
    {
      ok: false,
      applied: 'no',
      error: {
        code: 'bitrix24.unknown_option',
        parameters: {
          field: 'TYPE_ID',
          options: 'CLIENT (Клиенты), SUPPLIER (Поставщики), PARTNER (Партнёры), OTHER (Другое)',
        },
      },
    },
    { ok: true, key: '1' },
  ]);
  expect(methods(opened)).toEqual(['crm.contact.add']);
});

test('flags go as Y and N, user flags as 1 and 0, and in crm.item.add as Y and N', async () => {
  const opened = await open({
    userFields: { deal: [{ name: 'UF_CRM_VIP', type: 'boolean' }] },
    seed: (desk) => void desk.create('lead', {}),
  });
  await write(opened, create('deal', { OPENED: true, UF_CRM_VIP: true }));
  expect(lastParams(opened)).toEqual({ fields: { OPENED: 'Y', UF_CRM_VIP: '1' } });
  await write(opened, create('deal', { OPENED: false, UF_CRM_VIP: false, LEAD_ID: '1' }));
  expect(lastParams(opened)).toMatchObject({ fields: { opened: 'N', UF_CRM_VIP: 'N', leadId: '1' } });
});

test('phones: an id changes, no id adds, remove deletes, the others stay', async () => {
  const opened = await open({
    seed: (desk) =>
      void desk.create('contact', {
        PHONE: ['1', '2', '3'].map((digit) => ({ VALUE: `+7999000000${digit}`, VALUE_TYPE: 'WORK' })),
      }),
  });
  const phones = [
    { id: '1', value: '+79990000009' },
    { value: '+79990000004', type: 'MOBILE' },
    { id: '3', remove: true as const },
  ];
  await write(opened, update('contact', '1', { PHONE: phones }));
  expect(lastParams(opened)).toEqual({
    id: '1',
    fields: {
      PHONE: {
        0: { ID: '1', VALUE: '+79990000009' },
        1: { VALUE: '+79990000004', VALUE_TYPE: 'MOBILE' },
        2: { ID: '3', DELETE: 'Y' },
      },
    },
  });
  expect(opened.portal.truth.contacts()).toMatchObject([
    {
      PHONE: [
        { ID: '1', VALUE: '+79990000009', VALUE_TYPE: 'WORK' },
        { ID: '2', VALUE: '+79990000002' },
        { ID: '4', VALUE: '+79990000004', VALUE_TYPE: 'MOBILE' },
      ],
    },
  ]);
});

test('an id without a value, which would delete the phone, is never sent', async () => {
  const opened = await open();
  const outcomes = await write(
    opened,
    update('contact', '1', { PHONE: [{ id: '7', type: 'HOME' }] }),
    update('contact', '1', { PHONE: null }),
  );
  expect(outcomes).toMatchObject([
    { applied: 'no', error: { code: 'bitrix24.bad_value' } },
    { applied: 'no', error: { code: 'bitrix24.bad_value' } },
  ]);
  expect(requests(opened)).toEqual([]);
});

test('a deal with a lead is made through crm.item.add, which alone takes the lead', async () => {
  const opened = await open({ seed: (desk) => void (desk.create('lead', {}), desk.create('contact', {})) });
  const values = {
    TITLE: 'Приём',
    CATEGORY_ID: '0',
    STAGE_ID: 'NEW',
    CONTACT_ID: '1',
    LEAD_ID: '1',
    CURRENCY_ID: 'RUB',
    OPPORTUNITY: 1500.5,
    IS_MANUAL_OPPORTUNITY: 'Y',
    ORIGINATOR_ID: 'IDENT',
    ORIGIN_ID: 'F1_1',
    UF_CRM_1769072841035: 'F1_1',
  };
  expect(await write(opened, create('deal', values), create('deal', { ...values, LEAD_ID: null }))).toEqual([
    { ok: true, key: '1' },
    { ok: true, key: '2' },
  ]);
  expect(methods(opened)).toEqual(['crm.item.add', 'crm.deal.add']);
  expect(opened.portal.truth.deals()).toMatchObject([
    { ...values, OPPORTUNITY: '1500.50' },
    { ...values, OPPORTUNITY: '1500.50', LEAD_ID: null },
  ]);
  expect(lastParams(opened)).not.toHaveProperty('fields.LEAD_ID');
});

test('a deal moves to another funnel through crm.item.update', async () => {
  const opened = await open({ seed: (desk) => void desk.create('deal', { TITLE: 'Приём' }) });
  expect(await write(opened, update('deal', '1', { CATEGORY_ID: '1', STAGE_ID: 'C1:NEW' }))).toEqual([
    { ok: true, key: '1' },
  ]);
  expect(opened.portal.truth.deals()).toMatchObject([{ TITLE: 'Приём', CATEGORY_ID: '1', STAGE_ID: 'C1:NEW' }]);
});

test('product rows are replaced whole, and an empty list clears them', async () => {
  const opened = await open({ seed: (desk) => void desk.create('deal', { IS_MANUAL_OPPORTUNITY: 'Y' }) });
  const rows = (...names: string[]): Write => ({
    operation: 'rows',
    entity: 'deal',
    key: '1',
    list: 'productrows',
    rows: names.map((name) => ({ PRODUCT_NAME: name, PRICE: 100, QUANTITY: 1 })),
  });
  expect(await write(opened, rows('Осмотр', 'Чистка'))).toEqual([{ ok: true, key: '1' }]);
  expect(opened.portal.truth.productRows('D', 1)).toMatchObject([
    { PRODUCT_NAME: 'Осмотр' },
    { PRODUCT_NAME: 'Чистка', PRICE: 100 },
  ]);
  expect(await write(opened, rows('Пломба'))).toEqual([{ ok: true, key: '1' }]);
  expect(opened.portal.truth.productRows('D', 1)).toMatchObject([{ PRODUCT_NAME: 'Пломба' }]);
  expect(await write(opened, rows())).toEqual([{ ok: true, key: '1' }]);
  expect(opened.portal.truth.productRows('D', 1)).toEqual([]);
  expect(requests(opened)).toEqual(['batch(1)', 'batch(1)', 'crm.item.productrow.set(1)']);
});

test('product rows of which the portal answers fewer are not taken for written', async () => {
  const { portal } = await open({ seed: (desk) => void desk.create('deal', {}) });
  const none = (name: string, value: unknown): unknown => (name === 'productRows' ? [] : value);
  const fewer = await behindProxy(portal.webhook, { answered: (body) => JSON.stringify(JSON.parse(body, none)) });
  const { sink, signal } = openAt(fewer);
  const rows: Write = { operation: 'rows', entity: 'deal', key: '1', list: 'productrows', rows: [{ PRICE: 5 }] };
  expect(await sink.write([rows], signal)).toMatchObject([
    { ok: false, applied: 'unknown', error: { code: 'bitrix24.unexpected_result' } },
  ]);
});

test('a row with a name of its own is refused before anything is sent', async () => {
  const opened = await open();
  const rows: Write = { operation: 'rows', entity: 'deal', key: '1', list: 'productrows', rows: [{ NAME: 'Осмотр' }] };
  expect(await write(opened, rows)).toMatchObject([{ applied: 'no', error: { code: 'bitrix24.bad_value' } }]);
  expect(requests(opened)).toEqual([]);
});

test('a request that brings no answer ends the call: what follows was not sent', async () => {
  const opened = await open();
  opened.portal.fail({ method: 'batch', nth: 2, when: 'after', fault: 'reset' });
  const outcomes = await opened.sink.write(
    Array.from({ length: 120 }, () => create('deal', { TITLE: 'Приём' })),
    opened.signal,
  );
  const ends = outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.applied));
  expect(ends).toEqual([
    ...Array<string>(10).fill('ok'),
    ...Array<string>(50).fill('unknown'),
    ...Array<string>(60).fill('no'),
  ]);
  expect(outcomes[119]).toMatchObject({ error: { code: 'bitrix24.not_sent', retry: true } });
  expect(opened.portal.truth.deals()).toHaveLength(60);
});

test('after a lost batch the next one is a quarter of it, and those that come back double it', async () => {
  const opened = await open();
  await write(opened, create('deal', { TITLE: 'Приём' }));
  opened.portal.fail({ method: 'batch', when: 'after', fault: 'reset' });
  const writes = Array.from({ length: 50 }, () => create('deal', { TITLE: 'Приём' }));
  await opened.sink.write(writes, opened.signal);
  opened.portal.journal.reset();
  await opened.sink.write(writes, opened.signal);
  expect(requests(opened)).toEqual(['batch(12)', 'batch(24)', 'batch(14)']);
});

test('batches stay well under the time after which the portal ends a request', async () => {
  const opened = await open({ costPerCommand: (method) => (method === 'crm.deal.add' ? 1.6 : 0) });
  await opened.sink.write([create('deal', { TITLE: 'Приём' })], opened.signal);
  opened.portal.journal.reset();
  await opened.sink.write(
    Array.from({ length: 30 }, () => create('deal', { TITLE: 'Приём' })),
    opened.signal,
  );
  expect(requests(opened)).toEqual(['batch(12)', 'batch(12)', 'batch(6)']);
});

test('an abort lets the request in flight finish and reports the rest as not applied', async () => {
  const controller = new AbortController();
  const opened = await open({
    onCommand({ method }) {
      if (method === 'crm.deal.add') controller.abort(new Error('stop'));
      return undefined;
    },
  });
  const writes = Array.from({ length: 60 }, () => create('deal', { TITLE: 'Приём' }));
  const outcomes = await opened.sink.write(writes, controller.signal);
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10);
  expect(outcomes[10]).toMatchObject({ ok: false, applied: 'no', error: { code: 'bitrix24.not_sent' } });
  expect(opened.portal.truth.deals()).toHaveLength(10);
  await expect(opened.sink.write(writes, controller.signal)).rejects.toThrow('stop');
  expect(opened.portal.truth.deals()).toHaveLength(10);
});
