import { parseMoment } from '../dates.ts';
import { codedError, unknown, type ApiError } from '../errors.ts';
import { compileFilter, type Column } from '../filter.ts';
import { listOfKind, missing, pageStart, placeParams, required, shapeOf } from '../list-place.ts';
import { localMoment, propertyColumn, propertyShape, readPropertyValue, type ListShape } from '../list-values.ts';
import { compileOrder, listPage } from '../listing.ts';
import type { ElementDraft, List, ListElement } from '../lists.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import { listOf, mapOf, type PhpMap } from '../php.ts';
import { columns } from '../plain-list.ts';
import type { Store } from '../store.ts';

const oneElement = ['ELEMENT_ID', 'ELEMENT_CODE'] as const;

/** Elements of lists (reference §6.1; the texts of errors are of the pages lists-element-*.md). */
export const listElementMethods: Methods = {
  'lists.element.get': {
    scope: 'lists',
    params: [...placeParams, ...oneElement, 'SELECT', 'FILTER', 'ELEMENT_ORDER', 'start'],
    run: getElements,
  },
  'lists.element.add': {
    scope: 'lists',
    params: [...placeParams, 'ELEMENT_CODE', 'FIELDS'],
    run(store, params) {
      const list = listOfKind(store, params);
      const code = String(required(params, 'ELEMENT_CODE'));
      // The only key that is the caller's own (reference §6.1).
      if (elementByCode(list, code) !== undefined)
        throw codedError('ERROR_ELEMENT_ALREADY_EXISTS', 'Element already exists');
      return { result: store.lists.put(list, draftOf(store, list, params, code), store.userId).id };
    },
  },
  'lists.element.update': {
    scope: 'lists',
    params: [...placeParams, ...oneElement, 'FIELDS'],
    run(store, params) {
      const list = listOfKind(store, params);
      const old = namedElement(list, params);
      // What is not sent is cleared (reference §6.1).
      store.lists.put(list, draftOf(store, list, params, old.code), store.userId, old);
      return { result: true };
    },
  },
  'lists.element.delete': {
    scope: 'lists',
    params: [...placeParams, ...oneElement],
    run(store, params) {
      const list = listOfKind(store, params);
      list.elements.remove(namedElement(list, params).id);
      return { result: true };
    },
  },
};

function elementByCode(list: List, code: unknown): ListElement | undefined {
  return [...list.elements.within([])].find((element) => element.code === code);
}

function findElement(list: List, { element_id: id, element_code: code }: PhpMap): ListElement | undefined {
  return id === undefined ? elementByCode(list, code) : list.elements.get(Number(id));
}

function namedElement(list: List, params: PhpMap): ListElement {
  if (params['element_id'] === undefined && params['element_code'] === undefined) throw missing('ELEMENT_ID');
  const element = findElement(list, params);
  if (element === undefined) throw codedError('ERROR_ELEMENT_NOT_FOUND', 'Element not found');
  return element;
}

function draftOf(store: Store, list: List, params: PhpMap, code: string | null): ElementDraft {
  const fields = mapOf(required(params, 'FIELDS'));
  if (fields === undefined) throw unknown('FIELDS that are not an array');
  const { NAME: name, ...rest } = fields;
  if (typeof name !== 'string' || name === '') throw unknown('what an element without NAME gives');
  return { name, code, values: elementValues(store, list, rest) };
}

/** A property of several values takes an array, even of one (reference §6.1). */
export function elementValues(store: Store, list: List, fields: PhpMap): ReadonlyMap<number, readonly string[]> {
  const values = new Map<number, readonly string[]>();
  for (const [key, raw] of Object.entries(fields)) {
    const property = list.properties.get(Number(/^PROPERTY_(\d+)$/.exec(key)?.[1]));
    if (property === undefined) {
      store.unknownField(`the field ${key} of list ${list.id}`);
      continue;
    }
    const raws = listOf(raw);
    if ((raws !== undefined) !== property.multiple) throw badValue(key, raw);
    values.set(
      property.id,
      (raws ?? (raw === '' || raw === null ? [] : [raw])).map((one) => {
        const value = readPropertyValue(property, one, store.zone);
        if (value === undefined) throw badValue(key, one);
        return value;
      }),
    );
  }
  return values;
}

function badValue(key: string, raw: unknown): ApiError {
  return unknown(`the value ${JSON.stringify(raw)} of ${key}`);
}

/** What may be filtered by: not by ID, which the vendor's page does not name (reference §4.1, §13.6). */
function getElements(store: Store, params: PhpMap): Answer {
  const list = listOfKind(store, params);
  const { select, filter: rawFilter, element_order: rawOrder } = params;
  if (rawFilter !== undefined && mapOf(rawFilter) === undefined) throw unknown('a FILTER that is not an array');
  const known = elementColumns(store, list);
  const filter = compileFilter<ListElement>(rawFilter, {
    column: (name) => (name === 'ID' || name === 'CODE' ? undefined : known(name)),
    nested: false,
    notLike: true,
    notAllowed: (name) => unknown(`the filter ${name} of list ${list.id}`),
    notValid: (name) => unknown(`the value of the filter ${name} of list ${list.id}`),
  });
  const order = compileOrder<ListElement>(rawOrder, {
    column: (name) => (isSortable(list, name) ? known(name) : undefined),
    notSortable: (name) => unknown(`the order ${name} of list ${list.id}`),
    badDirection: (name, direction) => unknown(`the order ${name} ${direction}`),
  });
  const shown = selection(list, select);
  const start = pageStart('lists.element.get', params);
  const named = params['element_id'] !== undefined || params['element_code'] !== undefined;
  const one = named ? findElement(list, params) : undefined;
  const { elements } = list;
  const source = named
    ? { candidates: () => (one === undefined ? [] : [one]) }
    : { all: elements, candidates: elements.within };
  const page = listPage(source, filter, order, start, store.failings.sizes.pageSize);
  const shape = shapeOf(store);
  return pageAnswer(
    page,
    page.rows.map((element) => elementRow(list, element, shape, shown)),
  );
}

const plainColumns = columns<ListElement>(
  { ID: ({ id }) => id, CREATED_BY: ({ createdBy }) => createdBy, SORT: () => 500, IBLOCK_SECTION_ID: () => null },
  { NAME: ({ name }) => name, CODE: ({ code }) => code },
);

function elementColumns({ zone }: Store, list: List): (name: string) => Column<ListElement> | undefined {
  return (name) => {
    if (name === 'DATE_CREATE')
      return {
        name,
        comparison: 'any',
        read: ({ createdAt }) => createdAt,
        parse: (raw) => parseMoment(String(raw), zone),
      };
    const property = list.properties.get(Number(/^PROPERTY_(\d+)$/.exec(name)?.[1]));
    return property === undefined ? plainColumns.get(name) : propertyColumn(property, zone);
  };
}

/** Not by a property of several values, money, links to the CRM, or a section (lists-element-get.md). */
function isSortable(list: List, name: string): boolean {
  const property = list.properties.get(Number(/^PROPERTY_(\d+)$/.exec(name)?.[1]));
  if (property === undefined) return name !== 'IBLOCK_SECTION_ID';
  return !property.multiple && property.type !== 'S:Money' && property.type !== 'S:ECrm';
}

const plainFields = ['ID', 'CODE', 'NAME', 'IBLOCK_SECTION_ID', 'CREATED_BY', 'DATE_CREATE', 'SORT'] as const;

function selection(list: List, select: unknown): ReadonlySet<string> | undefined {
  const names = listOf(select ?? []);
  if (names === undefined) throw unknown('a SELECT that is not a list');
  if (names.length === 0) return undefined;
  const known = new Set<unknown>([...plainFields, ...[...list.properties.keys()].map((id) => `PROPERTY_${id}`)]);
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined) throw unknown(`the selected field ${String(stranger)} of list ${list.id}`);
  return new Set(names.map(String));
}

/** A property without a value is not there at all. */
export function elementRow(list: List, element: ListElement, shape: ListShape, shown?: ReadonlySet<string>): PhpMap {
  const row: PhpMap = {
    ID: String(element.id),
    NAME: element.name,
    IBLOCK_SECTION_ID: null,
    CREATED_BY: String(element.createdBy),
    CODE: element.code,
    DATE_CREATE: localMoment(element.createdAt, shape),
    SORT: '500',
  };
  for (const property of list.properties.values()) {
    const held = element.values.get(property.id);
    if (held !== undefined) row[`PROPERTY_${property.id}`] = propertyShape(property, held, shape);
  }
  if (shown === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => shown.has(name)));
}
