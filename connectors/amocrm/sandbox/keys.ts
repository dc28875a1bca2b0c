import type { FieldHome } from './field-types.ts';

/** What a key of an item may hold. `passed over`: read-only, sent back by clients, and ignored (reference §11.10). */
export type Rule = 'text' | 'optional' | 'time' | 'price' | 'user' | 'maker' | 'passed over';

const passedOver = (...keys: readonly string[]): Readonly<Record<string, Rule>> =>
  Object.fromEntries(keys.map((key) => [key, 'passed over']));

const common: Readonly<Record<string, Rule>> = {
  name: 'text',
  responsible_user_id: 'user',
  created_by: 'maker',
  updated_by: 'maker',
  created_at: 'time',
  updated_at: 'time',
  ...passedOver('account_id', 'is_deleted', 'group_id', 'closest_task_at', 'closed_task_at', '_links'),
};

const rules: Readonly<Record<FieldHome, Readonly<Record<string, Rule>>>> = {
  contacts: { ...common, first_name: 'text', last_name: 'text', ...passedOver('is_unsorted') },
  companies: common,
  leads: {
    ...common,
    price: 'price',
    status_id: 'optional',
    pipeline_id: 'optional',
    loss_reason_id: 'optional',
    closed_at: 'time',
    ...passedOver('score', 'labor_cost', 'price_with_minor_units', 'visitor_uid', 'source_id'),
    ...passedOver('is_price_modified_by_robot'),
  },
  elements: { ...common, ...passedOver('catalog_id', 'currency_id') },
};

export function rulesOf(home: FieldHome): Readonly<Record<string, Rule>> {
  return rules[home];
}
