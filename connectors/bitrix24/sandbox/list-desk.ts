import { managerId } from './default-portal.ts';
import { defaultCategoryNames, defaultElements, defaultLists } from './default-lists.ts';
import type { LegacyRecord } from './desk.ts';
import { elementValues } from './methods/list-elements.ts';
import type { List, ListElement, PropertyDraft } from './lists.ts';
import type { Store } from './store.ts';

/** People at their lists: no API, no journal, no limit. */
export interface ListDesk {
  /** Adds an element, `{ NAME, CODE?, PROPERTY_n… }`, and returns its id. */
  createElement(listId: number, fields: LegacyRecord): number;
  /** Changes what is named and leaves the rest, as a form does. */
  editElement(listId: number, id: number, fields: LegacyRecord): void;
  removeElement(listId: number, id: number): void;
  /** Adds a property, or changes the one with this id: its name, its options. */
  setProperty(listId: number, draft: PropertyDraft): void;
  removeProperty(listId: number, id: number): void;
  /** Adds an option to a property of type L, or gives the one with this id another text. */
  setOption(listId: number, propertyId: number, option: { readonly id: number; readonly text: string }): void;
}

export function createListDesk(store: Store): ListDesk {
  const { lists } = store;
  return {
    createElement(listId, fields) {
      const { NAME, CODE = null, ...rest } = fields;
      const values = elementValues(store, existing(store, listId), rest);
      const draft = { name: String(NAME), code: CODE === null ? null : String(CODE), values };
      return lists.put(existing(store, listId), draft, managerId).id;
    },
    editElement(listId, id, fields) {
      const list = existing(store, listId);
      const old = existingElement(list, id);
      const { NAME: name = old.name, CODE: code = old.code, ...rest } = fields;
      const held = [...old.values].map(([property, values]) => [property, values.map(({ value }) => value)] as const);
      const values = new Map([...held, ...elementValues(store, list, rest)]);
      lists.put(list, { name: String(name), code: code === null ? null : String(code), values }, managerId, old);
    },
    removeElement(listId, id) {
      const list = existing(store, listId);
      list.elements.remove(existingElement(list, id).id);
    },
    setProperty(listId, draft) {
      const list = existing(store, listId);
      lists.setProperty(list, { ...list.properties.get(draft.id), ...draft });
    },
    removeProperty: (listId, id) => lists.removeProperty(existing(store, listId), id),
    setOption(listId, propertyId, option) {
      const list = existing(store, listId);
      const property = list.properties.get(propertyId);
      if (property?.type !== 'L') throw new RangeError(`property ${propertyId} of list ${listId} has no options`);
      const others = property.options.filter(({ id }) => id !== option.id);
      lists.setProperty(list, { ...property, options: [...others, option].sort((a, b) => a.id - b.id) });
    },
  };
}

function existing({ lists }: Store, id: number): List {
  const list = lists.of(id);
  if (list === undefined) throw new RangeError(`there is no list ${id}`);
  return list;
}

function existingElement(list: List, id: number): ListElement {
  const element = list.elements.get(id);
  if (element === undefined) throw new RangeError(`there is no element ${id} of list ${list.id}`);
  return element;
}

/** The lists a portal is born with. */
export function seedLists(store: Store): void {
  for (const draft of defaultLists) store.lists.add(draft);
  const desk = createListDesk(store);
  const categories = defaultCategoryNames.map((NAME) => desk.createElement(127, { NAME }));
  for (const { list, name, fields } of defaultElements((place) => categories[place] ?? 0))
    desk.createElement(list, { NAME: name, ...fields });
}
