import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, Sink } from '../../engine/connector.ts';
import { openPortalBook } from '../../engine/state/portal-book.ts';
import type { RecentRow } from '../../engine/state/machine-ports.ts';
import { compiled, stand } from '../support/harness.ts';
import { entityOf, putRow, tableSystem } from '../support/table-connector.ts';
import { contact, deal, errors, openVisits, visit, visitsYaml } from './visits.ts';
import type { Visits } from './visits.ts';

let tables: Visits['tables'];
let pipeline: Visits['pipeline'];
let desk: Visits['desk'];
let deals: Visits['deals'];
let contacts: Visits['contacts'];
let flow: Visits['flow'];

beforeEach(async () => {
  ({ tables, pipeline, desk, deals, contacts, flow } = await openVisits());
});
afterEach(() => desk.close());

describe('the system', () => {
  it('DL-11: is tried again while it says it is busy, and nothing is written twice', async () => {
    let refusals = 2;
    tables.onWrite = () =>
      refusals-- > 0
        ? { ok: false, applied: 'no', error: errors.busy.error({}, { retry: true, retryAfterMs: 5_000 }) }
        : undefined;
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ created: 1 }] });
    expect(desk.clock.slept).toEqual([5_000, 5_000]);
    const waits = desk.events.flatMap((event) =>
      event.type === 'waiting' ? [[event.for, event.ms, event.error?.code]] : [],
    );
    expect(waits).toEqual([
      ['tables', 5_000, 'testing.busy'],
      ['tables', 5_000, 'testing.busy'],
    ]);
    expect([contacts().length, deals().length]).toEqual([1, 1]);
  });

  it('DL-18: stops the run when it refuses us, instead of filling the queue, and the next run loses nothing', async () => {
    tables.onWrite = () => ({ ok: false, applied: 'no', error: errors.busy.error({}) });
    tables.rows = [visit(1, 1), visit(2, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'testing.busy' } });
    expect(await desk.state.queue({})).toEqual([]);
    delete tables.onWrite;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ read: 2, created: 2 }] });
  });

  it('DL-3: is not believed when it answers with a row that does not match', async () => {
    putRow(tables, 'contact', { ORIGIN: 'P9', NAME: 'Чужой' });
    const { connect } = tables.connector;
    const lying = {
      ...tables.connector,
      connect: async (...given: Parameters<typeof connect>) => {
        const connection = await connect(...given);
        const sink = connection.sink?.({});
        if (!sink) return connection;
        return {
          ...connection,
          sink: () => ({
            ...sink,
            find: async (entity: string, questions: readonly unknown[]) =>
              questions.map(() => ({ ok: true as const, rows: [{ key: '1', values: { ORIGIN: `${entity}-P9` } }] })),
          }),
        };
      },
    };
    const other = await stand([lying]);
    tables.rows = [visit(1, 1)];
    expect(await other.run(pipeline)).toMatchObject({ exitCode: 3, error: { code: 'run.filter_ignored' } });
    expect(tables.writes).toEqual([]);
    await other.close();
  });
});

describe('an answer that is lost', () => {
  it('DL-11: leaves the record waiting, and after the settle time the row that was made is found, not doubled', async () => {
    tables.onWrite = (write) => (write.entity === 'deal' ? 'lost' : undefined);
    tables.rows = [visit(1, 1)];
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 4, flows: [{ queued: 1 }] });
    delete tables.onWrite;
    desk.clock.time += 60_000;
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 0 }] });
    expect(await desk.state.openIntents()).toHaveLength(1);
    desk.clock.time += 60_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect(deals()).toHaveLength(1);
    expect(await desk.state.openIntents()).toEqual([]);
    expect(await desk.state.queue({})).toMatchObject([{ key: 'V1', state: 'completed' }]);
  });

  it('is waited for even when the source takes the change back: a late effect would undo it', async () => {
    tables.rows = [visit(1, 1)];
    await desk.run(pipeline);
    tables.onWrite = () => ({ ok: false, applied: 'unknown', error: errors.busy.error({}) });
    tables.rows = [visit(1, 1, { stamp: 2, stage: 'DONE' })];
    await desk.run(pipeline);
    delete tables.onWrite;
    tables.rows = [visit(1, 1, { stamp: 3 })];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ queued: 1, unchanged: 0 }] });
    Object.assign(entityOf(tables, 'deal').rows.get('1') ?? {}, { STAGE: 'DONE' });
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0, flows: [{ updated: 1 }] });
    expect(deals()).toMatchObject([{ STAGE: 'NEW' }]);
    expect(await desk.state.openIntents()).toEqual([]);
  });

  it('holds what it touches: another visit of that patient waits, other patients go on', async () => {
    tables.onWrite = (write) =>
      write.entity === 'contact' && write.operation === 'create' && write.values['ORIGIN'] === 'P1'
        ? 'lost'
        : undefined;
    tables.rows = [visit(1, 1), visit(2, 1), visit(3, 2)];
    expect(await desk.run(pipeline)).toMatchObject({ flows: [{ created: 1, queued: 2 }] });
    expect(contacts()).toHaveLength(2);
    delete tables.onWrite;
    desk.clock.time += 91_000;
    expect(await desk.run(pipeline)).toMatchObject({ exitCode: 0 });
    expect([contacts().length, deals().length]).toEqual([2, 3]);
  });
});

describe('DL-2 rows made lately', () => {
  it('are found though the vendor does not list them yet', async () => {
    tables.onWrite = (write) => {
      if (write.operation === 'create')
        tables.unindexed.add(`${write.entity}#${entityOf(tables, write.entity).nextKey}`);
      return undefined;
    };
    tables.rows = [visit(1, 1), visit(2, 1)];
    await flow();
    expect([contacts().length, deals().length]).toEqual([1, 2]);
    const again = await stand([tables.connector]);
    await desk.run(pipeline, { full: true });
    await again.close();
    expect([contacts().length, deals().length]).toEqual([1, 2]);
  });
});

describe('DL-2 a sink that finds at once what was written', () => {
  const kept = async (sinkExtra: Partial<Sink>) => {
    tables = tableSystem('tables', [contact, deal]);
    const connector: Connector = {
      ...tables.connector,
      connect: async (settings, host) => {
        const connection = await tables.connector.connect(settings, host);
        const sink = connection.sink;
        return { ...connection, ...(sink && { sink: (block) => ({ ...sink(block), ...sinkExtra }) }) };
      },
    };
    tables.rows = [visit(1, 1)];
    const saved: string[] = [];
    const book = {
      ...(await openPortalBook(':memory:', desk.clock)),
      saveRecent: async (rows: readonly RecentRow[]) => void saved.push(...rows.map(({ entity }) => entity)),
    };
    const watched = await stand([connector], 'test', { book });
    await watched.run(await compiled(visitsYaml, [connector]));
    await watched.close();
    return saved;
  };

  it('has no rows in the book, another has those it made', async () => {
    expect(await kept({})).toEqual(['contact', 'deal']);
    expect(await kept({ findsAtOnce: true })).toEqual([]);
  });
});
