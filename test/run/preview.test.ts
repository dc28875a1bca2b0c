import Type from 'typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, EntityDescription, Sink, TableChange, WantedTable } from '../../engine/connector.ts';
import { chooseFlows } from '../../engine/run/choose-flows.ts';
import { closeConnections, openConnections } from '../../engine/run/connections.ts';
import type { RunContext, RunOptions } from '../../engine/run/context.ts';
import { plannedNames } from '../../engine/run/preview/planned-sink.ts';
import { previewConnections } from '../../engine/run/preview/preview-connections.ts';
import type { Preview } from '../../engine/run/preview/preview-connections.ts';
import { previewFlows } from '../../engine/run/preview/preview.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { copyState } from '../../engine/state/copy-state.ts';
import { testHost } from '../support/host.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { putRow, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const row: EntityDescription = {
  entity: 'row',
  id: 'ID',
  lists: [],
  fields: [
    { name: 'KEY', type: 'text' },
    { name: 'NAME', type: 'text' },
  ],
};

const text = `
version: 1
name: test
connections: { tables: { connector: tables } }
flows:
  rows:
    source: { connection: tables }
    key: id
    targets:
      row: { connection: tables, entity: row, key: [KEY], fields: { KEY: id, NAME: name }, absent: delete }
`;

let tables: TableSystem;
let desk: Stand;
let pipeline: CompiledPipeline;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  tables = tableSystem('tables', [row]);
  desk = await stand([tables.connector]);
  pipeline = await compiled(text, [tables.connector]);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await desk.close();
});

async function previewed(options: Partial<RunOptions> = {}, connector: Connector = tables.connector) {
  const asked: RunOptions = { full: true, allow: new Set(), ...options };
  const { connections } = pipeline.pipeline;
  const open = await openConnections(
    connections.values(),
    new Map([['tables', connector]]),
    testHost('', desk.clock.now),
  );
  closing.push(async () => closeConnections(open));
  const copy = await copyState(':memory:', { pipeline: 'test', clock: desk.clock });
  closing.push(async () => copy.close());
  const preview: Preview = previewConnections(open, { rows: copy.planned, nameOf: plannedNames() });
  const context: RunContext = {
    run: 'preview',
    epoch: 0,
    startedAt: desk.clock.now(),
    compiled: pipeline,
    options: asked,
    state: copy.state,
    book: desk.book,
    lease: { verify: () => undefined, release: () => undefined },
    clock: desk.clock,
    connections: preview.connections,
    creates: new Map(),
    usage: { requests: 0, limitedMs: 0 },
    lost: new Map(),
    signal: new AbortController().signal,
    emit: () => undefined,
    instance: { id: 'here', adopted: new Set() },
  };
  return { ...(await previewFlows(context, chooseFlows(pipeline, asked))), pending: preview.pending() };
}

describe('a preview', () => {
  it('counts what a run would do to each target, rows without a record among it, and writes nothing', async () => {
    for (const KEY of ['1', '2', 'gone']) putRow(tables, 'row', { KEY, NAME: 'a' });
    tables.rows = [
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
      { id: '3', name: 'c' },
    ];
    const { flows, error } = await previewed();
    expect([flows, error]).toMatchObject([
      [
        {
          name: 'rows',
          read: 3,
          failed: [],
          targets: [{ name: 'row', creates: 1, updates: 1, deletes: 1, unchanged: 1, skipped: 0 }],
        },
      ],
      undefined,
    ]);
    expect(tables.writes).toEqual([]);
    expect(await desk.run(pipeline, { full: true })).toMatchObject({
      flows: [{ created: 1, updated: 1, unchanged: 1, deleted: 1 }],
    });
  });

  it('says that too many rows would go', async () => {
    for (let key = 0; key < 20; key += 1) putRow(tables, 'row', { KEY: String(key) });
    tables.rows = [{ id: '1', name: 'a' }];
    expect(await previewed()).toMatchObject({
      error: { kind: 'environment', code: 'plan.too_many_deletes' },
      flows: [{ targets: [{ deletes: 19 }] }],
    });
    expect((await previewed({ allow: new Set(['deletes']) })).error).toBeUndefined();
  });

  it('counts a row that two records make once', async () => {
    tables.rows = [
      { id: '1', name: 'a' },
      { id: '1', name: 'b' },
    ];
    expect((await previewed()).flows).toMatchObject([{ read: 2, targets: [{ creates: 1, updates: 0 }] }]);
  });
});

/** A data base whose table lacks a column, or is not there at all. */
function lacking(columns: readonly string[] | undefined): Connector {
  const { connector } = tables;
  const plan = async ({ entity, columns: wanted }: WantedTable): Promise<readonly TableChange[]> => {
    if (!columns) return [{ kind: 'create-table', entity, sql: 'CREATE' }];
    const added = wanted.filter(({ name }) => !columns.includes(name));
    return added.map(({ name }) => ({ kind: 'add-column', entity, column: name, sql: `ADD ${name}` }));
  };
  const unmade = new Error('no such table');
  const real = (sink: Sink): Sink => ({
    ...sink,
    describe: async (entity, signal) => {
      if (!columns) throw unmade;
      const description = await sink.describe(entity, signal);
      return { ...description, fields: description.fields.filter(({ name }) => columns.includes(name)) };
    },
    find: async (entity, questions, fields, signal) => {
      if (!columns || fields.some((field) => !columns.includes(field))) throw unmade;
      return sink.find(entity, questions, fields, signal);
    },
    tables: { plan, change: async () => Promise.reject(new Error('a preview changes nothing')) },
  });
  return {
    ...connector,
    sink: { settings: Type.Object({ entity: Type.String(), ddl: Type.Optional(Type.String()) }), entity: () => 'row' },
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      const { sink } = connection;
      return { ...connection, ...(sink && { sink: (block) => real(sink(block)) }) };
    },
  };
}

describe('a preview of tables that are yet to be made', () => {
  const evolving = text.replace('absent: delete', 'ddl: evolve');

  it('takes every record for a new row where there is no table', async () => {
    tables.rows = [{ id: '1', name: 'a' }];
    const connector = lacking(undefined);
    pipeline = await compiled(evolving, [connector]);
    const { flows, pending } = await previewed({}, connector);
    expect(flows).toMatchObject([{ targets: [{ creates: 1, updates: 0, unchanged: 0 }] }]);
    expect(flows[0]?.error).toBeUndefined();
    expect(pending).toMatchObject([{ connection: 'tables', changes: [{ kind: 'create-table' }] }]);
  });

  it('takes a column that is yet to come for empty in the rows that are there', async () => {
    putRow(tables, 'row', { KEY: '1' });
    tables.rows = [{ id: '1', name: 'a' }];
    const connector = lacking(['KEY']);
    pipeline = await compiled(evolving, [connector]);
    const { flows, pending } = await previewed({}, connector);
    expect(flows).toMatchObject([{ targets: [{ creates: 0, updates: 1 }] }]);
    expect(pending).toMatchObject([{ changes: [{ kind: 'add-column', column: 'NAME' }] }]);
  });
});
