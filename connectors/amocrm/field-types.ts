import type { FieldTypeAbility } from '../../engine/index.ts';
import type { EntityForm } from './entities.ts';

const list: FieldTypeAbility = { options: true };

/**
 * Types of fields that can be made for contacts, companies and leads (reference 4). Not among them: those of catalogs and
 * invoices alone, `file`, which has to be uploaded first, `chained_list`, whose lists nobody says, and `monetary`, whose
 * currency nobody says.
 */
export const fieldTypes = {
  text: {},
  textarea: {},
  numeric: {},
  checkbox: {},
  select: list,
  radiobutton: list,
  multiselect: list,
  date: {},
  date_time: {},
  birthday: {},
  url: {},
  multitext: {},
  streetaddress: {},
  smart_address: {},
  legal_entity: {},
  tracking_data: {},
} as const satisfies Readonly<Record<string, FieldTypeAbility>>;

/** Of the others all that have custom fields have some. */
const homes: Readonly<Record<string, readonly EntityForm[]>> = {
  multitext: ['contact', 'company'],
  tracking_data: ['lead'],
};

export function mayHave(form: EntityForm, type: string): boolean {
  return homes[type]?.includes(form) ?? true;
}
