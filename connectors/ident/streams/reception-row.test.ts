import { describe, expect, it } from 'vitest';
import type { Row } from '../../../engine/index.ts';
import { receptionRow } from './reception-row.ts';

interface Around {
  readonly professions?: readonly string[];
  readonly orders?: readonly Row[];
  readonly lines?: readonly Row[];
}

const visit: Row = {
  id: 1,
  patientId: 1001,
  doctorId: 102,
  surname: 'Малинина',
  name: 'Ева',
  mobilePhone: '+79992000001',
};

function rowOf(more: Row, { professions = [], orders = [], lines = [] }: Around = {}): Row {
  const around: Readonly<Record<string, readonly Row[]>> = {
    professions: professions.map((profession) => ({ profession })),
    orders,
    lines,
  };
  return receptionRow({ ...visit, ...more }, (collection) => around[collection] ?? []);
}

describe('a visit', () => {
  it.each([
    [{}, 'Запланирован'],
    [{ appearedAt: 't' }, 'Пациент пришел'],
    [{ appearedAt: 't', startedAt: 't' }, 'В процессе'],
    [{ startedAt: 't', endedAt: 't' }, 'Завершен'],
    [{ endedAt: 't', checkIssuedAt: 't' }, 'Завершен (счет выдан)'],
    [{ checkIssuedAt: 't', cancelledAt: 't' }, 'Отменен'],
    [{ cancelReasonId: 3 }, 'Отменен'],
  ])('with %o is %s', (stamps, status) => {
    expect(rowOf(stamps)['status']).toBe(status);
  });

  it('T9 names all professions of a doctor in one text', () => {
    expect(rowOf({ doctorSurname: 'Хвойников' }, { professions: ['Хирург', 'Пародонтолог'] })['doctor']).toEqual({
      id: 102,
      surname: 'Хвойников',
      speciality: 'Пародонтолог, Хирург',
    });
  });

  it('sums the lines of all its orders exactly', () => {
    const lines = [
      { name: 'Слепок', price: 1250.05, count: 3, discount: 0.15 },
      { name: 'Осмотр', price: 0.1, count: 1 },
      { name: 'Осмотр', price: 0.2, count: 1 },
    ];
    const row = rowOf({}, { lines });
    expect(row['amount']).toBe(3750.3);
    expect(row['items']).toEqual(lines);
  });

  it('without lines costs nothing', () => {
    expect(rowOf({})).toMatchObject({ items: [], amount: 0 });
  });

  it('belongs to the branch of its latest order', () => {
    const orders = [
      { orderDate: '2026-03-01T10:00:00.000', branchId: 1, branchName: 'Садовая' },
      { orderDate: '2026-03-01T11:00:00.000', branchId: 2, branchName: 'Речная' },
    ];
    expect(rowOf({ chairBranchId: 1 }, { orders })).toMatchObject({
      branch: { id: 2, name: 'Речная' },
      orderDate: '2026-03-01T11:00:00.000',
    });
  });

  it('belongs to the branch of its chair while no order says more', () => {
    const branch = { id: 1, name: 'Садовая' };
    expect(rowOf({ chairBranchId: 1, chairBranchName: 'Садовая' })).toMatchObject({ branch });
    expect(rowOf({ chairBranchId: 1, chairBranchName: 'Садовая' }, { orders: [{}] })).toMatchObject({ branch });
  });

  it('without a doctor is delivered without one', () => {
    const { doctorId: _, ...alone } = visit;
    const row = receptionRow(alone, () => []);
    expect(row).not.toHaveProperty('doctor');
    expect(row['id']).toBe(1);
  });

  it('takes the other phone where the mobile one is blank', () => {
    expect(rowOf({ mobilePhone: ' ', phone: '84950000000' })).toMatchObject({ patient: { phone: '84950000000' } });
  });
});
