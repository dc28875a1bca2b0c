import { sql } from 'kysely';
import type { Stamps } from '../stream.ts';

const audit = ['DateTimeAdded', 'DateTimeChanged'];
const id = sql`t.ID_Patients`;
const ofLine = sql`inner join dbo.TreatmentPlans as t on t.ID = e.ID_TreatmentPlans`;
const ofDeed = sql`inner join dbo.TreatmentPlanElementRelations as e on e.ID = l.ID_TreatmentPlanElementRelations ${ofLine}`;

/** The plan, its lines, the order lines that do them, and those orders: their bill makes a line paid. */
const ofPlan: readonly Stamps[] = [
  {
    table: 'dbo.TreatmentPlans',
    alias: 't',
    columns: ['DateTimeCreated'],
    optional: audit,
    from: sql`dbo.TreatmentPlans as t`,
    id,
  },
  {
    table: 'dbo.TreatmentPlanElementRelations',
    alias: 'e',
    optional: audit,
    from: sql`dbo.TreatmentPlanElementRelations as e ${ofLine}`,
    id,
  },
  {
    table: 'dbo.OrderServiceRelation',
    alias: 'l',
    optional: audit,
    from: sql`dbo.OrderServiceRelation as l ${ofDeed}`,
    id,
  },
  {
    table: 'dbo.Orders',
    alias: 'o',
    columns: ['DateTimeBillFormed'],
    optional: audit,
    from: sql`dbo.Orders as o inner join dbo.OrderServiceRelation as l on l.ID_Orders = o.ID ${ofDeed}`,
    id,
  },
];

/** A card number may be given later, and a new visit makes a new deal, which has no plan yet. */
const ofPatient: readonly Stamps[] = [
  {
    table: 'dbo.Patients',
    alias: 'p',
    optional: ['DateTimeChanged'],
    from: sql`dbo.Patients as p`,
    id: sql`p.ID_Persons`,
    inRow: true,
  },
  {
    table: 'dbo.Receptions',
    alias: 'r',
    columns: ['ReceptionAdded', 'DateTimeAdded'],
    from: sql`dbo.Receptions as r`,
    id: sql`r.ID_Patients`,
  },
];

/** What makes the plans of a patient count as changed. */
export const planStamps: readonly Stamps[] = [...ofPlan, ...ofPatient];
