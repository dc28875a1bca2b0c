import { sql } from 'kysely';
import { streamColumns } from '../columns.ts';
import type { Has, Stream } from '../stream.ts';
import { filled, present } from '../values.ts';

/** Where a service stands in the price list: three tables that are read together or not at all. */
const folderTables = {
  'dbo.ServiceItemContents': ['ID_ServiceItems', 'ID_ServiceFoldersParent', 'DateTimeTo'],
  'dbo.ServiceFolders': ['ID', 'Name', 'ID_ServiceCategories'],
  'dbo.ServiceCategories': ['ID', 'Name'],
} as const;

/** The price list: each service with its latest price. Nothing there has a stamp. */
export const services: Stream = {
  name: 'services',
  fields: streamColumns.services,
  required: {
    'dbo.ServiceItems': ['ID', 'Name'],
    'dbo.ServiceItemPrices': ['ID', 'ID_ServiceItems', 'Price'],
  },
  optional: Object.fromEntries(
    Object.entries(folderTables).map(([table, columns]) => [
      table,
      Object.fromEntries(columns.map((column) => [column, 'folder, category'])),
    ]),
  ),
  select: () => ({
    columns: sql`s.ID as id, s.Name as name, c.Price as price`,
    from: sql`dbo.ServiceItems as s
outer apply (select top(1) p.Price from dbo.ServiceItemPrices as p where p.ID_ServiceItems = s.ID order by p.ID desc) as c`,
    key: sql`s.ID`,
  }),
  around: {
    folders: {
      of: 'id',
      by: 'serviceId',
      query: (ids, has) =>
        knowsFolders(has)
          ? sql`select m.ID_ServiceItems as serviceId, f.Name as folder, g.Name as category
from dbo.ServiceItemContents as m inner join dbo.ServiceFolders as f on f.ID = m.ID_ServiceFoldersParent
left join dbo.ServiceCategories as g on g.ID = f.ID_ServiceCategories
where m.DateTimeTo is null and m.ID_ServiceItems in (${ids}) order by f.ID`
          : undefined,
    },
  },
  row: (flat, around) => {
    const [folder] = around('folders', flat['id']);
    return present({
      id: flat['id'],
      name: filled(flat['name']),
      price: flat['price'],
      folder: filled(folder?.['folder']),
      category: filled(folder?.['category']),
    });
  },
};

function knowsFolders(has: Has): boolean {
  return Object.entries(folderTables).every(([table, columns]) => columns.every((column) => has(`${table}.${column}`)));
}
