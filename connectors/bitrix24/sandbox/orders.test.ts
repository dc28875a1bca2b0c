import { expect, test } from 'vitest';
import { error, openPortal, type Wire } from './open-for-test.ts';

async function order(portal: Wire, name: string, body: object): Promise<unknown> {
  const reply = await portal.send(`/sandbox/${name}`, { body: JSON.stringify(body) });
  return reply.status === 200 ? reply.body : reply;
}

test('another process plans faults, sees what is held and lets it go', async () => {
  const portal = await openPortal();
  const fault = { hold: { name: 'late' } };
  expect(await order(portal, 'faults', { method: 'crm.deal.add', when: 'after', fault })).toBe(true);
  const late = portal.result('crm.deal.add', { fields: {} });
  await portal.whenHeld('late');
  expect((await portal.send('/sandbox/held', { method: 'GET' })).body).toEqual([
    { request: 1, until: { name: 'late' } },
  ]);
  expect(await order(portal, 'release', { name: 'late' })).toBe(1);
  expect(await late).toBe(1);
});

test.each([
  ['hide', { entity: 'deal', path: 'list' }],
  ['robot', { entity: 'deal', on: 'add', fields: { COMMENTS: 'x' } }],
  ['ignore-filter', { entity: 'deal', field: 'STAGE_ID' }],
  ['ignore-filter', { method: 'user.get' }],
  ['add-field', { entity: 'deal', field: { name: 'UF_CRM_FLOOR', type: 'integer' } }],
  ['rename-field', { entity: 'deal', field: 'UF_CRM_1769072841035', label: 'Номер' }],
  ['set-option', { list: 77, property: 637, id: 1201, text: 'Казань и пригород' }],
  ['answer-with', { listValues: 'plain', userSelect: 'ignored', missingReference: 'zero' }],
  ['lose-field', { entity: 'deal', field: 'UF_CRM_1769072841035' }],
  ['lose-right', { entity: 'deal', verb: 'delete' }],
  ['answer-with', { pageSize: 60 }],
  ['forget-faults', {}],
])('%s is an order', async (name, body) => {
  const portal = await openPortal();
  expect(await order(portal, name, body)).toBe(true);
});

test('a neighbour is told how much it got', async () => {
  const portal = await openPortal({ limits: { capacity: 3, perSecond: 1 } });
  expect(await order(portal, 'neighbour', { requests: 5 })).toBe(3);
});

test.each([
  ['faults', { method: 'batch', fault: 'explode' }],
  ['faults', { method: 'batch', fault: 'reset', chance: 1 }],
  ['faults', { fault: 'reset' }],
  ['hide', { entity: 'quote', path: 'list' }],
  ['release', {}],
  ['edit', { entity: 'deal', id: 404, fields: {} }],
  ['remove-element', { list: 77, id: 404 }],
])('an order the portal does not understand is refused: %s %j', async (name, body) => {
  const portal = await openPortal();
  expect(await order(portal, name, body)).toMatchObject({ status: 400, body: { error: 'SANDBOX_ORDER' } });
});

test('what a method would throw at its caller is said over HTTP', async () => {
  const portal = await openPortal();
  expect(await order(portal, 'lose-field', { entity: 'deal', field: 'TITLE' })).toEqual({
    status: 400,
    body: error('SANDBOX_UNKNOWN', 'The sandbox does not know the user field TITLE of a deal'),
  });
});

test('another process reads histories and overlaps', async () => {
  const portal = await openPortal();
  portal.create('deal', { TITLE: 'Приём' });
  portal.create('deal', {});
  const read = async (path: string): Promise<unknown> => (await portal.send(path, { method: 'GET' })).body;
  expect(await read('/sandbox/history/deal/1')).toMatchObject([{ id: 1, by: 'desk', record: { TITLE: 'Приём' } }]);
  expect(await read('/sandbox/history/deal')).toHaveLength(2);
  expect(await read('/sandbox/truth/overlaps')).toEqual([]);
  expect(await portal.send('/sandbox/history/quote', { method: 'GET' })).toEqual({ status: 404, body: null });
});

test('another process works at every desk', async () => {
  const portal = await openPortal();
  expect(await order(portal, 'create', { entity: 'deal', fields: { TITLE: 'Приём' } })).toBe(1);
  expect(await order(portal, 'edit', { entity: 'deal', id: 1, fields: { TITLE: 'Осмотр' } })).toBe(true);
  expect(portal.truth.deals()).toMatchObject([{ TITLE: 'Осмотр' }]);
  expect(await order(portal, 'remove', { entity: 'deal', id: 1 })).toBe(true);
  expect(portal.truth.deals()).toEqual([]);
  const id = await order(portal, 'create-element', { list: 77, fields: { NAME: 'Склад', PROPERTY_637: 1201 } });
  expect(await order(portal, 'edit-element', { list: 77, id, fields: { NAME: 'Склад-2' } })).toBe(true);
  const read = async (path: string): Promise<unknown> => (await portal.send(path, { method: 'GET' })).body;
  expect(Object(await read('/sandbox/truth/list/77')).at(-1)).toMatchObject({ NAME: 'Склад-2' });
  expect(await order(portal, 'remove-element', { list: 77, id })).toBe(true);
  const hired = await order(portal, 'hire', { name: 'Егор' });
  expect(await order(portal, 'edit-user', { id: hired, user: { active: false } })).toBe(true);
  expect(Object(await read('/sandbox/truth/users')).at(-1)).toMatchObject({ NAME: 'Егор', ACTIVE: false });
  expect(await read('/sandbox/truth/departments')).toHaveLength(4);
  expect(await read('/sandbox/truth/product')).toEqual([]);
});
