import { expect, test } from 'vitest';
import type { Field } from '../../engine/index.ts';
import { noon, open, openAt, requests, type Opened } from './open-for-test.ts';
import { startPortal } from './sandbox/index.ts';

async function field({ sink, signal }: Opened, entity: string, name: string): Promise<Field | undefined> {
  const { fields } = await sink.describe(entity, signal);
  return fields.find((one) => one.name === name);
}

test('all entities are described by one request for the life of the connection', async () => {
  const portal = await startPortal({ limits: 'off' });
  const opened = { portal, ...openAt(portal.webhook) };
  for (const entity of ['deal', 'contact', 'lead', 'company', 'deal'])
    await opened.sink.describe(entity, opened.signal);
  expect(requests(opened)).toEqual(['batch(5)']);
  await portal.close();
});

test('fields have the engine’s types, titles, options and marks', async () => {
  const opened = await open({
    userFields: { deal: [{ name: 'UF_CRM_TAGS', type: 'string', multiple: true, label: 'Метки' }] },
  });
  expect(await field(opened, 'deal', 'ID')).toEqual({ name: 'ID', type: 'id', readOnly: true });
  expect(await field(opened, 'deal', 'OPPORTUNITY')).toEqual({ name: 'OPPORTUNITY', type: 'number' });
  expect(await field(opened, 'deal', 'CONTACT_ID')).toEqual({ name: 'CONTACT_ID', type: 'id' });
  expect(await field(opened, 'deal', 'CATEGORY_ID')).toEqual({ name: 'CATEGORY_ID', type: 'id' });
  expect(await field(opened, 'deal', 'IS_MANUAL_OPPORTUNITY')).toEqual({ name: 'IS_MANUAL_OPPORTUNITY', type: 'text' });
  expect(await field(opened, 'deal', 'CLOSEDATE')).toEqual({ name: 'CLOSEDATE', type: 'date' });
  expect(await field(opened, 'deal', 'UF_CRM_TAGS')).toEqual({
    name: 'UF_CRM_TAGS',
    type: 'text',
    title: 'Метки',
    multiple: true,
  });
  expect(await field(opened, 'contact', 'PHONE')).toEqual({
    name: 'PHONE',
    type: 'phones',
    personal: 'phone',
    kinds: ['WORK', 'MOBILE', 'FAX', 'HOME', 'PAGER', 'MAILING', 'OTHER'],
  });
  expect(await field(opened, 'contact', 'LAST_NAME')).toMatchObject({ personal: 'name' });
});

test('the stages of all funnels are options of a deal’s stage', async () => {
  const stage = await field(await open(), 'deal', 'STAGE_ID');
  const of = (value: string) => ({ within: { field: 'CATEGORY_ID', value }, implies: { STAGE_SEMANTIC_ID: 'P' } });
  expect(stage?.options).toContainEqual({ id: 'UC_NO40X0', text: 'Приём завершён', ...of('0') });
  expect(stage?.options).toContainEqual({ id: 'C1:NEW', text: 'Новое обращение', ...of('1') });
});

test('a deal’s lead may be written, though its fields say otherwise', async () => {
  expect(await field(await open(), 'deal', 'LEAD_ID')).toEqual({ name: 'LEAD_ID', type: 'id' });
});

test('deals and leads have product rows, all entities a tag', async () => {
  const { sink, signal } = await open();
  const deal = await sink.describe('deal', signal);
  expect(deal.lists.map(({ name }) => name)).toEqual(['productrows']);
  expect(deal.tag).toEqual({ origin: 'ORIGINATOR_ID', key: 'ORIGIN_ID', at: 'DATE_CREATE' });
  expect((await sink.describe('contact', signal)).lists).toEqual([]);
});

test('an entity there is not is the author’s mistake', async () => {
  const { sink, signal } = await open();
  await expect(sink.describe('appointment', signal)).rejects.toMatchObject({
    code: 'bitrix24.unknown_entity',
    kind: 'input',
    parameters: { known: 'lead, deal, contact, company' },
  });
});

test('a failed description is asked for again', async () => {
  const portal = await startPortal({ limits: 'off' });
  const { sink, signal } = openAt(portal.webhook);
  portal.fail({ method: 'batch', fault: 'reset' });
  await expect(sink.describe('deal', signal)).rejects.toMatchObject({ code: 'bitrix24.connection_lost' });
  expect((await sink.describe('deal', signal)).entity).toBe('deal');
  await portal.close();
});

const uses = {
  sources: [],
  entities: [{ entity: 'deal', fields: ['TITLE', 'STAGE_ID', 'productrows', 'UF_CRM_GONE'] }],
};

test('check tells login, rights, clock, fields and stages, and changes nothing', async () => {
  const opened = await open();
  const results = await opened.connection.check(uses, opened.signal);
  expect(results.map(({ what, ok, fact }) => [what.en, ok, fact.en])).toEqual([
    ['login', true, 'user 1, an administrator'],
    ['rights', true, expect.stringContaining('crm')],
    ['clock', true, "runs with this machine's"],
    ['entity deal', false, '3 of 4 fields are there'],
    ['field deal.UF_CRM_GONE', false, 'not there'],
    ['stages of deal', true, expect.stringContaining('NEW, PREPARATION')],
  ]);
  expect(results[4]?.error).toMatchObject({ code: 'bitrix24.unknown_field' });
  expect(requests(opened)).toEqual(['batch(2)']);
});

test('check sees a webhook without CRM and a clock that is wrong', async () => {
  const portal = await startPortal({ limits: 'off', scopes: ['user'], now: () => noon + 600_000 });
  const { connection, signal } = openAt(portal.webhook);
  const results = await connection.check(uses, signal);
  expect(results.map(({ what, ok, error }) => [what.en, ok, error?.code])).toEqual([
    ['login', true, undefined],
    ['rights', false, 'bitrix24.missing_scope'],
    ['clock', false, 'bitrix24.clock_differs'],
    ['entity deal', false, 'bitrix24.missing_scope'],
  ]);
  expect(results[2]?.fact).toEqual({
    en: "600 s ahead of this machine's",
    ru: 'спешат на 600 с относительно часов этого компьютера',
  });
  await portal.close();
});
