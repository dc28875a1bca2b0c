import type { Call } from './call.ts';
import { isMap, isWhole, type Json, type JsonMap } from './json.ts';
import { fieldMissing, notAChoice, notOfType, unknown, type Complaint } from './problems.ts';
import { entityTypes, type Row, type TableName } from './rows.ts';

/** What a key of a task, a note or a list may hold. */
export type PlainRule = 'text' | 'int' | 'time' | 'flag' | 'user' | 'maker' | 'map' | 'passed over';

/** How rows without custom fields are written: their keys, and which a new one must have. */
export interface PlainKind {
  readonly table: 'tasks' | 'notes' | 'catalogs';
  readonly keys: Readonly<Record<string, PlainRule>>;
  readonly required: readonly string[];
  readonly defaults: JsonMap;
}

export const plainStamps: Readonly<Record<string, PlainRule>> = {
  created_by: 'maker',
  updated_by: 'maker',
  created_at: 'time',
  updated_at: 'time',
  account_id: 'passed over',
  group_id: 'passed over',
  _links: 'passed over',
  _embedded: 'passed over',
};

/** Reads an item; `added` is what its address says of it. */
export function planPlain(call: Call, kind: PlainKind, row: Row | undefined, item: JsonMap, added: JsonMap = {}) {
  const { store, userId } = call;
  const given = { ...item, ...added };
  const complaints: Complaint[] = [];
  const values: Record<string, Json> = {};
  for (const [key, value] of Object.entries(given)) {
    if (key === 'id' || key === 'request_id') continue;
    const rule = kind.keys[key];
    if (rule === undefined) throw unknown(`the key ${key} of ${kind.table}`);
    const wrong = rule === 'passed over' ? undefined : check(call, rule, key, value);
    if (wrong) complaints.push(wrong);
    else if (rule !== 'passed over' && value !== null) values[key] = value;
  }
  if (row === undefined)
    for (const key of kind.required) if ((given[key] ?? null) === null) complaints.push(fieldMissing(key));
  return {
    complaints,
    carryOut(): Row {
      const now = store.now();
      const held = row && store.tables[kind.table].get(row.id);
      const before: JsonMap = held?.values ?? { ...kind.defaults, created_by: userId, created_at: now };
      const stamped = { ...before, updated_by: userId, updated_at: now, ...values };
      const id = held?.id ?? store.tables[kind.table].nextId();
      const after: Row = { id, values: stamped, fields: new Map(), tags: [], deleted: false };
      store.tables[kind.table].put(after);
      return after;
    },
  };
}

function check({ store }: Call, rule: PlainRule, key: string, value: Json): Complaint | undefined {
  if (value === null) return undefined;
  switch (rule) {
    case 'text':
      return typeof value === 'string' ? undefined : notOfType(key, 'string');
    case 'int':
      return isWhole(value) ? undefined : notOfType(key, 'int');
    case 'time':
      return typeof value === 'number' ? undefined : notOfType(key, 'int');
    case 'flag':
      return typeof value === 'boolean' ? undefined : notOfType(key, 'bool');
    case 'map':
      return isMap(value) ? undefined : notOfType(key, 'array');
    case 'user':
    case 'maker': {
      if (rule === 'maker' && value === 0) return undefined;
      if (!isWhole(value)) return notOfType(key, 'int');
      return store.users.get(value)?.isDeleted === false ? undefined : notAChoice(key);
    }
    case 'passed over':
      return undefined;
    default:
      return rule satisfies never;
  }
}

/** What a task or a note is about must be there (reference §3.7). */
export function aboutComplaints({ store }: Call, type: Json, id: Json): readonly Complaint[] {
  const table: TableName | undefined = entityTypes.find((one) => one === type);
  if (table === undefined) return type === null ? [] : [notAChoice('entity_type')];
  return id === null || store.tables[table].get(Number(id))?.deleted === false ? [] : [notAChoice('entity_id')];
}
