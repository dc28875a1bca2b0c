import { expect, it } from 'vitest';
import { anna, annaInPortal, withAnna } from './stand.ts';

/** The six scenarios of the old program's SEARCH_LOGIC (reference C.1): the shipped file, both wires, every request. */

it('21. First visit: no deal of the visit, no contact by phone and name: both are made, and no deal of a contact is looked for', async () => {
  const { addVisit, run, asked, written } = await withAnna();
  await addVisit(501, anna.id);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ read: 1, created: 1 }] });
  expect(asked()).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.duplicate.findbycomm CONTACT +79990001122,89990001122',
    'crm.contact.add',
    // The first create of a run is looked for before others follow (DL-3).
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.deal.add',
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
  ]);
  expect(written()).toEqual([
    [
      'crm.contact.add',
      {
        fields: {
          ORIGINATOR_ID: 'IDENT',
          ORIGIN_ID: 'F1_P2001',
          NAME: 'Анна',
          LAST_NAME: 'Кедрова',
          SECOND_NAME: 'Игоревна',
          TYPE_ID: 'CLIENT',
          PHONE: [{ VALUE: '+79990001122', VALUE_TYPE: 'MOBILE' }],
          UF_CRM_1769083788971: '77',
        },
      },
    ],
    ['crm.deal.add', { fields: expect.objectContaining({ UF_CRM_1769072841035: 'F1_501', CONTACT_ID: '1' }) }],
  ]);
});

it('21. Update: the visit’s own deal takes what has changed, and no other is looked for or made', async () => {
  const { addVisit, changeVisit, run, asked, written } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  await changeVisit(501, { PlanEnd: '2026-11-21T11:00:00', ReceptionStarted: '2026-11-21T10:05:00' });
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ read: 1, updated: 1 }] });
  expect(asked()).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.item.productrow.list =ownerType=D =ownerId=1',
    'crm.lead.list @CONTACT_ID=1',
    'crm.deal.update 1',
  ]);
  expect(written()).toEqual([
    [
      'crm.deal.update',
      {
        id: '1',
        fields: {
          STAGE_ID: 'PREPARATION',
          UF_CRM_1769008947: '2026-11-21T11:00:00+03:00',
          UF_CRM_1769009157: 'В процессе',
        },
      },
    ],
  ]);
});

it('21. Family: another person on the same phone becomes a contact of their own, and no deal of the first is touched', async () => {
  const { portal, addPatient, addVisit, run, asked } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  portal.create('deal', { TITLE: 'Консультация', CONTACT_ID: contact });
  await addPatient({ ...anna, id: 2002, name: 'Пётр', patronymic: 'Ильич' });
  await addVisit(502, 2002);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
  expect(asked().filter((request) => /crm\.(contact|deal)\./.test(request))).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_502',
    'crm.contact.list @ORIGIN_ID=F1_P2002',
    'crm.contact.list @ID=1',
    'crm.contact.add',
    'crm.contact.list @ORIGIN_ID=F1_P2002',
    'crm.deal.add',
    'crm.deal.list @UF_CRM_1769072841035=F1_502',
  ]);
  expect(portal.truth.contacts().map(({ NAME }) => NAME)).toEqual(['Анна', 'Пётр']);
  expect(portal.truth.deals().map(({ CONTACT_ID }) => CONTACT_ID)).toEqual(['1', '2']);
});
it('23. A deal a manager made by hand gets id and data, with the word АВТОПРИВЯЗКА; none is created, and what the manager chose stays', async () => {
  const { portal, addVisit, run, asked, written, named } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  portal.create('deal', {
    TITLE: 'Имплант, ждёт звонка',
    CONTACT_ID: contact,
    ASSIGNED_BY_ID: 3,
    OPPORTUNITY: '42000',
  });
  await addVisit(501, anna.id);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 1 }] });
  expect(asked()).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.duplicate.findbycomm CONTACT +79990001122,89990001122',
    'crm.contact.list @ID=1',
    'crm.lead.list @CONTACT_ID=1',
    'crm.deal.list =UF_CRM_1769072841035= @CATEGORY_ID=0 @CONTACT_ID=1',
    'crm.item.productrow.list =ownerType=D =ownerId=1',
    'crm.contact.update 1',
    'crm.deal.update 1',
  ]);
  expect(written()[1]).toEqual([
    'crm.deal.update',
    {
      id: '1',
      fields: {
        UF_CRM_1769072841035: 'F1_501',
        UF_CRM_1769072843903: 'IDENT',
        UF_CRM_1769083581481: '77',
        TITLE: 'Кедрова Анна Игоревна',
        IS_MANUAL_OPPORTUNITY: 'Y',
        UF_CRM_1769008900: '2026-11-21T10:00:00+03:00',
        UF_CRM_1769008947: '2026-11-21T10:30:00+03:00',
        UF_CRM_1769008996: 'Осокина Лидия',
        UF_CRM_1769009098: 'Не указаны',
        UF_CRM_1769009157: 'Запланирован',
      },
    },
  ]);
  expect(named()).toEqual(['phone and name F1_501 1', 'АВТОПРИВЯЗКА F1_501 1']);
  expect(portal.truth.deals()).toMatchObject([{ ID: '1', ASSIGNED_BY_ID: '3', OPPORTUNITY: '42000.00' }]);
});

it('25. Closed deal: a change of its visit is read and looked up, and nothing is written, with the word IGNORE', async () => {
  const { portal, addVisit, changeVisit, run, asked, written, named } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  portal.edit('deal', 1, { STAGE_ID: 'WON' });
  const before = portal.truth.deals();
  await changeVisit(501, { Comment: 'Перезвонить', ReceptionStarted: '2026-11-21T10:05:00' });
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ read: 1, skipped: 1, created: 0, updated: 0 }] });
  expect(asked()).toEqual([
    'crm.deal.list @UF_CRM_1769072841035=F1_501',
    'crm.duplicate.findbycomm LEAD +79990001122,89990001122',
    'crm.contact.list @ORIGIN_ID=F1_P2001',
    'crm.item.productrow.list =ownerType=D =ownerId=1',
    'crm.lead.list @CONTACT_ID=1',
  ]);
  expect([written(), named(), portal.truth.deals()]).toEqual([[], ['IGNORE F1_501 1'], before]);
});

it.each(['PREPAYMENT_INVOICE', 'FINAL_INVOICE', 'EXECUTING', 'APOLOGY'])(
  '26. Protected stage %s: the update goes without STAGE_ID, the other fields are written, with the word PROTECTED',
  async (stage) => {
    const { portal, addVisit, changeVisit, run, written, named } = await withAnna();
    await addVisit(501, anna.id);
    await run();
    portal.edit('deal', 1, { STAGE_ID: stage });
    await changeVisit(501, { Comment: 'Перезвонить', ReceptionStarted: '2026-11-21T10:05:00' });
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(written()).toEqual([
      [
        'crm.deal.update',
        { id: '1', fields: { UF_CRM_1769009157: 'В процессе', UF_CRM_1769494714842: 'Перезвонить' } },
      ],
    ]);
    expect(named()).toEqual(['PROTECTED F1_501 1']);
    expect(portal.truth.deals()).toMatchObject([{ STAGE_ID: stage }]);
  },
);
