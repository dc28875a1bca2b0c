import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, Connector, EntityDescription } from '../../engine/connector.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import type { Ask } from '../../engine/plan/match.ts';
import { lockstep } from '../../engine/run/ask/lockstep.ts';
import { makeHost } from '../../engine/run/host.ts';
import { runPipeline } from '../../engine/run/run-pipeline.ts';
import type { RunTask } from '../../engine/run/run-pipeline.ts';
import { compiled, stand, testClock } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { rejection } from '../support/iterate.ts';
import { tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';
import { descriptions, pipelineText, sourceRow } from './simulation-clinic.ts';
import { errors } from './simulation-world.ts';
import { memoryTokens } from '../support/tokens.ts';

let tables: TableSystem;
let desk: Stand;

beforeEach(async () => {
  tables = tableSystem('tables', descriptions);
  desk = await stand([tables.connector]);
});
afterEach(() => desk.close());

const visit = (id: number) => sourceRow(id, id, { patient: id, doctor: 0, stage: 'NEW', sum: 100, items: 0 }, id, 0);

function changed(change: (connection: Connection) => Partial<Connection>): Connector {
  const { connect } = tables.connector;
  return {
    ...tables.connector,
    connect: async (settings, host) => {
      const connection = await connect(settings, host);
      return { ...connection, ...change(connection) };
    },
  };
}

async function taskFor(connector: Connector, more: Partial<RunTask> = {}): Promise<RunTask> {
  return {
    compiled: await compiled(pipelineText(1, false), [connector]),
    connectors: new Map([['tables', connector]]),
    options: { full: false, allow: new Set() },
    state: desk.state,
    book: desk.book,
    tokens: memoryTokens(),
    lease: { verify: () => undefined, release: () => undefined },
    clock: desk.clock,
    signal: new AbortController().signal,
    emit: () => undefined,
    ...more,
  };
}

describe('a run', () => {
  it('that cannot be connected has not begun', async () => {
    const connector = {
      ...tables.connector,
      connect: () => {
        throw errors.broken.error({});
      },
    };
    expect(await rejection(runPipeline(await taskFor(connector)))).toMatchObject({ code: 'simulated.broken' });
    expect(await desk.state.runs(1)).toEqual([]);
  });

  it('that ends amid a batch tells what it had written by then: who counts along knows as much as the result', async () => {
    const events: RunEvent[] = [];
    const connector = changed(({ sink }) => ({
      sink: (block) => {
        const open = sink?.(block);
        if (!open) throw new Error('no sink');
        const find: typeof open.find = async (entity, questions, fields, signal) => {
          if (entity === 'task') throw errors.broken.error({});
          return open.find(entity, questions, fields, signal);
        };
        return { ...open, find };
      },
    }));
    tables.rows = [visit(1)];
    const { flows } = await runPipeline(await taskFor(connector, { emit: (event) => events.push(event) }));
    const { name: _name, error: _error, ...counts } = flows[0] ?? { name: '' };
    expect(counts).toMatchObject({ read: 1 });
    expect(events.findLast((event) => event.type === 'batch-done')).toMatchObject({ counts });
  });

  it('is told to the end though a connection does not close', async () => {
    const connector = changed(() => ({ close: () => Promise.reject(errors.broken.error({})) }));
    tables.rows = [visit(1)];
    expect(await runPipeline(await taskFor(connector))).toMatchObject({
      exitCode: 3,
      error: { code: 'simulated.broken' },
      flows: [{ created: 1 }],
    });
    expect(await desk.state.runs(1)).toMatchObject([{ exitCode: 3 }]);
  });

  it('closes its connections and its source when a batch fails, with the next batch already read', async () => {
    const closed: string[] = [];
    const connector = changed((connection) => ({
      source: (block) => {
        const source = connection.source?.(block);
        if (!source) throw new Error('no source');
        return {
          ...source,
          async *read(request) {
            try {
              yield* source.read(request);
            } finally {
              closed.push('source');
            }
          },
        };
      },
      close: async () => void closed.push('connection'),
    }));
    tables.onWrite = () => ({ ok: false, applied: 'no', error: errors.broken.error({}) });
    tables.rows = [visit(1), visit(2), visit(3)];
    expect(await runPipeline(await taskFor(connector))).toMatchObject({ exitCode: 3 });
    expect(closed).toEqual(['source', 'connection']);
  });

  it('that was stopped reports no failure', async () => {
    const stop = new AbortController();
    tables.onFind = () => stop.abort('SIGINT');
    tables.rows = [visit(1)];
    const result = await runPipeline(await taskFor(tables.connector, { signal: stop.signal }));
    expect([result.exitCode, result.error]).toEqual([130, undefined]);
  });

  it('DL-19: sends nothing once its lock file was replaced', async () => {
    const lease = {
      verify: () => {
        throw errors.broken.error({});
      },
      release: () => undefined,
    };
    tables.rows = [visit(1)];
    expect(await runPipeline(await taskFor(tables.connector, { lease }))).toMatchObject({ exitCode: 3 });
    expect(tables.calls.filter((call) => call.startsWith('write'))).toEqual([]);
  });

  it('DL-9: stops where receipts cannot be kept, and sends nothing more', async () => {
    const state = {
      ...desk.state,
      commit: async (delivery: Parameters<typeof desk.state.commit>[0]) => {
        if (delivery.receipts.length > 0) throw errors.broken.error({});
        await desk.state.commit(delivery);
      },
    };
    tables.rows = [visit(1), visit(2)];
    expect(await runPipeline(await taskFor(tables.connector, { state }))).toMatchObject({ exitCode: 3 });
    expect(tables.calls.filter((call) => call.startsWith('write'))).toEqual(['write create']);
    expect(await desk.state.openIntents()).toHaveLength(1);
  });
});

describe('lockstep', () => {
  it('lets every task come to its end beside one that fails', async () => {
    const ended: string[] = [];
    const tasks = ['fails', 'asks', 'asks again'].map((name) => async (ask: Ask) => {
      if (name === 'fails') throw new Error(name);
      await ask({ by: {} });
      await ask({ by: {} });
      ended.push(name);
    });
    await expect(lockstep(tasks, async (questions) => questions.map(() => []))).rejects.toThrow('fails');
    expect(ended).toEqual(['asks', 'asks again']);
  });
});

describe('the host', () => {
  it('outlives a book that cannot note a refusal', async () => {
    const book = { ...desk.book, ended: () => Promise.reject(errors.broken.error({})) };
    const usage = { requests: 0, limitedMs: 0 };
    const emit = () => undefined;
    const host = makeHost({
      folder: '',
      clock: testClock(),
      book,
      tokens: memoryTokens(),
      priority: 'incremental',
      emit,
      usage,
    });
    const limit = { key: 'portal', capacity: 1, perSecond: 1 };
    const admission = await host.admit({ limit, lastsMs: 1000 }, new AbortController().signal);
    admission.ended({ refused: true });
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('DL-4 the limiter', () => {
  it('says at once that a request would come too late for its plan, and charges nothing', async () => {
    const clock = testClock();
    const usage = { requests: 0, limitedMs: 0 };
    const book = desk.book;
    const emit = () => undefined;
    const host = makeHost({ folder: '', clock, book, tokens: memoryTokens(), priority: 'incremental', emit, usage });
    const charge = { limit: { key: 'slow', capacity: 1, perSecond: 0.01 }, lastsMs: 1000 };
    const { signal } = new AbortController();
    await host.admit(charge, signal);
    const late = host.admit({ ...charge, until: clock.now() + 30_000 }, signal);
    expect(await rejection(late)).toMatchObject({
      code: 'run.limited',
      parameters: { what: 'slow' },
      limited: true,
      retryAfterMs: 100_000,
    });
    expect([usage, clock.slept]).toEqual([{ requests: 1, limitedMs: 0 }, []]);
  });
});

describe('the engine’s own mark', () => {
  const marked: EntityDescription[] = descriptions.map((description) => ({
    ...description,
    ...(description.entity === 'contact' && {
      tag: { origin: 'SYSTEM', key: 'MARK' },
      fields: [...description.fields, { name: 'SYSTEM', type: 'text' }, { name: 'MARK', type: 'text' }],
    }),
  }));
  const created = () =>
    tables.writes.flatMap((write) =>
      write.operation === 'create' && write.entity === 'contact' ? [write.values] : [],
    );

  beforeEach(() => {
    tables = tableSystem('tables', marked);
    tables.rows = [visit(1)];
  });

  it('is on what it creates, and in the intent', async () => {
    await runPipeline(await taskFor(tables.connector));
    expect(created()).toEqual([
      expect.objectContaining({
        SYSTEM: expect.stringMatching(/^pipe:[0-9a-f]{8}$/),
        MARK: expect.stringMatching(/^[0-9a-f]{32}$/),
      }),
    ]);
  });

  it('never takes the place of what the mapping writes', async () => {
    const text = pipelineText(1, false).replace(
      '          NAME: name\n',
      '          NAME: name\n          MARK: patient\n',
    );
    const mapped = await compiled(text, [tables.connector]);
    await runPipeline({ ...(await taskFor(tables.connector)), compiled: mapped });
    expect(created()).toEqual([expect.not.objectContaining({ SYSTEM: expect.anything() })]);
    expect(created()).toMatchObject([{ MARK: 'P1' }]);
  });

  it('nor of a column that `fields: all` writes', async () => {
    const text = pipelineText(1, false)
      .replace('      name: name\n', '      name: name\n      MARK: patient\n')
      .replace('          NAME: name\n', '          NAME: name\n          "*": all\n');
    const all = tableSystem(
      'tables',
      [...marked].map((one) => ({ ...one, openFields: true as const })),
    );
    all.rows = tables.rows;
    tables = all;
    const mapped = await compiled(text, [tables.connector]);
    await runPipeline({ ...(await taskFor(tables.connector)), compiled: mapped });
    expect(created()).toMatchObject([{ MARK: 1 }]);
  });
});
