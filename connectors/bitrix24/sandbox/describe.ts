import type { Field, FieldType } from './fields.ts';
import type { PhpMap } from './php.ts';
import { itemNameOf, type Schema } from './schema.ts';

/** crm.<entity>.fields: `{NAME: {type, isRequired, …, title, items?}}` (reference §5.2). */
export function describeLegacy(schema: Schema): PhpMap {
  return Object.fromEntries(
    schema.fields.map((field) => [field.name, { ...describe(field, field.access === 'item') }]),
  );
}

/** crm.item.fields: `{name: {…, upperName}}` (reference §5.2). */
export function describeItem(schema: Schema, original: boolean): PhpMap {
  return Object.fromEntries(
    schema.fields.flatMap((field) => {
      const name = itemNameOf(field, original);
      return name === null ? [] : [[name, { ...describe(field, false), upperName: field.name }] as const];
    }),
  );
}

function describe(field: Field, closed: boolean): PhpMap {
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
  // Its options are in crm.status.list alone.
  if (field.statusType !== undefined) described['statusType'] = field.statusType;
  if (field.type === 'enumeration')
    described['items'] = field.user?.items.map(({ id, value }) => ({ ID: String(id), VALUE: value }));
  const parent = parentTypes[field.type];
  if (parent !== undefined && !field.multiple) described['settings'] = { parentEntityTypeId: parent };
  if (field.name === 'CONTACT_ID') described['isDeprecated'] = true;
  return described;
}

/** Of which entity type a link is, where the vendor says it: not of contacts (crm-deal-fields.md). */
const parentTypes: Readonly<Partial<Record<FieldType, number>>> = { crm_lead: 1, crm_company: 4, crm_quote: 7 };
