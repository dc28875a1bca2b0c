import { sql } from 'kysely';
import type { Collection } from '../stream.ts';

/** Professions of doctors, several rows for one who has several (T9); `of` is the column of the doctors. */
export const professions = (of: string): Collection => ({
  of,
  by: 'doctorId',
  query: (doctors) =>
    sql`select distinct i.ID_Staffs as doctorId, n.NameProfession as profession
from dbo.Items as i inner join dbo.ProfessionNames as n on n.ID = i.ID_ProfessionNames
where i.ID_Staffs in (${doctors})`,
});

/** How many visits of each patient came to their end; `of` is the column of the patients. */
export const finishedVisits = (of: string): Collection => ({
  of,
  by: 'patientId',
  query: (patients) =>
    sql`select r.ID_Patients as patientId, count(*) as finished from dbo.Receptions as r
where r.ID_Patients in (${patients}) and r.ReceptionCanceled is null and r.ID_ReceptionCancelReasons is null
and (r.ReceptionEnded is not null or r.CheckIssued is not null) group by r.ID_Patients`,
});
