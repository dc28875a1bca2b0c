import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Outcome, Sink } from '../../engine/connector.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem, withSink } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { errors } from './simulation-world.ts';

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;
/** How many requests with writes are under way, at most so far, and what runs beside each. */
let [flying, most] = [0, 0];
let during: (write: Parameters<Sink['write']>) => Promise<void>;

const text = `
version: 1
name: test
connections: { tables: { connector: tables } }
flows:
  visits:
    source: { connection: tables, batch: 1000 }
    key: id
    map: { id: $string(id), sum: sum, rows: '[{ "PRICE": sum }]' }
    targets:
      deal:
        connection: tables
        entity: deal
        key: [VISIT]
        match: [{ name: visit, by: [VISIT] }]
        fields: { VISIT: id, SUM: sum }
        rows: { products: rows }
`;

beforeEach(async () => {
  [flying, most] = [0, 0];
  during = async () => undefined;
  tables = tableSystem('tables', [
    {
      entity: 'deal',
      id: 'ID',
      fields: ['ID', 'VISIT', 'SUM'].map((name) => ({ name, type: name === 'ID' ? 'id' : 'text' })),
      lists: ['products', 'works'].map((name) => ({ name, fields: [{ name: 'PRICE', type: 'text' }] })),
    },
  ]);
  tables.requestsInFlight = 3;
  const connector = observed(tables.connector);
  desk = await stand([connector]);
  pipeline = await compiled(text, [connector]);
  tables.rows = Array.from({ length: 10 }, (_, index) => ({ id: index + 1, sum: '5' }));
});
afterEach(() => desk.close());

/** The tables, with requests that take a few turns of the event loop. */
function observed(connector: Connector): Connector {
  return withSink(connector, (sink) => {
    const write: Sink['write'] = async (...given) => {
      flying += 1;
      most = Math.max(most, flying);
      await new Promise((resolve) => setImmediate(resolve));
      try {
        await during(given);
        return await sink.write(...given);
      } finally {
        flying -= 1;
      }
    };
    const { requestsInFlight, writesPerRequest } = tables;
    return { ...sink, requestsInFlight, writesPerRequest, write };
  });
}

const deals = () => [...entityOf(tables, 'deal').rows.values()];

describe('DL-22 several requests in flight', () => {
  it('are as many as the sink takes, and child rows come after the rows they hang on', async () => {
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 10 }] });
    expect(most).toBe(3);
    const order = tables.writes.map(({ operation }) => operation);
    expect(order).toEqual([...Array<string>(10).fill('create'), ...Array<string>(10).fill('rows')]);
    expect(deals()).toHaveLength(10);
  });

  it('are one where the sink takes one', async () => {
    tables.requestsInFlight = 1;
    await desk.run(pipeline);
    expect(most).toBe(1);
  });

  it('DL-9 each have durable intents before and receipts after', async () => {
    const open: number[] = [];
    during = async ([writes]) => {
      const intents = await desk.state.openIntents();
      const promised = new Set(intents.map(({ write }) => JSON.stringify(write)));
      expect(writes.every((one) => promised.has(JSON.stringify(one)))).toBe(true);
      open.push(intents.length);
    };
    await desk.run(pipeline);
    expect(Math.max(...open)).toBe(6);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('all end and keep their receipts when one stops the run, and no other begins', async () => {
    const outcomes: Outcome[] = [];
    tables.onWrite = (write) => {
      const bad = write.operation === 'create' && write.values['VISIT'] === '1';
      const outcome: Outcome | undefined = bad
        ? { ok: false, applied: 'no', error: errors.broken.error({}) }
        : undefined;
      if (outcome) outcomes.push(outcome);
      return outcome;
    };
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'simulated.broken' } });
    expect(outcomes).toHaveLength(1);
    expect(deals().map((deal) => deal['VISIT'])).toEqual(['2', '3', '4', '5', '6']);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('all end and keep their receipts when the run is to stop', async () => {
    const stop = new AbortController();
    during = async () => stop.abort('SIGTERM');
    expect(await desk.run(pipeline, {}, stop.signal)).toMatchObject({ exitCode: 143 });
    expect(deals()).toHaveLength(6);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('never hold two writes to one row', async () => {
    tables.writesPerRequest = 1;
    for (const { id } of tables.rows.slice(0, 3)) putRow(tables, 'deal', { VISIT: String(id) });
    const twoLists = await compiled(text.replace('products: rows', 'products: rows, works: rows'), desk.connectors);
    const rows = new Set<string>();
    during = async ([writes]) => {
      const keys = writes.flatMap((write) => ('key' in write ? [write.key] : []));
      expect(keys.filter((key) => rows.has(key))).toEqual([]);
      for (const key of keys) rows.add(key);
      await new Promise((resolve) => setImmediate(resolve));
      for (const key of keys) rows.delete(key);
    };
    expect(await desk.run(twoLists)).toMatchObject({ exitCode: 0, flows: [{ created: 7, updated: 3 }] });
  });
});

describe('DL-22 a limit of the vendor', () => {
  const limited = (retryAfterMs: number) => errors.busy.error({}, { retry: true, limited: true, retryAfterMs });

  it('is waited out however long it lasts: no attempt, no queue, no end of the run', async () => {
    let refusals = 100;
    tables.onWrite = (write) =>
      write.operation === 'create' && refusals-- > 0 ? { ok: false, applied: 'no', error: limited(8_000) } : undefined;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 10, queued: 0 }] });
    expect(await desk.state.queue({})).toEqual([]);
  });

  it('DL-4 that outlasts the plans is waited out once, and the rows are read again', async () => {
    let refused = false;
    tables.onWrite = () => {
      if (refused) return undefined;
      refused = true;
      return { ok: false, applied: 'no', error: limited(9 * 60_000) };
    };
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 10 }] });
    expect(tables.calls.filter((call) => call.startsWith('find')).length).toBeGreaterThan(1);
    expect(desk.clock.slept).toEqual([9 * 60_000]);
  });
});
