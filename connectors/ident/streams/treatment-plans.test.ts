import { describe, expect, it } from 'vitest';
import { all, openClinic } from '../sandbox/clinic-for-test.ts';
import { planRow } from './plan-row.ts';

const minute = 60_000;

/** A clinic all of whose plans were read; the patient of plan 1 has visit 1, its order 1 and the plan's lines 1 to 3. */
async function readClinic() {
  const opened = await openClinic({ appointments: 60 }, 'treatmentPlans');
  const { cursor, rows } = await all(opened.read());
  opened.pass(minute);
  /** IDs of patients read again because of a stamp of now. */
  const fresh = async (): Promise<readonly unknown[]> => {
    const again = await all(opened.read({ ...(cursor && { cursor }) }));
    return again.rows.filter((row) => row['changedAt'] === opened.clinic.now()).map((row) => row['id']);
  };
  return { ...opened, rows, fresh };
}

describe('33. the plans of a patient count as changed', () => {
  it.each([
    ['the plan was', 'UPDATE dbo.TreatmentPlans SET IsActive = 0, DateTimeChanged = @now WHERE ID = 1'],
    ['a line was', 'UPDATE dbo.TreatmentPlanElementRelations SET DiscountSum = 5, DateTimeChanged = @now WHERE ID = 3'],
    [
      'an order line that does it was written',
      'UPDATE dbo.OrderServiceRelation SET ID_TreatmentPlanElementRelations = 3, DateTimeChanged = @now WHERE ID = 1',
    ],
    [
      'the order that does it got its bill',
      `UPDATE dbo.Orders SET DateTimeBillFormed = @now WHERE ID = (
         SELECT ID_Orders FROM dbo.OrderServiceRelation WHERE ID_TreatmentPlanElementRelations = 1)`,
    ],
    ['the card was given', `UPDATE dbo.Patients SET CardNumber = '55', DateTimeChanged = @now WHERE ID_Persons = 1001`],
    [
      'a new visit makes a deal without them',
      'INSERT INTO dbo.Receptions (ID, ID_Patients, ReceptionAdded) VALUES (7001, 1001, @now)',
    ],
  ])('when %s', async (_when, statement) => {
    const { clinic, fresh } = await readClinic();
    expect(await fresh()).toEqual([]);
    await clinic.execute(statement.replace('@now', `'${clinic.now()}'`));
    expect(await fresh()).toEqual([1001]);
  });

  it('and not when a visit goes on, an order has other lines, or somebody without plans is written to', async () => {
    const { clinic, fresh } = await readClinic();
    const now = clinic.now();
    await clinic.execute(
      `UPDATE dbo.Receptions SET ReceptionEnded = '${now}', DateTimeChanged = '${now}' WHERE ID = 2`,
    );
    await clinic.execute(
      `UPDATE dbo.OrderServiceRelation SET DateTimeChanged = '${now}' WHERE ID_TreatmentPlanElementRelations IS NULL`,
    );
    await clinic.execute(
      `UPDATE dbo.Patients SET DateTimeChanged = '${now}' WHERE ID_Persons NOT IN (SELECT ID_Patients FROM dbo.TreatmentPlans)`,
    );
    expect(await fresh()).toEqual([]);
  });
});

describe('a card', () => {
  it('that two patients share shows the plans of both, the newest first', async () => {
    const { clinic, read } = await openClinic({ appointments: 13 }, 'treatmentPlans');
    const owners = await clinic.execute('SELECT ID, ID_Patients FROM dbo.TreatmentPlans ORDER BY ID');
    const [first, second] = [...new Set(owners.map((plan) => Number(plan['ID_Patients'])))];
    await clinic.execute(`UPDATE dbo.Patients SET CardNumber = 'Д-1' WHERE ID_Persons = ${first}`);
    await clinic.execute(`UPDATE dbo.Patients SET CardNumber = ' д-1 ' WHERE ID_Persons = ${second}`);
    const { rows } = await all(read());
    const shared = rows.filter((row) => row['id'] === first || row['id'] === second);
    const expected = owners
      .filter((plan) => plan['ID_Patients'] === first || plan['ID_Patients'] === second)
      .map((plan) => ({ id: plan['ID'] }))
      .reverse();
    expect(shared.map((row) => row['plans'])).toMatchObject([expected, expected]);
    expect(shared.map((row) => row['total'])).toEqual([expected.length, expected.length]);
  });

  it('that is blank is none, and is shared with nobody', async () => {
    const { clinic, read } = await openClinic({ appointments: 13 }, 'treatmentPlans');
    await clinic.execute(`UPDATE dbo.Patients SET CardNumber = CASE WHEN ID_Persons = 1001 THEN NULL ELSE ' ' END`);
    const { rows } = await all(read());
    expect(rows.map((row) => 'cardNumber' in row)).toEqual(rows.map(() => false));
    const truth = await clinic.execute(
      'SELECT ID_Patients, COUNT(*) AS n FROM dbo.TreatmentPlans GROUP BY ID_Patients',
    );
    expect(rows.map((row) => row['total'])).toEqual(truth.map((row) => row['n']));
  });
});

it('33. a plan is complete by its lines that are done, paid or not, and one without lines is not begun', () => {
  const line = { planId: 7, active: true, stageId: 1, elementId: 1, price: 0.1, discount: 0.3 };
  const rowOf = (...progress: readonly string[]) => {
    const lines = progress.map((each, index) => ({ ...line, lineId: index, progress: each }));
    return planRow({ id: 1 }, (of) => (of === 'lines' ? (lines.length === 0 ? [{ planId: 7 }] : lines) : []));
  };
  const percent = (...progress: readonly string[]) => rowOf(...progress)['plans'];
  expect(percent('done', 'pending', 'done_paid')).toMatchObject([
    { summary: { count: 3, amount: -0.6, done: { count: 1, amount: -0.2 }, completion_percent: 67 } },
  ]);
  expect(percent('done_paid')).toMatchObject([{ summary: { completion_percent: 100 } }]);
  expect(percent()).toMatchObject([
    { active: false, stages: [], summary: { count: 0, amount: 0, completion_percent: 0 } },
  ]);
});
