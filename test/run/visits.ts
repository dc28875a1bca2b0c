import type { EntityDescription, Value } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

/** What the tables may answer with. */
export const errors = defineErrors('testing', {
  refused: { kind: 'data', en: 'refused', ru: 'отказано', fix: { en: 'mend it', ru: 'исправьте' } },
  busy: { kind: 'environment', en: 'busy', ru: 'занято', fix: { en: 'wait', ru: 'подождите' } },
});

export const contact: EntityDescription = {
  entity: 'contact',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'ORIGIN', type: 'text' },
    { name: 'NAME', type: 'text' },
    { name: 'PHONE', type: 'phones' },
  ],
};
export const deal: EntityDescription = {
  entity: 'deal',
  id: 'ID',
  lists: [{ name: 'products', fields: [{ name: 'PRICE', type: 'number' }] }],
  fields: [
    { name: 'VISIT', type: 'text' },
    { name: 'CONTACT_ID', type: 'id' },
    { name: 'STAGE', type: 'text' },
    { name: 'SUM', type: 'number' },
  ],
};

export const visitsYaml = `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  visits:
    source: { connection: tables, cursor: { field: stamp, first: all } }
    key: visit
    map:
      visit: '"V" & id'
      patient: '"P" & patient'
      name: name
      phone: phone
      stage: stage
      sum: sum
      rows: '[items.{ "PRICE": price }]'
    targets:
      contact:
        connection: tables
        entity: contact
        key: [ORIGIN]
        match:
          - { name: origin, by: [ORIGIN] }
          - { name: phone and name, by: { PHONE: phone }, where: '$sameName($found.NAME, name)' }
        fields:
          ORIGIN: { value: patient, write: fill }
          NAME: name
          PHONE: [{ value: phone, type: MOBILE }]
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        match:
          - { name: visit, by: [VISIT] }
          - { name: АВТОПРИВЯЗКА, by: { CONTACT_ID: $contact.ID, VISIT: { empty: true } }, many: newest }
        guard:
          - { if: $found.STAGE = "WON", skip: IGNORE }
          - { if: $found.STAGE = "HOLD", keep: [STAGE], log: PROTECTED }
        fields:
          VISIT: visit
          CONTACT_ID: $contact.ID
          STAGE: stage
          SUM: sum
        rows:
          products: rows
    retry: { delays: [30s, 60s] }
`;

/** A row of the source. */
export const visit = (id: number, patient: number, more: object = {}) => ({
  id,
  patient,
  stamp: id,
  name: `Имя${patient}`,
  phone: `+7999000000${patient}`,
  stage: 'NEW',
  sum: 100,
  ...more,
});

/** The pipeline of visits, the tables it reads and writes, and somebody who runs it; `desk.close()` ends it. */
export interface Visits {
  readonly tables: TableSystem;
  readonly pipeline: CompiledPipeline;
  readonly desk: Stand;
  deals(): readonly Record<string, Value>[];
  contacts(): readonly Record<string, Value>[];
  /** Runs it; what became of its only flow. */
  flow(options?: Parameters<Stand['run']>[1]): Promise<FlowOf | undefined>;
}

type FlowOf = Awaited<ReturnType<Stand['run']>>['flows'][number];

export async function openVisits(): Promise<Visits> {
  const tables = tableSystem('tables', [contact, deal]);
  const desk = await stand([tables.connector]);
  const pipeline = await compiled(visitsYaml, [tables.connector]);
  return {
    tables,
    pipeline,
    desk,
    deals: () => [...entityOf(tables, 'deal').rows.values()],
    contacts: () => [...entityOf(tables, 'contact').rows.values()],
    flow: async (options = {}) => (await desk.run(pipeline, options)).flows[0],
  };
}
