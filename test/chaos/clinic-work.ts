import type { Clinic } from '../../connectors/ident/sandbox/index.ts';
import type { Random } from '../../connectors/ident/sandbox/random.ts';

/** The staff at work: old visits go on, new ones are written down, two of them for a patient nobody knew. */
export interface Staff {
  /** Some of it, by chance; gives the visits that were touched. */
  work(): Promise<readonly number[]>;
}

export async function hireStaff(clinic: Clinic, random: Random): Promise<Staff> {
  let visit = await highest(clinic, 'SELECT MAX(ID) AS n FROM dbo.Receptions');
  let patient = await highest(clinic, 'SELECT MAX(ID_Persons) AS n FROM dbo.Patients');
  let order = await highest(clinic, 'SELECT MAX(ID) AS n FROM dbo.Orders');
  let line = await highest(clinic, 'SELECT MAX(ID) AS n FROM dbo.OrderServiceRelation');

  async function bookVisit(of: number, ended: boolean): Promise<number> {
    visit += 1;
    const now = clinic.now();
    const end = ended ? `'${now}'` : 'NULL';
    await clinic.execute(
      `INSERT INTO dbo.Receptions (ID, ID_Patients, ID_Staffs, ID_Armchairs, PlanStart, PlanEnd, PatientAppeared,
        ReceptionStarted, ReceptionEnded, ReceptionAdded, DateTimeAdded, DateTimeChanged)
       VALUES (${visit}, ${of}, ${random.between(101, 106)}, ${random.between(1, 5)}, '${now}', '${now}', ${end}, ${end}, ${end},
        '${now}', '${now}', '${now}')`,
    );
    if (ended) await bill(visit, of, now);
    return visit;
  }

  async function bill(reception: number, of: number, now: string): Promise<void> {
    order += 1;
    line += 1;
    await clinic.execute(
      `INSERT INTO dbo.Orders (ID, ID_Receptions, ID_Patients, ID_Staffs, ID_OwnCompanies, DateTimeOrder, DateTimeAdded)
       VALUES (${order}, ${reception}, ${of}, 101, 1, '${now}', '${now}')`,
    );
    await clinic.execute(
      `INSERT INTO dbo.OrderServiceRelation (ID, ID_Orders, ID_ServicePrices, CountService, DateTimeAdded)
       VALUES (${line}, ${order}, ${random.between(1, 16)}, ${random.between(1, 3)}, '${now}')`,
    );
  }

  async function newPatient(): Promise<number> {
    patient += 1;
    const [[surname, name], now] = [random.pick(newcomers), clinic.now()];
    await clinic.execute(
      `INSERT INTO dbo.Persons (ID, Surname, Name, MobilePhone, DateTimeChanged)
       VALUES (${patient}, N'${surname}', N'${name}', '+7999${String(4_000_000 + patient)}', '${now}')`,
    );
    await clinic.execute(
      `INSERT INTO dbo.Patients (ID_Persons, CardNumber, PatientNumber, Status, DateTimeChanged)
       VALUES (${patient}, '${patient}', ${patient}, 1, '${now}')`,
    );
    return patient;
  }

  return {
    async work() {
      const touched: number[] = [];
      const newcomer = await newPatient();
      touched.push(await bookVisit(newcomer, true));
      if (random.chance(0.5)) touched.push(await bookVisit(newcomer, false));
      if (random.chance(0.4)) touched.push(await bookVisit(random.between(1001, patient), true));
      touched.push(...(await clinic.change(random.between(0, 3))));
      return touched;
    },
  };
}

const newcomers = [
  ['Ольхина', 'Вера'],
  ['Кедров', 'Пётр'],
  ['Осинина', 'Майя'],
] as const;

async function highest(clinic: Clinic, query: string): Promise<number> {
  const [row] = await clinic.execute(query);
  return Number(row?.['n']);
}
