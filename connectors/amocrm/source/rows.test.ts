import { expect, test } from 'vitest';
import { rejection } from '../../../test/support/iterate.ts';
import type { SourceBlock } from '../../../engine/index.ts';
import amocrm from '../index.ts';
import { requests } from '../open-for-test.ts';
import type { Desk } from '../sandbox/index.ts';
import type { JsonMap } from '../sandbox/json.ts';
import { contacts, ids, names, openSource, upTo, window } from './open-for-test.ts';

function leads(desk: Desk): void {
  const nina = desk.create('contacts', { name: 'Нина' });
  const [first, other] = [41_002, 42_003];
  for (const [index, status_id] of [first, other, first].entries()) {
    const pipeline_id = status_id === other ? 3102 : 3101;
    desk.create('leads', { name: `№ ${index}`, status_id, pipeline_id, _embedded: { contacts: [{ id: nina }] } });
  }
}

test.each([true, false])('a filter keeps rows back, there or here; with filters: %s', async (apiFilter) => {
  const filter = { pipeline: 'Первичные пациенты', status: ['Записан', 'Пришёл'], contacts: 1 };
  const block = { entity: 'lead', select: ['name'], filter };
  const opened = await openSource(block, { seed: leads, habits: { apiFilter } });
  expect(await opened.rows()).toEqual([
    { id: '1', name: '№ 0' },
    { id: '3', name: '№ 2' },
  ]);
  const { filter: asked } = opened.account.journal.requests.at(-1)?.query ?? {};
  expect(asked).toEqual(apiFilter ? { pipeline_id: '3101' } : undefined);
});

test('DL-3 what a filter should have kept back stops the read', async () => {
  const opened = await openSource({ entity: 'lead', filter: { pipeline_id: 3101 } }, { seed: leads });
  opened.account.behave({ ignoredFilters: ['pipeline_id'] });
  expect(await rejection(opened.rows())).toMatchObject({
    code: 'amocrm.filter_ignored',
    kind: 'environment',
    parameters: { fields: 'pipeline_id' },
  });
});

test('a row is what a sink finds, options with their text beside their id, the vendor’s own fields by their code', async () => {
  const seed = (desk: Desk): void => {
    const of = (name: string, ...values: readonly JsonMap[]) => ({ field_id: desk.field('contacts', name).id, values });
    desk.create('contacts', {
      name: 'Орлова Нина',
      custom_fields_values: [
        of('PHONE', { value: '+79001112233', enum_code: 'MOB' }),
        of('Пол', { value: 'Женский' }),
        of('Дата рождения', { value: '1965-03-01T00:00:00+03:00' }),
        of('Дата изменения', { value: '2026-11-20T10:00:00+03:00' }),
        of('Сумма всех визитов', { value: 1234.5 }),
      ],
      _embedded: { tags: [{ name: 'VIP' }] },
    });
    desk.create('leads', { name: 'Приём', _embedded: { contacts: [{ id: 1 }] } });
  };
  const opened = await openSource({ entity: 'contact' }, { seed });
  const female = opened.account.field('contacts', 'Пол').options.find(({ value }) => value === 'Женский');
  const { fields, key } = await opened.source.describe(opened.signal);
  expect(key).toEqual(['id']);
  const field = (name: string): unknown => fields.find((one) => one.name === name);
  expect(field('id')).toEqual({ name: 'id', type: 'id' });
  expect(field('PHONE')).toEqual({
    name: 'PHONE',
    type: 'phones',
    title: 'Телефон',
    optional: true,
    personal: 'phone',
  });
  expect(field('Телефон')).toBe(undefined);
  expect(field('Пол')).toMatchObject({ type: 'enum', optional: true, options: [{ text: 'Мужской' }, {}, {}] });
  expect(field('Пол_TEXT')).toEqual({ name: 'Пол_TEXT', type: 'text', title: 'Пол (text)', optional: true });
  expect(await opened.rows()).toEqual([
    {
      id: '1',
      responsible_user_id: '102',
      created_by: '102',
      updated_by: '102',
      created_at: '2026-11-20T12:00:00+03:00',
      updated_at: '2026-11-20T12:00:00+03:00',
      tags: ['VIP'],
      name: 'Орлова Нина',
      leads: ['1'],
      PHONE: [{ id: expect.any(String), value: '+79001112233', type: 'MOB' }],
      Пол: String(female?.id),
      Пол_TEXT: 'Женский',
      'Дата рождения': '1965-03-01',
      'Сумма всех визитов': 1234.5,
      'SMS отказ': false,
      'Дата изменения': '2026-11-20T10:00:00+03:00',
    },
  ]);
});

test('of a lead the stage comes by its name and its id, the funnel by its id and its name', async () => {
  const select = ['status', 'status_id', 'pipeline', 'pipeline_id'];
  const opened = await openSource({ entity: 'lead', select }, { seed: leads });
  const { fields } = await opened.source.describe(opened.signal);
  expect(fields.map(({ name }) => name)).toEqual([
    'id',
    'status',
    'status_id',
    'pipeline',
    'pipeline_TEXT',
    'pipeline_id',
  ]);
  expect((await opened.rows())[1]).toEqual({
    id: '2',
    status: 'Пришёл',
    status_id: '42003',
    pipeline: '3102',
    pipeline_TEXT: 'Повторные пациенты',
    pipeline_id: '3102',
  });
});

test('of a field with several options all come, by their ids and by their texts', async () => {
  const fields = [
    { home: 'contacts', name: 'Услуги', type: 'multiselect', options: ['Гигиена', 'Терапия', 'Хирургия'] },
  ] as const;
  const seed = (desk: Desk): void => {
    const { id: field_id, options } = desk.field('contacts', 'Услуги');
    const values = options.slice(1).map(({ id: enum_id }) => ({ enum_id }));
    desk.create('contacts', { name: 'Нина', custom_fields_values: [{ field_id, values }] });
  };
  const opened = await openSource({ entity: 'contact', select: ['Услуги'] }, { fields, seed });
  const [, second, third] = opened.account.field('contacts', 'Услуги').options.map(({ id }) => String(id));
  expect(await opened.rows()).toEqual([{ id: '1', Услуги: [second, third], Услуги_TEXT: ['Терапия', 'Хирургия'] }]);
});

test('without the account the columns of tasks and notes are known, and no others', async () => {
  const columns = (block: SourceBlock) => amocrm.source?.columns?.(block)?.map(({ name }) => name);
  const opened = await openSource({ entity: 'task' });
  const { fields } = await opened.source.describe(opened.signal);
  expect(columns({ entity: 'task' })).toEqual(fields.map(({ name }) => name));
  expect(columns({ entity: 'note:lead', select: ['text'] })).toEqual(['id', 'text']);
  for (const entity of ['contact', 'lead', 'catalog:Услуги']) expect(columns({ entity })).toBe(undefined);
});

test('select names fields as it likes, and what is not selected is not asked for', async () => {
  const opened = await openSource({ entity: 'contact', select: ['Телефон', 'name'] }, { seed: contacts(1) });
  expect((await opened.source.describe(opened.signal)).fields.map(({ name }) => name)).toEqual([
    'id',
    'Телефон',
    'name',
  ]);
  await opened.rows();
  expect(opened.account.journal.requests.at(-1)?.query).not.toHaveProperty('with');
});

test.each([true, false])('rows are read again by key, as many as are left; with filters: %s', async (apiFilter) => {
  const opened = await openSource(names, { seed: contacts(130), habits: { apiFilter } });
  opened.account.remove('contacts', 5);
  const keys = [...upTo(120), 999].map((id) => ({ id: String(id) }));
  const rows = await opened.source.fetch?.(keys, opened.signal);
  expect(ids(rows ?? []).toSorted((a, b) => a - b)).toEqual(upTo(120).filter((id) => id !== 5));
  expect(requests(opened)).toHaveLength(apiFilter ? 2 : 121);
});

test('a row that has left the filter is not there to be read again', async () => {
  const opened = await openSource({ entity: 'lead', filter: { status: 'Записан' } }, { seed: leads });
  opened.account.edit('leads', 1, { status_id: 41_003 });
  const rows = await opened.source.fetch?.([{ id: '1' }, { id: '3' }], opened.signal);
  expect(ids(rows ?? [])).toEqual([3]);
});

test.each([
  [{ entity: 'lead', filter: { Цвет: 1 } }, {}, 'amocrm.unknown_field'],
  [{ entity: 'lead', select: ['Цвет'] }, {}, 'amocrm.unknown_field'],
  [{ entity: 'lead', filter: { pipeline: 'Третья' } }, {}, 'amocrm.source_option'],
  [{ entity: 'lead' }, { window: window({ field: 'created_at' }) }, 'amocrm.no_cursor'],
  [{ entity: 'catalog:Цены' }, {}, 'amocrm.unknown_catalog'],
])('%j %j is refused with %s', async (block, request, code) => {
  const opened = await openSource(block);
  expect(await rejection(opened.rows(request))).toMatchObject({ code, kind: 'input' });
});

test('check reads a page of each source', async () => {
  const opened = await openSource(names, { seed: contacts(1) });
  const sources = [names, { entity: 'task' }, { entity: 'catalog:Цены' }];
  const results = await opened.connection.check({ sources, entities: [] }, opened.signal);
  expect(results.map(({ what, ok, fact, error }) => [what.en, ok, fact.en, error?.code])).toEqual([
    ['login', true, 'the account clinic', undefined],
    ['filters', true, 'there', undefined],
    ['clock', true, "runs with this machine's", undefined],
    ['source contact', true, '2 columns', undefined],
    ['source task', true, '16 columns', undefined],
    ['source catalog:Цены', false, 'cannot be read', 'amocrm.unknown_catalog'],
  ]);
});
