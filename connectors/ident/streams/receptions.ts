import { sql } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Has, Select, Stream } from '../stream.ts';
import { finishedVisits, professions } from './collections.ts';
import { receptionRow } from './reception-row.ts';
import { billStamps, visitStamps } from './stamps.ts';

/** Visits with patient, doctor, branch and bill. Times are naive: the clinic's wall clock. */
export const receptions: Stream = {
  name: 'receptions',
  fields: streamColumns.receptions,
  required: {
    'dbo.Receptions': [
      'ID',
      'ID_Patients',
      'ID_Staffs',
      'ID_Armchairs',
      'PlanStart',
      'PlanEnd',
      'ReceptionAdded',
      'PatientAppeared',
      'ReceptionStarted',
      'ReceptionEnded',
      'CheckIssued',
      'ReceptionCanceled',
      'ID_ReceptionCancelReasons',
      'CancelReasonComment',
      'ID_ReceptionsTransferFrom',
      'Comment',
      'DateTimeAdded',
      'DateTimeChanged',
    ],
    'dbo.Patients': ['ID_Persons', 'CardNumber', 'PatientNumber', 'ParentSNP'],
    'dbo.Persons': ['ID', 'Surname', 'Name', 'Patronymic', 'MobilePhone', 'Birthday'],
    'dbo.Items': ['ID_Staffs', 'ID_ProfessionNames'],
    'dbo.ProfessionNames': ['ID', 'NameProfession'],
    'dbo.Armchairs': ['ID', 'NameArmchair', 'ID_OwnCompanies'],
    'dbo.OwnCompanies': ['ID', 'Name'],
    'dbo.Orders': ['ID', 'ID_Receptions', 'ID_OwnCompanies', 'DateTimeOrder', 'DateTimeBillFormed'],
    'dbo.OrderServiceRelation': ['ID', 'ID_Orders', 'ID_ServicePrices', 'CountService', 'DiscountSum'],
    'dbo.ServiceItemPrices': ['ID', 'ID_ServiceItems', 'Price'],
    'dbo.ServiceItems': ['ID', 'Name'],
  },
  optional: { 'dbo.Persons': { Phone: 'patient.phone' }, 'dbo.Patients': { Status: 'patient.status' } },
  select: visits,
  stamps: [
    { ...visitStamps, id: sql`r.ID`, inRow: true },
    ...billStamps(sql`o.ID_Receptions`),
    // A patient's stamps count for visits still ahead: a corrected phone does not re-deliver the patient's whole past.
    {
      table: 'dbo.Patients',
      alias: 'p',
      optional: ['DateTimeChanged'],
      from: sql`dbo.Patients as p inner join dbo.Receptions as r on r.ID_Patients = p.ID_Persons`,
      id: sql`r.ID`,
      inRow: true,
      before: 'r.PlanEnd',
    },
    {
      table: 'dbo.Persons',
      alias: 'pp',
      optional: ['DateTimeChanged'],
      from: sql`dbo.Persons as pp inner join dbo.Receptions as r on r.ID_Patients = pp.ID`,
      id: sql`r.ID`,
      inRow: true,
      before: 'r.PlanEnd',
    },
  ],
  around: {
    professions: professions('doctorId'),
    // All orders of visits, the latest last.
    orders: {
      of: 'id',
      by: 'receptionId',
      query: (visitIds) =>
        sql`select o.ID_Receptions as receptionId, o.DateTimeOrder as orderDate, o.DateTimeBillFormed as billFormedAt, b.ID as branchId, b.Name as branchName
from dbo.Orders as o left join dbo.OwnCompanies as b on b.ID = o.ID_OwnCompanies
where o.ID_Receptions in (${visitIds}) order by o.DateTimeOrder, o.ID`,
    },
    // Performed services over all orders of visits.
    lines: {
      of: 'id',
      by: 'receptionId',
      query: (visitIds) =>
        sql`select o.ID_Receptions as receptionId, s.Name as name, c.Price as price, l.CountService as count, l.DiscountSum as discount
from dbo.Orders as o inner join dbo.OrderServiceRelation as l on l.ID_Orders = o.ID
left join dbo.ServiceItemPrices as c on c.ID = l.ID_ServicePrices left join dbo.ServiceItems as s on s.ID = c.ID_ServiceItems
where o.ID_Receptions in (${visitIds}) order by l.ID`,
    },
    finished: finishedVisits('patientId'),
  },
  row: receptionRow,
};

/** Visits without a patient are no visits. */
function visits(has: Has): Select {
  const homePhone = has('dbo.Persons.Phone') ? sql`, pp.Phone as phone` : sql``;
  const status = has('dbo.Patients.Status') ? sql`, p.Status as patientStatus` : sql``;
  return {
    columns: sql`r.ID as id, r.PlanStart as planStart, r.PlanEnd as planEnd, r.PatientAppeared as appearedAt, r.ReceptionStarted as startedAt,
r.ReceptionEnded as endedAt, r.CheckIssued as checkIssuedAt, r.ReceptionCanceled as cancelledAt, r.ID_ReceptionCancelReasons as cancelReasonId,
r.CancelReasonComment as cancelReason, r.ID_ReceptionsTransferFrom as movedFrom, r.Comment as comment, r.DateTimeAdded as createdAt,
r.ID_Patients as patientId, p.CardNumber as cardNumber, p.PatientNumber as patientNumber, p.ParentSNP as parent,
pp.Surname as surname, pp.Name as name, pp.Patronymic as patronymic, pp.MobilePhone as mobilePhone, pp.Birthday as birthday${homePhone}${status},
r.ID_Staffs as doctorId, d.Surname as doctorSurname, d.Name as doctorName, d.Patronymic as doctorPatronymic,
a.NameArmchair as armchair, b.ID as chairBranchId, b.Name as chairBranchName`,
    from: sql`dbo.Receptions as r
inner join dbo.Patients as p on p.ID_Persons = r.ID_Patients inner join dbo.Persons as pp on pp.ID = p.ID_Persons
left join dbo.Persons as d on d.ID = r.ID_Staffs
left join dbo.Armchairs as a on a.ID = r.ID_Armchairs left join dbo.OwnCompanies as b on b.ID = a.ID_OwnCompanies`,
    key: sql`r.ID`,
  };
}
