import { expect, test } from 'vitest';
import type { Outcome, Write } from '../../engine/index.ts';
import { open, requests, type Opened } from './open-for-test.ts';

/** Why `leads/complex` is not used: docs/decisions/leads-complex.md quotes these figures. */
const visits = Array.from({ length: 1_000 }, (_, index) => ({
  name: `№ ${index}`,
  phone: `+7900${5_000_000 + index}`,
}));

function keyOf(outcome: Outcome | undefined): string {
  return outcome?.ok === true ? outcome.key : '';
}

/** First the contacts, then the leads with their ids, as the engine hands them over. */
async function inTwoBatches({ sink, signal }: Opened): Promise<void> {
  const contacts = visits.map(({ name, phone }): Write => ({
    operation: 'create',
    entity: 'contact',
    values: { name, PHONE: [{ value: phone, type: 'MOB' }] },
  }));
  const made = await sink.write(contacts, signal);
  const leads = visits.map(({ name }, index): Write => ({
    operation: 'create',
    entity: 'lead',
    values: { name, contacts: [keyOf(made[index])] },
  }));
  expect((await sink.write(leads, signal)).every(({ ok }) => ok)).toBe(true);
}

/** At most fifty leads a request (reference 2). */
async function complex({ account }: Opened, items: readonly object[]): Promise<Response> {
  return fetch(`${account.origin}/api/v4/leads/complex`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(items),
  });
}

function itemOf({ name, phone }: { readonly name: string; readonly phone: string }, price = 0): object {
  const values = [{ value: phone, enum_code: 'MOB' }];
  return { name, price, _embedded: { contacts: [{ name, custom_fields_values: [{ field_code: 'PHONE', values }] }] } };
}

test.each([
  [50, 40],
  [250, 8],
])('a thousand leads with new contacts make, %i rows a request, %i requests with writes', async (rows, wanted) => {
  const opened = await open({}, { writesPerRequest: rows });
  await inTwoBatches(opened);
  expect(requests(opened).filter((one) => one.startsWith('POST'))).toHaveLength(wanted);
  expect(opened.account.truth.rows('leads')).toHaveLength(1_000);
});

test('through leads/complex they make twenty, whatever a request may hold elsewhere', async () => {
  const opened = await open();
  for (let start = 0; start < visits.length; start += 50)
    expect(
      (
        await complex(
          opened,
          visits.slice(start, start + 50).map((visit) => itemOf(visit)),
        )
      ).status,
    ).toBe(200);
  expect(requests(opened)).toHaveLength(20);
  expect(
    (
      await complex(
        opened,
        visits.slice(0, 51).map((visit) => itemOf(visit)),
      )
    ).status,
  ).toBe(400);
});

test('merged names rows of before, and nothing of what was sent is in them', async () => {
  const opened = await open({ habits: { duplicateControl: true } });
  const visit = { name: 'Нина', phone: '+79001112233' };
  await complex(opened, [itemOf(visit, 1_000)]);
  const answer = await complex(opened, [itemOf({ ...visit, name: 'Приём' }, 2_000)]);
  expect(await answer.json()).toEqual([{ id: 1, contact_id: 1, company_id: null, request_id: ['0'], merged: true }]);
  expect(opened.account.truth.rows('leads')).toMatchObject([{ id: 1, name: 'Нина', price: 1_000 }]);
});

test('two leads of one new patient in one request are two contacts, and one bad contact keeps all leads back', async () => {
  const opened = await open({ habits: { duplicateControl: true } });
  const visit = { name: 'Нина', phone: '+79001112233' };
  await complex(opened, [itemOf(visit), itemOf(visit)]);
  expect(opened.account.truth.rows('contacts')).toHaveLength(2);
  const bad = { name: 'Иван', _embedded: { contacts: [{ name: 'Иван', responsible_user_id: 5 }] } };
  expect((await complex(opened, [itemOf({ name: 'Пётр', phone: '+79004445566' }), bad])).status).toBe(400);
  expect(opened.account.truth.rows('leads')).toHaveLength(2);
});
