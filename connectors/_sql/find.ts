import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { PipeError } from '../../engine/index.ts';
import type { Answer, FoundRow, Question, Row, Value } from '../../engine/index.ts';
import { columnIn, keyOf } from './catalogue.ts';
import type { Database } from './dialect.ts';
import { tableRef, where } from './select.ts';
import { keyText, keyValues } from './table.ts';
import type { Column, RowKey, Table } from './table.ts';
import { compiledRaw } from './writer.ts';

/** Rows of questions that are joined with at once. */
const rowsAtOnce = 1000;

/** The number of a question among those joined with, beside the columns of the table. */
const numberColumn = 'pipe_question';

/** Questions about the same columns: one statement answers them. */
interface Shape {
  readonly wanted: readonly Column[];
  readonly empty: readonly Column[];
  readonly asks: Ask[];
}

/** A question, or one of the combinations of values it takes. */
interface Ask {
  readonly question: number;
  readonly values: readonly Value[];
}

/** Answers all questions in a statement for each shape; the data base compares, so that its own notion of equal holds. */
export async function find(
  database: Database,
  table: Table,
  questions: readonly Question[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const key = keyOf(table);
  const read = columnsToRead(table, key, fields);
  const found: Found = { rows: questions.map(() => new Map()), errors: new Map() };
  for (const shape of shapesOf(table, key, questions)) {
    const most = Math.min(rowsAtOnce, Math.floor(database.dialect.parameterLimit / (shape.wanted.length + 1)));
    for (let start = 0; start < shape.asks.length; start += most) {
      signal.throwIfAborted();
      await answer(database, { table, key, read, shape }, shape.asks.slice(start, start + most), found, signal);
    }
  }
  signal.throwIfAborted();
  return found.rows.map((rows, number) => {
    const error = found.errors.get(number);
    return error ? { ok: false, error } : { ok: true, rows: [...rows.values()] };
  });
}

export function columnsToRead(table: Table, key: RowKey, fields: readonly string[]): readonly Column[] {
  const names = new Set([...key.columns, ...fields.filter((name) => name !== key.id || key.columns.includes(name))]);
  return [...names].map((name) => columnIn(table, name));
}

/** What a row holds of the fields asked for; undefined where a part of its key lacks. */
export function foundRow(key: RowKey, fields: readonly Column[], row: Row): FoundRow | undefined {
  const text = keyText(key, row);
  if (text === undefined) return undefined;
  const values = fields.flatMap(({ name }) => (row[name] === undefined ? [] : [[name, row[name]] as const]));
  return { key: text, values: Object.fromEntries(values) };
}

interface Found {
  readonly rows: readonly Map<string, FoundRow>[];
  readonly errors: Map<number, PipeError>;
}

interface Asking {
  readonly table: Table;
  readonly key: RowKey;
  readonly read: readonly Column[];
  readonly shape: Shape;
}

/** A value the column cannot hold refuses the whole statement: halved until it stands alone. */
async function answer(
  database: Database,
  asking: Asking,
  asks: readonly Ask[],
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { rows } = await database.run(compiledRaw(database.dialect, statementFor(database, asking, asks)), signal);
    for (const row of rows) {
      const one = foundRow(asking.key, asking.read, row);
      if (!one) continue;
      const numbers = asking.shape.wanted.length > 0 ? [asks[Number(row[numberColumn])]] : asks;
      for (const ask of numbers) if (ask) found.rows[ask.question]?.set(one.key, one);
    }
  } catch (thrown) {
    if (!(thrown instanceof PipeError) || thrown.kind !== 'data') throw thrown;
    const [only, more] = asks;
    if (only && !more) {
      found.errors.set(only.question, thrown);
      return;
    }
    const middle = Math.ceil(asks.length / 2);
    await answer(database, asking, asks.slice(0, middle), found, signal);
    await answer(database, asking, asks.slice(middle), found, signal);
  }
}

function statementFor(
  { dialect }: Database,
  { table, read, shape }: Asking,
  asks: readonly Ask[],
): RawBuilder<unknown> {
  const columns = read.map(({ name }) => sql`${sql.id('t', name)} AS ${sql.id(name)}`);
  const empty = shape.empty.map(({ name }) => sql`${sql.id('t', name)} IS NULL`);
  const from = sql`FROM ${tableRef(table)} AS ${sql.id('t')}`;
  if (shape.wanted.length === 0) return sql`SELECT ${sql.join(columns)} ${from}${where(empty)}`;
  const rows = dialect.inlineRows(
    shape.wanted,
    asks.map(({ values }) => values),
  );
  const on = shape.wanted.map(({ name }, index) => sql`${sql.id('t', name)} = ${sql.id('q', `v${index}`)}`);
  const number = sql`${sql.id('q', 'n')} AS ${sql.id(numberColumn)}`;
  return sql`SELECT ${sql.join([number, ...columns])} ${from} INNER JOIN ${rows} AS ${sql.id('q')} ON ${sql.join(on, sql` AND `)}${where(empty)}`;
}

function shapesOf(table: Table, key: RowKey, questions: readonly Question[]): readonly Shape[] {
  const shapes = new Map<string, Shape>();
  for (const [question, { by }] of questions.entries()) {
    const entries = Object.entries(by).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const form = JSON.stringify(entries.map(([name, wanted]) => [name, 'empty' in wanted]));
    const shape = shapes.get(form) ?? shapeOf(table, key, entries);
    shapes.set(form, shape);
    for (const values of combinations(key, entries)) shape.asks.push({ question, values });
  }
  return [...shapes.values()];
}

type Entries = readonly (readonly [string, Question['by'][string]])[];

function shapeOf(table: Table, key: RowKey, entries: Entries): Shape {
  const named = (empty: boolean): readonly Column[] =>
    entries
      .filter(([, wanted]) => 'empty' in wanted === empty)
      .flatMap(([name]) => (isWholeKey(key, name) ? key.columns : [name]))
      .map((name) => columnIn(table, name));
  return { wanted: named(false), empty: named(true), asks: [] };
}

/** The field that stands for a key of several columns. */
function isWholeKey(key: RowKey, name: string): boolean {
  return key.columns.length > 1 && name === key.id;
}

function combinations(key: RowKey, entries: Entries): readonly (readonly Value[])[] {
  let rows: readonly (readonly Value[])[] = [[]];
  for (const [name, wanted] of entries) {
    if ('empty' in wanted) continue;
    const options: readonly (readonly Value[])[] = isWholeKey(key, name)
      ? wanted.anyOf.flatMap((text) => [keyValues(key, String(text)) ?? []].filter((values) => values.length > 0))
      : wanted.anyOf.map((value) => [value]);
    rows = rows.flatMap((row) => options.map((values) => [...row, ...values]));
  }
  return rows;
}
