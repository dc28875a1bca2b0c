import type { Book } from './book.ts';
import type { User } from './default-account.ts';
import type { FieldBook } from './fields.ts';
import type { Habits } from './habits.ts';
import type { History } from './history.ts';
import type { LinkBook } from './links.ts';
import type { Pipeline } from './pipelines.ts';
import type { Row, TableName } from './rows.ts';
import type { Visibility } from './visibility.ts';
import type { Zone } from './zone.ts';

export interface Tag {
  readonly id: number;
  readonly type: 'contacts' | 'companies' | 'leads';
  readonly name: string;
}

export interface LossReason {
  readonly id: number;
  readonly name: string;
  readonly sort: number;
}

/** Everything the account holds: what a route reads and changes. */
export interface Store {
  readonly accountId: number;
  readonly subdomain: string;
  readonly tables: Readonly<Record<TableName, Book<Row>>>;
  readonly fields: FieldBook;
  readonly links: LinkBook;
  readonly tags: Book<Tag>;
  readonly users: Book<User>;
  readonly pipelines: readonly Pipeline[];
  readonly lossReasons: readonly LossReason[];
  readonly history: History;
  readonly visibility: Visibility;
  readonly zone: Zone;
  readonly habits: Habits;
  setHabits(changed: Partial<Habits>): void;
  /** Seconds since 1970: nothing in the account is stamped more finely (reference §3.2). */
  now(): number;
  /** Remembers all of it; the function it returns brings that back. History and journal go on. */
  save(): () => void;
}
