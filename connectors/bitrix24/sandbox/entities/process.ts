import { field, readOnly, status, type Field } from '../fields.ts';

const flag = (name: string): Field => field(name, 'boolean');

/** What an item of any smart process has, as crm.item.fields lists it (reference §5.2, §6.2). */
const common: readonly Field[] = [
  readOnly('ID', 'integer'),
  field('TITLE', 'string'),
  field('XML_ID', 'string'),
  readOnly('CREATED_TIME', 'datetime'),
  readOnly('UPDATED_TIME', 'datetime'),
  readOnly('CREATED_BY', 'user'),
  readOnly('UPDATED_BY', 'user'),
  field('ASSIGNED_BY_ID', 'user'),
  flag('OPENED'),
  field('WEBFORM_ID', 'integer'),
  readOnly('LAST_ACTIVITY_BY', 'user'),
  readOnly('LAST_ACTIVITY_TIME', 'datetime'),
];

/** A process with funnels and stages, dates, clients and an amount, hung on a deal. */
export const contractFields: readonly Field[] = [
  ...common,
  field('BEGINDATE', 'date'),
  field('CLOSEDATE', 'date'),
  field('COMPANY_ID', 'crm_company'),
  field('CONTACT_ID', 'crm_contact'),
  field('CONTACT_IDS', 'crm_contact', { multiple: true }),
  field('OBSERVERS', 'user', { multiple: true }),
  field('CATEGORY_ID', 'crm_category'),
  readOnly('MOVED_TIME', 'datetime'),
  readOnly('MOVED_BY', 'user'),
  status('STAGE_ID', 'DYNAMIC_1036_STAGE_11'),
  field('PREVIOUS_STAGE_ID', 'crm_status', { access: 'read', statusType: 'DYNAMIC_1036_STAGE_11' }),
  status('SOURCE_ID', 'SOURCE'),
  field('SOURCE_DESCRIPTION', 'text'),
  field('CURRENCY_ID', 'crm_currency'),
  flag('IS_MANUAL_OPPORTUNITY'),
  field('OPPORTUNITY', 'double'),
  field('TAX_VALUE', 'double'),
  field('PARENT_ID_2', 'crm_entity'),
];

/** A process with nothing switched on: a plain table. */
export const roomFields: readonly Field[] = common;
