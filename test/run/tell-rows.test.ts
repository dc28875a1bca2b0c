import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntityDescription } from '../../engine/connector.ts';
import type { RunOptions } from '../../engine/run/context.ts';
import { rowText } from '../../engine/log/rows.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const called = { en: 'deal', ru: { nominative: 'сделка', accusative: 'сделку', feminine: true } } as const;
const deal: EntityDescription = {
  entity: 'deal',
  id: 'ID',
  lists: [{ name: 'products', fields: [{ name: 'PRICE', type: 'number' }] }],
  tag: { origin: 'ORIGINATOR', key: 'ORIGIN' },
  fields: [
    { name: 'VISIT', type: 'text' },
    { name: 'SUM', type: 'number' },
    { name: 'ORIGINATOR', type: 'text' },
    { name: 'ORIGIN', type: 'text' },
  ],
  called,
};

const yaml = `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  visits:
    source: { connection: tables }
    key: visit
    map: { visit: '"V" & id', sum: sum, rows: '[{ "PRICE": sum }]' }
    targets:
      before:
        connection: tables
        entity: deal
        match: [{ name: visit, by: { VISIT: visit } }]
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        match: [{ name: visit, by: [VISIT] }]
        guard: [{ if: $found.SUM = 13, skip: IGNORE }]
        fields: { VISIT: visit, SUM: sum }
        rows: { products: rows }
        absent: delete
`;

let tables: TableSystem;
let pipeline: CompiledPipeline;
let desk: Stand;

beforeEach(async () => {
  tables = tableSystem('tables', [deal]);
  desk = await stand([tables.connector]);
  pipeline = await compiled(yaml, [tables.connector]);
});
afterEach(() => desk.close());

/** What a run tells of rows: `created deal 1 of V1`. */
async function told(options: Partial<RunOptions> = { tellRows: 'masked' }): Promise<readonly string[]> {
  await desk.run(pipeline, { full: true, ...options });
  return desk.events.flatMap((event) => {
    if (event.type !== 'row-found' && event.type !== 'row-written') return [];
    expect(event.called).toBe(called);
    const what = event.type === 'row-written' ? event.operation : event.lookUp ? 'looked up' : 'found';
    return [`${what} ${event.target} ${event.row} of ${event.key}`];
  });
}

describe('the rows of a run', () => {
  it('are told once each, with their child rows, as what became of them', async () => {
    tables.rows = [{ id: 1, sum: 100 }];
    expect(await told()).toEqual(['created deal 1 of V1']);
    expect(await told()).toEqual(['looked up before 1 of V1', 'found deal 1 of V1']);
    tables.rows = [{ id: 1, sum: 200 }];
    expect(await told()).toEqual(['looked up before 1 of V1', 'updated deal 1 of V1']);
    tables.rows = [{ id: 2, sum: 300 }];
    expect(await told()).toEqual(['created deal 2 of V2', 'deleted deal 1 of V1']);
  });

  it('are told by the word of a guard where it skips them', async () => {
    putRow(tables, 'deal', { VISIT: 'V1', SUM: 13 });
    tables.rows = [{ id: 1, sum: 100 }];
    expect(await told()).toEqual(['looked up before 1 of V1']);
    expect(desk.events).toContainEqual(expect.objectContaining({ type: 'record-named', name: 'IGNORE', rows: ['1'] }));
  });

  it('69. are told with their rung and the fields that were sent where that is asked for', async () => {
    const how = async () => {
      await told({ tellRows: 'masked', tellHow: true });
      return desk.events.flatMap((event) =>
        event.type === 'row-found' || event.type === 'row-written' ? [rowText(event, 'en')] : [],
      );
    };
    tables.rows = [{ id: 1, sum: 100 }];
    expect(await how()).toEqual(['Created deal 1 for V1 [fields: VISIT, SUM, ORIGINATOR, ORIGIN, products]']);
    tables.rows = [{ id: 1, sum: 31.4159 }];
    expect(await how()).toEqual([
      'Found deal 1 (V1) [rung: visit]',
      'Updating deal 1 for V1 [rung: visit; fields: SUM, products]',
    ]);
    expect(JSON.stringify(desk.events)).not.toContain('31.4159');
  });

  it('are told as adopted when they turn out to be there after a lost answer', async () => {
    tables.rows = [{ id: 1, sum: 100 }];
    tables.onWrite = () => 'lost';
    const lost = await told();
    expect(lost).toEqual(['adopted deal 1 of V1', 'looked up before 1 of V1']);
  });

  it('are not told where nobody asks for them', async () => {
    tables.rows = [{ id: 1, sum: 100 }];
    expect(await told({})).toEqual([]);
  });
});
