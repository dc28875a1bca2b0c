import { describe, expect, it } from 'vitest';
import { anna, annaInPortal, openStand, withAnna } from './stand.ts';
import type { Patient } from './stand.ts';

const contactsOf = async (contact: Readonly<Record<string, unknown>>, patient: Partial<Patient> = {}) => {
  const { portal, addPatient, addVisit, run } = await openStand();
  portal.create('contact', contact);
  await addPatient({ ...anna, ...patient });
  await addVisit(501, anna.id);
  await run();
  return portal.truth.contacts();
};

describe('who is the same person', () => {
  it.each([
    ['spaces', { LAST_NAME: ' Кедрова  ', NAME: 'Анна' }],
    ['case', { LAST_NAME: 'КЕДРОВА', NAME: 'анна' }],
    ['ё for е', { LAST_NAME: 'Кёдрова', NAME: 'Анна' }],
    ['a patronymic only one of both has', { LAST_NAME: 'Кедрова', NAME: 'Анна' }],
    ['the case of the patronymic', { LAST_NAME: 'Кедрова', NAME: 'Анна', SECOND_NAME: 'игоревна ' }],
  ])('30. A name that differs by %s alone is the same name: no second contact (D3)', async (_what, names) => {
    expect(await contactsOf({ ...annaInPortal, ...names })).toMatchObject([{ ID: '1', ORIGIN_ID: 'F1_P2001' }]);
  });

  it.each([
    ['a letter of the surname', { LAST_NAME: 'Кедровы' }],
    ['a letter of the name', { NAME: 'Анни' }],
    ['another patronymic', { SECOND_NAME: 'Ильинична' }],
    ['another phone', { PHONE: [{ VALUE: '+79990001123', VALUE_TYPE: 'WORK' }] }],
    ['no surname', { LAST_NAME: '' }],
  ])('30. What differs by %s is another person: a new contact, the old one untouched', async (_what, other) => {
    const contacts = await contactsOf({ ...annaInPortal, ...other });
    expect(contacts).toMatchObject([
      { ID: '1', ORIGIN_ID: null },
      { ID: '2', ORIGIN_ID: 'F1_P2001', LAST_NAME: 'Кедрова', NAME: 'Анна' },
    ]);
  });

  it('30. Spaces a registrar typed around a name are not written, and make no difference to the next run (D3)', async () => {
    const { portal, addPatient, addVisit, run, written } = await openStand();
    await addPatient({ ...anna, surname: ' Кедрова ', name: 'Анна  ', patronymic: ' Игоревна' });
    await addVisit(501, anna.id);
    await run();
    expect(portal.truth.contacts()).toMatchObject([{ LAST_NAME: 'Кедрова', NAME: 'Анна', SECOND_NAME: 'Игоревна' }]);
    expect(portal.truth.deals()).toMatchObject([{ TITLE: 'Кедрова Анна Игоревна' }]);
    await run({ full: true });
    expect(written()).toEqual([]);
  });

  it('30. A patient without a surname matches nobody and gets a contact, one for all visits', async () => {
    const { portal, addPatient, addVisit, run } = await openStand();
    portal.create('contact', { ...annaInPortal, LAST_NAME: '' });
    await addPatient({ ...anna, surname: null });
    await addVisit(501, anna.id);
    await addVisit(502, anna.id);
    await run();
    expect(portal.truth.contacts()).toMatchObject([{ ORIGIN_ID: null }, { ORIGIN_ID: 'F1_P2001' }]);
    expect(portal.truth.deals()).toMatchObject([{ CONTACT_ID: '2' }, { CONTACT_ID: '2' }]);
  });

  it('30. Of several contacts that fit the oldest is taken and all are named', async () => {
    const { portal, addVisit, run, named } = await withAnna();
    for (let count = 0; count < 3; count++) portal.create('contact', annaInPortal);
    await addVisit(501, anna.id);
    await run();
    expect(portal.truth.contacts().map((contact) => contact['ORIGIN_ID'])).toEqual(['F1_P2001', null, null]);
    expect(named()).toEqual(['МНОЖЕСТВЕННЫЕ КОНТАКТЫ F1_501 1 2 3', 'phone and name F1_501 1']);
  });
});

describe('the identity of a contact', () => {
  it('30. A surname corrected in IDENT corrects the contact and makes no second one', async () => {
    const { portal, addVisit, changePerson, changeVisit, run, written } = await withAnna();
    await addVisit(501, anna.id);
    await run();
    await changePerson(anna.id, { Surname: 'Ольхина' });
    await changeVisit(501, {});
    await run();
    expect(written()).toEqual([
      ['crm.contact.update', { id: '1', fields: { LAST_NAME: 'Ольхина' } }],
      ['crm.deal.update', { id: '1', fields: { TITLE: 'Ольхина Анна Игоревна' } }],
    ]);
    expect(portal.truth.contacts()).toHaveLength(1);
  });

  it('30. A contact the old program made is found by its visit’s deal when the surname was corrected meanwhile', async () => {
    const { portal, addVisit, run } = await withAnna();
    const contact = portal.create('contact', { ...annaInPortal, LAST_NAME: 'Девичья' });
    portal.create('deal', { TITLE: 'Приём', CONTACT_ID: contact, UF_CRM_1769072841035: 'F1_501' });
    await addVisit(501, anna.id);
    await run();
    expect(portal.truth.contacts()).toMatchObject([{ ID: '1', ORIGIN_ID: 'F1_P2001', LAST_NAME: 'Кедрова' }]);
  });

  it('30. Two patients of one base with one phone and one name are two contacts, also where a lead hangs on the first', async () => {
    const { portal, addPatient, addVisit, run } = await withAnna();
    await addVisit(501, anna.id);
    await run();
    portal.create('lead', { TITLE: 'Заявка', PHONE: annaInPortal.PHONE, CONTACT_ID: 1 });
    await addPatient({ ...anna, id: 2002 });
    await addVisit(502, 2002);
    await run();
    expect(portal.truth.contacts().map((contact) => contact['ORIGIN_ID'])).toEqual(['F1_P2001', 'F1_P2002']);
  });

  it('30. A person who is also a patient of another branch’s base, or of another system, stays one contact', async () => {
    for (const [ORIGINATOR_ID, ORIGIN_ID] of [
      ['IDENT', 'F2_P7'],
      ['1C', '000123'],
    ]) {
      expect(await contactsOf({ ...annaInPortal, ORIGINATOR_ID, ORIGIN_ID })).toMatchObject([
        { ORIGINATOR_ID, ORIGIN_ID },
      ]);
    }
  });
});
