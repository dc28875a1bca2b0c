import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Value } from '../../engine/index.ts';
import { bound, compile, sqlWriter } from '../_mssql/compile.ts';
import type { Bounds } from '../_mssql/cursor.ts';
import type { Statement } from '../_mssql/parameters.ts';
import type { IdentDatabase, OptionalColumn } from './schema.ts';

/** The optional columns this base has. */
export type Available = ReadonlySet<OptionalColumn>;

/** A place in the order (changedAt, id). */
export interface Place {
  readonly changedAt: Value;
  readonly id: Value;
}

const db = sqlWriter<IdentDatabase>();
const stamp = (value: Value): RawBuilder<string> => bound<string>({ type: 'datetime', value });
const int = (value: Value): RawBuilder<number> => bound<number>({ type: 'int', value });

/** Every stamp of a visit: CheckIssued belongs to them (T8), and DateTimeChanged alone does not tell all (A.6). */
const visitStamps = [
  'DateTimeAdded',
  'DateTimeChanged',
  'ReceptionAdded',
  'PatientAppeared',
  'ReceptionStarted',
  'ReceptionEnded',
  'CheckIssued',
  'ReceptionCanceled',
] as const;

/** Stamps of another table that change what a visit shows. */
interface OutsideStamps {
  readonly columns: readonly OptionalColumn[];
  /** Known by every integration, so read without asking. */
  readonly certain?: readonly string[];
  readonly alias: string;
  /** The table and what leads from it to visits. */
  readonly tables: RawBuilder<unknown>;
  /** ID of the visit a row belongs to. */
  readonly visit: RawBuilder<unknown>;
}

const bill: readonly OutsideStamps[] = [
  {
    columns: ['dbo.Orders.DateTimeAdded', 'dbo.Orders.DateTimeChanged'],
    certain: ['DateTimeOrder', 'DateTimeBillFormed'],
    alias: 'o',
    tables: sql`dbo.Orders as o`,
    visit: sql`o.ID_Receptions`,
  },
  {
    columns: ['dbo.OrderServiceRelation.DateTimeAdded', 'dbo.OrderServiceRelation.DateTimeChanged'],
    alias: 'l',
    tables: sql`dbo.OrderServiceRelation as l inner join dbo.Orders as o on o.ID = l.ID_Orders`,
    visit: sql`o.ID_Receptions`,
  },
];

/** A patient's stamps count for visits still ahead: a corrected phone does not re-deliver the patient's whole past. */
const patient: readonly (OutsideStamps & { readonly stamp: string })[] = [
  {
    columns: ['dbo.Patients.DateTimeChanged'],
    stamp: 'p.DateTimeChanged',
    alias: 'p',
    tables: sql`dbo.Patients as p inner join dbo.Receptions as r on r.ID_Patients = p.ID_Persons`,
    visit: sql`r.ID`,
  },
  {
    columns: ['dbo.Persons.DateTimeChanged'],
    stamp: 'pp.DateTimeChanged',
    alias: 'pp',
    tables: sql`dbo.Persons as pp inner join dbo.Receptions as r on r.ID_Patients = pp.ID`,
    visit: sql`r.ID`,
  },
];

function stampsOf({ columns, certain = [], alias }: OutsideStamps, available: Available): readonly string[] {
  const present = columns.filter((column) => available.has(column)).map((column) => column.split('.')[2] ?? '');
  return [...certain, ...present].map((column) => `${alias}.${column}`);
}

/** The newest of all stamps of visit `r` of patient `p`, person `pp`. */
function changedAt(available: Available): RawBuilder<string | null> {
  const own = visitStamps.map((column) => sql`select ${sql.ref(`r.${column}`)} as stamp`);
  const ofPatient = patient
    .filter((outside) => stampsOf(outside, available).length > 0)
    .map(({ stamp: column }) => sql`select case when ${sql.ref(column)} < r.PlanEnd then ${sql.ref(column)} end`);
  const ofBill = bill.flatMap((outside) =>
    stampsOf(outside, available).map(
      (column) => sql`select ${sql.ref(column)} from ${outside.tables} where ${outside.visit} = r.ID`,
    ),
  );
  return sql`(select max(s.stamp) from (${sql.join([...own, ...ofPatient, ...ofBill], sql` union all `)}) as s)`;
}

/** IDs of visits with any stamp at or after `from`; `>=`, because more rows of that very instant may still come. */
function changedSince(available: Available, from: Value): RawBuilder<number> {
  const own = sql`select r.ID from dbo.Receptions as r where ${anySince(
    visitStamps.map((column) => `r.${column}`),
    from,
  )}`;
  const changed = (outside: OutsideStamps, also: RawBuilder<unknown>): readonly RawBuilder<unknown>[] => {
    const stamps = stampsOf(outside, available);
    if (stamps.length === 0) return [];
    return [sql`select ${outside.visit} from ${outside.tables} where (${anySince(stamps, from)})${also}`];
  };
  const ofBill = bill.flatMap((outside) => changed(outside, sql``));
  const ofPatient = patient.flatMap((outside) => changed(outside, sql` and ${sql.ref(outside.stamp)} < r.PlanEnd`));
  return sql`(${sql.join([own, ...ofBill, ...ofPatient], sql` union `)})`;
}

function anySince(columns: readonly string[], from: Value): RawBuilder<unknown> {
  return sql.join(
    columns.map((column) => sql`${sql.ref(column)} >= ${stamp(from)}`),
    sql` or `,
  );
}

/** Visits with everything that stands once: patient, doctor, chair and its branch. */
function visits(available: Available) {
  return db
    .selectFrom('dbo.Receptions as r')
    .innerJoin('dbo.Patients as p', 'p.ID_Persons', 'r.ID_Patients')
    .innerJoin('dbo.Persons as pp', 'pp.ID', 'p.ID_Persons')
    .leftJoin('dbo.Persons as d', 'd.ID', 'r.ID_Staffs')
    .leftJoin('dbo.Armchairs as a', 'a.ID', 'r.ID_Armchairs')
    .leftJoin('dbo.OwnCompanies as b', 'b.ID', 'a.ID_OwnCompanies')
    .select([
      'r.ID as id',
      'r.PlanStart as planStart',
      'r.PlanEnd as planEnd',
      'r.PatientAppeared as appearedAt',
      'r.ReceptionStarted as startedAt',
      'r.ReceptionEnded as endedAt',
      'r.CheckIssued as checkIssuedAt',
      'r.ReceptionCanceled as cancelledAt',
      'r.ID_ReceptionCancelReasons as cancelReasonId',
      'r.CancelReasonComment as cancelReason',
      'r.ID_ReceptionsTransferFrom as movedFrom',
      'r.Comment as comment',
      'r.DateTimeAdded as createdAt',
      'r.ID_Patients as patientId',
      'r.ID_Staffs as doctorId',
    ])
    .select([
      'p.CardNumber as cardNumber',
      'p.PatientNumber as patientNumber',
      'p.ParentSNP as parent',
      'pp.Surname as surname',
      'pp.Name as name',
      'pp.Patronymic as patronymic',
      'pp.MobilePhone as mobilePhone',
      'pp.Birthday as birthday',
      'd.Surname as doctorSurname',
      'd.Name as doctorName',
      'd.Patronymic as doctorPatronymic',
      'a.NameArmchair as armchair',
      'b.ID as chairBranchId',
      'b.Name as chairBranchName',
    ])
    .select(
      available.has('dbo.Persons.Phone')
        ? sql.ref<string | null>('pp.Phone').as('phone')
        : sql<string | null>`null`.as('phone'),
    )
    .select(changedAt(available).as('changedAt'));
}

/** The next visits behind `after` in the order of their ID. */
export function scanQuery(available: Available, bounds: Bounds, after: Value | undefined, count: number): Statement {
  const { from, until } = bounds;
  const page = visits(available)
    .$if(after !== undefined, (query) => query.where('r.ID', '>', int(after ?? 0)))
    .$if(from !== undefined, (query) => query.where('r.ID', 'in', changedSince(available, from ?? '')));
  if (until === undefined) return compile(page.top(count).orderBy('r.ID'));
  return compile(
    db.selectFrom(page.as('v')).selectAll('v').top(count).where('v.changedAt', '<', stamp(until)).orderBy('v.id'),
  );
}

/** The next visits behind `after` in the order of (changedAt, ID). */
export function tailQuery(available: Available, from: Value, after: Place | undefined, count: number): Statement {
  const changed = visits(available).where('r.ID', 'in', changedSince(available, after?.changedAt ?? from));
  const page = db.selectFrom(changed.as('v')).selectAll('v').top(count).orderBy('v.changedAt').orderBy('v.id');
  if (after === undefined) return compile(page);
  const { changedAt: at, id } = after;
  return compile(
    page.where((v) =>
      v.or([v('v.changedAt', '>', stamp(at)), v.and([v('v.changedAt', '=', stamp(at)), v('v.id', '>', int(id))])]),
    ),
  );
}

/** Visits by ID, as far as they are still there. */
export function fetchQuery(available: Available, ids: readonly Value[]): Statement {
  return compile(visits(available).where('r.ID', 'in', ids.map(int)));
}

/** Professions of doctors: several rows for one who has several (T9). */
export function professionsQuery(doctors: readonly Value[]): Statement {
  return compile(
    db
      .selectFrom('dbo.Items as i')
      .innerJoin('dbo.ProfessionNames as n', 'n.ID', 'i.ID_ProfessionNames')
      .select(['i.ID_Staffs as doctorId', 'n.NameProfession as profession'])
      .distinct()
      .where('i.ID_Staffs', 'in', doctors.map(int)),
  );
}

/** All orders of visits, the latest last. */
export function ordersQuery(receptions: readonly Value[]): Statement {
  return compile(
    db
      .selectFrom('dbo.Orders as o')
      .leftJoin('dbo.OwnCompanies as b', 'b.ID', 'o.ID_OwnCompanies')
      .select([
        'o.ID_Receptions as receptionId',
        'o.DateTimeOrder as orderDate',
        'o.DateTimeBillFormed as billFormedAt',
        'b.ID as branchId',
        'b.Name as branchName',
      ])
      .where('o.ID_Receptions', 'in', receptions.map(int))
      .orderBy('o.DateTimeOrder')
      .orderBy('o.ID'),
  );
}

/** Performed services over all orders of visits. */
export function linesQuery(receptions: readonly Value[]): Statement {
  return compile(
    db
      .selectFrom('dbo.Orders as o')
      .innerJoin('dbo.OrderServiceRelation as l', 'l.ID_Orders', 'o.ID')
      .leftJoin('dbo.ServiceItemPrices as c', 'c.ID', 'l.ID_ServicePrices')
      .leftJoin('dbo.ServiceItems as s', 's.ID', 'c.ID_ServiceItems')
      .select([
        'o.ID_Receptions as receptionId',
        's.Name as name',
        'c.Price as price',
        'l.CountService as count',
        'l.DiscountSum as discount',
      ])
      .where('o.ID_Receptions', 'in', receptions.map(int))
      .orderBy('l.ID'),
  );
}

/** How many visits of each patient came to their end. */
export function finishedVisitsQuery(patients: readonly Value[]): Statement {
  return compile(
    db
      .selectFrom('dbo.Receptions as r')
      .select(['r.ID_Patients as patientId', (query) => query.fn.countAll<number>().as('finished')])
      .where('r.ID_Patients', 'in', patients.map(int))
      .where('r.ReceptionCanceled', 'is', null)
      .where('r.ID_ReceptionCancelReasons', 'is', null)
      .where((r) => r.or([r('r.ReceptionEnded', 'is not', null), r('r.CheckIssued', 'is not', null)]))
      .groupBy('r.ID_Patients'),
  );
}
