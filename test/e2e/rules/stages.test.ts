import { expect, it } from 'vitest';
import { anna, annaInPortal, withAnna } from './stand.ts';
import type { Stand } from './stand.ts';

const at = '2026-11-20T11:00:00';

it.each([
  ['Запланирован', {}, 'NEW'],
  ['Пациент пришел', { PatientAppeared: at }, 'NEW'],
  ['В процессе', { ReceptionStarted: at }, 'PREPARATION'],
  ['Завершен', { ReceptionEnded: at }, 'UC_NO40X0'],
  ['Завершен (счет выдан)', { CheckIssued: at }, 'WON'],
  ['Отменен', { ReceptionCanceled: at }, 'LOSE'],
])('27. A visit that is %s has its deal in its stage', async (status, cells, stage) => {
  const { portal, addVisit, run } = await withAnna();
  await addVisit(501, anna.id, cells);
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(portal.truth.deals()).toMatchObject([{ UF_CRM_1769009157: status, STAGE_ID: stage }]);
});

it('25. A deal lost in the portal is no business of a cancelled visit any more: IGNORE', async () => {
  const { addVisit, changeVisit, run, written, named } = await withAnna();
  await addVisit(501, anna.id, { ReceptionCanceled: at });
  await run();
  await changeVisit(501, { CancelReasonComment: 'Заболела', Comment: 'Перезвонить' });
  await run();
  expect([written(), named()]).toEqual([[], ['IGNORE F1_501 1']]);
});

it('25. A closed deal is not reopened: an active visit of a lost deal gets one new deal, and no further one (D10, T1)', async () => {
  const { portal, addVisit, changeVisit, run, written } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  portal.edit('deal', 1, { STAGE_ID: 'LOSE' });
  // Of another matter: with the visit's own deal there, none of the contact is looked for.
  portal.create('deal', { TITLE: 'Отбеливание', CONTACT_ID: 1 });
  const before = portal.truth.deals();
  await changeVisit(501, { ReceptionStarted: at });
  await run();
  expect(written().map(([method]) => method)).toEqual(['crm.deal.add']);
  for (const Comment of ['Раз', 'Два', 'Три']) {
    await changeVisit(501, { Comment });
    await run();
    expect(written()).toEqual([['crm.deal.update', { id: '3', fields: { UF_CRM_1769494714842: Comment } }]]);
  }
  const [lost, other, made] = portal.truth.deals();
  expect([lost, other]).toEqual(before);
  expect(made).toMatchObject({ STAGE_ID: 'PREPARATION', UF_CRM_1769072841035: 'F1_501' });
});

it('25. A deal won in the portal stays won, whatever becomes of the visit: no update, no second deal (T1)', async () => {
  const { portal, addVisit, changeVisit, run, written, named } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  portal.edit('deal', 1, { STAGE_ID: 'WON' });
  for (const cells of [{ ReceptionStarted: at }, { ReceptionEnded: at }, { ReceptionCanceled: at }]) {
    await changeVisit(501, cells);
    await run();
    expect([written(), named()]).toEqual([[], ['IGNORE F1_501 1']]);
  }
  expect(portal.truth.deals()).toHaveLength(1);
});

it('25. Of several deals with one id, as the old program left them, the open one and its contact are the visit’s, though older', async () => {
  const { portal, addVisit, run, written, named } = await withAnna();
  for (const [STAGE_ID, LAST_NAME] of [
    ['NEW', 'Девичья'],
    ['WON', 'Чужая'],
  ]) {
    const CONTACT_ID = portal.create('contact', { ...annaInPortal, LAST_NAME });
    portal.create('deal', { TITLE: 'Приём', CONTACT_ID, STAGE_ID, UF_CRM_1769072841035: 'F1_501' });
  }
  await addVisit(501, anna.id, { ReceptionStarted: at });
  await run();
  expect(written()).toMatchObject([
    ['crm.contact.update', { id: '1', fields: { LAST_NAME: 'Кедрова' } }],
    ['crm.deal.update', { id: '1', fields: { STAGE_ID: 'PREPARATION' } }],
  ]);
  expect(named()).toEqual(['contact of this visit F1_501 1']);
});

it('25. A closed deal of the contact is not taken over: the visit gets a deal of its own', async () => {
  const { portal, addVisit, run, written } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  for (const STAGE_ID of ['WON', 'LOSE']) portal.create('deal', { TITLE: 'Закрытая', CONTACT_ID: contact, STAGE_ID });
  await addVisit(501, anna.id);
  await run();
  expect(written().map(([method]) => method)).toEqual(['crm.contact.update', 'crm.deal.add']);
});

it('26. APOLOGY is protected, not closed: the deal is updated and none is made beside it', async () => {
  const { portal, addVisit, changeVisit, run } = await withAnna();
  await addVisit(501, anna.id);
  await run();
  portal.edit('deal', 1, { STAGE_ID: 'APOLOGY' });
  await changeVisit(501, { ReceptionStarted: at, Comment: 'Пришла' });
  await run();
  expect(portal.truth.deals()).toMatchObject([{ STAGE_ID: 'APOLOGY', UF_CRM_1769494714842: 'Пришла' }]);
});

it('26. A hand-made deal in a protected stage is linked and keeps its stage', async () => {
  const { portal, addVisit, run, named } = await withAnna();
  portal.create('deal', { TITLE: 'План', CONTACT_ID: portal.create('contact', annaInPortal), STAGE_ID: 'EXECUTING' });
  await addVisit(501, anna.id, { ReceptionStarted: at });
  await run();
  expect(named()).toEqual(['phone and name F1_501 1', 'АВТОПРИВЯЗКА F1_501 1', 'PROTECTED F1_501 1']);
  expect(portal.truth.deals()).toMatchObject([{ STAGE_ID: 'EXECUTING', UF_CRM_1769072841035: 'F1_501' }]);
});

it('26. With updateExisting off a deal gets its stage and its id, and nothing else, a protected one its id alone', async () => {
  const { portal, addVisit, run, written } = await withAnna({ params: ['updateExisting=false'] });
  const contact = portal.create('contact', annaInPortal);
  portal.create('deal', { TITLE: 'План', CONTACT_ID: contact, STAGE_ID: 'EXECUTING' });
  await addVisit(501, anna.id, { ReceptionStarted: at });
  await run();
  expect(written()[1]).toEqual(['crm.deal.update', { id: '1', fields: { UF_CRM_1769072841035: 'F1_501' } }]);
  portal.edit('deal', 1, { STAGE_ID: 'NEW' });
  await run({ full: true });
  expect(written()).toEqual([['crm.deal.update', { id: '1', fields: { STAGE_ID: 'PREPARATION' } }]]);
});

const linkable = async () => {
  const stand = await withAnna();
  const { portal, addVisit } = stand;
  portal.create('deal', { TITLE: 'План', CONTACT_ID: portal.create('contact', annaInPortal), STAGE_ID: 'EXECUTING' });
  await addVisit(501, anna.id, { ReceptionStarted: at });
  return stand;
};

it('26. A hand-made deal that may not be read: nothing is written, none is made in its place, and the visit waits in the queue', async () => {
  const { job, portal, run, written } = await linkable();
  portal.fail({ method: 'crm.deal.list', nth: 2, fault: { error: 'ACCESS_DENIED', description: 'Access denied' } });
  expect(await run()).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
  // Neither is the contact, which was found by answers of its own.
  expect(written()).toEqual([]);
  expect(await job.state.queue({})).toMatchObject([{ key: 'F1_501', error: { code: 'bitrix24.row_forbidden' } }]);
  await job.state.retryQueue({});
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(portal.truth.deals()).toMatchObject([{ STAGE_ID: 'EXECUTING', UF_CRM_1769072841035: 'F1_501' }]);
});

it('26. While the portal answers no question about deals nothing is written, and the next run brings the visit', async () => {
  const { portal, run, written } = await linkable();
  const fault = { error: 'INTERNAL_SERVER_ERROR', description: 'Internal server error' };
  portal.fail({ method: 'crm.deal.list', nth: 2, times: 1000, fault });
  expect(await run()).toMatchObject({ exitCode: 3, error: { code: 'bitrix24.server_error' } });
  expect(written()).toEqual([]);
  portal.forgetFaults();
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
  expect(portal.truth.deals()).toMatchObject([{ STAGE_ID: 'EXECUTING', UF_CRM_1769072841035: 'F1_501' }]);
});

/** The nth batch from now on is answered with these deals, whatever it asked. */
function answerWith({ portal }: Stand, nth: number, deals: readonly object[]): void {
  const body = JSON.stringify({ result: { result: { c0: deals }, result_error: [] }, time: {} });
  portal.fail({ method: 'batch', nth, fault: { status: 200, contentType: 'application/json', body } });
}

it('26. A deal that comes without its stage might be a protected one: nothing is written, and the visit waits in the queue', async () => {
  const stand = await withAnna();
  const { job, addVisit, changeVisit, run, written } = stand;
  await addVisit(501, anna.id);
  await run();
  await changeVisit(501, { ReceptionStarted: at });
  // The first batch gets to know the portal, the second asks for the deals of the visits.
  answerWith(stand, 2, [{ ID: '1', UF_CRM_1769072841035: 'F1_501' }]);
  expect(await run()).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
  expect(written()).toEqual([]);
  expect(await job.state.queue({})).toMatchObject([{ key: 'F1_501', error: { code: 'transform.refused' } }]);
  await job.state.retryQueue({});
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
});

it('26. A hand-made deal that comes without its stage is neither linked nor replaced by a new one', async () => {
  const stand = await linkable();
  const { job, run, written } = stand;
  // Before the sixth batch asks for hand-made deals: fields with newest ids, deal with lead by phone and contact by id, contact by phone, by key, its leads.
  answerWith(stand, 6, [{ ID: '1', CONTACT_ID: '1', CATEGORY_ID: '0' }]);
  expect(await run()).toMatchObject({ exitCode: 4, flows: [{ rejected: 1 }] });
  expect(written()).toEqual([]);
  expect(await job.state.queue({})).toMatchObject([{ key: 'F1_501', error: { code: 'transform.refused' } }]);
});
