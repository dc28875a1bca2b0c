import type { ReadRequest, Row, Source, SourceBatch, SourceBlock, Window } from '../../../engine/index.ts';
import { open, type Opened } from '../open-for-test.ts';
import type { AccountOptions, Desk } from '../sandbox/index.ts';

export interface OpenedSource extends Opened {
  readonly source: Source;
  read(request?: Partial<ReadRequest>): Promise<readonly SourceBatch[]>;
  rows(request?: Partial<ReadRequest>): Promise<readonly Row[]>;
}

export async function openSource(block: SourceBlock, options: AccountOptions = {}): Promise<OpenedSource> {
  const opened = await open(options);
  const source = opened.connection.source?.(block);
  if (!source) throw new Error('the connector has no source');
  const read = async (request: Partial<ReadRequest> = {}): Promise<readonly SourceBatch[]> => {
    const batches: SourceBatch[] = [];
    const whole = { mode: 'incremental' as const, batch: 500, params: {}, signal: opened.signal, ...request };
    for await (const batch of source.read(whole)) batches.push(batch);
    return batches;
  };
  return { ...opened, source, read, rows: async (request) => (await read(request)).flatMap(({ rows }) => rows) };
}

export function window(changes: Partial<Window> = {}): Window {
  return { field: 'updated_at', firstMs: 'all', overlapMs: 0, fullMs: 'all', ...changes };
}

export function ids(rows: readonly Row[]): readonly number[] {
  return rows.map((row) => Number(row['id']));
}

export function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export function contacts(count: number): (desk: Desk) => void {
  return (desk) => {
    for (let index = 1; index <= count; index++) desk.create('contacts', { name: `№ ${index}` });
  };
}

export const names = { entity: 'contact', select: ['name'] } as const;
