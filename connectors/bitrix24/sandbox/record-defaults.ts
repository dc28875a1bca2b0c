import { addDays, midnight } from './dates.ts';
import type { Entity } from './entities/index.ts';
import type { Store } from './store.ts';
import type { Stored } from './values.ts';

export type Values = Record<string, Stored>;

/** The vendor's defaults: crm-deal-add.md, crm-lead-add.md, crm-contact-add.md, crm-company-add.md. */
export function recordDefaults(store: Store, entity: Entity, id: number, userId: number): Values {
  const now = store.now();
  if (entity.name === 'product') return productDefaults(now, userId);
  if (entity.process !== undefined) return processDefaults(store, entity, id, userId);
  const stamps = { DATE_CREATE: now, DATE_MODIFY: now, LAST_ACTIVITY_TIME: now };
  const people = { ASSIGNED_BY_ID: userId, CREATED_BY_ID: userId, MODIFY_BY_ID: userId, LAST_ACTIVITY_BY: userId };
  const first = (book: string): string | null => store.statuses.of(book)[0]?.statusId ?? null;
  const values: Values = { ...stamps, ...people, OPENED: 'Y' };
  if (entity.untitled !== undefined) values['TITLE'] = `${entity.untitled}${id}`;
  if (entity.hasAmount) Object.assign(values, { OPPORTUNITY: 0, IS_MANUAL_OPPORTUNITY: 'N', CURRENCY_ID: 'RUB' });
  switch (entity.name) {
    case 'deal':
      return Object.assign(values, dealDefaults(store, now), {
        TYPE_ID: first('DEAL_TYPE'),
        SOURCE_ID: first('SOURCE'),
      });
    case 'lead':
      return Object.assign(values, { IS_RETURN_CUSTOMER: 'N' });
    case 'contact':
      return Object.assign(values, {
        EXPORT: 'Y',
        TYPE_ID: first('CONTACT_TYPE'),
        SOURCE_ID: first('SOURCE'),
        HONORIFIC: first('HONORIFIC'),
      });
    case 'company':
      return Object.assign(values, {
        COMPANY_TYPE: first('COMPANY_TYPE'),
        INDUSTRY: first('INDUSTRY'),
        EMPLOYEES: first('EMPLOYEES'),
        IS_MY_COMPANY: 'N',
      });
    default:
      return values;
  }
}

function productDefaults(now: number, userId: number): Values {
  const made = { DATE_CREATE: now, TIMESTAMP_X: now, CREATED_BY: userId, MODIFIED_BY: userId };
  return { ...made, CATALOG_ID: 15, CURRENCY_ID: 'RUB', ACTIVE: 'Y', SORT: 500, VAT_INCLUDED: 'N', MEASURE: 9 };
}

function processDefaults(store: Store, { stage, typeId, untitled = '' }: Entity, id: number, userId: number): Values {
  const now = store.now();
  const values: Values = {
    TITLE: `${untitled}${id}`,
    OPENED: 'Y',
    ASSIGNED_BY_ID: userId,
    CREATED_TIME: now,
    UPDATED_TIME: now,
    LAST_ACTIVITY_TIME: now,
    CREATED_BY: userId,
    UPDATED_BY: userId,
    LAST_ACTIVITY_BY: userId,
  };
  if (stage === undefined) return values;
  const today = midnight(now, store.zone);
  const money = { OPPORTUNITY: 0, IS_MANUAL_OPPORTUNITY: 'N', CURRENCY_ID: 'RUB', TAX_VALUE: 0 };
  const category = store.statuses.categories.find((one) => one.entityTypeId === typeId && one.isDefault);
  const dates = { BEGINDATE: today, CLOSEDATE: addDays(today, 7) };
  return Object.assign(values, money, dates, { CATEGORY_ID: category?.id ?? 0 });
}

function dealDefaults(store: Store, now: number): Values {
  const today = midnight(now, store.zone);
  return {
    CATEGORY_ID: 0,
    TAX_VALUE: 0,
    BEGINDATE: today,
    CLOSEDATE: addDays(today, 7),
    IS_RECURRING: 'N',
    IS_RETURN_CUSTOMER: 'N',
    IS_REPEATED_APPROACH: 'N',
  };
}
