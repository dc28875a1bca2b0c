import fc from 'fast-check';
import type { EntityDescription, Row } from '../../engine/connector.ts';
import type { CrashPoint } from '../../engine/run/crash-points.ts';
import { leadDescription } from './simulation-leads.ts';
import { findFaults, writeFaults } from './simulation-world.ts';
import type { Fault } from './simulation-world.ts';

export const descriptions: readonly EntityDescription[] = [
  {
    entity: 'doctor',
    id: 'ID',
    lists: [],
    fields: [{ name: 'NAME', type: 'text' }],
  },
  {
    entity: 'contact',
    id: 'ID',
    lists: [],
    fields: [
      { name: 'ORIGIN', type: 'text' },
      { name: 'NAME', type: 'text' },
      { name: 'PHONE', type: 'phones' },
    ],
  },
  {
    entity: 'deal',
    id: 'ID',
    lists: [{ name: 'products', fields: [{ name: 'PRICE', type: 'number' }] }],
    fields: [
      { name: 'VISIT', type: 'text' },
      { name: 'CONTACT_ID', type: 'id' },
      { name: 'DOCTOR_ID', type: 'id' },
      { name: 'STAGE', type: 'text' },
      { name: 'SUM', type: 'number' },
      { name: 'LEAD_ID', type: 'id' },
    ],
  },
  {
    entity: 'task',
    id: 'ID',
    lists: [],
    fields: [
      { name: 'VISIT', type: 'text' },
      { name: 'DEAL_ID', type: 'id' },
      { name: 'CONTACT_ID', type: 'id' },
    ],
  },
  leadDescription,
];

/** As a vendor describes them that leaves room for the engine's mark. */
export const taggedDescriptions: readonly EntityDescription[] = descriptions.map((description) => ({
  ...description,
  fields: [...description.fields, { name: 'SYSTEM', type: 'text' }, { name: 'MARK', type: 'text' }],
  tag: { origin: 'SYSTEM', key: 'MARK' },
}));

const contactTarget = `
      contact:
        connection: tables
        entity: contact
        key: [ORIGIN]
        match:
          - { name: origin, by: [ORIGIN] }
          - name: phone and name
            by: { PHONE: phone }
            where: '$sameName($found.NAME, name) and ($empty($found.ORIGIN) or $found.ORIGIN = patient)'
            many: oldest
        fields:
          ORIGIN: { value: patient, write: fill }
          NAME: name
          PHONE: [{ value: phone, type: MOBILE }]`;

const patientsFlow = (batch: number) => `
  patients:
    source: { connection: tables, cursor: { field: stamp, first: all }, batch: ${batch} }
    key: patient
    map: { patient: '"P" & patient', name: name, phone: phone }
    targets:${contactTarget}
    retry: { delays: [30s, 60s, 300s] }
`;

/** Keys of visits are plain numbers, as the target's own are: what is one is never to be taken for the other. */
export const pipelineText = (batch: number, patients: boolean): string => `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:${patients ? patientsFlow(batch) : ''}
  visits:
    source: { connection: tables, cursor: { field: stamp, first: all }, batch: ${batch} }
    key: visit
    map:
      visit: $string(id)
      patient: '"P" & patient'
      name: name
      phone: phone
      doctor: doctor
      stage: stage
      sum: sum
      rows: '[items.{ "PRICE": price }]'
    guard: [{ if: stage = "HIDDEN", skip: HIDDEN }]
    targets:
      doctor:
        connection: tables
        entity: doctor
        match: [{ name: name, by: { NAME: doctor } }]${contactTarget}
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        match:
          - { name: visit, by: [VISIT] }
          - { name: АВТОПРИВЯЗКА, by: { CONTACT_ID: $contact.ID, VISIT: { empty: true } }, where: $not($found.STAGE = "WON"), many: newest }
        guard:
          - { if: $found.STAGE = "WON", skip: IGNORE }
          - { if: $found.STAGE = "HOLD", keep: [STAGE], log: PROTECTED }
        fields:
          VISIT: visit
          CONTACT_ID: $contact.ID
          DOCTOR_ID: $doctor.ID
          STAGE: stage
          SUM: sum
        rows: { products: rows }
      task:
        connection: tables
        entity: task
        key: [VISIT]
        match: [{ name: visit, by: [VISIT] }]
        fields:
          VISIT: visit
          DEAL_ID: $deal.ID
          CONTACT_ID: $deal.CONTACT_ID
    retry: { delays: [30s, 60s, 300s] }
`;

/** A patient as the clinic knows them; a family shares a phone. */
export interface Patient {
  readonly phone: number;
  /** How many contacts managers made of them before, without our mark. */
  readonly handMade: number;
}

export interface Visit {
  readonly patient: number;
  readonly doctor: number;
  readonly stage: string;
  readonly sum: number;
  readonly items: number;
}

export type Step =
  | {
      readonly do: 'run';
      readonly faults: readonly Fault[];
      readonly full: boolean;
      readonly lagMs: number;
      readonly limit?: number;
    }
  | { readonly do: 'edit'; readonly visit: number; readonly to: Partial<Visit> }
  | { readonly do: 'add'; readonly visit: Visit }
  | { readonly do: 'rename'; readonly patient: number }
  | { readonly do: 'stage'; readonly deal: number; readonly stage: string }
  | { readonly do: 'make deal'; readonly contact: number }
  | { readonly do: 'make lead'; readonly phone: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'forget' };

export interface Scenario {
  readonly batch: number;
  readonly writesPerRequest: number;
  readonly requestsInFlight: number;
  readonly patientsFlow: boolean;
  /** Whether visits look for leads and convert them. */
  readonly leads: boolean;
  /** Whether the portal has room for a mark and keys that rise. */
  readonly tagged: boolean;
  readonly patients: readonly Patient[];
  readonly visits: readonly Visit[];
  readonly steps: readonly Step[];
}

export const points: readonly CrashPoint[] = [
  'lock-taken',
  'window-taken',
  'reconcile-lookup',
  'reconcile-waiting',
  'reconcile-adopted',
  'reconcile-closed',
  'batch-read',
  'find-answered',
  'planned',
  'intents-before-fsync',
  'intents-durable',
  'answer-received',
  'receipts-before-commit',
  'receipts-after-commit',
  'between-targets',
  'rows-before',
  'queue-insert',
  'queue-taken',
  'queue-superseded',
  'checkpoint-before',
  'checkpoint-after',
];

const small = (max: number) => fc.integer({ min: 1, max });
/** Later runs have few events: low numbers are the ones that hit. */
const nth = fc.oneof({ weight: 3, arbitrary: small(3) }, small(15));

const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      at: fc.constant('write' as const),
      nth,
      does: fc.constantFrom(...writeFaults),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ at: fc.constant('point' as const), nth, point: fc.constantFrom(...points) }) },
  { weight: 2, arbitrary: fc.record({ at: fc.constant('find' as const), nth, does: fc.constantFrom(...findFaults) }) },
  { weight: 1, arbitrary: fc.record({ at: fc.constant('read' as const), nth: small(3) }) },
);

const stage = fc.constantFrom('NEW', 'NEW', 'DONE', 'HIDDEN');
const visit = (patients: number): fc.Arbitrary<Visit> =>
  fc.record({
    patient: fc.nat(patients - 1),
    doctor: fc.nat(1),
    stage,
    sum: fc.constantFrom(100, 200),
    items: fc.nat(2),
  });

const step = (patients: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record(
        {
          do: fc.constant('run' as const),
          faults: fc.array(fault, { maxLength: 3 }),
          full: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
          lagMs: fc.constantFrom(0, 0, 20_000, 60_000),
          limit: fc.nat(3).map((rows) => rows + 1),
        },
        { requiredKeys: ['do', 'faults', 'full', 'lagMs'] },
      ),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('edit' as const),
        visit: fc.nat(9),
        to: fc.record(
          { patient: fc.nat(patients - 1), stage, sum: fc.constantFrom(100, 200), items: fc.nat(2) },
          { requiredKeys: [] },
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), visit: visit(patients) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), patient: fc.nat(patients - 1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('stage' as const),
        deal: fc.nat(9),
        stage: fc.constantFrom('HOLD', 'WON'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('make deal' as const), contact: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('make lead' as const), phone: fc.nat(1) }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 31_000, 50_000, 95_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
  );

export const scenario: fc.Arbitrary<Scenario> = small(4).chain((patients) =>
  fc.record({
    batch: fc.constantFrom(1, 2, 3, 1000),
    writesPerRequest: small(4),
    requestsInFlight: small(3),
    patientsFlow: fc.boolean(),
    leads: fc.boolean(),
    tagged: fc.boolean(),
    patients: fc.array(fc.record({ phone: fc.nat(1), handMade: fc.constantFrom(0, 0, 0, 1, 2) }), {
      minLength: patients,
      maxLength: patients,
    }),
    visits: fc.array(visit(patients), { minLength: 1, maxLength: 7 }),
    steps: fc.array(step(patients), { minLength: 1, maxLength: 14 }),
  }),
);

/** The row of a visit as the source gives it. */
export function sourceRow(
  id: number,
  stamp: number,
  { patient, doctor, stage: status, sum, items }: Visit,
  phone: number,
  renamed: number,
): Row {
  return {
    id,
    stamp,
    patient,
    doctor: `Врач${doctor}`,
    name: nameOf(patient, renamed),
    phone: phoneOf(phone),
    stage: status,
    sum,
    items: Array.from({ length: items }, (_, index) => ({ price: index + 1 })),
  };
}

export const nameOf = (patient: number, renamed: number): string => `Канарейка${patient}-${renamed % 2}`;
export const phoneOf = (phone: number): string => `+7999123450${phone}`;
