import type { Field } from './fields.ts';
import type { PhpMap } from './php.ts';
import { itemNameOf, type Schema } from './schema.ts';
import type { Store } from './store.ts';

/** crm.<entity>.fields: `{NAME: {type, isRequired, …, title, items?}}` (reference §5.2). */
export function describeLegacy(store: Store, schema: Schema): PhpMap {
  return Object.fromEntries(
    schema.fields.map((field) => [field.name, { ...describe(store, field, field.access === 'item') }]),
  );
}

/** crm.item.fields: `{name: {…, upperName}}` (reference §5.2). */
export function describeItem(store: Store, schema: Schema, original: boolean): PhpMap {
  return Object.fromEntries(
    schema.fields.flatMap((field) => {
      const name = itemNameOf(field, original);
      return name === null ? [] : [[name, { ...describe(store, field, false), upperName: field.name }] as const];
    }),
  );
}

function describe(store: Store, field: Field, closed: boolean): PhpMap {
  const described: PhpMap = {
    type: field.type,
    isRequired: field.user?.mandatory ?? false,
    isReadOnly: field.access === 'read' || closed,
    isImmutable: field.access === 'create',
    isMultiple: field.multiple,
    isDynamic: field.user !== undefined,
    title: field.label ?? field.name,
  };
  if (field.user !== undefined) {
    const label = field.label ?? field.name;
    Object.assign(described, { listLabel: label, formLabel: label, filterLabel: label });
  }
  if (field.statusType !== undefined) {
    described['statusType'] = field.statusType;
    described['items'] = store.statuses
      .of(field.statusType)
      .map(({ statusId, name }) => ({ ID: statusId, VALUE: name }));
  }
  if (field.type === 'enumeration')
    described['items'] = field.user?.items.map(({ id, value }) => ({ ID: String(id), VALUE: value }));
  return described;
}
