import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, Write } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { applyWrite, entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';

/** The first flow finds contacts by ORIGIN alone; the second asks for them by PHONE, which the first only writes. */
const text = `
version: 1
name: test
connections:
  tables: { connector: tables }
flows:
  people:
    source: { connection: tables, cursor: { field: stamp, first: all }, batch: 1000 }
    key: origin
    map: { origin: '"P" & id', name: name, phone: phone }
    targets:
      contact:
        connection: tables
        entity: contact
        key: [ORIGIN]
        fields: { ORIGIN: origin, NAME: name, PHONE: [{ value: phone, type: MOBILE }] }
    retry: { delays: [30s, 60s, 300s] }
  calls:
    after: [people]
    source: { connection: tables, cursor: { field: stamp, first: all }, batch: 1000 }
    key: call
    map: { call: '"C" & id', phone: phone }
    targets:
      contact:
        connection: tables
        entity: contact
        match: [{ name: phone, by: { PHONE: phone }, many: oldest }]
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        fields: { VISIT: call, CONTACT_ID: $contact.ID }
    retry: { delays: [30s, 60s, 300s] }
`;

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;

beforeAll(async () => {
  pipeline = await compiled(text, [tableSystem('tables', descriptions).connector]);
});
beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  desk = await stand([tables.connector]);
});
afterEach(() => desk.close());

const person = (id: number) => ({ id, stamp: id, name: `Имя${id}`, phone: '+79991234567' });
const rows = (entity: string) => [...entityOf(tables, entity).rows.values()];

describe('DL-1 what one flow writes and another asks for', () => {
  it('splits no waves of the first: a family on one phone is one wave', async () => {
    tables.writesPerRequest = 10;
    tables.rows = [1, 2, 3, 4].map(person);
    expect(await desk.run(pipeline, { flows: ['people'] })).toMatchObject({ exitCode: 0 });
    expect(tables.calls.filter((call) => call.startsWith('write'))).toEqual(['write create,create,create,create']);
    expect(rows('contact')).toHaveLength(4);
  });

  it('holds the second while it is in doubt, and both go on when it arrived', async () => {
    const lost: Write[] = [];
    tables.onWrite = (write): Outcome | undefined => {
      if (write.entity !== 'contact') return undefined;
      lost.push(write);
      return { ok: false, applied: 'unknown', error: errors.broken.error({}) };
    };
    tables.rows = [person(1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }, { queued: 1 }] });
    expect(rows('deal')).toEqual([]);
    delete tables.onWrite;
    for (const write of lost) applyWrite(tables, write);
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([rows('contact').length, rows('deal')]).toEqual([1, [{ VISIT: 'C1', CONTACT_ID: '1' }]]);
  });

  it('is found by the second though the system does not list it yet', async () => {
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [person(1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect(rows('deal')).toEqual([{ VISIT: 'C1', CONTACT_ID: '1' }]);
  });
});
