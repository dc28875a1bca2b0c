import { entities, legacyNames, type EntityName } from '../entities/index.ts';
import { codedError, legacyError, unknown } from '../errors.ts';
import type { Field } from '../fields.ts';
import type { Methods } from '../method.ts';
import { isMap, listOf, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import type { Store } from '../store.ts';
import { changeItems, createUserField, userFieldTypes, type ItemDraft } from '../user-fields.ts';

/** crm.{lead,deal,contact,company}.userfield.{list,add,get,update} (reference §5.10). */
export const userFieldMethods: Methods = Object.fromEntries(
  legacyNames.flatMap(
    (name) =>
      [
        [
          `crm.${name}.userfield.list`,
          { scope: 'crm', params: ['order', 'filter'], run: (store, params) => list(store, name, params) },
        ],
        [`crm.${name}.userfield.get`, { scope: 'crm', params: ['id'], run: (store, { id }) => get(store, name, id) }],
        [
          `crm.${name}.userfield.add`,
          { scope: 'crm', params: ['fields'], run: (store, { fields }) => add(store, name, fields) },
        ],
        [
          `crm.${name}.userfield.update`,
          { scope: 'crm', params: ['id', 'fields'], run: (store, params) => update(store, name, params) },
        ],
      ] satisfies [string, Methods[string]][],
  ),
);

function userFieldsOf(store: Store, name: EntityName): readonly Field[] {
  return store.schemas[name].fields.filter((field) => field.user !== undefined);
}

/** Labels come only when the filter names a language (reference §5.10). */
function list(store: Store, name: EntityName, { filter, order }: PhpMap): { result: unknown; total: number } {
  const { LANG: language, ...rest } = isMap(filter) ? filter : {};
  const { rows, total } = listPlainly(userFieldsOf(store, name), userFieldColumns, { filter: rest, order });
  const result = rows.map((field) => ({
    ...userFieldRow(name, field),
    ...(language === undefined ? {} : texts(field.label ?? '', null)),
  }));
  return { result, total };
}

const userFieldColumns = columns<Field>(
  { ID: (field) => field.user?.id ?? null, SORT: () => 100 },
  {
    FIELD_NAME: ({ name }) => name,
    USER_TYPE_ID: ({ type }) => type,
    MULTIPLE: ({ multiple }) => (multiple ? 'Y' : 'N'),
    MANDATORY: ({ user }) => (user?.mandatory ? 'Y' : 'N'),
  },
);

function userFieldRow(name: EntityName, field: Field): PhpMap {
  const row: PhpMap = {
    ID: String(field.user?.id),
    ENTITY_ID: entities[name].userFieldEntity,
    FIELD_NAME: field.name,
    USER_TYPE_ID: field.type,
    XML_ID: null,
    SORT: '100',
    MULTIPLE: field.multiple ? 'Y' : 'N',
    MANDATORY: field.user?.mandatory ? 'Y' : 'N',
    SHOW_FILTER: 'N',
    SHOW_IN_LIST: 'Y',
    EDIT_IN_LIST: 'Y',
    IS_SEARCHABLE: 'N',
    SETTINGS: field.statusType === undefined ? [] : { ENTITY_TYPE: field.statusType },
  };
  if (field.type !== 'enumeration') return row;
  const items = field.user?.items.map(({ id, value, xmlId, sort, isDefault }) => ({
    ID: String(id),
    SORT: String(sort),
    VALUE: value,
    DEF: isDefault ? 'Y' : 'N',
    XML_ID: xmlId,
  }));
  return { ...row, LIST: items ?? [] };
}

function texts(label: unknown, message: unknown): PhpMap {
  const labels = { EDIT_FORM_LABEL: label, LIST_COLUMN_LABEL: label, LIST_FILTER_LABEL: label };
  return { ...labels, ERROR_MESSAGE: message, HELP_MESSAGE: message };
}

function fieldOf(store: Store, name: EntityName, id: unknown): Field {
  if (!/^[1-9]\d*$/.test(String(id))) throw legacyError('ID is not defined or invalid.');
  const field = userFieldsOf(store, name).find(({ user }) => user?.id === Number(id));
  if (field === undefined) throw codedError('ERROR_NOT_FOUND', `The entity with ID '${String(id)}' is not found`);
  return field;
}

function get(store: Store, name: EntityName, id: unknown): { result: unknown } {
  const field = fieldOf(store, name, id);
  const label = { ru: field.label ?? '', en: field.label ?? '' };
  return { result: { ...userFieldRow(name, field), ...texts(label, { ru: '', en: '' }) } };
}

const knownKeys: ReadonlySet<string> = new Set([
  'FIELD_NAME',
  'USER_TYPE_ID',
  'MULTIPLE',
  'MANDATORY',
  'LIST',
  'SETTINGS',
  'SORT',
  'XML_ID',
  'LABEL',
  'EDIT_FORM_LABEL',
  'LIST_COLUMN_LABEL',
  'LIST_FILTER_LABEL',
  'ERROR_MESSAGE',
  'HELP_MESSAGE',
  'SHOW_FILTER',
  'SHOW_IN_LIST',
  'EDIT_IN_LIST',
  'IS_SEARCHABLE',
]);

/** The errors and their texts are of crm-deal-userfield-add.md; the rules on names of reference §5.10. */
function add(store: Store, entity: EntityName, fields: unknown): { result: number } {
  if (!isMap(fields)) throw legacyError("Parameter 'fields' must be array.");
  const stranger = Object.keys(fields).find((key) => !knownKeys.has(key));
  if (stranger !== undefined) throw unknown(`fields[${stranger}] of a user field`);
  const name = checkedName(store, entity, fields['FIELD_NAME']);
  const type = fields['USER_TYPE_ID'];
  if (type === undefined || type === '') throw legacyError("The 'USER_TYPE_ID' field is not found.");
  const known = userFieldTypes.find((one) => one === type);
  if (known === undefined) throw codedError('ERROR_CORE', 'Incorrect custom type specified.');
  const { SETTINGS: settings } = fields;
  const book = isMap(settings) ? settings['ENTITY_TYPE'] : undefined;
  const field = createUserField(store, entity, {
    name,
    type: known,
    label: labelOf(fields, name),
    multiple: fields['MULTIPLE'] === 'Y',
    mandatory: fields['MANDATORY'] === 'Y',
    items: (listOf(fields['LIST']) ?? []).map(itemOf),
    ...(typeof book === 'string' ? { statusType: book } : {}),
  });
  return { result: field.user?.id ?? 0 };
}

/** Only its list of options: no other key is sent by anybody here. */
function update(store: Store, name: EntityName, { id, fields }: PhpMap): { result: true } {
  if (!isMap(fields)) throw legacyError("Parameter 'fields' must be array.");
  const field = fieldOf(store, name, id);
  const stranger = Object.keys(fields).find((key) => key !== 'LIST');
  if (stranger !== undefined) throw unknown(`fields[${stranger}] of a user field that is changed`);
  const items = listOf(fields['LIST']);
  if (items === undefined || field.type !== 'enumeration') throw unknown(`LIST of ${field.name}`);
  changeItems(store, name, field, items.map(itemOf));
  return { result: true };
}

function checkedName(store: Store, entity: EntityName, raw: unknown): string {
  if (typeof raw !== 'string' || raw === '') throw legacyError("The 'FIELD_NAME' field is not found.");
  const name = raw.startsWith('UF_CRM_') ? raw : `UF_CRM_${raw}`;
  if (name.length > 50) throw codedError('ERROR_CORE', 'Field name is too long (more than 50 characters).');
  if (!/^[A-Z0-9_]+$/.test(name))
    throw codedError('ERROR_CORE', 'Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.');
  if (store.schemas[entity].byName(name) !== undefined) throw unknown(`what a second user field ${name} gives`);
  return name;
}

function labelOf(fields: PhpMap, name: string): string {
  const label = fields['LIST_COLUMN_LABEL'] ?? fields['EDIT_FORM_LABEL'] ?? fields['LABEL'];
  if (typeof label === 'string') return label;
  return isMap(label) ? String(label['ru'] ?? Object.values(label)[0] ?? name) : name;
}

function itemOf(raw: unknown): ItemDraft {
  if (!isMap(raw)) throw unknown('an element of LIST that is not an object');
  const { ID: id, VALUE: value, XML_ID: xmlId, SORT: sort } = raw;
  return {
    ...(id !== undefined && { id: Number(id) }),
    value: String(value),
    ...(xmlId !== undefined && { xmlId: String(xmlId) }),
    ...(sort !== undefined && { sort: Number(sort) }),
  };
}
