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
import { isList } from './jsonl.ts';
import { writeFiles } from './replace.ts';
import { fieldsOf } from './source.ts';
import { isMissing, rowsOf } from './table.ts';
import { checkKeyColumn, keyOf, targetFile } from './target.ts';
import type { TargetFile } from './target.ts';

export function fileSink(settings: Settings, host: Host): Sink {
  const open = (file: string): TargetFile => targetFile(settings, file, host.folder);
  return {
    writesPerRequest: 1000,
    settleMs: 0,
    describe: (entity, signal) => describe(open(entity), signal),
    find: (entity, questions, fields, signal) => find(open(entity), questions, fields, signal),
    write: (writes, signal) => writeFiles(open, writes, signal),
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

/** Streams the file once and holds every row against every question it may answer. */
async function find(
  table: TargetFile,
  questions: readonly Question[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const found: FoundRow[][] = questions.map(() => []);
  const unnamed = new Map<number, number>();
  if (questions.length === 0 || (await isMissing(table))) return found.map((rows) => ({ ok: true, rows }));
  const candidates = indexQuestions(questions);
  for await (const { row, line } of rowsOf(table, signal)) {
    for (const number of candidates(row)) {
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

/** Questions by the values of their first `anyOf`, so that a row meets only those that name one of its values. */
function indexQuestions(questions: readonly Question[]): (row: Row) => Iterable<number> {
  const always: number[] = [];
  const byField = new Map<string, Map<string, number[]>>();
  for (const [number, { by }] of questions.entries()) {
    const [field, values] = firstValues(by) ?? [];
    if (field === undefined || values === undefined) {
      always.push(number);
      continue;
    }
    const byValue = byField.get(field) ?? new Map<string, number[]>();
    byField.set(field, byValue);
    for (const value of values) {
      const numbers = byValue.get(value) ?? [];
      byValue.set(value, numbers);
      numbers.push(number);
    }
  }
  return (row) => {
    const named = [...byField].flatMap(([field, byValue]) =>
      texts(row[field]).flatMap((text) => byValue.get(text) ?? []),
    );
    return new Set([...always, ...named]);
  };
}

function firstValues(by: Question['by']): readonly [field: string, values: ReadonlySet<string>] | undefined {
  for (const [field, wanted] of Object.entries(by)) {
    if ('anyOf' in wanted) return [field, new Set(wanted.anyOf.map(String))];
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

/** A value as text; a list is any of its elements. */
function texts(value: Value | undefined): readonly string[] {
  if (value === undefined || value === '') return [];
  if (typeof value !== 'object') return [String(value)];
  return isList(value) ? value.flatMap(texts) : [JSON.stringify(value)];
}

function pick(row: Row, fields: readonly string[]): Row {
  const values = fields.flatMap((field) => (row[field] === undefined ? [] : [[field, row[field]] as const]));
  return Object.fromEntries(values);
}
