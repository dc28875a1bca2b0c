import { describe, expect, it } from 'vitest';
import type { Field } from '../../engine/connector.ts';
import { effectClaims, questionClaims, signatureOf } from '../../engine/plan/claims.ts';
import { satisfies } from '../../engine/plan/question.ts';

const fields = new Map<string, Field>([
  ['PHONE', { name: 'PHONE', type: 'phones' }],
  ['CONTACT_ID', { name: 'CONTACT_ID', type: 'id' }],
  ['UF_ID', { name: 'UF_ID', type: 'text' }],
]);
const autoLink = { by: { CONTACT_ID: { anyOf: [5] }, UF_ID: { empty: true as const } } };

describe('claims', () => {
  it('are the same for a question and for a row that answers it, however the phone is spelled', () => {
    const question = { by: { PHONE: { anyOf: ['+79991234567'] } } };
    const row = { PHONE: [{ value: '8 (999) 123-45-67' }, { value: '+79990000000' }] };
    const effects = effectClaims('portal/contact', fields, signatureOf(question), row);
    expect(effects).toEqual(['portal/contact?&PHONE=79991234567', 'portal/contact?&PHONE=79990000000']);
    expect(questionClaims('portal/contact', fields, question)).toEqual(['portal/contact?&PHONE=79991234567']);
  });

  it('hold every value of a question that takes any of several', () => {
    expect(questionClaims('s', fields, { by: { UF_ID: { anyOf: ['b', 'a', 'b'] } } })).toEqual([
      's?&UF_ID=a',
      's?&UF_ID=b',
    ]);
  });

  it('name what must be empty, and a row that has it answers nothing', () => {
    expect(questionClaims('s', fields, autoLink)).toEqual(['s?UF_ID=\u0000&CONTACT_ID=5']);
    expect(effectClaims('s', fields, signatureOf(autoLink), { CONTACT_ID: '5' })).toEqual([
      's?UF_ID=\u0000&CONTACT_ID=5',
    ]);
    expect(effectClaims('s', fields, signatureOf(autoLink), { CONTACT_ID: '5', UF_ID: 'F1_1' })).toEqual([]);
    expect(effectClaims('s', fields, signatureOf(autoLink), {})).toEqual([]);
  });
});

describe('a row satisfies a question', () => {
  it('when every field matches, by the same equality as everywhere', () => {
    expect(satisfies(fields, autoLink, { CONTACT_ID: '5' })).toBe(true);
    expect(satisfies(fields, autoLink, { CONTACT_ID: '5', UF_ID: '' })).toBe(true);
    expect(satisfies(fields, autoLink, { CONTACT_ID: '5', UF_ID: 'F1_1' })).toBe(false);
    expect(satisfies(fields, autoLink, { CONTACT_ID: '6' })).toBe(false);
  });
});
