import { entities, type EntityName } from '../entities/index.ts';
import { codedError } from '../errors.ts';
import { readStart } from '../listing.ts';
import { pageAnswer, type Method, type Methods } from '../method.ts';
import { entriesOf, listOf, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import { itemRow, legacyRow, readDraft, type ProductRow } from '../product-rows.ts';
import { followProductRows } from '../records.ts';
import type { Store } from '../store.ts';
import { existing } from './legacy.ts';

/** Lines of goods, by the methods of both generations (reference §5.9). */
export const productRowMethods: Methods = {
  'crm.deal.productrows.get': getOf('deal'),
  'crm.deal.productrows.set': setOf('deal'),
  'crm.lead.productrows.get': getOf('lead'),
  'crm.lead.productrows.set': setOf('lead'),
  'crm.item.productrow.list': {
    scope: 'crm',
    params: ['filter', 'order', 'start'],
    run(store, params) {
      const { filter, order } = params;
      const rows = ownedRows(store, filter);
      const page = listPlainly(rows, rowColumns, { filter, order, start: readStart(params['start']), notLike: true });
      return pageAnswer(page, { productRows: page.rows.map(itemRow) });
    },
  },
  'crm.item.productrow.set': {
    scope: 'crm',
    params: ['ownerId', 'ownerType', 'productRows'],
    run(store, params) {
      const drafts = listOf(params['productrows'])?.map((raw) => readDraft(raw, 'item'));
      const missing = ['ownerId', 'ownerType'].find((name) => params[name.toLowerCase()] === undefined);
      if (missing !== undefined || drafts === undefined)
        throw codedError(100, `Could not find value for parameter {${missing ?? 'productRows'}}`);
      const entity = owners.map((name) => entities[name]).find(({ letter }) => letter === params['ownertype']);
      if (entity === undefined)
        throw codedError('ENTITY_TYPE_NOT_SUPPORTED', 'Working with this type of objects is not supported');
      const owner = store.tables[entity.name].get(Number(params['ownerid']));
      if (owner === undefined) throw codedError('OWNER_NOT_FOUND', 'Owner was not found');
      const rows = store.productRows.replace(entity.letter, owner.id, drafts);
      followProductRows(store, entity, owner);
      return { result: { productRows: rows.map(itemRow) } };
    },
  },
};

const owners: readonly EntityName[] = ['deal', 'lead'];

function getOf(name: EntityName): Method {
  return {
    scope: 'crm',
    params: ['id'],
    run: (store, { id }) => ({
      result: store.productRows.of(entities[name].letter, existing(store, name, id).id).map(legacyRow),
    }),
  };
}

/** Without `rows`, or with rows under any other name, it succeeds and wipes what was there (reference §5.9). */
function setOf(name: EntityName): Method {
  return {
    scope: 'crm',
    params: ['id', 'rows'],
    passesOverUnknown: true,
    run(store, { id, rows }) {
      const owner = existing(store, name, id);
      const drafts = (listOf(rows) ?? []).map((raw) => readDraft(raw, 'legacy'));
      store.productRows.replace(entities[name].letter, owner.id, drafts);
      followProductRows(store, entities[name], owner);
      return { result: true };
    },
  };
}

const rowColumns = columns<ProductRow>(
  {
    id: ({ id }) => id,
    ownerId: ({ ownerId }) => ownerId,
    productId: ({ productId }) => productId,
    price: ({ price }) => price,
    quantity: ({ quantity }) => quantity,
    discountTypeId: ({ discountTypeId }) => discountTypeId,
    discountRate: ({ discountRate }) => discountRate,
    discountSum: ({ discountSum }) => discountSum,
    taxRate: ({ taxRate }) => taxRate,
    measureCode: ({ measureCode }) => measureCode,
    sort: ({ sort }) => sort,
  },
  {
    ownerType: ({ ownerType }) => ownerType,
    productName: ({ productName }) => productName,
    taxIncluded: ({ taxIncluded }) => taxIncluded,
    measureName: ({ measureName }) => measureName,
  },
);

/**
 * The filter must have `=ownerType` and `=ownerId` (reference §5.9); `=` "works with arrays as well":
 * https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/crm-item-productrow-list.html
 */
function ownedRows(store: Store, filter: unknown): readonly ProductRow[] {
  const given: PhpMap = Object.fromEntries(entriesOf(filter) ?? []);
  const types = valuesOf(given['=ownerType']);
  const ids = valuesOf(given['=ownerId']);
  if (types === undefined || ids === undefined)
    throw codedError(100, 'Could not find value for parameter {filter}: =ownerType and =ownerId are required');
  const rows = types.flatMap((type) => ids.flatMap((id) => store.productRows.of(String(type), Number(id))));
  return [...new Set(rows)].sort((a, b) => a.id - b.id);
}

function valuesOf(value: unknown): readonly unknown[] | undefined {
  return value === undefined ? undefined : (listOf(value) ?? [value]);
}
