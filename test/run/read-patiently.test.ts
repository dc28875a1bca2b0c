import { expect, it } from 'vitest';
import type { ReadRequest, Row, Source, SourceBatch } from '../../engine/connector.ts';
import { defineErrors } from '../../engine/errors.ts';
import type { RunEvent } from '../../engine/events/events.ts';
import type { RunContext } from '../../engine/run/context.ts';
import { readPatiently } from '../../engine/run/read/read-patiently.ts';
import { testClock } from '../support/harness.ts';

const errors = defineErrors('away', {
  cut: { kind: 'environment', en: 'cut', ru: 'обрыв', fix: { en: 'wait', ru: 'подождите' } },
  denied: { kind: 'environment', en: 'denied', ru: 'отказ', fix: { en: 'ask', ru: 'попросите' } },
});
const cut = () => errors.cut.error({}, { retry: true });

const rowsAfter = (at: number): readonly Row[] => [1, 2, 3, 4, 5, 6].filter((id) => id > at).map((id) => ({ id }));

/** Six rows in batches of two; fails before the batches whose number, over all reads, is listed. */
function flakySource(failures: Readonly<Record<number, Error>>, withCursor = true) {
  const asked: ReadRequest[] = [];
  let count = 0;
  const source: Source = {
    describe: async () => ({ fields: [] }),
    async *read(request): AsyncGenerator<SourceBatch> {
      asked.push(request);
      const rows = rowsAfter(Number(request.cursor?.['at'] ?? 0)).slice(0, request.limit);
      for (let start = 0; start < rows.length; start += 2) {
        count += 1;
        const failure = failures[count];
        if (failure) throw failure;
        const part = rows.slice(start, start + 2);
        yield { rows: part, ...(withCursor && { cursor: { at: part.at(-1)?.['id'] ?? 0 } }) };
      }
    },
  };
  return { source, asked };
}

async function readAll(source: Source, more: Partial<ReadRequest> = {}) {
  const clock = testClock();
  const events: RunEvent[] = [];
  const context = {
    clock,
    signal: new AbortController().signal,
    emit: (event: RunEvent) => void events.push(event),
    usage: { requests: 0, limitedMs: 0 },
    lost: new Map(),
  } as unknown as RunContext;
  const request: ReadRequest = { mode: 'incremental', batch: 2, params: {}, signal: context.signal, ...more };
  const ids: unknown[] = [];
  const failed = await (async () => {
    for await (const { rows } of readPatiently(context, 'clinic', source, request))
      ids.push(...rows.map(({ id }) => id));
    return undefined;
  })().catch((error: unknown) => error);
  return { ids, failed, slept: clock.slept, waited: events.map((event) => event.type) };
}

it('19. a read that breaks off goes on behind its last batch, and says what it waits for', async () => {
  const { source, asked } = flakySource({ 2: cut(), 3: cut() });
  const told = await readAll(source);
  expect(told).toEqual({
    ids: [1, 2, 3, 4, 5, 6],
    failed: undefined,
    slept: [1000, 2000],
    waited: ['waiting', 'waiting'],
  });
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, { at: 2 }, { at: 2 }]);
});

it('19. the third failure of one batch ends the read', async () => {
  const error = cut();
  const { source } = flakySource({ 1: cut(), 2: cut(), 3: error });
  expect(await readAll(source)).toMatchObject({ ids: [], failed: error, slept: [1000, 2000] });
});

it('a read of everything goes on too, from where it was', async () => {
  const { source, asked } = flakySource({ 2: cut() });
  expect(await readAll(source, { mode: 'full' })).toMatchObject({ ids: [1, 2, 3, 4, 5, 6], slept: [1000] });
  expect(asked.map(({ mode, cursor }) => [mode, cursor])).toEqual([
    ['full', undefined],
    ['incremental', { at: 2 }],
  ]);
});

it('each batch has tries of its own', async () => {
  const { source } = flakySource({ 1: cut(), 2: cut(), 4: cut(), 5: cut() });
  expect(await readAll(source)).toMatchObject({ ids: [1, 2, 3, 4, 5, 6], slept: [1000, 2000, 1000, 2000] });
});

it('19. what the overlap brings again is no progress: a batch that always fails ends the read', async () => {
  const error = cut();
  let reads = 0;
  const source: Source = {
    describe: async () => ({ fields: [] }),
    async *read(): AsyncGenerator<SourceBatch> {
      reads += 1;
      if (reads > 9) return;
      yield { rows: [{ id: 1 }], cursor: { at: 5 } };
      throw error;
    },
  };
  expect(await readAll(source, { cursor: { at: 5 } })).toMatchObject({ failed: error, slept: [1000, 2000] });
});

it('what does not pass is not tried again', async () => {
  const error = errors.denied.error({});
  const { source } = flakySource({ 1: error });
  expect(await readAll(source)).toMatchObject({ failed: error, slept: [] });
});

it.each([
  ['a source without cursors', false, {}],
  ['a window given by hand', true, { since: '2026-03-01' }],
] as const)('%s begins again only while nothing was read', async (_what, withCursor, more) => {
  const early = flakySource({ 1: cut() }, withCursor);
  expect(await readAll(early.source, more)).toMatchObject({ ids: [1, 2, 3, 4, 5, 6], slept: [1000] });
  const error = cut();
  const late = flakySource({ 2: error }, withCursor);
  expect(await readAll(late.source, more)).toMatchObject({ ids: [1, 2], failed: error, slept: [] });
});

it('a limit counts what was read before', async () => {
  const { source } = flakySource({ 2: cut() });
  expect(await readAll(source, { limit: 3 })).toMatchObject({ ids: [1, 2, 3] });
});
