import type {
  Answer,
  EntityDescription,
  FoundRow,
  Host,
  Question,
  Row,
  Sink,
  Value,
  Wanted,
} from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { fileErrors } from './errors.ts';
import { inTurn, writeFiles } from './replace.ts';
import { RowIndexes, texts } from './row-index.ts';
import { fieldsOf } from './source.ts';
import { isMissing, rowsOf } from './table.ts';
import { checkKeyColumn, keyOf, targetFile } from './target.ts';
import type { TargetFile } from './target.ts';

export function fileSink(settings: Settings, host: Host): Sink {
  const open = (file: string): TargetFile => targetFile(settings, file, host.folder);
  const indexes = new RowIndexes();
  return {
    writesPerRequest: 1000,
    requestsInFlight: 1,
    settleMs: 0,
    findsAtOnce: true,
    describe: (entity, signal) => describe(open(entity), signal),
    find(entity, questions, fields, signal) {
      const table = open(entity);
      return inTurn(table.path, () => find(table, indexes, questions, fields, signal));
    },
    write: (writes, signal) => writeFiles(open, indexes, writes, signal),
    scan: (entity, fields, signal) => scan(open(entity), fields, signal),
  };
}

/** A file that is not there yet has only its key; columns come with the rows that bring them. */
async function describe(table: TargetFile, signal: AbortSignal): Promise<EntityDescription> {
  const { file, key } = table;
  const fields = (await isMissing(table)) ? [{ name: key, type: 'text' as const }] : await fieldsOf(table, signal);
  checkKeyColumn(
    table,
    fields.map((field) => field.name),
  );
  return { entity: file, fields, openFields: true, id: key, lists: [] };
}

/** Holds every row that may answer a question against it. */
async function find(
  table: TargetFile,
  indexes: RowIndexes,
  questions: readonly Question[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const found: FoundRow[][] = questions.map(() => []);
  const unnamed = new Map<number, number>();
  if (questions.length === 0 || (await isMissing(table))) return found.map((rows) => ({ ok: true, rows }));
  for await (const { row, line, asking } of likelyRows(table, indexes, questions, signal)) {
    for (const number of asking) {
      const question = questions[number];
      if (question === undefined || !satisfies(row, question)) continue;
      const key = keyOf(row, table.key);
      if (key === undefined) unnamed.set(number, line);
      else found[number]?.push({ key, values: pick(row, fields) });
    }
  }
  return found.map((rows, number) => {
    const line = unnamed.get(number);
    if (line === undefined) return { ok: true, rows };
    return { ok: false, error: fileErrors.no_key.error({ file: table.file, line, column: table.key }) };
  });
}

const rowsPerPage = 500;

/** The file as it stands, streamed; a row without a key cannot be written to by anybody. */
async function* scan(
  table: TargetFile,
  fields: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly FoundRow[]> {
  if (await isMissing(table)) return;
  let page: FoundRow[] = [];
  for await (const { row } of rowsOf(table, signal)) {
    const key = keyOf(row, table.key);
    if (key !== undefined) page.push({ key, values: pick(row, fields) });
    if (page.length < rowsPerPage) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

interface LikelyRow {
  readonly row: Row;
  readonly line: number;
  /** Numbers of the questions it may answer. */
  readonly asking: Iterable<number>;
}

/** The rows that an index names; all of them where a question asks for no value, or there is no index. */
async function* likelyRows(
  table: TargetFile,
  indexes: RowIndexes,
  questions: readonly Question[],
  signal: AbortSignal,
): AsyncGenerator<LikelyRow> {
  const firsts = questions.flatMap(({ by }) => firstValues(by) ?? []);
  const whole = firsts.length < questions.length;
  const fields = new Set([table.key, ...firsts.map(({ field }) => field)]);
  const index = whole ? undefined : await indexes.of(table, fields, signal);
  if (!index) {
    const asked = byFirstValue(questions);
    for await (const { row, line } of rowsOf(table, signal)) yield { row, line, asking: asked(row) };
    return;
  }
  const asking = new Map<number, Set<number>>();
  for (const [question, { field, values }] of firsts.entries()) {
    for (const number of values.flatMap((value) => index.candidates(field, value))) {
      asking.set(number, (asking.get(number) ?? new Set()).add(question));
    }
  }
  for await (const { row, line, number } of index.read(asking.keys(), signal)) {
    yield { row, line, asking: asking.get(number) ?? [] };
  }
}

/** The questions a row may answer: those that name one of its values first, and those that name none. */
function byFirstValue(questions: readonly Question[]): (row: Row) => readonly number[] {
  const always: number[] = [];
  const byValue = new Map<string, number[]>();
  const fields = new Set<string>();
  for (const [number, { by }] of questions.entries()) {
    const first = firstValues(by);
    if (!first) always.push(number);
    for (const value of first?.values ?? []) {
      fields.add(first?.field ?? '');
      const named = `${first?.field} ${value}`;
      byValue.set(named, [...(byValue.get(named) ?? []), number]);
    }
  }
  return (row) => {
    const named = [...fields].flatMap((field) =>
      texts(row[field]).flatMap((text) => byValue.get(`${field} ${text}`) ?? []),
    );
    return [...new Set([...always, ...named])];
  };
}

function firstValues(by: Question['by']): { field: string; values: readonly string[] } | undefined {
  for (const [field, wanted] of Object.entries(by)) {
    if ('anyOf' in wanted) return { field, values: wanted.anyOf.map(String) };
  }
  return undefined;
}

function satisfies(row: Row, { by }: Question): boolean {
  return Object.entries(by).every(([field, wanted]) => matches(row[field], wanted));
}

function matches(value: Value | undefined, wanted: Wanted): boolean {
  const held = texts(value);
  if ('empty' in wanted) return held.length === 0;
  return wanted.anyOf.some((one) => held.includes(String(one)));
}

function pick(row: Row, fields: readonly string[]): Row {
  const values = fields.flatMap((field) => (row[field] === undefined ? [] : [[field, row[field]] as const]));
  return Object.fromEntries(values);
}
