import { expect, it } from 'vitest';
import { anna, annaInPortal, withAnna } from './stand.ts';

it('22. The id of a visit is F, the number of the branch, and its own: F1_12345', async () => {
  const { portal, addVisit, run } = await withAnna();
  await addVisit(12345, anna.id);
  await run();
  expect(portal.truth.deals()).toMatchObject([{ UF_CRM_1769072841035: 'F1_12345' }]);
});

it('22. Two branches with one id do not meet: the deal of the other branch is neither found nor touched', async () => {
  const { portal, addVisit, run } = await withAnna({ params: ['filial=2'] });
  const other = portal.create('deal', { TITLE: 'Приём', UF_CRM_1769072841035: 'F1_501' });
  await addVisit(501, anna.id);
  await run();
  expect(portal.truth.deals()).toMatchObject([
    { ID: String(other), TITLE: 'Приём', CONTACT_ID: null },
    { UF_CRM_1769072841035: 'F2_501' },
  ]);
});

it('22. What the old program made is found: its deals by their id, its contacts by phone and name; nothing is created', async () => {
  const { portal, addVisit, run, written } = await withAnna();
  const contact = portal.create('contact', { ...annaInPortal, TYPE_ID: 'CLIENT' });
  for (const id of [501, 502]) {
    portal.create('deal', { TITLE: 'Кедрова Анна', CONTACT_ID: contact, UF_CRM_1769072841035: `F1_${id}` });
    await addVisit(id, anna.id);
  }
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 2 }] });
  expect(written().map(([method]) => method)).toEqual(['crm.contact.update', 'crm.deal.update', 'crm.deal.update']);
  await run({ full: true });
  expect(written()).toEqual([]);
});

it('22. Of a base of several branches only the visits of the company named are delivered, the others have a word', async () => {
  const { portal, addVisit, run, named } = await withAnna({ params: ['company=1'] });
  await addVisit(501, anna.id);
  await addVisit(502, anna.id, { ID_Armchairs: 4 });
  await addVisit(503, anna.id, { ID_Armchairs: null });
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ read: 3, created: 1, skipped: 2 }] });
  expect(named()).toEqual(['OTHER BRANCH F1_502', 'OTHER BRANCH F1_503']);
  expect(portal.truth.deals()).toMatchObject([{ UF_CRM_1769072841035: 'F1_501' }]);
});

it('24. Of several deals without an id the newest is linked, the others are named: МНОЖЕСТВЕННЫЕ СДЕЛКИ; none is created', async () => {
  const { job, portal, addVisit, run, written, named } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  for (const TITLE of ['Первая', 'Вторая', 'Третья']) {
    portal.create('deal', { TITLE, CONTACT_ID: contact });
    job.clock.time += 60_000;
  }
  // Neither a closed one nor one of another funnel counts.
  portal.create('deal', { TITLE: 'Закрытая', CONTACT_ID: contact, STAGE_ID: 'LOSE' });
  portal.create('deal', { TITLE: 'Ортодонтия', CONTACT_ID: contact, CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' });
  await addVisit(501, anna.id);
  await run();
  expect(written().map(([method]) => method)).toEqual(['crm.contact.update', 'crm.deal.update']);
  expect(named()).toEqual(['phone and name F1_501 1', 'МНОЖЕСТВЕННЫЕ СДЕЛКИ F1_501 3 2 1', 'АВТОПРИВЯЗКА F1_501 3']);
  expect(portal.truth.deals().map((deal) => deal['UF_CRM_1769072841035'])).toEqual([null, null, 'F1_501', null, null]);
});

it('23. Two visits of one patient take two deals: the second does not take over what the first has taken', async () => {
  const { portal, addVisit, run, named } = await withAnna();
  portal.create('deal', { TITLE: 'Консультация', CONTACT_ID: portal.create('contact', annaInPortal) });
  await addVisit(501, anna.id);
  await addVisit(502, anna.id);
  expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1, updated: 1 }] });
  expect(portal.truth.deals()).toMatchObject([
    { ID: '1', UF_CRM_1769072841035: 'F1_501' },
    { ID: '2', UF_CRM_1769072841035: 'F1_502' },
  ]);
  expect(named().filter((name) => name.startsWith('АВТОПРИВЯЗКА'))).toEqual(['АВТОПРИВЯЗКА F1_501 1']);
});

it('29. A deal holds what the visit says: start, end, doctor and services in the fields of the clinics', async () => {
  const { portal, addPatient, addVisit, addOrder, run, written } = await withAnna({ params: ['assignedBy=3'] });
  await addPatient({ ...anna, id: 2002, phone: '8 999 000 33 44', parent: 'Кедров Илья' });
  await addVisit(501, 2002, { Comment: 'Боится уколов', ReceptionEnded: '2026-11-20T11:40:00' });
  await addOrder(1, 501, [2, 4]);
  await run();
  expect(written().slice(1)).toEqual([
    [
      'crm.deal.add',
      {
        fields: {
          UF_CRM_1769072841035: 'F1_501',
          UF_CRM_1769072843903: 'IDENT',
          UF_CRM_1769083581481: '77',
          TITLE: 'Кедрова Анна Игоревна',
          CATEGORY_ID: '0',
          STAGE_ID: 'UC_NO40X0',
          CONTACT_ID: '1',
          ASSIGNED_BY_ID: '3',
          CURRENCY_ID: 'RUB',
          OPPORTUNITY: '1350',
          IS_MANUAL_OPPORTUNITY: 'Y',
          UF_CRM_1769008900: '2026-11-21T10:00:00+03:00',
          UF_CRM_1769008947: '2026-11-21T10:30:00+03:00',
          UF_CRM_1769008996: 'Осокина Лидия',
          UF_CRM_1769009098: 'Осмотр и консультация, Прицельный снимок',
          UF_CRM_1769009157: 'Завершен',
          UF_CRM_1769087458477: 'Кедров Илья',
          UF_CRM_1769494714842: 'Боится уколов',
          ORIGINATOR_ID: expect.stringMatching(/^pipe:/),
          ORIGIN_ID: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      },
    ],
    [
      'crm.item.productrow.set',
      {
        ownertype: 'D',
        ownerid: '1',
        productrows: [
          { productName: 'Осмотр и консультация', price: '900', quantity: '1' },
          { productName: 'Прицельный снимок', price: '450', quantity: '1' },
        ],
      },
    ],
  ]);
  expect(portal.truth.contacts()).toMatchObject([{ UF_CRM_1769087537061: 'Кедров Илья', ASSIGNED_BY_ID: '3' }]);
});

it('29. Services are cut to 3000 characters at a comma; a visit without a bill has none, and no sum of its own', async () => {
  const { job, portal, addVisit, addOrder, run, written } = await withAnna();
  await job.clinic.execute(`UPDATE dbo.ServiceItems SET Name = REPLICATE(N'я', 140) WHERE ID <= 2`);
  await addVisit(501, anna.id);
  await addOrder(
    1,
    501,
    Array.from({ length: 22 }, () => 2),
  );
  await addVisit(502, anna.id);
  await run();
  const [long, none] = portal.truth.deals();
  expect(long?.['UF_CRM_1769009098']).toBe(`${Array.from({ length: 21 }, () => 'я'.repeat(140)).join(', ')}...`);
  expect(none?.['UF_CRM_1769009098']).toBe('Не указаны');
  expect(JSON.stringify(written().at(-1))).not.toContain('"OPPORTUNITY"');
});

it('29. A sum and goods a manager planned stay until the visit is billed, then the bill is what the deal holds', async () => {
  const { job, portal, addVisit, addOrder, run } = await withAnna();
  const contact = portal.create('contact', annaInPortal);
  portal.create('deal', { TITLE: 'Имплант', CONTACT_ID: contact, OPPORTUNITY: '42000', IS_MANUAL_OPPORTUNITY: 'Y' });
  const goods = { ownerType: 'D', ownerId: 1, productRows: [{ productName: 'Имплант', price: 42_000, quantity: 1 }] };
  await fetch(`${portal.webhook}crm.item.productrow.set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(goods),
  });
  const held = () => [
    portal.truth.deals()[0]?.['OPPORTUNITY'],
    ...portal.truth.productRows('D', 1).map((row) => row['PRODUCT_NAME']),
  ];
  await addVisit(501, anna.id);
  await run();
  expect(portal.truth.deals()).toMatchObject([{ UF_CRM_1769072841035: 'F1_501' }]);
  expect(held()).toEqual(['42000.00', 'Имплант']);
  job.clock.time += 60_000;
  await addOrder(1, 501, [2, 4]);
  await run();
  expect(held()).toEqual(['1350.00', 'Осмотр и консультация', 'Прицельный снимок']);
});

it('29. A sum with parts of a kopeck, as a discount in per cent leaves it, is written once: the portal keeps two decimals', async () => {
  const { job, portal, addVisit, addOrder, run, written } = await withAnna();
  await addVisit(501, anna.id);
  await addOrder(1, 501, [2, 4]);
  await job.clinic.execute('UPDATE dbo.OrderServiceRelation SET DiscountSum = 66.6665');
  await run();
  expect(portal.truth.deals()).toMatchObject([{ OPPORTUNITY: '1216.67' }]);
  await run({ full: true });
  expect(written()).toEqual([]);
});
