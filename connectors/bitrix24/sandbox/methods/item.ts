import { columnOf } from '../columns.ts';
import { describeItem } from '../describe.ts';
import { codedError, unknown } from '../errors.ts';
import type { Verb } from '../failings.ts';
import type { Field } from '../fields.ts';
import { compileFilter, type Column } from '../filter.ts';
import { compileOrder, readStart } from '../listing.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import { mapOf, listOf, type PhpMap } from '../php.ts';
import { addRecord, updateRecord } from '../records.ts';
import { itemRecord } from '../record-shapes.ts';
import { entityOfType, type Schema } from '../schema.ts';
import { seenPage, seenRow, storedRow } from '../seen.ts';
import type { Store } from '../store.ts';
import type { Row } from '../row.ts';
import { isList } from '../values.ts';
import { readFields, type Dialect } from '../writing.ts';

/** crm.item.{add,update,get,list,delete,fields} for leads, deals, contacts, companies and smart processes (reference §5.2, right column). */
export const itemMethods: Methods = {
  'crm.item.add': {
    scope: 'crm',
    params: ['entityTypeId', 'fields', 'useOriginalUfNames'],
    run(store, params) {
      const schema = schemaOf(store, params, 'add');
      const changes = readFields(store, schema, fieldsParam(params), dialectOf(params), true);
      checkRequired(schema, changes.values);
      return item(store, schema, params, addRecord(store, schema, changes, store.userId, dialectOf(params)));
    },
  },
  'crm.item.update': {
    scope: 'crm',
    params: ['entityTypeId', 'id', 'fields', 'useOriginalUfNames'],
    run(store, params) {
      const schema = schemaOf(store, params, 'update');
      const row = existing(store, schema, params);
      const changes = readFields(store, schema, fieldsParam(params), dialectOf(params), false);
      checkRequired(schema, { ...row.values, ...changes.values });
      return item(store, schema, params, updateRecord(store, schema, row, changes, store.userId, dialectOf(params)));
    },
  },
  'crm.item.get': {
    scope: 'crm',
    params: ['entityTypeId', 'id', 'useOriginalUfNames'],
    run(store, params) {
      const schema = schemaOf(store, params, 'read');
      return item(store, schema, params, existing(store, schema, params, seenRow));
    },
  },
  'crm.item.list': {
    scope: 'crm',
    params: ['entityTypeId', 'select', 'filter', 'order', 'start', 'useOriginalUfNames'],
    run: list,
  },
  'crm.item.delete': {
    scope: 'crm',
    params: ['entityTypeId', 'id'],
    run(store, params) {
      const schema = schemaOf(store, params, 'delete');
      const row = existing(store, schema, params);
      store.tables[schema.entity.name].remove(row.id);
      store.productRows.replace(schema.entity.letter, row.id, []);
      return { result: [] };
    },
  },
  'crm.item.fields': {
    scope: 'crm',
    params: ['entityTypeId', 'useOriginalUfNames'],
    run: (store, params) => ({
      result: { fields: describeItem(schemaOf(store, params), original(params)) },
    }),
  },
};

/** `verb` is what is about to be done, where a lack of the right to it is told (reference §1.5 ACCESS_DENIED). */
function schemaOf(store: Store, params: PhpMap, verb?: Verb): Schema {
  const entity = entityOfType(Number(params['entitytypeid']));
  if (entity === undefined) throw codedError('NOT_FOUND', 'Smart process not found');
  if (verb !== undefined && store.failings.mayNot(entity.name, verb))
    throw codedError('ACCESS_DENIED', 'Access denied');
  return store.schemas[entity.name];
}

function existing(store: Store, { entity }: Schema, params: PhpMap, find = storedRow): Row {
  const row = find(store, entity.name, Number(params['id']));
  if (row === undefined) throw codedError('NOT_FOUND', 'Element not found');
  return row;
}

function original(params: PhpMap): boolean {
  const flag = params['useoriginalufnames'];
  if (flag === undefined || flag === 'N') return false;
  if (flag === 'Y') return true;
  throw unknown(`useOriginalUfNames=${JSON.stringify(flag)}`);
}

function dialectOf(params: PhpMap): Dialect {
  return original(params) ? 'itemOriginal' : 'item';
}

/** Code 100 is for required parameters not passed (reference §1.5). */
function fieldsParam(params: PhpMap): PhpMap {
  const fields = mapOf(params['fields']);
  if (fields === undefined) throw codedError(100, 'Could not find value for parameter {fields}');
  return fields;
}

/**
 * A mandatory user field is asked for here, and not in the legacy methods (reference §5.2 "required fields"; the text is
 * https://apidocs.bitrix24.com/api-reference/crm/universal/import/crm-item-batch-import.html).
 */
function checkRequired(schema: Schema, values: Row['values']): void {
  const missing = schema.fields.find(({ name, user }) => user?.mandatory && isEmpty(values[name]));
  if (missing !== undefined)
    throw codedError('CRM_FIELD_ERROR_REQUIRED', `The field "${missing.label ?? missing.name}" is required.`);
}

function isEmpty(value: Row['values'][string] | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0);
}

function item(store: Store, schema: Schema, params: PhpMap, row: Row): Answer {
  return { result: { item: itemRecord(store, schema, row, original(params), undefined) } };
}

function list(store: Store, params: PhpMap): Answer {
  const schema = schemaOf(store, params);
  const useOriginal = original(params);
  const column = (name: string): Column<Row> | undefined => {
    const field = fieldOf(schema, name, useOriginal);
    return field === undefined ? undefined : columnOf(field, store.zone, true);
  };
  const filter = compileFilter<Row>(params['filter'], {
    column,
    nested: true,
    notLike: true,
    notAllowed: (name) => codedError('INVALID_ARG_VALUE', `Invalid filter: field '${name}' is not allowed in filter`),
    notValid: (name) => codedError('INVALID_ARG_VALUE', `Invalid filter: field '${name}' has invalid value`),
  });
  const order = compileOrder<Row>(params['order'], {
    column,
    notSortable: (name) => codedError('INVALID_ARG_VALUE', `Invalid order: field '${name}' is not allowed in order`),
    badDirection: (name, direction) =>
      codedError(
        'INVALID_ARG_VALUE',
        `Invalid order: allowed sort directions are \`ASC, DESC\`. But got '${direction}' for field '${name}'`,
      ),
  });
  const fields = select(schema, params['select'], useOriginal);
  const page = seenPage(store, schema.entity.name, filter, order, readStart(params['start']));
  return pageAnswer(page, { items: page.rows.map((row) => itemRecord(store, schema, row, useOriginal, fields)) });
}

/** `ID` in upper case is understood here (reference §4.3, fast_bitrix24 sends it). */
function fieldOf(schema: Schema, name: string, useOriginal: boolean): Field | undefined {
  return schema.byItemName(name === 'ID' ? 'id' : name, useOriginal);
}

function select(schema: Schema, raw: unknown, useOriginal: boolean): readonly Field[] | undefined {
  const names = listOf(raw ?? ['*']);
  if (names === undefined) throw unknown('a selection that is not a list');
  if (names.includes('*')) return undefined;
  return names.map((name) => {
    const field = fieldOf(schema, String(name), useOriginal);
    if (field === undefined) throw unknown(`the selected field ${String(name)}`);
    return field;
  });
}
