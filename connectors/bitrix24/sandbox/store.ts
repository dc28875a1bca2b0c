import type { EntityName } from './entities/index.ts';
import type { Communications } from './duplicates.ts';
import type { Zone } from './dates.ts';
import type { Failings } from './failings.ts';
import type { ListDates } from './list-values.ts';
import type { ListBook } from './lists.ts';
import type { History } from './history.ts';
import type { PeopleBook } from './people.ts';
import type { ProductRowBook } from './product-rows.ts';
import type { Robots } from './robots.ts';
import type { Schema } from './schema.ts';
import type { StageHistory } from './stage-history.ts';
import type { StatusBook } from './statuses.ts';
import type { Table } from './table.ts';
import type { Visibility } from './visibility.ts';

/** Everything the portal holds: what a method reads and changes. */
export interface Store {
  readonly tables: Readonly<Record<EntityName, Table>>;
  readonly schemas: Readonly<Record<EntityName, Schema>>;
  /** Phones and mails as findbycomm compares them. */
  readonly communications: Readonly<Record<EntityName, Communications>>;
  readonly statuses: StatusBook;
  readonly productRows: ProductRowBook;
  readonly history: History;
  readonly stageHistory: StageHistory;
  readonly visibility: Visibility;
  readonly robots: Robots;
  readonly failings: Failings;
  readonly lists: ListBook;
  readonly listDates: ListDates;
  readonly people: PeopleBook;
  readonly zone: Zone;
  /** Scopes ticked on the webhook. */
  readonly scopes: readonly string[];
  /** The owner of the webhook: calls run with this person's rights (reference §1.1). */
  readonly userId: number;
  /** Milliseconds, whole seconds: nothing in the portal is stamped more finely (reference §11.5.16). */
  now(): number;
  /** Ids of phones and mails, counted over all entities; ids of user fields and of their list items (reference §11.5.9). */
  nextId(counter: 'multi' | 'userField' | 'enumItem'): number;
  /** A key inside `fields` that names no field: throws, or only notes it where the portal was asked to be lenient. */
  unknownField(name: string): void;
}
