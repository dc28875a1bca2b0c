import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Has, Select, Stream } from '../stream.ts';
import { finishedVisits } from './collections.ts';
import { patientRow } from './patient-row.ts';
import { billStamps, visitStamps } from './stamps.ts';

/** Columns of `Persons` only the author of one integration saw (reference A.8): read where they are there. */
const maybeOfPerson = {
  Phone: 'phone, extraPhone',
  Email: 'email',
  Sex: 'sex',
  City: 'city',
  INN: 'inn',
  SNILS: 'snils',
  Passport: 'passport',
  Address: 'address',
} as const;

/** Patients with their visits, sums and balance: the sources of the 26 contact fields of reference A.8. */
export const patients: Stream = {
  name: 'patients',
  fields: streamColumns.patients,
  required: {
    'dbo.Patients': [
      'ID_Persons',
      'CardNumber',
      'PatientNumber',
      'Status',
      'FirstVisit',
      'Comment',
      'ParentSNP',
      'SMSRejection',
      'InitialBalance',
    ],
    'dbo.Persons': ['ID', 'Surname', 'Name', 'Patronymic', 'MobilePhone', 'Birthday'],
    'dbo.Receptions': [
      'ID',
      'ID_Patients',
      'ID_Armchairs',
      'PlanStart',
      'ID_ReceptionCancelReasons',
      ...visitStamps.columns,
    ],
    'dbo.Armchairs': ['ID', 'ID_OwnCompanies'],
    'dbo.OwnCompanies': ['ID', 'Name'],
    'dbo.Orders': ['ID', 'ID_Receptions', 'ID_Patients', 'ID_OwnCompanies', 'DateTimeOrder', 'DateTimeBillFormed'],
    'dbo.OrderServiceRelation': ['ID_Orders', 'ID_ServicePrices', 'CountService', 'DiscountSum'],
    'dbo.ServiceItemPrices': ['ID', 'Price'],
    'dbo.PaymentsIn': ['ID_Patients', 'Payment', 'DateTimePayment'],
  },
  optional: {
    'dbo.Persons': maybeOfPerson,
    'dbo.Patients': { ID_InfoSources: 'source', ID_ArchivingReasons: 'archiveReason' },
    'dbo.InfoSources': { ID: 'source', Name: 'source' },
    'dbo.ArchivingReasons': { ID: 'archiveReason', Name: 'archiveReason' },
    'dbo.PaymentsOut': {
      ID_Patients: 'paid, balance',
      Payment: 'paid, balance',
    },
  },
  select: patientsOf,
  stamps: [
    {
      table: 'dbo.Patients',
      alias: 'p',
      optional: ['DateTimeChanged'],
      from: sql`dbo.Patients as p`,
      id: sql`p.ID_Persons`,
      inRow: true,
    },
    {
      table: 'dbo.Persons',
      alias: 'pp',
      optional: ['DateTimeChanged'],
      from: sql`dbo.Persons as pp`,
      id: sql`pp.ID`,
      inRow: true,
    },
    // T16: a visit or a payment changes what is told of a patient, and no row of Patients or Persons.
    { ...visitStamps, id: sql`r.ID_Patients` },
    ...billStamps(sql`o.ID_Patients`),
    {
      table: 'dbo.PaymentsIn',
      alias: 'm',
      columns: ['DateTimePayment'],
      optional: ['DateTimeAdded', 'DateTimeChanged'],
      from: sql`dbo.PaymentsIn as m`,
      id: sql`m.ID_Patients`,
    },
    {
      table: 'dbo.PaymentsOut',
      alias: 'm',
      optional: ['DateTimePayment', 'DateTimeAdded', 'DateTimeChanged'],
      from: sql`dbo.PaymentsOut as m`,
      id: sql`m.ID_Patients`,
      needs: 'ID_Patients',
    },
  ],
  around: {
    finished: finishedVisits('id'),
    bills: {
      of: 'id',
      by: 'patientId',
      query: (ids) =>
        sql`select o.ID_Patients as patientId, sum(l.CountService * c.Price) as gross, sum(l.DiscountSum) as discount
from dbo.Orders as o inner join dbo.OrderServiceRelation as l on l.ID_Orders = o.ID left join dbo.ServiceItemPrices as c on c.ID = l.ID_ServicePrices
where o.ID_Patients in (${ids}) group by o.ID_Patients`,
    },
    paidIn: { of: 'id', by: 'patientId', query: (ids) => paymentsOf('PaymentsIn', ids) },
    paidOut: {
      of: 'id',
      by: 'patientId',
      query: (ids, has) =>
        has('dbo.PaymentsOut.Payment') && has('dbo.PaymentsOut.ID_Patients')
          ? paymentsOf('PaymentsOut', ids)
          : undefined,
    },
    // The branch of the latest visit: of its order, else of its chair. Patients have none of their own.
    branch: {
      of: 'id',
      by: 'patientId',
      query: (ids) =>
        sql`select v.patientId, b.ID as branchId, b.Name as branchName from (
select r.ID_Patients as patientId, isnull(o.ID_OwnCompanies, a.ID_OwnCompanies) as branchId,
row_number() over (partition by r.ID_Patients order by r.PlanStart desc, r.ID desc, o.ID desc) as nth
from dbo.Receptions as r left join dbo.Orders as o on o.ID_Receptions = r.ID left join dbo.Armchairs as a on a.ID = r.ID_Armchairs
where r.ID_Patients in (${ids}) and isnull(o.ID_OwnCompanies, a.ID_OwnCompanies) is not null) as v
inner join dbo.OwnCompanies as b on b.ID = v.branchId where v.nth = 1`,
    },
  },
  row: patientRow,
};

function patientsOf(has: Has): Select {
  const ofPerson = Object.keys(maybeOfPerson).filter((column) => has(`dbo.Persons.${column}`));
  const named = [
    { table: 'InfoSources', alias: 'i', as: 'source', by: 'ID_InfoSources' },
    { table: 'ArchivingReasons', alias: 'x', as: 'archiveReason', by: 'ID_ArchivingReasons' },
  ].filter(({ table, by }) => has(`dbo.Patients.${by}`) && has(`dbo.${table}.ID`) && has(`dbo.${table}.Name`));
  const columns = [
    ...ofPerson.map((column) => `, pp.${column} as ${column.toLowerCase()}`),
    ...named.map(({ alias, as }) => `, ${alias}.Name as ${as}`),
  ];
  const joins = named.map(({ table, alias, by }) => ` left join dbo.${table} as ${alias} on ${alias}.ID = p.${by}`);
  return {
    columns: sql`p.ID_Persons as id, p.CardNumber as cardNumber, p.PatientNumber as number, p.Status as status, p.FirstVisit as firstVisit,
p.Comment as comment, p.ParentSNP as parent, p.SMSRejection as smsRejection, p.InitialBalance as initialBalance,
pp.Surname as surname, pp.Name as name, pp.Patronymic as patronymic, pp.MobilePhone as mobilePhone, pp.Birthday as birthday${sql.raw(columns.join(''))}`,
    from: sql`dbo.Patients as p inner join dbo.Persons as pp on pp.ID = p.ID_Persons${sql.raw(joins.join(''))}`,
    key: sql`p.ID_Persons`,
  };
}

function paymentsOf(table: string, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select m.ID_Patients as patientId, sum(m.Payment) as amount from ${sql.raw(`dbo.${table}`)} as m
where m.ID_Patients in (${ids}) group by m.ID_Patients`;
}
