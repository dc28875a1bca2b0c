import type { EntityDescription } from '../../engine/connector.ts';
import { entityOf, putRow } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

/** A call that came in, by phone: the first visit of that phone takes it for its own, and converts it once its deal is there. */
export const leadDescription: EntityDescription = {
  entity: 'lead',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'PHONE', type: 'phones' },
    { name: 'STATUS', type: 'text' },
  ],
};

const openLead = `
      openLead:
        connection: tables
        entity: lead
        match: [{ name: open lead, by: { PHONE: phone }, where: $found.STATUS = "NEW", many: oldest }]`;

const converted = `
      converted:
        connection: tables
        entity: lead
        match: [{ name: lead of this deal, by: { ID: $openLead.ID } }]
        missing: skip
        guard: [{ if: '$not($deal.LEAD_ID = $openLead.ID and $found.STATUS = "NEW")', skip: LEAD NOT OURS }]
        fields: { STATUS: { const: CONVERTED } }`;

/** The visits flow with leads: looked for before the deal that names one, converted after all else. */
export function withLeads(text: string): string {
  return text
    .replace(
      '      doctor:\n        connection: tables',
      `${openLead.slice(1)}\n      doctor:\n        connection: tables`,
    )
    .replace('          SUM: sum\n', '          SUM: sum\n          LEAD_ID: { value: $openLead.ID, write: create }\n')
    .replace('          CONTACT_ID: $deal.CONTACT_ID\n', (task) => `${task.trimEnd()}${converted}\n`);
}

export function makeLead(system: TableSystem, phone: string): string {
  return putRow(system, 'lead', { PHONE: [{ id: 'l', value: phone }], STATUS: 'NEW' });
}

/**
 * A lead is named by one deal, and converted then. Of visits that their record was given up of, that moved to another
 * patient, were hidden or forgotten meanwhile the deal may name a lead that another has taken since (`exempt`).
 */
export function wrongLeads(system: TableSystem, exempt: ReadonlySet<string>): readonly string[] {
  const deals = [...entityOf(system, 'deal').rows.values()].filter((deal) => !exempt.has(String(deal['VISIT'])));
  return [...entityOf(system, 'lead').rows].flatMap(([id, { STATUS: status }]) => {
    const naming = deals.filter((deal) => deal['LEAD_ID'] === id).map((deal) => String(deal['VISIT']));
    return [
      ...(naming.length > 1 ? [`lead ${id} is named by the deals of visits ${naming.join(' and ')}`] : []),
      ...(naming.length > 0 && status !== 'CONVERTED'
        ? [`lead ${id} of visit ${naming.join()} is ${String(status)}`]
        : []),
    ];
  });
}
