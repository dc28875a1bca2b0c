import { expect, it } from 'vitest';
import type { CustomFields, FieldPlan, WantedField } from '../../engine/index.ts';
import { methods, open, type Opened } from './open-for-test.ts';

const field = (name: string, type: string, more: Partial<WantedField> = {}): WantedField => ({
  name,
  type,
  options: [],
  apiOnly: false,
  ...more,
});

const kind = (...options: string[]): WantedField => field('UF_CRM_KIND', 'enumeration', { options, title: 'Вид' });

function fieldsOf({ sink: { customFields } }: Opened): CustomFields {
  if (!customFields) throw new Error('the connector makes no fields');
  return customFields;
}

async function plan(opened: Opened, ...fields: WantedField[]): Promise<FieldPlan> {
  return fieldsOf(opened).plan({ entity: 'deal', fields }, opened.signal);
}

async function make(opened: Opened, ...fields: WantedField[]): Promise<void> {
  const { changes, refused } = await plan(opened, ...fields);
  expect(refused).toEqual([]);
  await fieldsOf(opened).change(changes, opened.signal);
}

const changing = (opened: Opened): readonly string[] =>
  methods(opened).filter((method) => /\.userfield\.(add|update)$/.test(method));

async function described({ sink, signal }: Opened, name: string): Promise<object | undefined> {
  const { fields } = await sink.describe('deal', signal);
  return fields.find((one) => one.name === name);
}

it('user fields that lack are made, and a second time nothing lacks', async () => {
  const opened = await open({ bare: true });
  const wanted = [field('UF_CRM_IDENT_ID', 'string', { apiOnly: true, title: 'Номер' }), kind('Терапия', 'Хирургия')];
  await make(opened, ...wanted);
  expect(changing(opened)).toEqual(['crm.deal.userfield.add', 'crm.deal.userfield.add']);
  expect(await described(opened, 'UF_CRM_IDENT_ID')).toMatchObject({ type: 'text', title: 'Номер' });
  expect(await described(opened, 'UF_CRM_KIND')).toMatchObject({
    type: 'enum',
    options: [{ text: 'Терапия' }, { text: 'Хирургия' }],
  });
  expect(await plan(opened, ...wanted)).toEqual({ changes: [], refused: [] });
});

it('options that lack are added behind the others, which keep their ids', async () => {
  const opened = await open({ bare: true });
  await make(opened, kind('Терапия', 'Хирургия'));
  const { changes } = await plan(opened, kind('Хирургия', 'Гигиена'));
  expect(changes).toEqual([{ kind: 'add-options', entity: 'deal', field: kind('Гигиена') }]);
  await fieldsOf(opened).change(changes, opened.signal);
  expect(await described(opened, 'UF_CRM_KIND')).toMatchObject({
    options: [
      { id: '1', text: 'Терапия' },
      { id: '2', text: 'Хирургия' },
      { id: '3', text: 'Гигиена' },
    ],
  });
});

it('every field that cannot be had is named, and with another type both types are', async () => {
  const opened = await open();
  const { changes, refused } = await plan(
    opened,
    field('UF_CRM_1769008900', 'string'),
    field('Номер карты', 'string'),
    field(`UF_CRM_${'A'.repeat(44)}`, 'string'),
    field('TITLE', 'integer'),
  );
  expect(changes).toEqual([]);
  expect(refused.map(({ code, kind: of, message }) => [code, of, message.replace(/:\d+/, '')])).toEqual([
    [
      'bitrix24.other_type',
      'input',
      'the field UF_CRM_1769008900 of deal in 127.0.0.1 is of type datetime, and string is wanted',
    ],
    ['bitrix24.bad_field_name', 'input', 'no user field can be called Номер карты'],
    ['bitrix24.bad_field_name', 'input', `no user field can be called UF_CRM_${'A'.repeat(44)}`],
  ]);
});

it.each(['before', 'after'] as const)(
  'a field whose answer was lost %s it was made is there once when the change is called again',
  async (when) => {
    const opened = await open({ bare: true });
    const { changes } = await plan(opened, field('UF_CRM_A', 'string'), field('UF_CRM_B', 'double'), kind('Терапия'));
    opened.portal.fail({ method: 'crm.deal.userfield.add', nth: 2, when, fault: 'reset' });
    await expect(fieldsOf(opened).change(changes, opened.signal)).rejects.toMatchObject({
      code: 'bitrix24.connection_lost',
      retry: true,
    });
    await fieldsOf(opened).change(changes, opened.signal);
    expect(await plan(opened, ...changes.map((change) => change.field))).toEqual({ changes: [], refused: [] });
    expect(changing(opened)).toHaveLength(when === 'after' ? 3 : 4);
  },
);

it('a refusal names the field, the method and the vendor’s word', async () => {
  const opened = await open({ bare: true });
  const { changes } = await plan(opened, field('UF_CRM_A', 'string'));
  opened.portal.fail({
    method: 'crm.deal.userfield.add',
    fault: { error: '', description: 'Access denied.', status: 400 },
  });
  await expect(fieldsOf(opened).change(changes, opened.signal)).rejects.toMatchObject({
    code: 'bitrix24.field_refused',
    kind: 'input',
    parameters: { method: 'crm.deal.userfield.add', field: 'UF_CRM_A' },
  });
});
