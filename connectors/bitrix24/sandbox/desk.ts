import { managerId } from './default-portal.ts';
import { entities, legacyNames, type EntityName } from './entities/index.ts';
import { unknown } from './errors.ts';
import { addRecord, idsOf, updateRecord } from './records.ts';
import type { Row } from './row.ts';
import type { Store } from './store.ts';
import { readFields } from './writing.ts';

/** A record in the shape crm.<entity>.get answers. */
export type LegacyRecord = Readonly<Record<string, unknown>>;

/** People at their desks: what they do passes no API, no journal, no limit. Fields have their legacy names. */
export interface Desk {
  /** Adds a record, with any field, read-only ones too, and returns its id. */
  create(entity: EntityName, fields: LegacyRecord): number;
  /** Changes a record as a manager would: stamped with the manager and the time. */
  edit(entity: EntityName, id: number, fields: LegacyRecord): void;
  remove(entity: EntityName, id: number): void;
  /**
   * Makes one record of several: the main one takes what it has none of, and every phone and mail; what hung on the
   * others hangs on it; the others go (reference §5.5 crm.entity.mergeBatch, which settles no more than this).
   */
  merge(entity: EntityName, mainId: number, otherIds: readonly number[]): void;
}

export function createDesk(store: Store): Desk {
  const desk: Desk = {
    create(name, fields) {
      const schema = store.schemas[name];
      return addRecord(store, schema, readFields(store, schema, fields, 'desk', true), managerId, 'desk').id;
    },
    edit(name, id, fields) {
      const schema = store.schemas[name];
      const row = existing(store, name, id);
      updateRecord(store, schema, row, readFields(store, schema, fields, 'desk', false), managerId, 'desk');
    },
    remove(name, id) {
      store.tables[name].remove(id);
      store.productRows.replace(entities[name].letter, id, []);
    },
    merge(name, mainId, otherIds) {
      for (const id of otherIds) {
        if (id === mainId) throw unknown(`what becomes of ${name} ${id} merged with itself`);
        absorb(store, name, existing(store, name, mainId), existing(store, name, id));
        if (name === 'contact' || name === 'company') relink(store, name, id, mainId);
        desk.remove(name, id);
      }
    },
  };
  return desk;
}

function existing(store: Store, name: EntityName, id: number): Row {
  const row = store.tables[name].get(id);
  if (row === undefined) throw new RangeError(`there is no ${name} ${id}`);
  return row;
}

/** A field that is set on the main record stays what it is. */
function absorb(store: Store, name: EntityName, main: Row, other: Row): void {
  const values = { ...main.values };
  for (const [field, value] of Object.entries(other.values)) {
    const held = values[field];
    if (held === undefined || held === null || held === '') values[field] = value;
  }
  const multi = [...main.multi, ...other.multi.filter(({ value }) => !main.multi.some((own) => own.value === value))];
  const { changed, changedBy } = entities[name].stamps;
  const stamps = { [changed]: store.now(), [changedBy]: managerId };
  store.tables[name].put({ id: main.id, values: { ...values, ...stamps }, multi });
}

function relink(store: Store, name: 'contact' | 'company', from: number, to: number): void {
  const one = name === 'contact' ? 'CONTACT_ID' : 'COMPANY_ID';
  const many = name === 'contact' ? 'CONTACT_IDS' : 'COMPANY_IDS';
  for (const entity of legacyNames) {
    const table = store.tables[entity];
    for (const row of table.rows()) {
      const ids = idsOf(row.values[many]);
      if (row.values[one] !== from && !ids.includes(from)) continue;
      const linked = [...new Set(ids.map((id) => (id === from ? to : id)))];
      const single = row.values[one] === from ? to : (row.values[one] ?? null);
      table.put({ ...row, values: { ...row.values, [one]: single, [many]: linked } });
    }
  }
}
