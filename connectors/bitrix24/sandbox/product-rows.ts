import { codedError, unknown } from './errors.ts';
import { isMap, type PhpMap } from './php.ts';

/** A line of goods of a deal or a lead. */
export interface ProductRow {
  readonly id: number;
  readonly ownerType: string;
  readonly ownerId: number;
  readonly productId: number;
  readonly productName: string;
  /** For one, with discount and tax. */
  readonly price: number;
  readonly quantity: number;
  readonly discountTypeId: number;
  readonly discountRate: number;
  readonly discountSum: number;
  readonly taxRate: number | null;
  readonly taxIncluded: string;
  readonly measureCode: number;
  readonly measureName: string;
  readonly sort: number;
}

export interface ProductRowBook {
  of(ownerType: string, ownerId: number): readonly ProductRow[];
  all(): Iterable<ProductRow>;
  /** Replaces all rows of the owner (reference §5.9). */
  replace(ownerType: string, ownerId: number, drafts: readonly Draft[]): readonly ProductRow[];
}

/** A row as asked for: it has no owner and no id yet. */
export type Draft = Omit<ProductRow, 'id' | 'ownerType' | 'ownerId'>;

export function createProductRowBook(
  changed: (ownerType: string, ownerId: number, rows: readonly ProductRow[]) => void,
): ProductRowBook {
  const owners = new Map<string, readonly ProductRow[]>();
  let lastId = 0;
  return {
    of: (ownerType, ownerId) => owners.get(`${ownerType}${ownerId}`) ?? [],
    *all() {
      for (const rows of owners.values()) yield* rows;
    },
    replace(ownerType, ownerId, drafts) {
      const rows = drafts.map((draft) => {
        lastId += 1;
        const productName = draft.productName === '' ? `[${lastId}]` : draft.productName;
        return { id: lastId, ownerType, ownerId, ...draft, productName };
      });
      if (rows.length > 0) owners.set(`${ownerType}${ownerId}`, rows);
      else owners.delete(`${ownerType}${ownerId}`);
      changed(ownerType, ownerId, rows);
      return rows;
    },
  };
}

export function amountOf(rows: readonly ProductRow[]): number {
  return money(rows.reduce((sum, { price, quantity }) => sum + price * quantity, 0));
}

function money(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Names in legacy methods, by the names in crm.item.productrow.* (vendor's crm-deal-productrows-set.md). */
const legacyNames = {
  productId: 'PRODUCT_ID',
  productName: 'PRODUCT_NAME',
  price: 'PRICE',
  quantity: 'QUANTITY',
  discountTypeId: 'DISCOUNT_TYPE_ID',
  discountRate: 'DISCOUNT_RATE',
  discountSum: 'DISCOUNT_SUM',
  taxRate: 'TAX_RATE',
  taxIncluded: 'TAX_INCLUDED',
  measureCode: 'MEASURE_CODE',
  measureName: 'MEASURE_NAME',
  sort: 'SORT',
} as const;

type DraftKey = keyof typeof legacyNames;

/** Reads one row under either set of names. The catalogue of goods is not here: a row is free text or an id kept as is. */
export function readDraft(raw: unknown, names: 'legacy' | 'item'): Draft {
  if (!isMap(raw)) throw unknown('a product row that is not an object');
  const keys = new Set(Object.entries(legacyNames).map(([item, legacy]) => (names === 'item' ? item : legacy)));
  const stranger = Object.keys(raw).find((key) => !keys.has(key));
  if (stranger !== undefined) throw unknown(`"${stranger}" in a product row`);
  const given = (key: DraftKey): unknown => raw[names === 'item' ? key : legacyNames[key]];
  checkDiscount(given);
  return {
    productId: number(given('productId'), 0),
    productName: text(given('productName'), ''),
    price: number(given('price'), 0),
    quantity: number(given('quantity'), 1),
    discountTypeId: number(given('discountTypeId'), 2),
    discountRate: number(given('discountRate'), 0),
    discountSum: number(given('discountSum'), 0),
    taxRate: isMissing(given('taxRate')) ? null : number(given('taxRate'), 0),
    taxIncluded: text(given('taxIncluded'), 'N'),
    measureCode: number(given('measureCode'), 0),
    measureName: text(given('measureName'), ''),
    sort: number(given('sort'), 0),
  };
}

/** The three rules and their texts, HTML break and all, are of crm-deal-productrows-set.md (reference §1.4). */
function checkDiscount(given: (key: DraftKey) => unknown): void {
  const type = given('discountTypeId');
  const needs = (key: DraftKey): boolean => isMissing(given(key));
  if (isMissing(type)) return;
  if (Number(type) === 2 && needs('discountRate'))
    throw codedError(
      'ERROR_CORE',
      'Discount Rate (DISCOUNT_RATE) is required if Percentage Discount Type (DISCOUNT_TYPE_ID) is defined<br>',
    );
  if (Number(type) === 2 && Number(given('discountRate')) === 100 && needs('discountSum'))
    throw codedError(
      'ERROR_CORE',
      'Discount Sum (DISCOUNT_SUM) is required if Percentage Discount Type (DISCOUNT_TYPE_ID) is defined and Discount Rate (DISCOUNT_RATE) is 100%<br>',
    );
  if (Number(type) === 1 && needs('discountSum'))
    throw codedError(
      'ERROR_CORE',
      'Discount Sum (DISCOUNT_SUM) is required if Monetary Discount Type (DISCOUNT_TYPE_ID) is defined<br>',
    );
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function number(value: unknown, otherwise: number): number {
  if (isMissing(value)) return otherwise;
  const read = Number(value);
  if (!Number.isFinite(read)) throw unknown(`the number ${JSON.stringify(value)} in a product row`);
  return read;
}

function text(value: unknown, otherwise: string): string {
  return isMissing(value) ? otherwise : String(value);
}

/** What the vendor computes and one cannot write (reference §5.9): before discount, without tax, in base currency. */
function computed(row: ProductRow): { exclusive: number; netto: number; brutto: number } {
  const tax = 1 + (row.taxRate ?? 0) / 100;
  const exclusive = row.price / tax;
  const rated = row.discountRate < 100 ? exclusive / (1 - row.discountRate / 100) : exclusive + row.discountSum;
  const netto = row.discountTypeId === 1 ? exclusive + row.discountSum : rated;
  return { exclusive: money(exclusive), netto: money(netto), brutto: money(netto * tax) };
}

/** The row of crm.deal.productrows.get: ids are strings, figures are not (vendor's crm-deal-productrows-get.md). */
export function legacyRow(row: ProductRow): PhpMap {
  const { exclusive, netto, brutto } = computed(row);
  return {
    ID: String(row.id),
    OWNER_ID: String(row.ownerId),
    OWNER_TYPE: row.ownerType,
    PRODUCT_ID: row.productId,
    PRODUCT_NAME: row.productName,
    ORIGINAL_PRODUCT_NAME: row.productName,
    PRODUCT_DESCRIPTION: null,
    PRICE: row.price,
    PRICE_EXCLUSIVE: exclusive,
    PRICE_NETTO: netto,
    PRICE_BRUTTO: brutto,
    PRICE_ACCOUNT: row.price.toFixed(2),
    QUANTITY: row.quantity,
    DISCOUNT_TYPE_ID: row.discountTypeId,
    DISCOUNT_RATE: row.discountRate,
    DISCOUNT_SUM: row.discountSum,
    TAX_RATE: row.taxRate,
    TAX_INCLUDED: row.taxIncluded,
    CUSTOMIZED: 'Y',
    MEASURE_CODE: row.measureCode,
    MEASURE_NAME: row.measureName,
    SORT: row.sort,
    XML_ID: '',
    TYPE: 1,
    STORE_ID: null,
    RESERVE_ID: null,
    DATE_RESERVE_END: null,
    RESERVE_QUANTITY: null,
  };
}

/** The row of crm.item.productrow.*, without the shop's fields (vendor's crm-item-productrow-set.md). */
export function itemRow(row: ProductRow): PhpMap {
  const { exclusive, netto, brutto } = computed(row);
  return {
    id: row.id,
    ownerId: row.ownerId,
    ownerType: row.ownerType,
    productId: row.productId,
    productName: row.productName,
    price: row.price,
    priceAccount: row.price,
    priceExclusive: exclusive,
    priceNetto: netto,
    priceBrutto: brutto,
    quantity: row.quantity,
    discountTypeId: row.discountTypeId,
    discountRate: row.discountRate,
    discountSum: row.discountSum,
    taxRate: row.taxRate,
    taxIncluded: row.taxIncluded,
    customized: 'Y',
    measureCode: row.measureCode,
    measureName: row.measureName,
    sort: row.sort,
    xmlId: '',
    type: 1,
  };
}
