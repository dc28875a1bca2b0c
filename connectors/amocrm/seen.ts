import { customValues } from './values.ts';
import { isObject, rowsIn, type VendorObject } from './answer.ts';

/** What a row was when it was last read: a change of a list is told from it. */
export interface Seen {
  readonly funnel: string;
  readonly tags: readonly string[];
  /** By the collection they are of; absent: was not asked for. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  readonly customs: ReturnType<typeof customValues>;
  /** Of a note: its kind and what it holds. */
  readonly noteType: string;
  readonly params: VendorObject;
}

export const nothingSeen: Seen = {
  funnel: '',
  tags: [],
  links: new Map(),
  customs: new Map(),
  noteType: '',
  params: {},
};

export interface SeenRows {
  note(entity: string, row: VendorObject): void;
  of(entity: string, key: string): Seen | undefined;
}

/** Plans are fresh when they are sent (DL-4): older rows are read again. */
const most = 10_000;

export function createSeenRows(): SeenRows {
  const held = new Map<string, Seen>();
  return {
    note(entity, row) {
      const key = `${entity} ${String(row['id'])}`;
      held.delete(key);
      // Values of fields are read again where a change starts from them.
      held.set(key, { ...seenIn(row), customs: nothingSeen.customs, params: {} });
      const [oldest] = held.keys();
      if (held.size > most && oldest !== undefined) held.delete(oldest);
    },
    of: (entity, key) => held.get(`${entity} ${key}`),
  };
}

export function seenIn(row: VendorObject): Seen {
  const links = ['contacts', 'companies', 'leads'].flatMap((name) => {
    const rows = rowsIn(row, name);
    return rows === undefined ? [] : [[name, rows.map((one) => String(one['id']))] as const];
  });
  return {
    funnel: String(row['pipeline_id']),
    tags: (rowsIn(row, 'tags') ?? []).map((tag) => String(tag['name'])),
    links: new Map(links),
    customs: customValues(row),
    noteType: String(row['note_type']),
    params: isObject(row['params']) ? row['params'] : {},
  };
}
