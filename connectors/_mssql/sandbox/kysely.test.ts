import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  sql as raw,
} from 'kysely';
import { expect, test } from 'vitest';
import { at, useClinic } from './test-clinic.ts';

/** Kysely compiles, `mssql` executes: the way our connectors ask. */
interface Clinic {
  'dbo.Receptions': {
    ID: number;
    ID_Patients: number;
    ID_Staffs: number | null;
    PlanStart: Date | null;
    Comment: string | null;
  };
  'dbo.Persons': { ID: number; Surname: string | null; Name: string | null };
  'dbo.Orders': { ID: number; ID_Receptions: number; DateTimeOrder: Date };
}

const kysely = new Kysely<Clinic>({
  dialect: {
    createAdapter: () => new MssqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MssqlIntrospector(db),
    createQueryCompiler: () => new MssqlQueryCompiler(),
  },
});

const pool = useClinic('reader');

async function run({ sql: text, parameters }: CompiledQuery): Promise<unknown> {
  const request = pool().request();
  for (const [index, value] of parameters.entries()) request.input(String(index + 1), value);
  return (await request.query(text)).recordset;
}

test('a page of a joined table', async () => {
  const query = kysely
    .selectFrom('dbo.Receptions as r')
    .leftJoin('dbo.Persons as doctor', 'doctor.ID', 'r.ID_Staffs')
    .select(['r.ID as id', 'r.PlanStart as planStart', 'doctor.Surname as doctor.surname'])
    .where('r.PlanStart', '>=', at('2026-03-02T00:00:00'))
    .where((where) => where.or([where('r.Comment', 'is', null), where('r.Comment', 'like', '%оплата%')]))
    .orderBy('r.PlanStart', 'desc')
    .top(1000);
  expect(query.compile().sql).toBe(
    'select top(1000) "r"."ID" as "id", "r"."PlanStart" as "planStart", "doctor"."Surname" as "doctor.surname" from "dbo"."Receptions" as "r" left join "dbo"."Persons" as "doctor" on "doctor"."ID" = "r"."ID_Staffs" where "r"."PlanStart" >= @1 and ("r"."Comment" is null or "r"."Comment" like @2) order by "r"."PlanStart" desc',
  );
  expect(await run(query.compile())).toEqual([
    { id: 4, planStart: at('2026-03-04T18:45:00'), 'doctor.surname': null },
    { id: 2, planStart: at('2026-03-02T10:00:00'), 'doctor.surname': 'Лечилов' },
  ]);
});

test('outer apply, offset and fetch', async () => {
  const query = kysely
    .selectFrom('dbo.Receptions as r')
    .outerApply((from) =>
      from
        .selectFrom('dbo.Orders as o')
        .select(['o.ID as orderId'])
        .whereRef('o.ID_Receptions', '=', 'r.ID')
        .orderBy('o.DateTimeOrder', 'desc')
        .top(1)
        .as('last'),
    )
    .select(['r.ID as id', 'last.orderId'])
    .orderBy('r.ID')
    .offset(1)
    .fetch(2);
  expect(await run(query.compile())).toEqual([
    { id: 2, orderId: null },
    { id: 3, orderId: 102 },
  ]);
});

test('a tuple comparison as keyset paging writes it, with raw pieces', async () => {
  const query = kysely
    .selectFrom('dbo.Receptions as r')
    .select([
      raw<Date>`(select max(v.d) from (values (r.PlanStart), (r.ReceptionAdded)) as v(d))`.as('changedAt'),
      'r.ID',
    ])
    .where(
      raw<boolean>`(r.PlanStart > ${at('2026-03-01T09:00:00')} or (r.PlanStart = ${at('2026-03-01T09:00:00')} and r.ID > ${0}))`,
    )
    .orderBy(raw`r.PlanStart, r.ID`)
    .top(2);
  expect(await run(query.compile())).toEqual([
    { changedAt: at('2026-03-01T09:00:00'), ID: 1 },
    { changedAt: at('2026-03-02T10:00:00'), ID: 2 },
  ]);
});
