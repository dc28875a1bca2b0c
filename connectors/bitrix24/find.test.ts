import { expect, test } from 'vitest';
import type { Answer, Question } from '../../engine/index.ts';
import { behindProxy, methods, open, openAt, requests, type Opened } from './open-for-test.ts';
import type { Desk, LegacyRecord } from './sandbox/index.ts';

const visit = 'UF_CRM_1769072841035';

function by(field: string, ...values: (string | number)[]): Question {
  return { by: { [field]: { anyOf: values } } };
}

/** Keys found, question by question; `undefined` for a question without an answer. */
function keys(answers: readonly Answer[]): readonly unknown[] {
  return answers.map((answer) => (answer.ok ? answer.rows.map(({ key }) => key) : undefined));
}

function times(count: number, make: (index: number) => LegacyRecord, entity: 'deal' | 'contact' | 'lead') {
  return (desk: Desk): void => {
    for (let index = 0; index < count; index += 1) desk.create(entity, make(index));
  };
}

function lastFilter({ portal }: Opened): unknown {
  return portal.journal.commands.at(-1)?.params['filter'];
}

test('a thousand questions about one field are one request', async () => {
  const opened = await open({ seed: times(1000, (index) => ({ [visit]: `F1_${index}` }), 'deal') });
  const questions = Array.from({ length: 1000 }, (_, index) => by(visit, `F1_${index}`));
  const answers = await opened.sink.find('deal', questions, ['STAGE_ID'], opened.signal);
  expect(answers[999]).toEqual({
    ok: true,
    rows: [{ key: '1000', values: { ID: '1000', STAGE_ID: 'NEW', [visit]: 'F1_999' } }],
  });
  expect(keys(answers)).toEqual(Array.from({ length: 1000 }, (_, index) => [String(index + 1)]));
  expect(requests(opened)).toEqual(['batch(50)']);
});

test('ids fill a page and need no second one', async () => {
  const opened = await open({ seed: times(100, (index) => ({ TITLE: `№ ${index}` }), 'deal') });
  const questions = Array.from({ length: 100 }, (_, index) => by('ID', String(index + 1)));
  expect(keys(await opened.sink.find('deal', questions, [], opened.signal))).toHaveLength(100);
  expect(requests(opened)).toEqual(['batch(2)']);
});

test('a filter that finds more than a page is read to its end, by id', async () => {
  const opened = await open({ seed: times(120, () => ({ [visit]: 'F1_1' }), 'deal') });
  const answers = await opened.sink.find('deal', [by(visit, 'F1_1'), by(visit, 'F1_2')], [], opened.signal);
  expect(answers.map((answer) => answer.ok && answer.rows.length)).toEqual([120, 0]);
  expect(requests(opened)).toEqual(['batch(1)', 'batch(1)', 'batch(1)']);
  expect(lastFilter(opened)).toEqual({ [`@${visit}`]: { 0: 'F1_1', 1: 'F1_2' }, '>ID': '100' });
});

test('questions about several fields fold over the one that varies', async () => {
  const opened = await open({
    seed(desk) {
      for (const name of ['Вера', 'Глеб', 'Нина']) desk.create('contact', { NAME: name });
      desk.create('deal', { CONTACT_ID: 1 });
      desk.create('deal', { CONTACT_ID: 2, [visit]: 'F1_7' });
      desk.create('deal', { CONTACT_ID: 3, CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' });
      desk.create('deal', { CONTACT_ID: 3 });
    },
  });
  const questions = ['1', '2', '3'].map((contact): Question => ({
    by: { CONTACT_ID: { anyOf: [contact] }, [visit]: { empty: true }, CATEGORY_ID: { anyOf: ['0'] } },
  }));
  const answers = await opened.sink.find('deal', questions, [], opened.signal);
  expect(keys(answers)).toEqual([['1'], [], ['4']]);
  expect(requests(opened)).toEqual(['batch(1)']);
  expect(lastFilter(opened)).toEqual({
    [`=${visit}`]: '',
    '@CATEGORY_ID': { 0: '0' },
    '@CONTACT_ID': { 0: '1', 1: '2', 2: '3' },
  });
});

test('one row may answer several questions, and one question find several rows, by ascending id', async () => {
  const opened = await open({ seed: times(3, () => ({ [visit]: 'F1_1' }), 'deal') });
  const questions = [by(visit, 'F1_1'), by(visit, 'F1_2', 'F1_1'), by(visit, 'F1_3')];
  const answers = await opened.sink.find('deal', questions, [], opened.signal);
  expect(keys(answers)).toEqual([['1', '2', '3'], ['1', '2', '3'], []]);
});

test('rows are typed as described: ids text, sums numbers, flags and lists as they are, nothing absent', async () => {
  const opened = await open({
    userFields: {
      deal: [
        { name: 'UF_CRM_VIP', type: 'boolean' },
        { name: 'UF_CRM_TAGS', type: 'string', multiple: true },
      ],
    },
    seed(desk) {
      desk.create('contact', { NAME: 'Вера' });
      desk.create('deal', {
        TITLE: 'Приём',
        OPPORTUNITY: '1000',
        CONTACT_ID: 1,
        UF_CRM_VIP: 'Y',
        UF_CRM_TAGS: ['а', 'б'],
      });
      desk.create('deal', { TITLE: '' });
    },
  });
  const fields = [
    'TITLE',
    'OPPORTUNITY',
    'CONTACT_ID',
    'COMPANY_ID',
    'CATEGORY_ID',
    'IS_MANUAL_OPPORTUNITY',
    'UF_CRM_VIP',
    'UF_CRM_TAGS',
    'CLOSEDATE',
  ];
  const answers = await opened.sink.find('deal', [by('ID', '1'), by('ID', 2)], fields, opened.signal);
  expect(answers).toMatchObject([
    {
      rows: [
        {
          values: {
            ID: '1',
            TITLE: 'Приём',
            OPPORTUNITY: 1000,
            CONTACT_ID: '1',
            CATEGORY_ID: '0',
            UF_CRM_VIP: true,
            UF_CRM_TAGS: ['а', 'б'],
          },
        },
      ],
    },
    { rows: [{ key: '2' }] },
  ]);
  const second = answers[1];
  expect(second?.ok && Object.keys(second.rows[0]?.values ?? {})).not.toContain('TITLE');
  expect(second?.ok && Object.keys(second.rows[0]?.values ?? {})).not.toContain('COMPANY_ID');
});

test('a question by phone goes through the search for duplicates, and its rows are told apart by their phones', async () => {
  const opened = await open({
    seed(desk) {
      desk.create('contact', { NAME: 'Вера', PHONE: [{ VALUE: '8 (999) 111-22-33', VALUE_TYPE: 'WORK' }] });
      desk.create('contact', { NAME: 'Глеб', PHONE: [{ VALUE: '+79991112244', VALUE_TYPE: 'MOBILE' }] });
    },
  });
  const questions = [by('PHONE', '+79991112244'), by('PHONE', '+79991112233'), by('PHONE', '+79990000000')];
  const answers = await opened.sink.find('contact', questions, ['NAME'], opened.signal);
  expect(keys(answers)).toEqual([['2'], ['1'], []]);
  expect(answers[0]).toMatchObject({
    rows: [{ values: { NAME: 'Глеб', PHONE: [{ id: '2', value: '+79991112244', type: 'MOBILE' }] } }],
  });
  expect(methods(opened)).toEqual(['crm.duplicate.findbycomm', 'crm.contact.list']);
  expect(opened.portal.journal.commands[0]?.params).toEqual({
    type: 'PHONE',
    entity_type: 'CONTACT',
    // Which spelling of a Russian number the portal takes for the same is not documented: both are asked for.
    values: {
      0: '+79991112244',
      1: '89991112244',
      2: '+79991112233',
      3: '89991112233',
      4: '+79990000000',
      5: '89990000000',
    },
  });
});

test('a question by phone and another field finds the rows that have both', async () => {
  const phone = [{ VALUE: '+79991112233', VALUE_TYPE: 'WORK' }];
  const opened = await open({
    seed(desk) {
      desk.create('lead', { STATUS_ID: 'NEW', PHONE: phone });
      desk.create('lead', { STATUS_ID: 'JUNK', PHONE: phone });
    },
  });
  const question: Question = { by: { STATUS_ID: { anyOf: ['NEW'] }, PHONE: { anyOf: ['+79991112233'] } } };
  expect(keys(await opened.sink.find('lead', [question], [], opened.signal))).toEqual([['1']]);
});

test('a thousand phones are two requests', async () => {
  const opened = await open();
  const questions = Array.from({ length: 1000 }, (_, index) => by('PHONE', `+7999${1_000_000 + index}`));
  await opened.sink.find('contact', questions, ['NAME'], opened.signal);
  expect(requests(opened)).toEqual(['batch(50)', 'batch(50)']);
});

test('mails are compared without case', async () => {
  const opened = await open({
    seed: times(1, () => ({ EMAIL: [{ VALUE: 'Vera@Clinic.example', VALUE_TYPE: 'WORK' }] }), 'contact'),
  });
  expect(keys(await opened.sink.find('contact', [by('EMAIL', 'vera@clinic.example')], [], opened.signal))).toEqual([
    ['1'],
  ]);
});

test('twenty hits may be a cut answer: the values are asked again in parts', async () => {
  const phone = (index: number): string => `+7999000000${index}`;
  const opened = await open({
    seed: times(24, (index) => ({ PHONE: [{ VALUE: phone(index % 8), VALUE_TYPE: 'WORK' }] }), 'contact'),
  });
  const questions = Array.from({ length: 8 }, (_, index) => by('PHONE', phone(index)));
  const answers = await opened.sink.find('contact', questions, [], opened.signal);
  expect(answers.map((answer) => answer.ok && answer.rows.length)).toEqual([3, 3, 3, 3, 3, 3, 3, 3]);
  expect(requests(opened)).toEqual(['batch(1)', 'batch(4)', 'batch(1)']);
});

test('one phone with twenty hits has no answer, the others have theirs', async () => {
  const opened = await open({
    seed: times(
      21,
      (index) => ({ PHONE: [{ VALUE: index < 20 ? '+79990000000' : '+79990000001', VALUE_TYPE: 'WORK' }] }),
      'lead',
    ),
  });
  const questions = [by('PHONE', '+79990000000'), by('PHONE', '+79990000001')];
  const answers = await opened.sink.find('lead', questions, [], opened.signal);
  expect(answers[0]).toMatchObject({ ok: false, error: { code: 'bitrix24.too_many_hits', kind: 'data' } });
  expect(keys(answers)).toEqual([undefined, ['21']]);
});

test('product rows come with the rows that have them, in the names of the mapping', async () => {
  const opened = await open({ seed: times(3, () => ({}), 'deal') });
  const goods = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ PRODUCT_NAME: `Услуга ${index}`, PRICE: 10.5, QUANTITY: 2 }));
  await opened.sink.write(
    [
      { operation: 'rows', entity: 'deal', key: '1', list: 'productrows', rows: goods(2) },
      { operation: 'rows', entity: 'deal', key: '3', list: 'productrows', rows: goods(70) },
    ],
    opened.signal,
  );
  opened.portal.journal.reset();
  const questions = ['1', '2', '3'].map((id) => by('ID', id));
  const answers = await opened.sink.find('deal', questions, ['productrows'], opened.signal);
  const rows = answers.map((answer) => (answer.ok ? answer.rows[0]?.values['productrows'] : undefined));
  expect(rows[0]).toMatchObject([
    { PRODUCT_NAME: 'Услуга 0', PRICE: 10.5, QUANTITY: 2 },
    { PRODUCT_NAME: 'Услуга 1', PRICE: 10.5, QUANTITY: 2 },
  ]);
  expect(rows[1]).toBeUndefined();
  expect(rows[2]).toHaveLength(70);
  expect(requests(opened)).toEqual(['batch(1)', 'batch(1)', 'batch(1)']);
});

test('product rows that vanish between two pages are no answer, since others may have moved over the edge', async () => {
  const late: { remove?: () => void } = {};
  const opened = await open({
    seed: times(2, () => ({}), 'deal'),
    onCommand({ method, nth, when }) {
      if (method === 'crm.item.productrow.list' && nth === 2 && when === 'before') late.remove?.();
      return undefined;
    },
  });
  late.remove = () => opened.portal.remove('deal', 2);
  const rows = Array.from({ length: 40 }, () => ({ PRODUCT_NAME: 'Осмотр', PRICE: 1, QUANTITY: 1 }));
  const set = { operation: 'rows', entity: 'deal', list: 'productrows', rows } as const;
  await opened.sink.write(
    [
      { ...set, key: '1' },
      { ...set, key: '2' },
    ],
    opened.signal,
  );
  const asked = opened.sink.find('deal', [by('ID', '1', '2')], ['productrows'], opened.signal);
  await expect(asked).rejects.toMatchObject({ code: 'bitrix24.incomplete_list', retry: true });
});

test('a list that cannot be read fails its own questions, not the others', async () => {
  const opened = await open({ seed: times(2, (index) => ({ [visit]: `F1_${index}` }), 'deal') });
  opened.portal.fail({ method: 'crm.deal.list', fault: { error: 'ERROR_CORE', description: 'x' } });
  const answers = await opened.sink.find('deal', [by(visit, 'F1_0'), by('ID', '2')], [], opened.signal);
  expect(answers[0]).toMatchObject({ ok: false, error: { code: 'bitrix24.refused' } });
  expect(keys(answers)).toEqual([undefined, ['2']]);
});

test('no question answered, and not for the records’ own sake: the call throws', async () => {
  const opened = await open();
  opened.portal.fail({ method: 'crm.deal.list', fault: { error: 'OPERATION_TIME_LIMIT', description: 'x' } });
  await expect(opened.sink.find('deal', [by('ID', '2')], [], opened.signal)).rejects.toMatchObject({
    code: 'bitrix24.method_blocked',
    retry: true,
  });
});

test('a field the portal does not have ends the call before anything is asked', async () => {
  const opened = await open();
  const asked = opened.sink.find('deal', [by('UF_CRM_GONE', 'x')], [], opened.signal);
  await expect(asked).rejects.toMatchObject({ code: 'bitrix24.unknown_field', kind: 'input' });
  expect(requests(opened)).toEqual([]);
});

test('a value that is no option fails its own question', async () => {
  const opened = await open({ seed: times(1, () => ({ STAGE_ID: 'WON' }), 'deal') });
  const answers = await opened.sink.find(
    'deal',
    [by('STAGE_ID', 'Сделка успешна'), by('STAGE_ID', 'Луна')],
    [],
    opened.signal,
  );
  expect(keys(answers)).toEqual([['1'], undefined]);
  expect(answers[1]).toMatchObject({ error: { code: 'bitrix24.unknown_option' } });
});

test('text that looks like a reference to another command is not put into a batch', async () => {
  const opened = await open({ seed: times(1, () => ({ TITLE: '$result[c0]' }), 'deal') });
  expect(keys(await opened.sink.find('deal', [by('TITLE', '$result[c0]')], [], opened.signal))).toEqual([['1']]);
  expect(requests(opened)).toEqual(['crm.deal.list(1)']);
});

test('an abort ends a find with its reason', async () => {
  const opened = await open();
  const asked = opened.sink.find('deal', [by('ID', '1')], [], AbortSignal.abort(new Error('stop')));
  await expect(asked).rejects.toThrow('stop');
  expect(requests(opened)).toEqual([]);
});

/** A portal that has lost the filter on a field: it passes over the conditions that name it. */
async function withoutFilter(webhook: string, field: string): Promise<string> {
  const condition = new RegExp(`&?filter%5B[^=&]*${field}%5D[^=&]*=[^&"]*`, 'g');
  return behindProxy(webhook, { asked: (body) => body.replace(condition, '') });
}

test('a row that no question asked for stops the run: the filter was not honoured', async () => {
  const { portal } = await open({ seed: times(2, (index) => ({ [visit]: `F1_${index}` }), 'deal') });
  const { sink, signal } = openAt(await withoutFilter(portal.webhook, visit));
  await expect(sink.find('deal', [by(visit, 'F1_1')], [], signal)).rejects.toMatchObject({
    code: 'bitrix24.filter_ignored',
    kind: 'environment',
    retry: false,
    parameters: { entity: 'deal', fields: visit },
  });
});

test('a lost filter for emptiness stops the run as well', async () => {
  const { portal } = await open({
    seed(desk) {
      desk.create('contact', {});
      desk.create('deal', { CONTACT_ID: 1, [visit]: 'F1_1' });
    },
  });
  const { sink, signal } = openAt(await withoutFilter(portal.webhook, visit));
  const question: Question = { by: { CONTACT_ID: { anyOf: ['1'] }, [visit]: { empty: true } } };
  await expect(sink.find('deal', [question], [], signal)).rejects.toMatchObject({ code: 'bitrix24.filter_ignored' });
});
