import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { together } from '../_mssql/compile.ts';
import type { Collection } from './stream.ts';
import { scanQuery, tailQuery } from './stream-query.ts';
import { finishedVisits, professions } from './streams/collections.ts';
import { receptions } from './streams/receptions.ts';
import { services } from './streams/services.ts';

const none = (): boolean => false;
const all = (): boolean => true;

/** The part of a statement from this word on. */
const from = (text: string, word: string): string => text.slice(text.indexOf(word));
const textOf = (collection: Collection | undefined): string =>
  together([collection?.query(sql`@id1, @id2`, none) ?? []].flat()).text;

describe('the SQL of a stream', () => {
  it('T8 asks every stamp of a visit with >=, CheckIssued included', () => {
    const { text, parameters } = scanQuery(receptions, none, { from: '2026-03-01T10:00:00.000' }, 17, 1001);
    expect(text.slice(0, 24)).toBe('select top(1001) r.ID as');
    expect(from(text, 'where r.ID >')).toBe(
      'where r.ID > @1 and r.ID in (' +
        'select r.ID from dbo.Receptions as r where r.DateTimeAdded >= @since or r.DateTimeChanged >= @since' +
        ' or r.ReceptionAdded >= @since or r.PatientAppeared >= @since or r.ReceptionStarted >= @since' +
        ' or r.ReceptionEnded >= @since or r.CheckIssued >= @since or r.ReceptionCanceled >= @since' +
        ' union select o.ID_Receptions from dbo.Orders as o where o.DateTimeOrder >= @since or o.DateTimeBillFormed >= @since' +
        ') order by r.ID',
    );
    expect(parameters).toEqual({
      1: { type: 'int', value: 17 },
      since: { type: 'datetime', value: '2026-03-01T10:00:00.000' },
    });
  });

  it('follows the stamps of bill and patient where the base has them', () => {
    const { text } = tailQuery(receptions, all, '2026-03-01T10:00:00.000', undefined, 10);
    expect(from(text, ' union select o.ID_Receptions from dbo.OrderService')).toBe(
      ' union select o.ID_Receptions from dbo.OrderServiceRelation as l inner join dbo.Orders as o on o.ID = l.ID_Orders' +
        ' where l.DateTimeAdded >= @since or l.DateTimeChanged >= @since' +
        ' union select r.ID from dbo.Patients as p inner join dbo.Receptions as r on r.ID_Patients = p.ID_Persons' +
        ' where p.DateTimeChanged >= @since and p.DateTimeChanged < r.PlanEnd' +
        ' union select r.ID from dbo.Persons as pp inner join dbo.Receptions as r on r.ID_Patients = pp.ID' +
        ' where pp.DateTimeChanged >= @since and pp.DateTimeChanged < r.PlanEnd' +
        ')) as v order by v.changedAt, v.id',
    );
  });

  it('goes on behind a row of the same instant by its ID', () => {
    const place = { changedAt: '2026-03-01T10:00:00.127', id: 5 };
    const { text, parameters } = tailQuery(receptions, none, '2026-03-01T09:00:00.000', place, 10);
    expect(from(text, 'where (v')).toBe(
      'where (v.changedAt > @since or (v.changedAt = @since and v.id > @1)) order by v.changedAt, v.id',
    );
    expect(parameters).toEqual({
      1: { type: 'int', value: 5 },
      since: { type: 'datetime', value: '2026-03-01T10:00:00.127' },
    });
  });

  it('has no changedAt where nothing has stamps', () => {
    expect(scanQuery(services, none, {}, undefined, 51).text).toBe(
      'select top(51) s.ID as id, s.Name as name, c.Price as price from dbo.ServiceItems as s\n' +
        'outer apply (select top(1) p.Price from dbo.ServiceItemPrices as p where p.ID_ServiceItems = s.ID order by p.ID desc) as c' +
        ' order by s.ID',
    );
  });

  it('T9 asks for what a visit has several of apart from it', () => {
    const { orders, lines } = receptions.around ?? {};
    expect(textOf(professions('doctorId'))).toBe(
      'select distinct i.ID_Staffs as doctorId, n.NameProfession as profession\n' +
        'from dbo.Items as i inner join dbo.ProfessionNames as n on n.ID = i.ID_ProfessionNames\n' +
        'where i.ID_Staffs in (@id1, @id2)',
    );
    expect(from(textOf(orders), 'where')).toBe('where o.ID_Receptions in (@id1, @id2) order by o.DateTimeOrder, o.ID');
    expect(from(textOf(lines), 'where')).toBe('where o.ID_Receptions in (@id1, @id2) order by l.ID');
    expect(from(textOf(finishedVisits('patientId')), 'where')).toBe(
      'where r.ID_Patients in (@id1, @id2) and r.ReceptionCanceled is null and r.ID_ReceptionCancelReasons is null\n' +
        'and (r.ReceptionEnded is not null or r.CheckIssued is not null) group by r.ID_Patients',
    );
  });
});
