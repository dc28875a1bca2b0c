import { expect } from 'vitest';
import { PipeError } from '../../engine/index.ts';
import type { Connection, Sink, Value } from '../../engine/index.ts';
import { running } from '../conformance/opened.ts';
import { rejection } from '../support/iterate.ts';
import { canonicalRows } from './canonical.ts';
import type { CommitMessage, FieldCase, Message, RowsMessage, SchemaMessage, Values } from './messages.ts';

/** A sink of the cases, and another client of the same data base that says what came of them. */
export interface Target {
  /** `postgres`, `mysql`, `sqlite`. */
  readonly sink: string;
  readonly connection: Connection;
  /** All rows of a table, as that client gives them. */
  read(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

interface Stream {
  schema?: SchemaMessage;
  records: Values[];
  sequence: number;
}

/** Sends the messages to the sink in their order, at the level of the contract: tables, then loads with a checkpoint. */
export async function play(target: Target, { messages }: FieldCase): Promise<void> {
  const streams = new Map<string, Stream>();
  for (const message of messages) {
    if (message.in && !message.in.includes(target.sink)) continue;
    const name = nameOf(message);
    const stream: Stream = streams.get(name) ?? { records: [], sequence: 0 };
    streams.set(name, stream);
    if ('schema' in message) await change(target, stream, message);
    else if ('record' in message) stream.records.push(message.values);
    else if ('commit' in message) await commit(target, stream, message);
    else await compare(target, stream, message);
  }
}

function nameOf(message: Message): string {
  if ('schema' in message) return message.schema;
  if ('record' in message) return message.record;
  return 'commit' in message ? message.commit : message.rows;
}

function sinkOf(target: Target, table: string): Required<Pick<Sink, 'atomic' | 'tables'>> {
  const sink = target.connection.sink?.({ table });
  if (!sink?.atomic || !sink.tables) throw new Error(`${target.sink} makes no tables or commits no checkpoints`);
  return { atomic: sink.atomic, tables: sink.tables };
}

async function change(target: Target, stream: Stream, message: SchemaMessage): Promise<void> {
  const { tables } = sinkOf(target, message.schema);
  const wanted = { entity: message.schema, key: message.key, columns: message.columns, ddl: 'evolve' as const };
  if (message.fails !== undefined) {
    expect(codeOf(await rejection(tables.plan(wanted, running())))).toBe(message.fails);
    return;
  }
  await tables.change(await tables.plan(wanted, running()), running());
  expect(await tables.plan(wanted, running())).toEqual([]);
  stream.schema = message;
}

async function commit(target: Target, stream: Stream, message: CommitMessage): Promise<void> {
  const { atomic } = sinkOf(target, message.commit);
  const mark = { pipeline: 'field', flow: 'cases', target: message.commit, epoch: 1 };
  const names = stream.schema?.columns.map(({ name }) => name) ?? Object.keys(stream.records[0] ?? {});
  const key = stream.schema?.key ?? names.slice(0, 1);
  const records = lastOfEach(key, stream.records);
  const load = {
    entity: message.commit,
    key,
    columns: names.map((name) => ({ name, write: 'always' as const })),
    rows: records.map((values) => names.map((name) => values[name] ?? null)),
  };
  stream.records = [];
  stream.sequence += 1;
  const { epoch = 1 } = (await atomic.takeOver(mark, running())) ?? {};
  const { sequence } = stream;
  const committing = atomic.commit(
    { mark: { ...mark, epoch }, sequence, cursor: { sequence }, load, writes: [] },
    running(),
  );
  if (message.fails !== undefined) {
    expect(codeOf(await rejection(committing))).toBe(message.fails);
    return;
  }
  const { loaded, refused } = await committing;
  expect(refused.map(({ index, error }) => refusal(index, error))).toMatchObject(message.refused ?? []);
  if (message.counts) expect(loaded).toEqual(message.counts);
  const later = { epoch: epoch + 1, sequence, cursor: { sequence }, loaded };
  expect(await atomic.takeOver(mark, running())).toEqual(later);
}

/** As the engine does it: of records with one key in a commit the last one counts. */
function lastOfEach(key: readonly string[], records: readonly Values[]): readonly Values[] {
  const byKey = new Map<string, Values>();
  for (const [number, values] of records.entries()) {
    const parts = key.map((name) => values[name] ?? null);
    const text = parts.includes(null) ? `${number}` : JSON.stringify(parts);
    byKey.delete(text);
    byKey.set(text, values);
  }
  return [...byKey.values()];
}

function refusal(record: number, error: PipeError): object {
  const column: Value | undefined = error.parameters['column'];
  return { record, ...(column !== undefined && { column }), code: error.code };
}

function codeOf(thrown: unknown): string {
  return thrown instanceof PipeError ? thrown.code : String(thrown);
}

async function compare(target: Target, { schema }: Stream, { rows, are }: RowsMessage): Promise<void> {
  if (!schema) throw new Error(`there is no schema of ${rows}`);
  const inOrder = (held: Parameters<typeof canonicalRows>[1]): readonly string[] =>
    canonicalRows(schema.columns, held)
      .map((row) => JSON.stringify(row))
      .toSorted();
  expect(inOrder(await target.read(rows))).toEqual(inOrder(are));
}
