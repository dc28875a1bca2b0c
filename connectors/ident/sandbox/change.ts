import type { Random } from './random.ts';

/** What the staff of a clinic does to one visit; `now` is the clinic's wall clock as naive ISO text. */
type Deed = (visit: number, now: string, random: Random) => readonly string[];

/** The next stamp, as IDENT sets it: without touching DateTimeChanged (reference A.6). */
const advance: Deed = (visit, now) => [
  `UPDATE dbo.Receptions SET
    CheckIssued = CASE WHEN ReceptionEnded IS NOT NULL THEN '${now}' ELSE CheckIssued END,
    ReceptionEnded = CASE WHEN ReceptionStarted IS NOT NULL AND ReceptionEnded IS NULL THEN '${now}' ELSE ReceptionEnded END,
    ReceptionStarted = CASE WHEN PatientAppeared IS NOT NULL AND ReceptionStarted IS NULL THEN '${now}' ELSE ReceptionStarted END,
    PatientAppeared = CASE WHEN PatientAppeared IS NULL THEN '${now}' ELSE PatientAppeared END
  WHERE ID = ${visit}`,
];

const comment: Deed = (visit, now, random) => [
  `UPDATE dbo.Receptions SET Comment = N'Перезвонить за ${random.between(1, 9)} ч, звонок от ${now}', DateTimeChanged = '${now}' WHERE ID = ${visit}`,
];

const move: Deed = (visit, now, random) => {
  const days = random.between(1, 5);
  return [
    `UPDATE dbo.Receptions SET PlanStart = DATEADD(day, ${days}, PlanStart), PlanEnd = DATEADD(day, ${days}, PlanEnd), DateTimeChanged = '${now}' WHERE ID = ${visit}`,
  ];
};

const cancel: Deed = (visit, now, random) => [
  `UPDATE dbo.Receptions SET ReceptionCanceled = '${now}', ID_ReceptionCancelReasons = ${random.between(1, 4)} WHERE ID = ${visit}`,
];

/** Only the bill changes: no column of the visit itself. */
const discount: Deed = (visit, now, random) => [
  `UPDATE dbo.OrderServiceRelation SET DiscountSum = ISNULL(DiscountSum, 0) + ${random.between(1, 20)}, DateTimeChanged = '${now}'
  WHERE ID_Orders IN (SELECT ID FROM dbo.Orders WHERE ID_Receptions = ${visit})`,
  `UPDATE dbo.Orders SET DateTimeChanged = '${now}' WHERE ID_Receptions = ${visit}`,
];

/** One more line on a treatment plan, of this `ServiceItemPrices.ID`: no row of the plan itself changes. */
export function lineOnPlan(plan: number, price: number, now: string): string {
  return `INSERT INTO dbo.TreatmentPlanElementRelations (ID, ID_TreatmentPlans, ID_TreatmentPlanStages, ID_TreatmentPlanElements, ID_ServicePrices, DiscountSum, DateTimeAdded)
  SELECT ISNULL(MAX(ID), 0) + 1, ${plan}, 2, 3, ${price}, 0, '${now}' FROM dbo.TreatmentPlanElementRelations`;
}

/** Money from a patient: no row of Patients or Persons changes (T16). */
export function payment(patient: number, roubles: number, now: string): string {
  return `INSERT INTO dbo.PaymentsIn (ID, ID_Patients, ID_OwnCompanies, Payment, DateTimePayment)
  SELECT ISNULL(MAX(ID), 0) + 1, ${patient}, 1, ${roubles}, '${now}' FROM dbo.PaymentsIn`;
}

export interface Touched {
  /** IDs of the visits, each once. */
  readonly visits: readonly number[];
  readonly statements: readonly string[];
}

/** Visits the staff still works on: not cancelled, no bill issued. */
export const openVisits = `SELECT ID FROM dbo.Receptions
  WHERE ReceptionCanceled IS NULL AND ID_ReceptionCancelReasons IS NULL AND CheckIssued IS NULL ORDER BY ID`;

/** Changes that leave a stamp of `now` at so many of the open visits, chosen by chance; `billed` have orders. */
export function staffAtWork(
  count: number,
  open: readonly number[],
  billed: ReadonlySet<number>,
  now: string,
  random: Random,
): Touched {
  const visits = new Set<number>();
  const statements: string[] = [];
  while (visits.size < Math.min(count, open.length)) {
    const visit = random.pick(open);
    if (visits.has(visit)) continue;
    visits.add(visit);
    const deeds = billed.has(visit) ? [discount, comment, advance] : [advance, comment, move, cancel];
    statements.push(...random.pick(deeds)(visit, now, random));
  }
  return { visits: [...visits], statements };
}
