import { describe, expect, it } from 'vitest';
import type { Connector, Cursor, ReadRequest, Row, SourceBatch, Value } from '../../engine/index.ts';
import { collect, rejection } from '../support/iterate.ts';
import { openDescriptors, openSource, openUntilClosed, running, stopped } from './opened.ts';
import type { SourceCase, Subject } from './subject.ts';

/** What the contract promises of every source. */
export function behavesLikeSource(connector: Connector, subject: Subject): void {
  const opened = (): ReturnType<typeof openSource> => openSource(connector, subject);

  describe('as a source: read', () => {
    it('yields every row once, in batches of at most the size asked for', async () => {
      const { source, with: given } = await opened();
      const batches = await collect(source.read(request(given, { batch: 5 })));
      expect(batches.every((batch) => batch.rows.length > 0 && batch.rows.length <= 5)).toBe(true);
      const rows = rowsOf(batches);
      expect(rows.length).toBe(given.rows);
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(given.rows);
    });

    it('tells of its first answer, where it does, once and before any row', async () => {
      const { source, with: given } = await opened();
      const told: string[] = [];
      const answered = (): void => void told.push('answered');
      for await (const { rows } of source.read({ ...request(given, { batch: 5 }), answered }))
        told.push(`${rows.length}`);
      expect(told.slice(1)).not.toContain('answered');
    });

    it('keeps one order, whatever the size of the batches', async () => {
      const { source, with: given } = await opened();
      const byThree = rowsOf(await collect(source.read(request(given, { batch: 3 }))));
      const atOnce = rowsOf(await collect(source.read(request(given, { batch: given.rows }))));
      expect(byThree).toEqual(atOnce);
    });

    it('ends with a cursor, and gives from each cursor the rest', async () => {
      const { source, with: given } = await opened();
      const batches = await collect(source.read(request(given, { batch: 4 })));
      expect(batches.at(-1)?.cursor === undefined).toBe(given.window === undefined);
      for (const [index, { cursor }] of batches.entries()) {
        // A source that cannot go on in the middle says so by leaving out the cursor there.
        if (cursor === undefined) continue;
        const rest = rowsOf(await collect(source.read(request(given, { cursor: stored(cursor) }))));
        const expected = rowsOf(batches.slice(index + 1));
        // Rows at the cursor itself may come again, none may be missing.
        expect(rest.slice(rest.length - expected.length)).toEqual(expected);
        expect(rest.length).toBeLessThan(given.rows);
      }
    });

    it('gives no cursor without a window, and every row all the same', async () => {
      const { source, with: given } = await opened();
      const batches = await collect(source.read({ mode: 'full', batch: 100, params: {}, signal: running() }));
      expect(batches.map((batch) => batch.cursor)).toEqual(batches.map(() => undefined));
      expect(rowsOf(batches).length).toBe(given.rows);
    });

    it('reads everything in a full read, whatever the cursor', async () => {
      const { source, with: given } = await opened();
      const last = (await collect(source.read(request(given)))).at(-1);
      if (given.window && last?.cursor === undefined) throw new Error('the read gave no cursor');
      const again = await collect(
        source.read(request(given, { mode: 'full', ...(last?.cursor && { cursor: last.cursor }) })),
      );
      expect(rowsOf(again).length).toBe(given.rows);
    });

    it.each([1, 5, 8])('ends after %i rows when no more are wanted', async (limit) => {
      const { source, with: given } = await opened();
      const all = rowsOf(await collect(source.read(request(given))));
      const few = rowsOf(await collect(source.read(request(given, { batch: 5, limit }))));
      expect(few).toEqual(all.slice(0, limit));
    });

    it('carries no null and no key the description lacks', async () => {
      const { source, with: given } = await opened();
      const { fields } = await source.describe(running());
      const rows = rowsOf(await collect(source.read(request(given))));
      const names = new Set(rows.flatMap((row) => Object.keys(row)));
      expect([...names].filter((name) => !fields.some((field) => field.name === name))).toEqual([]);
      expect(rows.filter((row) => !isPlain(row))).toEqual([]);
    });
  });

  describe('as a source: an abort', () => {
    it('ends a read between two batches by throwing the reason', async () => {
      const { source, with: given } = await opened();
      const stop = new AbortController();
      const reason = new Error('stopped by the test');
      const batches = source.read(request(given, { batch: 2, signal: stop.signal }))[Symbol.asyncIterator]();
      await batches.next();
      stop.abort(reason);
      expect(await rejection(readToEnd(batches))).toBe(reason);
    });

    it('leaves no file and no socket open', async () => {
      const readAndStop = async (): Promise<void> => {
        const { connection, prepared, close } = await openUntilClosed(connector, subject);
        const source = prepared.source && connection.source?.(prepared.source.block);
        if (!source) throw new Error(`${connector.name} prepares no source`);
        const stop = new AbortController();
        const wanted = request(prepared.source, { batch: 2, signal: stop.signal });
        const batches = source.read(wanted)[Symbol.asyncIterator]();
        await batches.next();
        stop.abort(new Error('stopped by the test'));
        await rejection(readToEnd(batches));
        await close();
      };
      // The first time opens what the process keeps: modules, pipes of the event loop.
      await readAndStop();
      const before = openDescriptors();
      await readAndStop();
      // Shorter than an idle socket is kept: one that nobody closed must not pass for closed.
      const left = (): readonly string[] => [...openDescriptors()].filter((one) => !before.has(one));
      await expect.poll(left, { timeout: 1_500 }).toEqual([]);
    });

    it('before the call is thrown by each call', async () => {
      const { source, with: given } = await opened();
      const { signal, reason } = stopped();
      expect(await rejection(collect(source.read(request(given, { signal }))))).toBe(reason);
      expect(await rejection(source.describe(signal))).toBe(reason);
      const fetching = source.fetch?.([given.goneKey ?? {}], signal) ?? Promise.reject(reason);
      expect(await rejection(fetching)).toBe(reason);
    });

    it('is not needed by a consumer that has enough', async () => {
      const { source, with: given } = await opened();
      const batches = source.read(request(given, { batch: 2 }))[Symbol.asyncIterator]();
      await batches.next();
      expect(await batches.return?.()).toEqual({ done: true, value: undefined });
    });
  });

  describe('as a source: fetch', () => {
    it('re-reads the rows that are still there', async () => {
      const { source, with: given } = await opened();
      const { key } = await source.describe(running());
      expect(source.fetch === undefined).toBe(given.goneKey === undefined);
      if (!source.fetch || !given.goneKey) return;
      if (!key) throw new Error('a source that fetches names its key');
      const [first, , third] = rowsOf(await collect(source.read(request(given))));
      if (!first || !third) throw new Error('the subject has too few rows');
      const rows = await source.fetch([keyIn(third, key), given.goneKey, keyIn(first, key)], running());
      expect(sorted(rows)).toEqual(sorted([first, third]));
      expect(await source.fetch([], running())).toEqual([]);
    });
  });
}

function request(given: SourceCase, changes: Partial<ReadRequest> = {}): ReadRequest {
  const window = given.window && { window: given.window };
  return { mode: 'incremental', ...window, batch: 100, params: {}, signal: running(), ...changes };
}

/** A cursor as the state gives it back. */
function stored(cursor: Cursor): Cursor {
  return JSON.parse(JSON.stringify(cursor)) as Cursor;
}

function rowsOf(batches: readonly SourceBatch[]): readonly Row[] {
  return batches.flatMap((batch) => batch.rows);
}

async function readToEnd(batches: AsyncIterator<SourceBatch>): Promise<void> {
  for (;;) if ((await batches.next()).done === true) return;
}

function keyIn(row: Row, key: readonly string[]): Row {
  return Object.fromEntries(
    key.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]] as const])),
  );
}

function isPlain(value: Value | null | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isPlain);
  return value !== null && value !== undefined && ['string', 'number', 'boolean'].includes(typeof value);
}

function sorted(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
