import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Stamps } from '../stream.ts';

/** Every stamp of a visit `r`: CheckIssued belongs to them (T8), and DateTimeChanged alone does not tell all (A.6). */
export const visitStamps = {
  table: 'dbo.Receptions',
  alias: 'r',
  columns: [
    'DateTimeAdded',
    'DateTimeChanged',
    'ReceptionAdded',
    'PatientAppeared',
    'ReceptionStarted',
    'ReceptionEnded',
    'CheckIssued',
    'ReceptionCanceled',
  ],
  from: sql`dbo.Receptions as r`,
} as const;

/** Stamps of orders `o` and of their lines, for rows named by a column of the order. */
export function billStamps(id: RawBuilder<unknown>): readonly Stamps[] {
  return [
    {
      table: 'dbo.Orders',
      alias: 'o',
      columns: ['DateTimeOrder', 'DateTimeBillFormed'],
      optional: ['DateTimeAdded', 'DateTimeChanged'],
      from: sql`dbo.Orders as o`,
      id,
    },
    {
      table: 'dbo.OrderServiceRelation',
      alias: 'l',
      optional: ['DateTimeAdded', 'DateTimeChanged'],
      from: sql`dbo.OrderServiceRelation as l inner join dbo.Orders as o on o.ID = l.ID_Orders`,
      id,
    },
  ];
}
