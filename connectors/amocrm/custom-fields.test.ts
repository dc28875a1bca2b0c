import { expect, it } from 'vitest';
import type { CustomFields, FieldPlan, PipeError, WantedField } from '../../engine/index.ts';
import { toPipeError } from '../../engine/index.ts';
import { open, requests, type Opened } from './open-for-test.ts';

const field = (name: string, type: string, more: Partial<WantedField> = {}): WantedField => ({
  name,
  type,
  options: [],
  apiOnly: false,
  ...more,
});

const sex = (...options: string[]): WantedField => field('Пол', 'select', { options });

function fieldsOf({ sink: { customFields } }: Opened): CustomFields {
  if (!customFields) throw new Error('the connector makes no fields');
  return customFields;
}

async function plan(opened: Opened, entity: string, ...fields: WantedField[]): Promise<FieldPlan> {
  return fieldsOf(opened).plan({ entity, fields }, opened.signal);
}

async function make(opened: Opened, entity: string, ...fields: WantedField[]): Promise<void> {
  const { changes, refused } = await plan(opened, entity, ...fields);
  expect(refused).toEqual([]);
  await fieldsOf(opened).change(changes, opened.signal);
}

/** Fields that no account is born with. */
function made({ account }: Opened): readonly object[] {
  return account.truth
    .fields()
    .filter(({ predefined }) => !predefined)
    .map(({ home, name, type, code, apiOnly, options }) => ({
      home,
      name,
      type,
      code,
      apiOnly,
      options: options.map(({ value }) => value),
    }));
}

const marks = ['PIPE_ORIGIN', 'PIPE_KEY'].map((code) => ({
  home: 'contacts',
  name: code,
  type: 'text',
  code,
  apiOnly: true,
  options: [],
}));

const failure = async (call: Promise<unknown>): Promise<PipeError> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => toPipeError(thrown),
  );

it('what lacks is made in one request, marks included, and a second time nothing lacks', async () => {
  const opened = await open({ bare: true });
  const wanted = [field('Возраст', 'numeric'), sex('Мужской', 'Женский'), field('ID', 'text', { apiOnly: true })];
  await make(opened, 'contact', ...wanted);
  const plain = { home: 'contacts', code: null, apiOnly: false, options: [] };
  expect(made(opened)).toEqual([
    { ...plain, name: 'Возраст', type: 'numeric' },
    { ...plain, name: 'Пол', type: 'select', options: ['Мужской', 'Женский'] },
    { ...plain, name: 'ID', type: 'text', apiOnly: true },
    ...marks,
  ]);
  expect(requests(opened).filter((one) => one.startsWith('POST'))).toEqual(['POST /contacts/custom_fields']);
  expect(await plan(opened, 'contact', ...wanted)).toEqual({ changes: [], refused: [] });
  const { tag, fields } = await opened.sink.describe('contact', opened.signal);
  expect([tag, fields.some(({ name }) => name === 'Возраст')]).toEqual([
    { origin: 'PIPE_ORIGIN', key: 'PIPE_KEY', at: 'created_at' },
    true,
  ]);
});

it('a field with a title is known by its code', async () => {
  const opened = await open({ bare: true });
  const wanted = field('CARD', 'text', { title: 'Номер карты' });
  await make(opened, 'contact', wanted);
  expect(made(opened)[0]).toMatchObject({ name: 'Номер карты', code: 'CARD' });
  expect(await plan(opened, 'contact', wanted)).toEqual({ changes: [], refused: [] });
});

it('options that lack are added behind the others, which keep their ids', async () => {
  const opened = await open({ bare: true });
  await make(opened, 'contact', sex('Мужской', 'Женский'));
  const before = opened.account.field('contacts', 'Пол').options;
  const { changes } = await plan(opened, 'contact', sex('Женский', 'Не указан'));
  expect(changes).toEqual([{ kind: 'add-options', entity: 'contact', field: sex('Не указан') }]);
  await fieldsOf(opened).change(changes, opened.signal);
  const { options } = opened.account.field('contacts', 'Пол');
  expect(options.slice(0, 2)).toEqual(before);
  expect(options.slice(2)).toMatchObject([{ value: 'Не указан', sort: 30 }]);
});

it('every field that cannot be had is named, and with another type both types are', async () => {
  const opened = await open();
  opened.account.createField({ home: 'leads', name: 'Врач', type: 'text' });
  const { refused } = await plan(
    opened,
    'lead',
    field('Услуги', 'text'),
    field('Врач', 'text'),
    field('Ещё телефон', 'multitext'),
    field('4711', 'text'),
    field('name', 'numeric'),
  );
  expect(refused.map(({ code, kind, message }) => [code, kind, message.replace(/:\d+/, '')])).toEqual([
    ['amocrm.other_type', 'input', 'the field Услуги of lead in 127.0.0.1 is of type textarea, and text is wanted'],
    ['amocrm.ambiguous_field', 'input', expect.stringContaining('lead has several fields called Врач')],
    ['amocrm.no_such_type', 'input', 'lead can have no field of type multitext: Ещё телефон'],
    ['amocrm.unknown_field', 'input', 'lead has no field 4711 in 127.0.0.1'],
  ]);
  expect(requests(opened).filter((one) => /^(POST|PATCH)/.test(one))).toEqual([]);
});

it('a change whose answer was lost is found done, and nothing is made twice', async () => {
  const opened = await open({ bare: true });
  const { changes } = await plan(opened, 'contact', field('Возраст', 'numeric'), sex('Мужской'));
  for (const when of ['before', 'after'] as const) {
    opened.account.fail({ operation: 'POST /contacts/custom_fields', when, fault: 'reset' });
    expect(await failure(fieldsOf(opened).change(changes, opened.signal))).toMatchObject({
      code: 'amocrm.connection_lost',
      retry: true,
    });
  }
  await fieldsOf(opened).change(changes, opened.signal);
  expect(made(opened).map((one) => Object(one).name)).toEqual(['Возраст', 'Пол', 'PIPE_ORIGIN', 'PIPE_KEY']);
  expect(opened.account.journal.counts['POST /contacts/custom_fields']).toBe(2);
});

it('what the account keeps of a refused request is not made again', async () => {
  const opened = await open({ bare: true });
  const { changes } = await plan(opened, 'contact', field('Возраст', 'numeric'), sex('Мужской'));
  opened.account.fail({ operation: 'POST /contacts/custom_fields', fault: { partial: 1 } });
  const { code, kind } = await failure(fieldsOf(opened).change(changes, opened.signal));
  expect([code, kind, made(opened).length]).toEqual(['amocrm.server_error', 'environment', 1]);
  await fieldsOf(opened).change(changes, opened.signal);
  expect(made(opened)).toHaveLength(4);
});

it('a refusal names the field and what the vendor says of it', async () => {
  const opened = await open({ bare: true });
  const title = 'Карта';
  const wanted = [field('A', 'text', { title }), field('POSITION', 'text'), field('B', 'text', { title })];
  const { changes } = await plan(opened, 'contact', ...wanted);
  opened.account.createField({ home: 'contacts', name: 'Другая', type: 'text', code: 'B' });
  // Meanwhile somebody has made it: it is not made again.
  await fieldsOf(opened).change(changes, opened.signal);
  expect(made(opened).map((one) => Object(one).code)).toEqual(['B', 'A', 'PIPE_ORIGIN', 'PIPE_KEY']);
  const body = JSON.stringify({
    'validation-errors': [{ request_id: '1', errors: [{ code: 'NotSupportedChoice', path: 'code' }] }],
  });
  const refused = await plan(opened, 'contact', field('C', 'text'), field('D', 'text'));
  opened.account.fail({
    operation: 'POST /contacts/custom_fields',
    fault: { status: 400, body, contentType: 'application/problem+json' },
  });
  expect(await failure(fieldsOf(opened).change(refused.changes, opened.signal))).toMatchObject({
    code: 'amocrm.field_refused',
    kind: 'input',
    parameters: { entity: 'contact', field: 'D', code: 'NotSupportedChoice', path: 'code' },
  });
});
