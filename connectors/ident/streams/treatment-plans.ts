import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Stream } from '../stream.ts';
import { planRow } from './plan-row.ts';
import { planStamps } from './plan-stamps.ts';

/**
 * The treatment plans of a patient, newest first (reference A.7). A card that two patients share shows the plans of
 * both, whichever of them is read.
 */
export const treatmentPlans: Stream = {
  name: 'treatmentPlans',
  fields: streamColumns.treatmentPlans,
  required: {
    'dbo.TreatmentPlans': ['ID', 'ID_Patients', 'Name', 'DateTimeCreated', 'IsActive'],
    'dbo.TreatmentPlanElementRelations': [
      'ID',
      'ID_TreatmentPlans',
      'ID_TreatmentPlanStages',
      'ID_TreatmentPlanElements',
      'ID_ServicePrices',
      'DiscountSum',
    ],
    'dbo.TreatmentPlanStages': ['ID', 'Name', 'Order'],
    'dbo.TreatmentPlanElements': ['ID', 'Name', 'Order'],
    'dbo.ServiceItemPrices': ['ID', 'ID_ServiceItems', 'Price'],
    'dbo.ServiceItems': ['ID', 'Name'],
    'dbo.OrderServiceRelation': ['ID_Orders', 'ID_TreatmentPlanElementRelations'],
    'dbo.Orders': ['ID', 'DateTimeBillFormed'],
    'dbo.Patients': ['ID_Persons', 'CardNumber'],
    'dbo.Receptions': ['ID_Patients', 'ReceptionAdded', 'DateTimeAdded'],
  },
  select: () => ({
    columns: sql`p.ID_Persons as id, p.CardNumber as cardNumber`,
    from: sql`dbo.Patients as p`,
    where: sql`exists (select 1 from dbo.TreatmentPlans as t where t.ID_Patients = p.ID_Persons)`,
    key: sql`p.ID_Persons`,
  }),
  stamps: planStamps,
  around: {
    lines: { of: 'id', by: 'patientId', query: (patients) => linesOf(patients) },
  },
  row: planRow,
};

/** Every line of every plan of a card with its status; a plan without lines is one row without a line. */
function linesOf(patients: RawBuilder<unknown>): RawBuilder<unknown> {
  const doing = sql`select 1 from dbo.OrderServiceRelation as l inner join dbo.Orders as o on o.ID = l.ID_Orders where l.ID_TreatmentPlanElementRelations = e.ID`;
  return sql`select k.ID_Persons as patientId, t.ID as planId, t.Name as planName, t.IsActive as active, t.DateTimeCreated as createdAt,
e.ID as lineId, g.ID as stageId, g.Name as stage, n.ID as elementId, n.Name as element, s.Name as service, c.Price as price, e.DiscountSum as discount,
case when exists (${doing} and o.DateTimeBillFormed is not null) then 'done_paid' when exists (${doing}) then 'done' else 'pending' end as progress
from dbo.Patients as k inner join dbo.Patients as q on ${card('q')} = ${card('k')}
inner join dbo.TreatmentPlans as t on t.ID_Patients = q.ID_Persons
left join dbo.TreatmentPlanElementRelations as e on e.ID_TreatmentPlans = t.ID
left join dbo.TreatmentPlanStages as g on g.ID = e.ID_TreatmentPlanStages
left join dbo.TreatmentPlanElements as n on n.ID = e.ID_TreatmentPlanElements
left join dbo.ServiceItemPrices as c on c.ID = e.ID_ServicePrices left join dbo.ServiceItems as s on s.ID = c.ID_ServiceItems
where k.ID_Persons in (${patients})
order by t.ID desc, g.[Order], g.ID, n.[Order], n.ID, e.ID`;
}

/** What patients of one card have in common; a patient without a card shares it with nobody. */
function card(alias: string): RawBuilder<unknown> {
  return sql.raw(
    `isnull(nullif(ltrim(rtrim(${alias}.CardNumber)), ''), ' ' + convert(nvarchar(20), ${alias}.ID_Persons))`,
  );
}
