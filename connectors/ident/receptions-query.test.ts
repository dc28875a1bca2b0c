import { describe, expect, it } from 'vitest';
import {
  finishedVisitsQuery,
  linesQuery,
  ordersQuery,
  professionsQuery,
  scanQuery,
  tailQuery,
} from './receptions-query.ts';
import { optionalColumns } from './schema.ts';

const none = new Set<never>();
const all = new Set(optionalColumns);

/** The part of a statement from this word on. */
const from = (text: string, word: string): string => text.slice(text.indexOf(word));

describe('the SQL of the stream receptions', () => {
  it('T8 asks every stamp with >=, CheckIssued included', () => {
    const { text, parameters } = scanQuery(none, { from: '2026-03-01T10:00:00.000' }, 17, 1001);
    expect(from(text, 'where "r"."ID" >')).toBe(
      'where "r"."ID" > @1 and "r"."ID" in (' +
        'select r.ID from dbo.Receptions as r where "r"."DateTimeAdded" >= @2 or "r"."DateTimeChanged" >= @3' +
        ' or "r"."ReceptionAdded" >= @4 or "r"."PatientAppeared" >= @5 or "r"."ReceptionStarted" >= @6' +
        ' or "r"."ReceptionEnded" >= @7 or "r"."CheckIssued" >= @8 or "r"."ReceptionCanceled" >= @9' +
        ' union select o.ID_Receptions from dbo.Orders as o where ("o"."DateTimeOrder" >= @10 or "o"."DateTimeBillFormed" >= @11)' +
        ') order by "r"."ID"',
    );
    expect(parameters['1']).toEqual({ type: 'int', value: 17 });
    expect(parameters['2']).toEqual({ type: 'datetime', value: '2026-03-01T10:00:00.000' });
  });

  it('follows the stamps of bill and patient where the base has them', () => {
    const { text } = tailQuery(all, '2026-03-01T10:00:00.000', undefined, 10);
    expect(from(text, ' union select o.ID_Receptions from dbo.OrderService')).toBe(
      ' union select o.ID_Receptions from dbo.OrderServiceRelation as l inner join dbo.Orders as o on o.ID = l.ID_Orders' +
        ' where ("l"."DateTimeAdded" >= @13 or "l"."DateTimeChanged" >= @14)' +
        ' union select r.ID from dbo.Patients as p inner join dbo.Receptions as r on r.ID_Patients = p.ID_Persons' +
        ' where ("p"."DateTimeChanged" >= @15) and "p"."DateTimeChanged" < r.PlanEnd' +
        ' union select r.ID from dbo.Persons as pp inner join dbo.Receptions as r on r.ID_Patients = pp.ID' +
        ' where ("pp"."DateTimeChanged" >= @16) and "pp"."DateTimeChanged" < r.PlanEnd' +
        ')) as "v" order by "v"."changedAt", "v"."id"',
    );
  });

  it('goes on behind a row of the same instant by its ID', () => {
    const { text, parameters } = tailQuery(
      none,
      '2026-03-01T09:00:00.000',
      { changedAt: '2026-03-01T10:00:00.127', id: 5 },
      10,
    );
    expect(from(text, 'where ("v"')).toBe(
      'where ("v"."changedAt" > @11 or ("v"."changedAt" = @12 and "v"."id" > @13)) order by "v"."changedAt", "v"."id"',
    );
    expect(parameters['13']).toEqual({ type: 'int', value: 5 });
  });

  it('T9 asks for what a visit has several of apart from it', () => {
    expect(professionsQuery([101, 102]).text).toBe(
      'select distinct "i"."ID_Staffs" as "doctorId", "n"."NameProfession" as "profession" from "dbo"."Items" as "i"' +
        ' inner join "dbo"."ProfessionNames" as "n" on "n"."ID" = "i"."ID_ProfessionNames" where "i"."ID_Staffs" in (@1, @2)',
    );
    expect(from(ordersQuery([1]).text, 'where')).toBe(
      'where "o"."ID_Receptions" in (@1) order by "o"."DateTimeOrder", "o"."ID"',
    );
    expect(from(linesQuery([1]).text, 'where')).toBe('where "o"."ID_Receptions" in (@1) order by "l"."ID"');
    expect(from(finishedVisitsQuery([7]).text, 'where')).toBe(
      'where "r"."ID_Patients" in (@1) and "r"."ReceptionCanceled" is null and "r"."ID_ReceptionCancelReasons" is null' +
        ' and ("r"."ReceptionEnded" is not null or "r"."CheckIssued" is not null) group by "r"."ID_Patients"',
    );
  });
});
