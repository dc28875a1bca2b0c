import { managerId } from './default-account.ts';
import type { CustomField, FieldDraft } from './fields.ts';
import { isWhole, type JsonMap } from './json.ts';
import { endOf } from './links.ts';
import { entityTypes, type EntityType, type Row } from './rows.ts';
import type { Store } from './store.ts';
import { planCreate, planUpdate, type Planned } from './writing.ts';

/** People at their desks: what they do passes no API, no journal, no limit. Items are written as for the API. */
export interface Desk {
  /** Adds a row, and returns its id. */
  create(type: EntityType, item: JsonMap): number;
  /** Changes a row as a manager would: stamped with the manager and the time. */
  edit(type: EntityType, id: number, item: JsonMap): void;
  /** Moves a row to the trash (reference §10.14). */
  remove(type: EntityType | 'elements', id: number): void;
  /** Makes one row of two: the main one takes what it has none of; the other one answers 204 from then on (reference §7). */
  merge(type: EntityType, mainId: number, otherId: number): void;
  createField(draft: FieldDraft): CustomField;
  /** The custom field of this name or code; throws when there is none. */
  field(type: EntityType, name: string): CustomField;
}

export function createDesk(store: Store): Desk {
  const writer = { userId: managerId };
  return {
    create: (type, item) => sound(planCreate(store, type, item, writer)).carryOut().id,
    edit: (type, id, item) => void sound(planUpdate(store, type, existing(store, type, id), item, writer)).carryOut(),
    remove: (type, id) => store.tables[type].put({ ...existing(store, type, id), deleted: true }),
    merge(type, mainId, otherId) {
      const [main, other] = [existing(store, type, mainId), existing(store, type, otherId)];
      const values = { ...other.values, ...main.values, updated_at: store.now(), updated_by: managerId };
      const tags = [...new Set([...main.tags, ...other.tags])];
      const fields = new Map([...other.fields, ...main.fields]);
      store.tables[type].put({ ...main, values, tags, fields });
      for (const { type: to, id, metadata } of store.links.of(endOf(type, other)))
        store.links.link(endOf(type, main), { type: to, id }, metadata);
      store.tables[type].put({ ...other, deleted: true });
    },
    createField: (draft) => store.fields.create(draft),
    field(type, name) {
      const field = store.fields.of(type).find((one) => one.name === name || one.code === name);
      if (field === undefined) throw new RangeError(`there is no field ${name} of ${type}`);
      return field;
    },
  };
}

function existing(store: Store, type: EntityType | 'elements', id: number): Row {
  const isKnown = type === 'elements' || entityTypes.includes(type);
  const row = isKnown && isWhole(id) ? store.tables[type].get(id) : undefined;
  if (row === undefined) throw new RangeError(`there is nothing ${id} of ${type}`);
  return row;
}

function sound(planned: Planned): Planned {
  const [first] = planned.complaints;
  if (first) throw new RangeError(`${first.path}: ${first.detail}`);
  return planned;
}
