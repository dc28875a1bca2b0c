import { expect, it } from 'vitest';
import { anna, annaInPortal, withAnna } from './stand.ts';

const phone = [{ VALUE: '+79990001122', VALUE_TYPE: 'WORK' }];
const request = { TITLE: 'Заявка с сайта', STATUS_ID: 'NEW' } as const;

it('28. An open lead with the patient’s phone becomes contact and deal: converted last, one contact', async () => {
  const { portal, addVisit, run, asked, written, named } = await withAnna();
  portal.create('lead', { ...request, NAME: 'анна', PHONE: phone });
  await addVisit(501, anna.id);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
  expect(asked()).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.lead.list @ID=1',
    'crm.duplicate.findbycomm CONTACT +79990001122,89990001122',
    'crm.contact.add',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.item.add',
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.lead.update 1',
  ]);
  expect(written().at(-1)).toEqual([
    'crm.lead.update',
    { id: '1', fields: { STATUS_ID: 'CONVERTED', CONTACT_ID: '1' } },
  ]);
  expect(portal.truth.contacts()).toHaveLength(1);
  expect(portal.truth.deals()).toMatchObject([{ LEAD_ID: '1', CONTACT_ID: '1' }]);
  expect(named()).toEqual([]);
});

it('28. The contact of the lead is the patient’s, though it has no phone: no second one is made', async () => {
  const { portal, addVisit, run } = await withAnna();
  const contact = portal.create('contact', { NAME: 'Анна', LAST_NAME: 'Кедрова' });
  portal.create('lead', { ...request, PHONE: phone, CONTACT_ID: contact });
  await addVisit(501, anna.id);
  await run();
  expect(portal.truth.contacts()).toMatchObject([{ ORIGIN_ID: 'F1_P2001', PHONE: [{ VALUE: '+79990001122' }] }]);
  expect(portal.truth.leads()).toMatchObject([{ STATUS_ID: 'CONVERTED', CONTACT_ID: '1' }]);
});

it('28. A lead without a phone is found through the contact that has it (T12), the newest of several', async () => {
  const { job, portal, addVisit, run, asked, written } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  for (const TITLE of ['Старая заявка', 'Новая заявка']) {
    portal.create('lead', { ...request, TITLE, CONTACT_ID: contact });
    job.clock.time += 60_000;
  }
  await addVisit(501, anna.id);
  await run();
  expect(asked().filter((one) => one.includes('lead') || one.includes('LEAD'))).toEqual([
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.lead.list @CONTACT_ID=1',
    'crm.lead.update 2',
  ]);
  expect(written().at(-1)).toEqual(['crm.lead.update', { id: '2', fields: { STATUS_ID: 'CONVERTED' } }]);
  expect(portal.truth.deals()).toMatchObject([{ LEAD_ID: '2' }]);
});

it.each(['CONVERTED', 'JUNK'])('28. A lead in %s is left alone, and the deal does not come from it', async (status) => {
  const { portal, addVisit, run, written } = await withAnna();
  portal.create('lead', { ...request, STATUS_ID: status, PHONE: phone });
  const before = portal.truth.leads();
  await addVisit(501, anna.id);
  await run();
  expect(written().map(([method]) => method)).toEqual(['crm.contact.add', 'crm.deal.add']);
  expect([portal.truth.leads(), portal.truth.deals()[0]?.['LEAD_ID']]).toEqual([before, null]);
});

it('28. Only the lead the deal was made from is converted: a later request of the patient stays open', async () => {
  const { job, portal, addVisit, changeVisit, run, written, named } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  portal.create('lead', { ...request, PHONE: phone });
  await changeVisit(501, { Comment: 'Перезвонить' });
  await run();
  expect(written().map(([method]) => method)).toEqual(['crm.deal.update']);
  expect(named()).toEqual(['LEAD NOT OURS F1_501 1']);
  job.clock.time += 60_000;
  await addVisit(502, anna.id);
  await run();
  expect(portal.truth.leads()).toMatchObject([{ STATUS_ID: 'CONVERTED' }]);
  expect(portal.truth.deals()).toMatchObject([{ LEAD_ID: null }, { LEAD_ID: '1' }]);
});

it.each([
  ['with another name', { NAME: 'Пётр' }],
  ['without a name that hangs on a relative’s contact', { CONTACT_ID: 1 }],
])('28. A lead on the family’s phone %s is the relative’s and stays open', async (_whose, fields) => {
  const { portal, addVisit, run } = await withAnna();
  portal.create('contact', { ...annaInPortal, NAME: 'Пётр' });
  portal.create('lead', { ...request, PHONE: phone, ...fields });
  await addVisit(501, anna.id);
  await run();
  expect(portal.truth.leads()).toMatchObject([{ STATUS_ID: 'NEW' }]);
  expect(portal.truth.deals()).toMatchObject([{ LEAD_ID: null, CONTACT_ID: '2' }]);
});

it('28. A conversion that failed is made up for, and what a manager did to the deal meanwhile stays', async () => {
  const { job, portal, addVisit, run, written, named } = await withAnna();
  portal.create('lead', { ...request, PHONE: phone });
  await addVisit(501, anna.id, { ReceptionStarted: '2026-11-21T10:05:00' });
  portal.fail({
    method: 'crm.lead.update',
    fault: { error: 'INTERNAL_SERVER_ERROR', description: 'Internal server error' },
  });
  expect(await run()).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }] });
  portal.edit('deal', 1, { STAGE_ID: 'PREPAYMENT_INVOICE' });
  job.clock.time += 10 * 60_000;
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(written()).toEqual([['crm.lead.update', { id: '1', fields: { STATUS_ID: 'CONVERTED', CONTACT_ID: '1' } }]]);
  expect(named()).toEqual(['QUEUE F1_501', 'PROTECTED F1_501 1']);
});
