import { sql } from 'kysely';
import { always, maybe } from '../fields.ts';
import type { Stream } from '../stream.ts';
import { present } from '../values.ts';

/** Branches of the clinic, which IDENT calls own companies. */
export const branches: Stream = {
  name: 'branches',
  fields: [always('id', 'integer'), maybe('name', 'text')],
  required: { 'dbo.OwnCompanies': ['ID', 'Name'] },
  select: () => ({
    columns: sql`b.ID as id, b.Name as name`,
    from: sql`dbo.OwnCompanies as b`,
    key: sql`b.ID`,
  }),
  row: present,
};
