import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateClinic } from './generate.ts';
import { canaries } from './people.ts';
import { columns } from './tables.ts';
import type { Cell, TableName } from './tables.ts';

const plan = { appointments: 2000, seed: 7, nowMs: Date.UTC(2026, 2, 2, 12), days: 365, flaws: false };
type Generated = Readonly<Record<string, Cell>>;

function rowsOf(table: TableName, changes: Partial<typeof plan> = {}): Generated[] {
  return [...generateClinic({ ...plan, ...changes })]
    .filter((insert) => insert.table === table)
    .flatMap(({ rows }) =>
      rows.map((row) => Object.fromEntries(columns[table].map((name, index) => [name, row[index] ?? null]))),
    );
}
const phoneOf = (row: Generated): string =>
  String(row['MobilePhone'] ?? row['Phone'])
    .replace(/\D/g, '')
    .slice(-10);

describe('an invented clinic', () => {
  it('is the same for the same seed and another one for another', () => {
    expect([...generateClinic(plan)]).toEqual([...generateClinic(plan)]);
    expect(rowsOf('Receptions')).not.toEqual(rowsOf('Receptions', { seed: 8 }));
  });

  it('keeps the visits and bills of a seed, whatever is invented beside them', () => {
    const tables = ['Receptions', 'Orders', 'Patients'] as const;
    const visits = tables.map((table) =>
      rowsOf(table).map(({ ID_ArchivingReasons: _reason, ...row }) => Object.values(row)),
    );
    expect(hash('md5', JSON.stringify(visits))).toBe('4304dfff07f9efb7100c8654d5372986');
  });

  it('has plans with lines that are paid, done and neither, patients who owe, and money that was paid back', () => {
    const orders = new Map(rowsOf('Orders').map((order) => [order['ID'], order['DateTimeBillFormed']]));
    const doing = new Map(
      rowsOf('OrderServiceRelation').map((line) => [
        line['ID_TreatmentPlanElementRelations'],
        orders.get(line['ID_Orders'] ?? 0),
      ]),
    );
    const lines = rowsOf('TreatmentPlanElementRelations').map(({ ID }) =>
      doing.has(ID ?? 0) ? (doing.get(ID ?? 0) === null ? 'done' : 'paid') : 'pending',
    );
    expect(new Set(lines)).toEqual(new Set(['done', 'paid', 'pending']));
    expect(rowsOf('PaymentsOut').length).toBeGreaterThan(5);
    expect(rowsOf('Patients').some((row) => row['Status'] === 2 && row['ID_ArchivingReasons'] !== null)).toBe(true);
  });

  it('has as many visits as asked, about two for each patient', () => {
    const patients = rowsOf('Patients').length;
    expect(rowsOf('Receptions')).toHaveLength(2000);
    expect(2000 / patients).toBeGreaterThan(1.8);
    expect(2000 / patients).toBeLessThan(2.3);
  });

  it('has a tenth of its patients in families of two to four on one phone', () => {
    const families = Object.values(
      Object.groupBy(
        rowsOf('Persons', { appointments: 20_000 }).filter((row) => Number(row['ID']) > 1000),
        phoneOf,
      ),
    );
    const sizes = families.map((family) => family?.length ?? 0);
    const shared = sizes.filter((size) => size > 1);
    const share = shared.reduce((sum, size) => sum + size, 0) / sizes.reduce((sum, size) => sum + size, 0);
    expect(Math.max(...sizes)).toBe(4);
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  });

  it('has every case in its first twenty visits', () => {
    const small = { appointments: 20, days: 7 };
    const visits = rowsOf('Receptions', small);
    const orders = Map.groupBy(rowsOf('Orders', small), (order) => order['ID_Receptions']);
    expect(visits).toHaveLength(20);
    expect(visits[0]?.['ID_Patients']).toBe(visits[1]?.['ID_Patients']);
    expect([...orders.values()].map((list) => list.length)).toContain(3);
    expect(visits.some((row) => row['ReceptionCanceled'] === null && row['ID_ReceptionCancelReasons'] !== null)).toBe(
      true,
    );
    expect(visits.some((row) => row['ID_ReceptionsTransferFrom'] !== null)).toBe(true);
    const persons = rowsOf('Persons', small);
    expect(persons.some((row) => row['Surname'] === null)).toBe(true);
    expect(persons.map((row) => row['Surname'])).toEqual(expect.arrayContaining([...canaries.surnames]));
  });

  it('keeps every stamp between the first day and now', () => {
    const stamps = rowsOf('Receptions', { days: 7 })
      .flatMap((row) =>
        Object.entries(row)
          .filter(([name]) => !name.startsWith('Plan'))
          .map(([, value]) => String(value)),
      )
      .filter((value) => value.includes('T'));
    const [first = '', last = ''] = [stamps.sort().at(0), stamps.at(-1)];
    expect(first >= '2026-02-23T12:00:00.000').toBe(true);
    expect(last < '2026-03-02T12:00:00.000').toBe(true);
  });

  it('has visits with holes only when asked', () => {
    const holes = (flaws: boolean): number =>
      rowsOf('Receptions', { flaws }).filter((row) => row['ID_Staffs'] === null).length;
    expect(holes(false)).toBe(0);
    expect(holes(true)).toBe(1);
  });
});
