import { expect, test } from 'vitest';
import type { Question, Write } from '../../engine/index.ts';
import { open, requests, type Opened } from './open-for-test.ts';
import type { Desk } from './sandbox/index.ts';

/** The rungs of pipelines/ident-to-bitrix.yaml, asked as the engine asks them: one call for all records of a wave. */
const visit = 'UF_CRM_1769072841035';
const records = Array.from({ length: 1000 }, (_, index) => index);
const phone = (index: number): string => `+7999${1_000_000 + index}`;

async function ask(opened: Opened, entity: string, question: (index: number) => Question['by'], fields: string[] = []) {
  const questions = records.map((index) => ({ by: question(index) }));
  const answers = await opened.sink.find(entity, questions, fields, opened.signal);
  return answers.flatMap((answer) => (answer.ok ? answer.rows : [])).length;
}

function anyOf(value: string | number): { readonly anyOf: readonly (string | number)[] } {
  return { anyOf: [value] };
}

/** Every third patient has an open lead, every second visit its deal. */
function seed(desk: Desk): void {
  for (const index of records) {
    desk.create('contact', {
      LAST_NAME: 'Орлова',
      ORIGIN_ID: `F1_P${index}`,
      PHONE: [{ VALUE: phone(index), VALUE_TYPE: 'MOBILE' }],
    });
    if (index % 3 === 0)
      desk.create('lead', { PHONE: [{ VALUE: phone(index), VALUE_TYPE: 'MOBILE' }], CONTACT_ID: index + 1 });
    if (index % 2 === 0)
      desk.create('deal', { [visit]: `F1_${index}`, CONTACT_ID: index + 1, IS_MANUAL_OPPORTUNITY: 'Y' });
  }
}

test('a wave of 1,000 known patients asks the portal at most 12 times', async () => {
  const opened = await open({ seed });
  const rows = records.slice(0, 500).map((index): Write => {
    const goods = ['Осмотр', 'Снимок'].map((name) => ({ PRODUCT_NAME: name, PRICE: 100, QUANTITY: 1 }));
    return { operation: 'rows', entity: 'deal', key: String(index + 1), list: 'productrows', rows: goods };
  });
  await opened.sink.write(rows, opened.signal);
  opened.portal.journal.reset();
  expect(await ask(opened, 'deal', (index) => ({ [visit]: anyOf(`F1_${index}`) }), ['STAGE_ID', 'productrows'])).toBe(
    500,
  );
  expect(await ask(opened, 'lead', (index) => ({ PHONE: anyOf(phone(index)) }), ['STATUS_SEMANTIC_ID'])).toBe(334);
  expect(await ask(opened, 'contact', (index) => ({ ORIGIN_ID: anyOf(`F1_P${index}`) }), ['NAME', 'PHONE'])).toBe(1000);
  expect(await ask(opened, 'lead', (index) => ({ CONTACT_ID: anyOf(String(index + 1)) }), ['STATUS_ID'])).toBe(334);
  expect(
    await ask(opened, 'deal', (index) => ({
      CONTACT_ID: anyOf(String(index + 1)),
      [visit]: { empty: true },
      CATEGORY_ID: anyOf('0'),
    })),
  ).toBe(0);
  expect(requests(opened)).toHaveLength(8);
  expect(opened.portal.journal.refusals).toEqual([]);
});

test('a wave of 1,000 patients known by phone alone asks the portal at most 12 times', async () => {
  const opened = await open({ seed });
  await ask(opened, 'deal', (index) => ({ [visit]: anyOf(`F2_${index}`) }), ['STAGE_ID', 'productrows']);
  await ask(opened, 'lead', (index) => ({ PHONE: anyOf(phone(index)) }), ['STATUS_SEMANTIC_ID']);
  await ask(opened, 'contact', (index) => ({ ORIGIN_ID: anyOf(`F2_P${index}`) }), ['NAME', 'PHONE']);
  expect(await ask(opened, 'contact', (index) => ({ PHONE: anyOf(phone(index)) }), ['NAME', 'PHONE'])).toBe(1000);
  await ask(opened, 'lead', (index) => ({ CONTACT_ID: anyOf(String(index + 1)) }), ['STATUS_ID']);
  await ask(opened, 'deal', (index) => ({
    CONTACT_ID: anyOf(String(index + 1)),
    [visit]: { empty: true },
    CATEGORY_ID: anyOf('0'),
  }));
  expect(requests(opened)).toHaveLength(10);
});
