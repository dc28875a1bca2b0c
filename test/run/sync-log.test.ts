import Type from 'typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, EntityDescription, TableChange, WantedTable } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { entityOf, tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const errors = defineErrors('warehouse', {
  denied: { kind: 'environment', en: 'no right', ru: 'нет прав', fix: { en: 'grant it', ru: 'выдайте' } },
  no_list: { kind: 'input', en: 'no such list', ru: 'нет такого списка', fix: { en: 'name it', ru: 'назовите' } },
});

const row: EntityDescription = { entity: 'row', id: 'ID', lists: [], fields: [{ name: 'KEY', type: 'text' }] };

const flow = (name: string, more = '') => `
  ${name}:
    ${more}
    source: { connection: portal, stream: ${name} }
    key: id
    targets: { row: { connection: portal, entity: row, key: [KEY], fields: { KEY: '"${name} " & id' } } }
`;

const text = `
version: 1
name: test
connections: { portal: { connector: portal }, warehouse: { connector: warehouse } }
syncLog: { connection: warehouse, table: sync_logs }
flows:
${flow('cities')}
${flow('objects', 'after: [cities]')}
`;

let portal: TableSystem;
let warehouse: TableSystem;
let desk: Stand;
/** What was asked to be made, and what was made. */
let wanted: WantedTable[];
let made: TableChange[];
let refusal: Error | undefined;
let isFailing: boolean;
let connectors: readonly Connector[];

/** A data base: its log is made like a table of the pipeline's. */
function withTables({ connector }: TableSystem): Connector {
  return {
    ...connector,
    sink: { settings: Type.Object({ table: Type.String() }), entity: (block) => String(block['table']) },
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      const sink: typeof connection.sink = (block) => {
        const open = connection.sink?.(block);
        if (!open) throw new Error('no sink');
        const tables = {
          plan: async (asked: WantedTable) => {
            wanted.push(asked);
            return made.length > 0
              ? []
              : [{ kind: 'create-table' as const, entity: asked.entity, sql: 'CREATE TABLE' }];
          },
          change: async (changes: readonly TableChange[]) => {
            if (refusal) throw refusal;
            made.push(...changes);
          },
        };
        return { ...open, tables };
      };
      return { ...connection, sink };
    },
  };
}

function failing({ connector }: TableSystem): Connector {
  return {
    ...connector,
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      const source: typeof connection.source = (block) => {
        const open = connection.source?.(block);
        if (!open) throw new Error('no source');
        return isFailing ? { ...open, describe: async () => Promise.reject(errors.no_list.error({})) } : open;
      };
      return { ...connection, source };
    },
  };
}

beforeEach(async () => {
  [portal, warehouse] = [
    tableSystem('portal', [row]),
    tableSystem('warehouse', [{ ...row, entity: 'sync_logs', fields: [] }]),
  ];
  portal.rows = [{ id: 1 }, { name: 'no key' }];
  [wanted, made, refusal, isFailing] = [[], [], undefined, false];
  connectors = [failing(portal), withTables(warehouse)];
  desk = await stand(connectors);
});
afterEach(() => desk.close());

const run = async (options = {}, signal?: AbortSignal) => desk.run(await compiled(text, connectors), options, signal);
const logged = () => [...entityOf(warehouse, 'sync_logs').rows.values()];
const at = (ms: number) => new Date(ms).toISOString();

describe('99. The log of runs in the target', () => {
  it('has a row about each flow with its state, its counts and its times, in a table made once', async () => {
    const { run: id } = await run();
    const now = at(desk.clock.now());
    const common = { run: id, pipeline: 'test', kind: 'incremental', status: 'incomplete', started_at: now };
    const counts = { read: 2, created: 1, updated: 0, unchanged: 0, skipped: 0, queued: 0, rejected: 1 };
    expect(logged()).toEqual([
      { ...common, flow: 'cities', ...counts, finished_at: now },
      { ...common, flow: 'objects', ...counts, finished_at: now },
    ]);
    expect(wanted.map(({ entity, key, ddl }) => ({ entity, key, ddl }))).toEqual([
      { entity: 'sync_logs', key: ['run', 'flow'], ddl: 'create' },
    ]);
    expect(wanted[0]?.columns.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...Object.keys(logged()[0] ?? {}), 'error_code', 'error']),
    );
    expect(made).toHaveLength(1);
  });

  it('keeps what a flow failed of, and why another was not run', async () => {
    isFailing = true;
    await run({ full: true });
    expect(logged()).toMatchObject([
      {
        flow: 'cities',
        kind: 'full',
        status: 'failed',
        error_code: 'warehouse.no_list',
        error: 'no such list',
        read: 0,
      },
      { flow: 'objects', kind: 'full', status: 'skipped', error_code: 'run.prerequisite_failed' },
    ]);
  });

  it('is written when the run is stopped or ends early', async () => {
    const stop = new AbortController();
    portal.onWrite = () => {
      stop.abort('SIGTERM');
      return undefined;
    };
    expect(await run({}, stop.signal)).toMatchObject({ exitCode: 143 });
    expect(logged()).toMatchObject([{ flow: 'cities', status: 'stopped' }]);
  });

  it('that cannot be written is a warning, and the run ends as it would without', async () => {
    refusal = errors.denied.error({});
    warehouse.onWrite = () => ({ ok: false, applied: 'no', error: errors.no_list.error({}) });
    portal.rows = [{ id: 1 }];
    expect(await run()).toMatchObject({ exitCode: 0, flows: [{ created: 1 }, { created: 1 }] });
    const reasons = desk.events.flatMap((event) => (event.type === 'warning' ? [event.error] : []));
    expect(reasons).toMatchObject([
      { code: 'run.sync_log_unwritten', parameters: { flow: 'cities', table: 'sync_logs', reason: 'no right' } },
      { code: 'run.sync_log_unwritten', parameters: { flow: 'objects' } },
    ]);
  });

  it('takes a table that is there already, though it would have made another', async () => {
    refusal = errors.denied.error({});
    await run();
    expect(logged()).toHaveLength(2);
    expect(desk.events.filter(({ type }) => type === 'warning')).toEqual([]);
  });
});
