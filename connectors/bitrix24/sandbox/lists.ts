import { createAscending, type Ascending } from './ascending.ts';

/** Kinds of lists: universal ones and those of workflows; group lists need a group (reference §6.1). */
export const listKinds = ['lists', 'bitrix_processes'] as const;
export type ListKind = (typeof listKinds)[number];

/** Types of properties the sandbox keeps (reference §6.1 TYPE): text, number, list, link to an element, dates, money… */
export const propertyTypes = ['S', 'N', 'L', 'E', 'S:Date', 'S:DateTime', 'S:Money', 'S:ECrm', 'S:employee'] as const;
export type PropertyType = (typeof propertyTypes)[number];

export interface ListOption {
  readonly id: number;
  readonly text: string;
}

export interface ListProperty {
  /** `PROPERTY_<id>` is its name in elements. */
  readonly id: number;
  readonly name: string;
  readonly code: string;
  readonly type: PropertyType;
  readonly multiple: boolean;
  readonly required: boolean;
  /** Of type L: a value is the id of one of them, never its text (reference §6.1). */
  readonly options: readonly ListOption[];
  /** Of type E: the list whose elements it names. */
  readonly linkedListId?: number;
}

/** One value of a property, with an id of its own, by which answers key it (reference §6.1). */
export interface PropertyValue {
  readonly id: number;
  readonly value: string;
}

/** An element as kept: never changed in place. */
export interface ListElement {
  readonly id: number;
  readonly name: string;
  readonly code: string | null;
  readonly createdBy: number;
  readonly createdAt: number;
  readonly values: ReadonlyMap<number, readonly PropertyValue[]>;
}

export interface List {
  readonly id: number;
  readonly kind: ListKind;
  readonly code: string | null;
  readonly name: string;
  readonly properties: ReadonlyMap<number, ListProperty>;
  readonly elements: Ascending<ListElement>;
}

export interface ListDraft extends Pick<List, 'id' | 'kind' | 'code' | 'name'> {
  readonly properties: readonly PropertyDraft[];
}

export type PropertyDraft = Pick<ListProperty, 'id' | 'name' | 'type'> & Partial<ListProperty>;

/** What becomes of an element: `values` are texts, each gets its id here. */
export interface ElementDraft {
  readonly name: string;
  readonly code: string | null;
  readonly values: ReadonlyMap<number, readonly string[]>;
}

/** The lists of a portal. Ids of elements, of values and of options are counted over all of them. */
export interface ListBook {
  readonly all: readonly List[];
  of(id: number): List | undefined;
  add(draft: ListDraft): void;
  put(list: List, draft: ElementDraft, userId: number, old?: ListElement): ListElement;
  /** Adds a property, or takes the place of the one with its id. */
  setProperty(list: List, draft: PropertyDraft): void;
  removeProperty(list: List, id: number): void;
}

export function createListBook(now: () => number): ListBook {
  const lists = new Map<number, List & { readonly properties: Map<number, ListProperty> }>();
  let lastElement = 0;
  let lastValue = 0;

  function valuesOf(draft: ElementDraft, old: ListElement | undefined): ListElement['values'] {
    const entries = [...draft.values].flatMap(([property, texts]) => {
      const held = old?.values.get(property) ?? [];
      const values = texts.map((value, index) => ({ id: held[index]?.id ?? (lastValue += 1), value }));
      return values.length === 0 ? [] : [[property, values] as const];
    });
    return new Map(entries);
  }

  return {
    get all() {
      return [...lists.values()];
    },
    of: (id) => lists.get(id),
    add({ properties, ...list }) {
      const complete = properties.map((property) => [property.id, completed(property)] as const);
      lists.set(list.id, { ...list, properties: new Map(complete), elements: createAscending() });
    },
    put(list, draft, userId, old) {
      const { id, createdBy, createdAt } = old ?? { id: lastElement + 1, createdBy: userId, createdAt: now() };
      lastElement = Math.max(lastElement, id);
      const { name, code } = draft;
      const element = { id, name, code, createdBy, createdAt, values: valuesOf(draft, old) };
      list.elements.put(id, element);
      return element;
    },
    setProperty: ({ id }, draft) => void lists.get(id)?.properties.set(draft.id, completed(draft)),
    removeProperty({ id }, propertyId) {
      const list = lists.get(id);
      list?.properties.delete(propertyId);
      for (const element of list?.elements.within([]) ?? []) {
        const values = new Map(element.values);
        if (values.delete(propertyId)) list?.elements.put(element.id, { ...element, values });
      }
    },
  };
}

function completed(draft: PropertyDraft): ListProperty {
  return { code: `PROPERTY_${draft.id}`, multiple: false, required: false, options: [], ...draft };
}
