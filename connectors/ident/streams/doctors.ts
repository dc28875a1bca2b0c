import { sql } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Stream } from '../stream.ts';
import { filled, present } from '../values.ts';
import { professions } from './collections.ts';
import { specialityOf } from './speciality.ts';

/** `ProfessionNames.ID_Roles` of doctors (reference A.3). */
const doctorRole = sql.lit(8);

/**
 * Staff with a profession of doctors, or with visits. Professions and the archive have no stamps, so there is nothing
 * a cursor could move along.
 */
export const doctors: Stream = {
  name: 'doctors',
  fields: streamColumns.doctors,
  required: {
    'dbo.Staffs': ['ID_Persons', 'Archive'],
    'dbo.Persons': ['ID', 'Surname', 'Name', 'Patronymic'],
    'dbo.Items': ['ID_Staffs', 'ID_ProfessionNames'],
    'dbo.ProfessionNames': ['ID', 'NameProfession'],
    'dbo.Receptions': ['ID_Staffs'],
  },
  optional: { 'dbo.ProfessionNames': { ID_Roles: 'id' } },
  select: (has) => {
    const withProfession = sql`exists (select 1 from dbo.Items as i inner join dbo.ProfessionNames as n on n.ID = i.ID_ProfessionNames
where i.ID_Staffs = f.ID_Persons and n.ID_Roles = ${doctorRole}) or `;
    return {
      columns: sql`f.ID_Persons as id, f.Archive as archived, d.Surname as surname, d.Name as name, d.Patronymic as patronymic`,
      from: sql`dbo.Staffs as f inner join dbo.Persons as d on d.ID = f.ID_Persons`,
      where: sql`(${has('dbo.ProfessionNames.ID_Roles') ? withProfession : sql``}exists (select 1 from dbo.Receptions as r where r.ID_Staffs = f.ID_Persons))`,
      key: sql`f.ID_Persons`,
    };
  },
  around: { professions: professions('id') },
  row: (flat, around) =>
    present({
      id: flat['id'],
      surname: filled(flat['surname']),
      name: filled(flat['name']),
      patronymic: filled(flat['patronymic']),
      speciality: specialityOf(around('professions', flat['id'])),
      archived: flat['archived'] === true,
    }),
};
