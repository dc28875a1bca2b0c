import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Row, Value, Write } from '../../engine/connector.ts';
import type { Change } from '../../engine/plan/change.ts';
import { rehearse } from '../../engine/rehearse/rehearse.ts';
import { compiled, stand } from '../support/harness.ts';
import { putRow, tableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from '../run/simulation-clinic.ts';

/** doctor (look-up) → contact → deal with products (names both) → task (names the deal). */
const visits = fc.array(
  fc.record({
    patient: fc.nat({ max: 3 }),
    doctor: fc.nat({ max: 1 }),
    stage: fc.constantFrom('NEW', 'WON'),
    sum: fc.constantFrom(0, 100, 250),
    items: fc.nat({ max: 2 }),
    renamed: fc.nat({ max: 1 }),
  }),
  { minLength: 1, maxLength: 8 },
);

const held: readonly (readonly [string, Record<string, Value>])[] = [
  ['doctor', { NAME: 'Врач0' }],
  ['contact', { NAME: 'Канарейка1-0', PHONE: [{ id: '7', value: '+79991234501', type: 'WORK' }] }],
  ['deal', { VISIT: '1', STAGE: 'WON', SUM: 100 }],
  ['deal', { VISIT: '3', STAGE: 'NEW', SUM: 5 }],
];

it(
  'a rehearsal makes the writes that a run makes, in whatever state the targets are',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(visits, fc.subarray([...held.keys()]), async (rows, there) => {
        const tables = tableSystem('tables', descriptions);
        const pipeline = await compiled(pipelineText(1000, false), [tables.connector]);
        const source = rows.map(({ renamed, ...visit }, index) =>
          sourceRow(index + 1, index + 1, visit, visit.patient, renamed),
        );
        const begin = there.flatMap((at) => {
          const [entity, row] = held[at] ?? ['', {}];
          return entity === '' ? [] : [{ entity, row: { ...row, ID: putRow(tables, entity, row) } }];
        });
        tables.rows = source;
        const desk = await stand([tables.connector]);
        await desk.run(pipeline);
        await desk.close();
        const [flow] = pipeline.flows;
        if (!flow) throw new Error('there is no flow');
        const done = await rehearse(
          {
            compiled: pipeline,
            now: desk.clock.time,
            held: begin.map(({ entity, row }) => ({ connection: 'tables', entity, rows: [row] })),
            describe: (_connection, entity) => descriptions.find((each) => each.entity === entity),
          },
          flow,
          source,
        );
        const changes = done.flatMap((one) =>
          one.state === 'planned'
            ? [...one.plans].flatMap(([, plan]) =>
                plan.changes.flatMap((change) => told(plan.target.target.entity, change)),
              )
            : [],
        );
        expect(sorted(changes)).toEqual(sorted(tables.writes.flatMap(written)));
      }),
      { numRuns: 25 },
    );
  },
);

/** Keys of new rows differ: the one gives numbers, the other names. */
const links = new Set(['CONTACT_ID', 'DEAL_ID', 'DOCTOR_ID']);

function told(entity: string, change: Change): readonly unknown[] {
  if (change.operation !== 'create' && change.operation !== 'update') return [];
  const lists = change.lists.map(({ list, rows }) => ({ entity, list, rows }));
  const values =
    Object.keys(change.values).length > 0
      ? [{ entity, operation: change.operation, values: anonymous(change.values) }]
      : [];
  return [...values, ...lists];
}

function written(write: Write): readonly unknown[] {
  if (write.operation === 'rows') return [{ entity: write.entity, list: write.list, rows: write.rows }];
  if (write.operation === 'delete') return [];
  return [{ entity: write.entity, operation: write.operation, values: anonymous(write.values) }];
}

function anonymous(values: Readonly<Record<string, Value | null>>): Row {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, links.has(name) ? 'a row' : (value ?? 'nothing')]),
  );
}

function sorted(items: readonly unknown[]): readonly string[] {
  return items.map((item) => JSON.stringify(item)).sort();
}
