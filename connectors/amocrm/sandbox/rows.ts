import type { Json } from './json.ts';

/** What has custom fields, tags and links. */
export type EntityType = 'contacts' | 'companies' | 'leads';

export const entityTypes: readonly EntityType[] = ['contacts', 'companies', 'leads'];

/** Everything that has rows and a history. */
export type TableName = EntityType | 'tasks' | 'notes' | 'catalogs' | 'elements';

export const tableNames: readonly TableName[] = [...entityTypes, 'tasks', 'notes', 'catalogs', 'elements'];

/** One row as kept; never changed in place. */
export interface Row {
  readonly id: number;
  readonly values: Readonly<Record<string, Json>>;
  /** By the id of the custom field; a field without values is not here. */
  readonly fields: ReadonlyMap<number, readonly Json[]>;
  /** Ids of tags, in the order they came. */
  readonly tags: readonly number[];
  /** In the trash: seen by `with=only_deleted` alone (reference §5, §10.14). */
  readonly deleted: boolean;
}

export function numberOf(row: Row, name: string): number {
  const value = row.values[name];
  return typeof value === 'number' ? value : 0;
}

export function textOf(row: Row, name: string): string {
  const value = row.values[name];
  return typeof value === 'string' ? value : '';
}
