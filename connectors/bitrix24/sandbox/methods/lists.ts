import { localMoment } from '../list-values.ts';
import { kindOf, listOfKind, namedList, pageStart, placeParams, shapeOf } from '../list-place.ts';
import type { List, ListProperty } from '../lists.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import { phpArray, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import type { Store } from '../store.ts';

/** Universal lists and the lists of workflows (reference §6.1; the texts of errors are of the pages lists-*.md). */
export const listMethods: Methods = {
  'lists.get': {
    scope: 'lists',
    params: [...placeParams, 'IBLOCK_ORDER', 'start'],
    run: getLists,
  },
  'lists.get.iblock.type.id': {
    scope: 'lists',
    params: ['IBLOCK_ID', 'IBLOCK_CODE'],
    run: (store, params) => ({ result: namedList(store, params).kind }),
  },
  'lists.field.get': {
    scope: 'lists',
    params: [...placeParams, 'FIELD_ID'],
    run: (store, params) => ({ result: fieldsOf(listOfKind(store, params), params['field_id']) }),
  },
};

const listColumns = columns<List>(
  { ID: ({ id }) => id, SORT: () => 500 },
  { NAME: ({ name }) => name, CODE: ({ code }) => code },
);

function getLists(store: Store, params: PhpMap): Answer {
  const kind = kindOf(params);
  const { iblock_id: id, iblock_code: code, iblock_order: order } = params;
  const named = id === undefined && code === undefined ? store.lists.all : [namedList(store, params)];
  const rows = named.filter((list) => list.kind === kind).sort((a, b) => a.id - b.id);
  const page = listPlainly(rows, listColumns, { filter: {}, order, start: pageStart('lists.get', params) });
  const shape = shapeOf(store);
  return pageAnswer(
    page,
    page.rows.map((list) => ({
      ID: String(list.id),
      TIMESTAMP_X: localMoment(foundedAt, shape),
      IBLOCK_TYPE_ID: list.kind,
      LID: 's1',
      CODE: list.code,
      NAME: list.name,
      ACTIVE: 'Y',
      SORT: '500',
      ...unused,
      BIZPROC: list.kind === 'bitrix_processes' ? 'Y' : 'N',
      SECTIONS_NAME: 'Разделы',
      SECTION_NAME: 'Раздел',
      ELEMENTS_NAME: 'Элементы',
      ELEMENT_NAME: 'Элемент',
    })),
  );
}

/** What the page shows of a list and means nothing to whoever reads its elements (lists-get.md). */
const unused: PhpMap = {
  API_CODE: null,
  LIST_PAGE_URL: null,
  DETAIL_PAGE_URL: null,
  SECTION_PAGE_URL: null,
  CANONICAL_PAGE_URL: null,
  PICTURE: null,
  RSS_FILE_LIMIT: null,
  RSS_FILE_DAYS: null,
  XML_ID: null,
  TMP_ID: null,
  LIST_MODE: null,
  SECTION_PROPERTY: null,
  PROPERTY_INDEX: null,
  SOCNET_GROUP_ID: null,
  EDIT_FILE_BEFORE: null,
  EDIT_FILE_AFTER: null,
  EXTERNAL_ID: null,
  SERVER_NAME: null,
  DESCRIPTION: '',
  DESCRIPTION_TYPE: 'text',
  RSS_TTL: '24',
  RSS_ACTIVE: 'Y',
  RSS_FILE_ACTIVE: 'N',
  RSS_YANDEX_ACTIVE: 'N',
  INDEX_ELEMENT: 'Y',
  INDEX_SECTION: 'N',
  WORKFLOW: 'N',
  SECTION_CHOOSER: 'L',
  RIGHTS_MODE: 'E',
  VERSION: '1',
  LAST_CONV_ELEMENT: '0',
  REST_ON: 'N',
  FULLTEXT_INDEX: 'N',
  LANG_DIR: '/',
};

const foundedAt = Date.parse('2024-07-15T09:00:00+03:00');

/** All fields come keyed by FIELD_ID, the one asked for by its type (reference §6.1). */
function fieldsOf(list: List, fieldId: unknown): unknown {
  const fields: readonly PhpMap[] = [nameField, ...[...list.properties.values()].map(propertyField)];
  if (fieldId === undefined) return Object.fromEntries(fields.map((field) => [String(field['FIELD_ID']), field]));
  const field = fields.find(({ FIELD_ID: id }) => id === fieldId);
  return field === undefined ? [] : { [String(field['TYPE'])]: field };
}

const settings: PhpMap = {
  SHOW_ADD_FORM: 'Y',
  SHOW_EDIT_FORM: 'Y',
  ADD_READ_ONLY_FIELD: 'N',
  EDIT_READ_ONLY_FIELD: 'N',
  SHOW_FIELD_PREVIEW: 'N',
};

const nameField: PhpMap = {
  FIELD_ID: 'NAME',
  SORT: 10,
  NAME: 'Название',
  IS_REQUIRED: 'Y',
  MULTIPLE: 'N',
  DEFAULT_VALUE: '',
  TYPE: 'NAME',
  SETTINGS: settings,
};

function propertyField(property: ListProperty): PhpMap {
  const [type = '', userType] = property.type.split(':');
  const { id, name, multiple, options } = property;
  return {
    FIELD_ID: `PROPERTY_${id}`,
    SORT: 500,
    NAME: name,
    IS_REQUIRED: property.required ? 'Y' : 'N',
    MULTIPLE: multiple ? 'Y' : 'N',
    DEFAULT_VALUE: '',
    TYPE: property.type,
    PROPERTY_TYPE: type,
    PROPERTY_USER_TYPE: userType ?? false,
    CODE: property.code,
    ID: String(id),
    LINK_IBLOCK_ID: property.linkedListId === undefined ? null : String(property.linkedListId),
    ROW_COUNT: '1',
    COL_COUNT: '30',
    USER_TYPE_SETTINGS: null,
    SETTINGS: settings,
    ...(property.type === 'L' && {
      DISPLAY_VALUES_FORM: phpArray(options.map((option) => [String(option.id), option.text] as const)),
    }),
  };
}
