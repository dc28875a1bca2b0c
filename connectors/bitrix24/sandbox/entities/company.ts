import { address, contactable, field, multiFields, readOnly, stamps, status, utm, type Field } from '../fields.ts';

/** The fields of a company, as crm.company.fields lists them; its type is `typeId` in crm.item.*. */
export const companyFields: readonly Field[] = [
  readOnly('ID', 'integer'),
  field('TITLE', 'string'),
  status('COMPANY_TYPE', 'COMPANY_TYPE', 'typeId'),
  readOnly('LOGO', 'file'),
  ...address,
  field('ADDRESS_LEGAL', 'string', {}, null),
  field('BANKING_DETAILS', 'string'),
  status('INDUSTRY', 'INDUSTRY'),
  status('EMPLOYEES', 'EMPLOYEES'),
  field('CURRENCY_ID', 'crm_currency'),
  field('REVENUE', 'double'),
  field('OPENED', 'char'),
  field('COMMENTS', 'string'),
  ...contactable,
  field('IS_MY_COMPANY', 'char'),
  ...stamps,
  field('LEAD_ID', 'crm_lead', { access: 'item' }),
  field('ORIGINATOR_ID', 'string'),
  field('ORIGIN_ID', 'string'),
  field('ORIGIN_VERSION', 'string'),
  ...utm,
  ...multiFields,
];
