import { describe, expect, it } from 'vitest';
import type { Account } from '../../../connectors/amocrm/sandbox/index.ts';
import { contactOf, contactsIn, job } from './stand.ts';

/** People as they are typed in a clinic, by id; every other patient is left out. */
interface Typed {
  readonly surname?: string;
  readonly name: string;
  readonly phone: string;
}

/** A clinic of these patients alone, from 1001 on. */
function only(...people: readonly Typed[]): readonly string[] {
  const quoted = (text: string | undefined): string => (text === undefined ? 'NULL' : `N'${text}'`);
  return [
    `DELETE FROM dbo.Patients WHERE ID_Persons > ${1000 + people.length}`,
    ...people.map(
      ({ surname, name, phone }, index) =>
        `UPDATE dbo.Persons SET Surname = ${quoted(surname)}, Name = ${quoted(name)}, Patronymic = NULL, MobilePhone = '${phone}',
           Phone = NULL WHERE ID = ${1001 + index}`,
    ),
  ];
}

function byHand(account: Account, name: string, phone: string): number {
  const values = [{ value: phone, enum_code: 'WORK' }];
  return account.create('contacts', { name, custom_fields_values: [{ field_code: 'PHONE', values }] });
}

const phone = '+79995550001';

describe('contacts of patients who share something', () => {
  it('are one each: relatives on one phone, namesakes on one phone, and who gave no surname', async () => {
    const one = await job({
      sql: only(
        { surname: 'Орешкин', name: 'Лев', phone },
        { surname: 'Орешкина', name: 'Вера', phone: '8 999 555-00-01' },
        { surname: 'Орешкин', name: 'Лев', phone },
        { name: 'Вера', phone },
      ),
    });
    expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ created: 4, queued: 0 }] });
    const held = [1001, 1002, 1003, 1004].map((id) => contactOf(one, id));
    expect(held.map((each) => [each?.['name'], each?.['Телефон']])).toEqual([
      ['Орешкин Лев', phone],
      ['Орешкина Вера', phone],
      ['Орешкин Лев', phone],
      ['Вера', phone],
    ]);
    expect(contactsIn(one.account)).toHaveLength(4);
  });

  it.each(['Орешкин Лев', 'лев  орешкин', 'ОРЕШКИН ЛЕВ'])(
    'are those that were made by hand, where phone and name agree: %s',
    async (name) => {
      const one = await job({ sql: only({ surname: 'Орешкин', name: 'Лев', phone }) });
      const id = byHand(one.account, name, '8 (999) 555-00-01');
      expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ created: 0, updated: 1 }] });
      // Its phone is the same, and stays as it was typed.
      expect(contactOf(one, 1001)).toMatchObject({ id, name: 'Орешкин Лев', Телефон: '8 (999) 555-00-01' });
    },
  );

  it.each([
    ['bears another name', 'Орешкина Вера', { surname: 'Орешкин', name: 'Лев', phone }],
    ['has the name of who gave no surname', 'Лев', { name: 'Лев', phone }],
  ])('leave alone a contact with their phone that %s', async (_which, name, patient) => {
    const one = await job({ sql: only(patient) });
    const id = byHand(one.account, name, phone);
    expect(await one.run()).toMatchObject({ exitCode: 0, flows: [{ created: 1, updated: 0 }] });
    expect(one.account.truth.history('contacts', id)).toHaveLength(1);
  });

  it('say so where several were made by hand, and take the oldest', async () => {
    const one = await job({ sql: only({ surname: 'Орешкин', name: 'Лев', phone }) });
    const id = byHand(one.account, 'Орешкин Лев', phone);
    one.clock.time += 60_000;
    byHand(one.account, 'Орешкин Лев', phone);
    await one.run();
    expect(contactOf(one, 1001)?.['id']).toBe(id);
    expect(one.events).toContainEqual(
      expect.objectContaining({ type: 'record-named', name: 'МНОЖЕСТВЕННЫЕ КОНТАКТЫ' }),
    );
  });
});

describe('a patient who was deleted in IDENT', () => {
  it('is skipped by name, with the visits', async () => {
    const one = await job({
      sql: [...only({ surname: 'Орешкин', name: 'Лев', phone }), 'UPDATE dbo.Patients SET Status = 3'],
    });
    const result = await one.run({ flows: ['patients', 'receptions'] });
    expect(result).toMatchObject({ exitCode: 0, flows: [{ skipped: 1 }, { queued: 0, rejected: 0 }] });
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'record-named', name: 'DELETED' }));
    expect([contactsIn(one.account), one.account.truth.rows('leads')]).toEqual([[], []]);
  });
});
