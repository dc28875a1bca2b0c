import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connector } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { compiled, stand } from '../support/harness.ts';
import type { Stand } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';
import type { TableSystem } from '../support/table-connector.ts';

const errors = defineErrors('testing', {
  away: { kind: 'environment', en: 'away', ru: 'недоступно', fix: { en: 'wait', ru: 'подождите' } },
  gone: { kind: 'environment', en: 'gone', ru: 'нет', fix: { en: 'mend it', ru: 'исправьте' } },
});

const yaml = `
version: 1
name: test
connections:
  clinic: { connector: clinic }
  portal: { connector: portal }
flows:
  visits:
    source: { connection: clinic, cursor: { field: stamp, first: all } }
    key: visit
    map: { visit: '"V" & id' }
    targets:
      deal:
        connection: portal
        entity: deal
        key: [VISIT]
        fields: { VISIT: visit }
`;

let clinic: TableSystem;
let portal: TableSystem;
let pipeline: CompiledPipeline;
let desk: Stand;
/** What was done, in order. */
let done: string[];

beforeEach(async () => {
  done = [];
  clinic = tableSystem('clinic', []);
  portal = tableSystem('portal', [{ entity: 'deal', id: 'ID', lists: [], fields: [{ name: 'VISIT', type: 'text' }] }]);
  const connectors = [readSlowly(clinic.connector), portal.connector];
  desk = await stand(connectors);
  pipeline = await compiled(yaml, connectors);
});
afterEach(() => desk.close());

/** Its rows come some time after its first answer. */
function readSlowly(connector: Connector): Connector {
  return {
    ...connector,
    connect: async (settings, host) => {
      const connection = await connector.connect(settings, host);
      return {
        ...connection,
        source: (block) => {
          const source = connection.source?.(block);
          if (!source) throw new Error('no source');
          return {
            ...source,
            async *read(request) {
              done.push(...portal.calls, 'answered');
              request.answered?.();
              await new Promise((resolve) => setImmediate(resolve));
              done.push(...portal.calls, 'rows came');
              yield* source.read(request);
            },
          };
        },
      };
    },
  };
}

it('a first run asks the target for its fields once the source has answered, before its rows come, and not again', async () => {
  clinic.rows = [{ id: 1, stamp: 1 }];
  expect((await desk.run(pipeline)).flows[0]).toMatchObject({ created: 1 });
  expect(done).toEqual(['answered', 'describe deal', 'rows came']);
  expect(portal.calls.filter((call) => call.startsWith('describe'))).toEqual(['describe deal']);
});

it('a run that has read before asks nobody anything before there is something to deliver', async () => {
  clinic.rows = [{ id: 1, stamp: 1 }];
  await desk.run(pipeline);
  done.length = portal.calls.length = 0;
  expect((await desk.run(pipeline)).flows[0]).toMatchObject({ unchanged: 1 });
  expect([done, portal.calls]).toEqual([['answered', 'rows came'], []]);
});

it('the next batch is read while one is delivered, and no more than that', async () => {
  const writesBefore: number[] = [];
  const watched: Connector = {
    ...clinic.connector,
    connect: async (settings, host) => ({
      ...(await clinic.connector.connect(settings, host)),
      source: () => ({
        describe: async () => ({ fields: [] }),
        async *read() {
          for (let id = 1; id <= 4; id++) {
            writesBefore.push(portal.calls.filter((call) => call.startsWith('write')).length);
            yield { rows: [{ id, stamp: id }] };
          }
        },
      }),
    }),
  };
  const other = await stand([watched, portal.connector]);
  expect((await other.run(pipeline)).flows[0]).toMatchObject({ created: 4 });
  expect(writesBefore).toEqual([0, 0, 1, 2]);
  await other.close();
});

it('a target that is away when nothing is to be delivered is no failure', async () => {
  portal.onDescribe = () => {
    throw errors.away.error({});
  };
  const result = await desk.run(pipeline);
  expect(result.error).toBeUndefined();
  expect(portal.calls).toEqual(['describe deal']);
});

it('a target that is away when it is asked early fails the run once there is something to deliver', async () => {
  clinic.rows = [{ id: 1, stamp: 1 }];
  portal.onDescribe = () => {
    throw errors.away.error({});
  };
  expect((await desk.run(pipeline)).error).toMatchObject({ code: 'testing.away' });
});

it('a source that fails meanwhile ends the run at once: nobody waits for the fields any more', async () => {
  const connect: Connector['connect'] = async (settings, host) => {
    const connection = await portal.connector.connect(settings, host);
    const sink = connection.sink?.({ entity: 'deal' });
    if (!sink) throw new Error('no sink');
    const describe: typeof sink.describe = (_entity, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(errors.away.error({}))));
    return { ...connection, sink: () => ({ ...sink, describe }) };
  };
  const broken: Connector = {
    ...clinic.connector,
    connect: async (settings, host) => ({
      ...(await clinic.connector.connect(settings, host)),
      source: () => ({
        describe: async () => ({ fields: [] }),
        async *read(request) {
          request.answered?.();
          if (clinic.rows.length > 0) yield { rows: clinic.rows };
          throw errors.gone.error({});
        },
      }),
    }),
  };
  const other = await stand([broken, { ...portal.connector, connect }]);
  expect((await other.run(pipeline)).error).toMatchObject({ code: 'testing.gone' });
  await other.close();
});
