import { sql } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Stream } from '../stream.ts';
import { present } from '../values.ts';

/** Branches of the clinic, which IDENT calls own companies. */
export const branches: Stream = {
  name: 'branches',
  fields: streamColumns.branches,
  required: { 'dbo.OwnCompanies': ['ID', 'Name'] },
  select: () => ({
    columns: sql`b.ID as id, b.Name as name`,
    from: sql`dbo.OwnCompanies as b`,
    key: sql`b.ID`,
  }),
  row: present,
};
