import { expect, test } from 'vitest';
import { error, member, openPortal, type Wire } from '../open-for-test.ts';

async function withDeal(fields: object = {}): Promise<Wire> {
  return openPortal({ seed: (desk) => void desk.create('deal', { ...fields }) });
}

const rows = [
  { PRODUCT_NAME: 'Осмотр', PRICE: 1500, QUANTITY: 1 },
  { PRODUCT_NAME: 'Пломба', PRICE: 2250.5, QUANTITY: 2 },
];

test('rows are replaced as a whole, and the amount follows them', async () => {
  const portal = await withDeal({ OPPORTUNITY: 10 });
  expect(await portal.result('crm.deal.productrows.set', { id: 1, rows })).toBe(true);
  expect(portal.truth.deals()[0]).toMatchObject({ OPPORTUNITY: '6001.00' });
  await portal.result('crm.deal.productrows.set', { id: 1, rows: rows.slice(0, 1) });
  expect(await portal.result('crm.deal.productrows.get', { id: 1 })).toMatchObject([
    {
      ID: '3',
      OWNER_ID: '1',
      OWNER_TYPE: 'D',
      PRODUCT_ID: 0,
      PRODUCT_NAME: 'Осмотр',
      PRICE: 1500,
      QUANTITY: 1,
      TAX_INCLUDED: 'N',
    },
  ]);
  expect(portal.truth.deals()[0]).toMatchObject({ OPPORTUNITY: '1500.00' });
});

test('an amount kept by hand survives rows; one that is not does not survive a write', async () => {
  const portal = await withDeal({ OPPORTUNITY: 10, IS_MANUAL_OPPORTUNITY: 'Y' });
  await portal.result('crm.deal.productrows.set', { id: 1, rows });
  expect(portal.truth.deals()[0]).toMatchObject({ OPPORTUNITY: '10.00' });
  await portal.result('crm.deal.update', { id: 1, fields: { IS_MANUAL_OPPORTUNITY: 'N', OPPORTUNITY: 7 } });
  expect(portal.truth.deals()[0]).toMatchObject({ OPPORTUNITY: '6001.00' });
});

test('rows under a wrong name succeed and wipe what was there', async () => {
  const portal = await withDeal();
  await portal.result('crm.deal.productrows.set', { id: 1, rows });
  expect(await portal.result('crm.deal.productrows.set', { id: 1, productRows: rows })).toBe(true);
  expect(portal.truth.productRows('D', 1)).toEqual([]);
  expect(portal.journal.refusals).toEqual([
    {
      method: 'crm.deal.productrows.set',
      what: 'the parameter productrows of crm.deal.productrows.set',
      answered: 'ignored',
    },
  ]);
});

test('a discount without its figure is ERROR_CORE, with the vendor’s HTML', async () => {
  const portal = await withDeal();
  const reply = await portal.post('crm.deal.productrows.set', { id: 1, rows: [{ PRICE: 1, DISCOUNT_TYPE_ID: 1 }] });
  const text = 'Discount Sum (DISCOUNT_SUM) is required if Monetary Discount Type (DISCOUNT_TYPE_ID) is defined<br>';
  expect(reply).toEqual({ status: 400, body: error('ERROR_CORE', text) });
});

test('crm.item.productrow.set answers the typed rows', async () => {
  const portal = await withDeal();
  const params = { ownerType: 'D', ownerId: 1, productRows: [{ productName: 'Снимок', price: 900, quantity: 2 }] };
  const { productRows } = Object(await portal.result('crm.item.productrow.set', params));
  expect(productRows).toMatchObject([
    { id: 1, ownerId: 1, ownerType: 'D', productName: 'Снимок', price: 900, quantity: 2, taxRate: null },
  ]);
  expect(portal.truth.deals()[0]).toMatchObject({ OPPORTUNITY: '1800.00' });
});

test.each([
  [{ ownerType: 'D', ownerId: 1 }, error(100, 'Could not find value for parameter {productRows}')],
  [{ ownerType: 'D', ownerId: 9, productRows: [] }, error('OWNER_NOT_FOUND', 'Owner was not found')],
  [
    { ownerType: 'X', ownerId: 1, productRows: [] },
    error('ENTITY_TYPE_NOT_SUPPORTED', 'Working with this type of objects is not supported'),
  ],
])('crm.item.productrow.set with %j is refused by the vendor', async (params, body) => {
  const portal = await withDeal();
  expect(await portal.post('crm.item.productrow.set', params)).toEqual({ status: 400, body });
});

test('rows of several owners are listed by pages, and the owner must be given', async () => {
  const portal = await openPortal();
  for (let id = 1; id <= 3; id += 1) {
    portal.create('deal', {});
    const some = Array.from({ length: 30 }, (_, index) => ({ PRODUCT_NAME: `${id}-${index}`, PRICE: index }));
    await portal.result('crm.deal.productrows.set', { id, rows: some });
  }
  const list = async (extra: object, start = 0): Promise<unknown> =>
    (
      await portal.post('crm.item.productrow.list', {
        filter: { '=ownerType': 'D', '=ownerId': [1, 3], ...extra },
        start,
      })
    ).body;
  const first = await list({});
  expect(member(member(first, 'result'), 'productRows')).toHaveLength(50);
  expect(first).toMatchObject({ total: 60, next: 50 });
  expect(member(member(await list({}, 50), 'result'), 'productRows')).toHaveLength(10);
  expect(await list({ '>price': 28, '!%productName': '1-' })).toMatchObject({
    result: { productRows: [{ productName: '3-29' }] },
  });
  const { body } = await portal.post('crm.item.productrow.list', { filter: { '=ownerType': 'D' } });
  expect(member(body, 'error')).toBe(100);
});
