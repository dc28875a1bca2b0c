import { field, readOnly, type Field } from '../fields.ts';

/** The fields of a product, as crm.product.fields lists them (reference §5.9); crm.item.* has no products. */
export const productFields: readonly Field[] = [
  readOnly('ID', 'integer', null),
  field('CATALOG_ID', 'integer', {}, null),
  field('PRICE', 'double', {}, null),
  field('CURRENCY_ID', 'string', {}, null),
  field('NAME', 'string', {}, null),
  field('CODE', 'string', {}, null),
  field('DESCRIPTION', 'string', {}, null),
  field('DESCRIPTION_TYPE', 'string', {}, null),
  field('ACTIVE', 'char', {}, null),
  field('SECTION_ID', 'integer', {}, null),
  field('SORT', 'integer', {}, null),
  field('VAT_ID', 'integer', {}, null),
  field('VAT_INCLUDED', 'char', {}, null),
  field('MEASURE', 'integer', {}, null),
  field('XML_ID', 'string', {}, null),
  readOnly('PREVIEW_PICTURE', 'product_file', null),
  readOnly('DETAIL_PICTURE', 'product_file', null),
  readOnly('DATE_CREATE', 'datetime', null),
  readOnly('TIMESTAMP_X', 'datetime', null),
  readOnly('MODIFIED_BY', 'integer', null),
  readOnly('CREATED_BY', 'integer', null),
];
