import { expect, test } from 'vitest';
import type { Outcome, Sink, Write, WriteValues } from '../../engine/index.ts';
import { ask, noon, open, requests, type Opened } from './open-for-test.ts';
import type { AccountOptions } from './sandbox/index.ts';

const oneLead: AccountOptions = {
  seed(desk) {
    desk.create('contacts', { name: 'Нина' });
    desk.create('leads', { name: 'Приём' });
  },
};

/** A sink of one entity, its fields already read. */
async function openEntity(
  entity: string,
  options: AccountOptions = oneLead,
): Promise<Opened & { readonly sink: Sink }> {
  const opened = await open(options);
  const sink = opened.connection.sink?.({ entity });
  if (!sink) throw new Error('the connector has no sink');
  await sink.describe(entity, opened.signal);
  opened.account.journal.reset();
  return { ...opened, sink };
}

async function write({ sink, signal }: Opened, ...writes: Write[]): Promise<readonly Outcome[]> {
  return sink.write(writes, signal);
}

function create(entity: string, values: WriteValues): Write {
  return { operation: 'create', entity, values };
}

function update(entity: string, key: string, values: WriteValues): Write {
  return { operation: 'update', entity, key, values };
}

const call: WriteValues = {
  text: 'Перезвонить',
  complete_till: '2026-11-21T07:00:00Z',
  task_type_id: 'Связаться',
  entity_type: 'lead',
  entity_id: '1',
  responsible_user_id: '102',
  duration: 1800,
};

test('a task is written for a lead, its kind by name, its time in the account’s zone, and read back the same', async () => {
  const opened = await openEntity('task');
  expect(await write(opened, create('task', call))).toEqual([{ ok: true, key: '1' }]);
  expect(opened.account.truth.rows('tasks')).toMatchObject([
    {
      text: 'Перезвонить',
      complete_till: Date.parse('2026-11-21T10:00:00+03:00') / 1000,
      task_type_id: 1,
      entity_type: 'leads',
      entity_id: 1,
      responsible_user_id: 102,
      duration: 1800,
    },
  ]);
  expect(await ask(opened, 'task', { id: '1' }, Object.keys(call))).toEqual([
    {
      key: '1',
      values: {
        ...call,
        id: '1',
        complete_till: '2026-11-21T10:00:00+03:00',
        task_type_id: '1',
        entity_type: 'leads',
      },
    },
  ]);
});

test('a task is done, with its result', async () => {
  const opened = await openEntity('task');
  await write(opened, create('task', call));
  const done = { is_completed: true, result: 'Договорились' };
  expect(await write(opened, update('task', '1', done))).toEqual([{ ok: true, key: '1' }]);
  expect(await ask(opened, 'task', { id: '1' }, ['is_completed', 'result', 'text'])).toEqual([
    { key: '1', values: { ...done, id: '1', text: 'Перезвонить' } },
  ]);
});

test('tasks are found by whose they are, and by what stands in them beside that', async () => {
  const opened = await openEntity('task');
  await write(
    opened,
    create('task', call),
    create('task', { ...call, text: 'Другая' }),
    create('task', { ...call, entity_type: 'contacts' }),
  );
  opened.account.journal.reset();
  const owner = { entity_type: 'lead', entity_id: '1' };
  expect((await ask(opened, 'task', owner)).map(({ key }) => key)).toEqual(['1', '2']);
  expect(opened.account.journal.requests.map(({ query }) => query['filter'])).toEqual([
    { entity_id: '1', entity_type: 'leads' },
  ]);
  expect((await ask(opened, 'task', { ...owner, text: 'Другая' })).map(({ key }) => key)).toEqual(['2']);
  await expect(ask(opened, 'task', { text: 'Другая' })).rejects.toMatchObject({ code: 'amocrm.cannot_ask' });
  await expect(ask(opened, 'task', { entity_id: '1' })).rejects.toMatchObject({ code: 'amocrm.cannot_ask' });
});

test('DL-3 a filter of tasks that is passed over is no answer', async () => {
  const opened = await openEntity('task');
  await write(opened, create('task', call), create('task', { ...call, entity_type: 'contacts' }));
  opened.account.behave({ ignoredFilters: ['entity_type'] });
  await expect(ask(opened, 'task', { entity_type: 'lead', entity_id: '1' })).rejects.toMatchObject({
    code: 'amocrm.filter_ignored',
    parameters: { entity: 'task', fields: 'entity_type' },
  });
});

test.each<[string, WriteValues, object]>([
  ['a kind nobody made', { ...call, task_type_id: 'Обед' }, { code: 'amocrm.unknown_option' }],
  ['an owner there is no such kind of', { ...call, entity_type: 'customer' }, { code: 'amocrm.unknown_option' }],
  ['no time', { ...call, complete_till: 'завтра' }, { code: 'amocrm.bad_value' }],
  ['a time without a zone', { ...call, complete_till: '2026-11-21T10:00:00' }, { code: 'amocrm.bad_value' }],
  ['no end', { text: 'а' }, { code: 'amocrm.refused', parameters: { field: 'complete_till' } }],
  ['a lead that is gone', { ...call, entity_id: '99' }, { code: 'amocrm.refused', parameters: { field: 'entity_id' } }],
])('a task with %s is an error of its record alone', async (_what, values, error) => {
  const opened = await openEntity('task');
  expect(await write(opened, create('task', values), create('task', call))).toMatchObject([
    { ok: false, applied: 'no', error: { kind: 'data', ...error } },
    { ok: true },
  ]);
});

test('a note is common unless it says otherwise, and is bound to its lead', async () => {
  const opened = await openEntity('note:lead');
  const calls = { note_type: 'call_in', phone: '+79001112233', duration: 61, uniq: 'z-1', call_status: 4 };
  const outcomes = await write(
    opened,
    create('note:lead', { entity_id: '1', text: 'Пришёл\nвовремя' }),
    create('note:lead', { entity_id: '1', ...calls }),
  );
  expect(outcomes).toEqual(['1', '2'].map((key) => ({ ok: true, key })));
  expect(requests(opened)).toEqual(['GET /leads/notes', 'POST /leads/notes']);
  expect(opened.account.truth.rows('notes')).toMatchObject([
    { note_type: 'common', entity_id: 1, entity_type: 'leads', params: { text: 'Пришёл\nвовремя' } },
    { note_type: 'call_in', params: { phone: '+79001112233', duration: 61, uniq: 'z-1', call_status: 4 } },
  ]);
  expect(await ask(opened, 'note:lead', { entity_id: '1', note_type: 'call_in' }, Object.keys(calls))).toEqual([
    { key: '2', values: { ...calls, entity_id: '1' } },
  ]);
});

test('a note that changes keeps what is not mentioned, and is sent by itself', async () => {
  const opened = await openEntity('note:lead');
  const sms = { entity_id: '1', note_type: 'sms_in', text: 'Буду', phone: '+79001112233' };
  await write(opened, create('note:lead', sms), create('note:lead', { entity_id: '1', text: 'а' }));
  opened.account.journal.reset();
  const outcomes = await write(
    opened,
    update('note:lead', '1', { text: 'Не буду' }),
    update('note:lead', '2', { text: 'б' }),
  );
  expect(outcomes).toEqual(['1', '2'].map((key) => ({ ok: true, key })));
  expect(requests(opened)).toEqual(['GET /leads/notes', ...Array.from({ length: 2 }, () => 'PATCH /leads/notes/{id}')]);
  expect(opened.account.truth.rows('notes').map(({ params }) => params)).toEqual([
    { text: 'Не буду', phone: '+79001112233' },
    { text: 'б' },
  ]);
});

test('whose a note is and of what kind cannot be changed; a note that is gone is refused alone', async () => {
  const opened = await openEntity('note:lead');
  await write(opened, create('note:lead', { entity_id: '1', text: 'а' }));
  expect(
    await write(
      opened,
      update('note:lead', '1', { note_type: 'sms_in' }),
      update('note:lead', '9', { text: 'б' }),
      update('note:lead', '9', { responsible_user_id: '102' }),
      update('note:lead', '1', { text: 'в' }),
      create('note:lead', { entity_id: '1', note_type: 'lead_created', text: 'г' }),
    ),
  ).toMatchObject([
    { applied: 'no', error: { code: 'amocrm.fixed_field', kind: 'data', parameters: { field: 'note_type' } } },
    { applied: 'no', error: { code: 'amocrm.no_such_row', kind: 'data' } },
    { applied: 'no', error: { code: 'amocrm.no_such_row', kind: 'data' } },
    { ok: true, key: '1' },
    { applied: 'no', error: { code: 'amocrm.bad_value', parameters: { field: 'note_type' } } },
  ]);
});

test('a note or task has no room for the mark of the engine, and one without its owner cannot be asked for', async () => {
  const opened = await openEntity('note:contact');
  const description = await opened.sink.describe('note:contact', opened.signal);
  expect(description).not.toHaveProperty('tag');
  expect(description.fields.filter(({ required }) => required).map(({ name }) => name)).toEqual(['entity_id']);
  await expect(ask(opened, 'note:contact', { text: 'а' })).rejects.toMatchObject({ code: 'amocrm.cannot_ask' });
});

const services: AccountOptions = {
  fields: [
    { home: 'elements', catalogId: 1, name: 'Код', type: 'text', code: 'SKU' },
    { home: 'elements', catalogId: 1, name: 'Цена', type: 'price' },
    { home: 'elements', catalogId: 1, name: 'Раздел', type: 'category', options: ['Терапия', 'Хирургия'] },
    { home: 'elements', catalogId: 2, name: 'Код', type: 'text' },
  ],
};

/** Lists are made through the API alone. */
async function openList(name: string, options: AccountOptions = services): Promise<Opened> {
  const opened = await open(options);
  for (const list of ['Услуги', 'Товары', 'Дубль', 'Дубль']) await post(opened, '/catalogs', { name: list });
  const sink = opened.connection.sink?.({ entity: name });
  if (!sink) throw new Error('the connector has no sink');
  opened.account.journal.reset();
  return { ...opened, sink };
}

async function post({ account }: Opened, path: string, item: object): Promise<void> {
  const response = await fetch(`${account.origin}/api/v4${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
    body: JSON.stringify([item]),
  });
  if (!response.ok) throw new Error(`POST ${path}: HTTP ${response.status}`);
}

const extraction = { name: 'Удаление зуба', SKU: 'A-1', Цена: 3500.5, Раздел: 'Хирургия' };

test.each(['catalog:Услуги', 'catalog:1'])(
  'elements of a list are written and found; it is called %s',
  async (entity) => {
    const opened = await openList(entity);
    expect(await write(opened, create(entity, extraction))).toEqual([{ ok: true, key: '1' }]);
    await write(opened, update(entity, '1', { Цена: 4000 }));
    const [row, ...others] = await ask(opened, entity, { SKU: 'A-1' }, ['name', 'Цена', 'Раздел']);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ key: '1', values: { name: 'Удаление зуба', SKU: 'A-1', Цена: 4000 } });
    expect(await ask(opened, entity, { Раздел: 'Хирургия', name: 'Удаление' })).toEqual([]);
    expect(opened.account.truth.rows('elements')).toMatchObject([{ catalog_id: 1, name: 'Удаление зуба' }]);
  },
);

test('a list is called by its name or id, and one that is not there or not alone is refused', async () => {
  const opened = await openList('catalog:Услуги');
  for (const entity of ['catalog:Нет', 'catalog:Дубль', 'catalog:99'])
    await expect(opened.sink.describe(entity, opened.signal)).rejects.toMatchObject({
      code: 'amocrm.unknown_catalog',
      kind: 'input',
      parameters: { known: 'Услуги (1), Товары (2), Дубль (3), Дубль (4)' },
    });
});

test('an element has no high-water mark and no room for the mark of the engine: nothing lists them by id', async () => {
  const mark = (code: string) => ({ home: 'elements', catalogId: 1, name: code, type: 'text', code }) as const;
  const opened = await openList('catalog:Услуги', { fields: [mark('PIPE_ORIGIN'), mark('PIPE_KEY')] });
  expect(opened.sink.highWater).toBe(undefined);
  expect(await opened.sink.describe('catalog:Услуги', opened.signal)).not.toHaveProperty('tag');
});

test('a refused request of elements leaves in doubt what came to be of it', async () => {
  const entity = 'catalog:Услуги';
  const opened = await openList(entity);
  await opened.sink.describe(entity, opened.signal);
  opened.account.fail({ operation: 'POST /catalogs/{id}/elements', fault: { partial: 1 } });
  const outcomes = await write(
    opened,
    create(entity, { ...extraction, name: 'а' }),
    create(entity, { ...extraction, name: 'б' }),
  );
  expect(outcomes).toMatchObject([{ applied: 'unknown' }, { applied: 'unknown' }]);
  expect(opened.account.truth.rows('elements').map(({ name }) => name)).toEqual(['а']);
});

/** A list of more than a page, whose rows people touch while it is read. */
test.each(['edited', 'deleted'])('every element is read once, though some are %s between two pages', async (how) => {
  let answered = 0;
  let now = noon;
  const held: { opened?: Opened } = {};
  const list = await openList('catalog:Услуги', {
    ...services,
    now: () => (now += 10),
    async onRequest({ operation, when }) {
      if (operation !== 'GET /catalogs/{id}/elements' || when !== 'after' || !held.opened) return undefined;
      answered += 1;
      if (answered !== 1) return undefined;
      const { account, sink, signal } = held.opened;
      const writes = ['3', '4'].map((key) => update('catalog:Услуги', key, { name: 'другое' }));
      if (how === 'edited') await sink.write(writes, signal);
      else for (const id of [3, 4]) account.remove('elements', id);
      return undefined;
    },
  });
  for (let index = 0; index < 3; index++) {
    const writes = Array.from({ length: 200 }, (_, place) => create('catalog:Услуги', { name: `№ ${index} ${place}` }));
    await write(list, ...writes);
  }
  held.opened = list;
  const source = list.connection.source?.({ entity: 'catalog:Услуги', select: ['name'] });
  const ids: number[] = [];
  for await (const { rows } of source?.read({ mode: 'full', batch: 100, params: {}, signal: list.signal }) ?? [])
    ids.push(...rows.map(({ id }) => Number(id)));
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
});
