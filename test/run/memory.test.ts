import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { AtomicWrites, Connector, SourceBatch } from '../../engine/connector.ts';
import { compiled, stand } from '../support/harness.ts';
import { tableSystem } from '../support/table-connector.ts';

const yaml = `
version: 1
name: test
connections: { endless: { connector: endless } }
flows:
  visits:
    source: { connection: endless, cursor: { field: stamp, first: all }, batch: 500 }
    key: visit
    map: { visit: '"V" & id', note: note }
    targets:
      deal:
        connection: endless
        entity: deal
        match: [{ name: visit, by: [VISIT] }, { name: note, by: { NOTE: note } }]
        fields: { VISIT: visit, NOTE: note }
`;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function heapMegabytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** Rows without end and a target that keeps none of them; `onBatch` is called as each batch is asked for. */
function endless(
  batches: number,
  onBatch: (batch: number) => void,
  onPage: (page: number) => void = () => undefined,
  atomic?: AtomicWrites,
): Connector {
  const { connector } = tableSystem('endless', []);
  let key = 0;
  return {
    ...connector,
    connect: () => ({
      source: () => ({
        describe: async () => ({ fields: [], key: ['id'] }),
        read: async function* read({ batch: size }): AsyncGenerator<SourceBatch> {
          for (let batch = 0; batch < batches; batch++) {
            onBatch(batch);
            const rows = Array.from({ length: size }, (_, index) => ({
              id: batch * size + index,
              stamp: batch,
              note: 'x'.repeat(500) + String(index),
            }));
            yield { rows, cursor: { stamp: batch } };
          }
        },
      }),
      sink: () => ({
        writesPerRequest: 500,
        requestsInFlight: 1,
        settleMs: 0,
        describe: async () => ({
          entity: 'deal',
          id: 'ID',
          lists: [],
          keys: [['VISIT']],
          fields: [
            { name: 'VISIT', type: 'text' },
            { name: 'NOTE', type: 'text' },
          ],
        }),
        async *scan() {
          for (let page = 0; page < batches; page++) {
            onPage(page);
            yield Array.from({ length: 500 }, (_, index) => ({
              key: String(page * 500 + index),
              values: { VISIT: `V${page * 500 + index}`, PADDING: 'x'.repeat(500) },
            }));
          }
        },
        find: async (_entity, questions) => questions.map(() => ({ ok: true, rows: [] })),
        write: async (writes) => writes.map(() => ({ ok: true, key: String(++key) })),
        ...(atomic && { atomic }),
      }),
      check: async () => [],
      close: async () => undefined,
    }),
  };
}

it('G8: twenty thousand records take no more memory than four thousand', async () => {
  const heap = new Map<number, number>();
  const connector = endless(40, (batch) => {
    if (batch === 8 || batch === 39) heap.set(batch, heapMegabytes());
  });
  const desk = await stand([connector]);
  const { flows } = await desk.run(await compiled(yaml, [connector]));
  // Progress is told per batch, never per record: the events of the run are what the test itself keeps.
  expect(flows[0]).toMatchObject({ read: 20_000, created: 20_000 });
  expect((heap.get(39) ?? 0) - (heap.get(8) ?? 0)).toBeLessThan(5);
  await desk.close();
}, 120_000);

it('G8 DL-7: twenty thousand target rows held against twenty thousand records take no more memory than four thousand', async () => {
  const heap = new Map<string, number>();
  const note = (what: string) => (step: number) => {
    if (step === 8 || step === 39) heap.set(`${what} ${step}`, heapMegabytes());
  };
  const connector = endless(40, note('batch'), note('page'));
  const desk = await stand([connector]);
  const text = yaml
    .replace(', cursor: { field: stamp, first: all }', '')
    .replace('entity: deal', 'entity: deal\n        key: [VISIT]\n        absent: { mark: NOTE }');
  const { flows } = await desk.run(await compiled(text.replace(', NOTE: note', ''), [connector]));
  expect(flows[0]).toMatchObject({ read: 20_000, deleted: 0 });
  for (const what of ['page', 'batch']) {
    expect((heap.get(`${what} 39`) ?? 0) - (heap.get(`${what} 8`) ?? 0)).toBeLessThan(5);
  }
  await desk.close();
}, 120_000);

it('G8 DL-23: twenty thousand records that are loaded take no more memory than four thousand', async () => {
  const heap = new Map<number, number>();
  const nothing = { created: 0, updated: 0, unchanged: 0 };
  const atomic: AtomicWrites = {
    takeOver: async ({ epoch }) => ({ epoch, sequence: 0, loaded: nothing }),
    commit: async ({ sequence, load }) => {
      if (sequence === 8 || sequence === 40) heap.set(sequence, heapMegabytes());
      return { loaded: { ...nothing, created: load?.rows.length ?? 0 }, refused: [], outcomes: [] };
    },
  };
  const connector = endless(
    40,
    () => undefined,
    () => undefined,
    atomic,
  );
  const desk = await stand([connector]);
  const text = yaml
    .replace('entity: deal', 'entity: deal\n        key: [VISIT]')
    .replace('        match: [{ name: visit, by: [VISIT] }, { name: note, by: { NOTE: note } }]\n', '');
  const { flows } = await desk.run(await compiled(text, [connector]));
  expect(flows[0]).toMatchObject({ read: 20_000, created: 20_000 });
  expect((heap.get(40) ?? Infinity) - (heap.get(8) ?? 0)).toBeLessThan(5);
  await desk.close();
}, 120_000);
