import type { LegacyRecord } from '../../connectors/bitrix24/sandbox/index.ts';
import type { PortalContent } from './world.ts';
import { dealKey } from './writes-seen.ts';

/** What a portal holds, without ids and moments: one text for each field, by what the clinic calls its row. */
export function comparable({ contacts, deals, leads }: PortalContent): ReadonlyMap<string, string> {
  const patientOf = new Map(contacts.map((contact) => [contact['ID'], contact['ORIGIN_ID']]));
  const fields = new Map<string, string>();
  const note = (row: string, values: LegacyRecord) => {
    for (const [field, value] of Object.entries(values)) fields.set(`${row} ${field}`, JSON.stringify(value ?? null));
  };
  for (const contact of contacts) note(`contact ${String(contact['ORIGIN_ID'])}`, contactFields(contact));
  for (const deal of deals) {
    note(`deal ${String(deal[dealKey])}`, { ...dealFields(deal), patient: patientOf.get(deal['CONTACT_ID']) });
  }
  for (const lead of leads) {
    const dealsOfIt = deals.filter((deal) => deal['LEAD_ID'] === lead['ID']).length;
    const patient = patientOf.get(lead['CONTACT_ID']);
    note(`lead ${String(lead['ID'])}`, { STATUS_ID: lead['STATUS_ID'], patient, deals: dealsOfIt });
  }
  return fields;
}

function contactFields(contact: LegacyRecord): LegacyRecord {
  const phones = listOf(contact['PHONE']).map((phone) => phone['VALUE']);
  return { ...pick(contact, /^(NAME|LAST_NAME|SECOND_NAME|TYPE_ID|UF_.*)$/), phones };
}

function dealFields(deal: LegacyRecord): LegacyRecord {
  const products = listOf(deal['rows']).map((row) => [row['PRODUCT_NAME'], row['PRICE'], row['QUANTITY']]);
  const fields = /^(TITLE|CATEGORY_ID|STAGE_ID|CURRENCY_ID|OPPORTUNITY|IS_MANUAL_OPPORTUNITY|UF_.*)$/;
  return { ...pick(deal, fields), products };
}

function pick(record: LegacyRecord, names: RegExp): LegacyRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.test(name)));
}

function listOf(value: unknown): readonly LegacyRecord[] {
  return Array.isArray(value) ? value : [];
}
