import { expect, test } from 'vitest';
import { noon } from '../open-for-test.ts';
import { ids, openSource, upTo, window } from './open-for-test.ts';
import type { Desk } from '../sandbox/index.ts';

const contract = 'item:1036';

function contracts(count: number): (desk: Desk) => void {
  return (desk) => {
    for (let index = 1; index <= count; index++)
      desk.create('contract', {
        TITLE: `Договор ${index}`,
        UF_CRM_5_NUMBER: `${index}/А`,
        UF_CRM_5_1747309727: '2026-03-01',
        UF_CRM_5_1747309801: '1500.50|RUB',
        UF_CRM_5_1747309802: '1',
        UF_CRM_5_1747309803: [2, 3],
      });
  };
}

test('a smart process: user fields under the names people see, typed, with titles and the stages of every funnel', async () => {
  const opened = await openSource({ entity: contract }, { seed: contracts(1) });
  const { fields, key } = await opened.source.describe(opened.signal);
  expect(key).toEqual(['id']);
  const named = new Map(fields.map((field) => [field.name, field]));
  expect(named.get('id')).toMatchObject({ type: 'id' });
  expect(named.get('updatedTime')).toMatchObject({ type: 'datetime' });
  expect(named.get('UF_CRM_5_NUMBER')).toMatchObject({ type: 'text', title: 'Номер договора' });
  expect(named.get('UF_CRM_5_1747309803')).toMatchObject({ type: 'id', multiple: true, title: 'Подписанты' });
  const stages = named.get('stageId')?.options?.map(({ id }) => id);
  expect(stages).toContain('DT1036_11:NEW');
  expect(stages).toContain('DT1036_13:SUCCESS');
  const [row] = await opened.rows();
  expect(row).toMatchObject({
    id: '1',
    title: 'Договор 1',
    updatedTime: '2026-11-20T12:00:00+03:00',
    UF_CRM_5_NUMBER: '1/А',
    UF_CRM_5_1747309727: '2026-03-01',
    UF_CRM_5_1747309801: 1500.5,
    UF_CRM_5_1747309801_CURRENCY: 'RUB',
    UF_CRM_5_1747309802: true,
    UF_CRM_5_1747309803: ['2', '3'],
  });
  expect(Object.keys(row ?? {}).filter((name) => !named.has(name))).toEqual([]);
});

test('a smart process is read by pages and by changes', async () => {
  let now = noon;
  const block = { entity: contract, select: ['title'] };
  const opened = await openSource(block, { seed: contracts(320), now: () => now });
  const batches = await opened.read({ window: window({ field: 'updatedTime' }), batch: 100 });
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual(upTo(320));
  const cursor = batches.at(-1)?.cursor;
  expect(cursor).toEqual({ at: '2026-11-20T12:00:00+03:00' });
  now += 60_000;
  opened.portal.edit('contract', 300, { TITLE: 'другой' });
  now += 60_000;
  const changed = await opened.read({
    window: window({ field: 'updatedTime' }),
    cursor: { at: '2026-11-20T12:00:30+03:00' },
  });
  expect(changed).toEqual([{ rows: [{ id: '300', title: 'другой' }], cursor: { at: '2026-11-20T12:01:00+03:00' } }]);
  expect(await opened.source.fetch?.([{ id: '7' }, { id: '999' }], opened.signal)).toEqual([
    { id: '7', title: 'Договор 7' },
  ]);
});

test('products are read beyond the first page', async () => {
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 320; index++) desk.create('product', { NAME: `Услуга ${index}`, PRICE: index * 100 });
  };
  const opened = await openSource({ entity: 'product' }, { seed });
  const rows = await opened.rows();
  expect(ids(rows)).toEqual(upTo(320));
  expect(rows[6]).toMatchObject({ ID: '7', NAME: 'Услуга 7', PRICE: 700, CURRENCY_ID: 'RUB' });
  expect(await opened.source.fetch?.([{ ID: '7' }], opened.signal)).toEqual([rows[6]]);
});

test('moves between stages are read beyond the first page, and by changes', async () => {
  let now = noon;
  const seed = (desk: Desk): void => {
    for (let index = 1; index <= 120; index++) desk.create('deal', { TITLE: `№ ${index}` });
  };
  const opened = await openSource({ entity: 'stagehistory' }, { seed, now: () => now });
  const batches = await opened.read({ window: window({ field: 'CREATED_TIME' }) });
  expect(ids(batches.flatMap(({ rows }) => rows))).toEqual(upTo(120));
  now += 60_000;
  opened.portal.edit('deal', 5, { STAGE_ID: 'WON' });
  const next = await opened.rows({
    window: window({ field: 'CREATED_TIME' }),
    cursor: { at: '2026-11-20T12:00:30+03:00' },
  });
  expect(next).toEqual([
    {
      ID: '121',
      TYPE_ID: 3,
      OWNER_ID: '5',
      CREATED_TIME: '2026-11-20T12:01:00+03:00',
      CATEGORY_ID: '0',
      STAGE_ID: 'WON',
      STAGE_SEMANTIC_ID: 'S',
    },
  ]);
});

test('funnels of a smart process', async () => {
  const opened = await openSource({ entity: 'category', of: contract });
  expect(ids(await opened.rows())).toEqual([13, 11]);
});
