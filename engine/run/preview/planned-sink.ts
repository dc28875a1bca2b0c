import type {
  Answer,
  FoundRow,
  Outcome,
  Question,
  Row,
  Sink,
  Value,
  Wanted,
  Write,
  WriteValues,
} from '../../connector.ts';
import { presentValues, rowAfter } from '../../plan/fields.ts';
import type { TargetEntity } from '../../plan/match.ts';
import { askable, canonicals, fieldNamed, fieldsOf, satisfies } from '../../plan/question.ts';
import { multiValues } from '../../plan/value.ts';
import { emptyValue } from '../../state/planned-rows.ts';
import type { AskedField, PlannedRow, PlannedRows } from '../../state/planned-rows.ts';

/** Where a preview keeps what it has planned, and how it names rows that are yet to be made. */
export interface Planned {
  readonly rows: PlannedRows;
  /** `‹new contact 1›`: the same for all connections, so that each name stands for one row. */
  nameOf(entity: string): string;
}

const named = /^‹new .+ \d+›$/;

/** Whether a value is the name of a row that is yet to be made. */
export function isNamedRow(value: unknown): value is string {
  return typeof value === 'string' && named.test(value);
}

export function plannedNames(): Planned['nameOf'] {
  const counts = new Map<string, number>();
  return (entity) => {
    const count = (counts.get(entity) ?? 0) + 1;
    counts.set(entity, count);
    return `‹new ${entity} ${count}›`;
  };
}

/** Rows of one made page of a scan, and candidates looked at for one question. */
const pageRows = 500;

/**
 * A sink that writes into `planned` instead of the system, and answers as if it had been written: so later records of a
 * preview see the rows that earlier ones make, as they do in a run (language.md §4.8).
 */
export function plannedSink(connection: string, sink: Sink, planned: Planned): Pick<Sink, 'find' | 'write' | 'scan'> {
  const entities = new Map<string, Promise<PlannedEntity>>();
  const entityOf = (entity: string, signal: AbortSignal): Promise<PlannedEntity> => {
    const known = entities.get(entity) ?? describe(connection, sink, planned, entity, signal);
    entities.set(entity, known);
    return known;
  };
  const scan = sink.scan?.bind(sink);
  return {
    find: async (entity, questions, fields, signal) => {
      if (planned.rows.isEmpty(placeOf(connection, entity))) return findReal(sink, entity, questions, fields, signal);
      return findPlanned(await entityOf(entity, signal), questions, fields, signal);
    },
    write: async (writes, signal) => {
      const outcomes: Outcome[] = [];
      for (const write of writes) {
        outcomes.push({ ok: true, key: writeOne(await entityOf(write.entity, signal), write) });
      }
      return outcomes;
    },
    ...(scan && {
      async *scan(entity: string, fields: readonly string[], signal: AbortSignal) {
        const at = await entityOf(entity, signal);
        for await (const page of scan(entity, fields, signal)) yield page.flatMap((row) => after(at, row));
        yield* madeRows(at, fields);
      },
    }),
  };
}

interface PlannedEntity extends TargetEntity {
  readonly place: string;
  readonly planned: Planned;
  readonly sink: Sink;
}

function placeOf(connection: string, entity: string): string {
  return `${connection}/${entity}`;
}

async function describe(
  connection: string,
  sink: Sink,
  planned: Planned,
  entity: string,
  signal: AbortSignal,
): Promise<PlannedEntity> {
  const description = await sink.describe(entity, signal);
  return { place: placeOf(connection, entity), planned, sink, description, fields: fieldsOf(description) };
}

/** No system is asked for rows that only we know of. */
async function findReal(
  sink: Sink,
  entity: string,
  questions: readonly Question[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const real = questions.map(withoutNames);
  const asked = real.flatMap((question) => question ?? []);
  const answers = asked.length === 0 ? [] : [...(await sink.find(entity, asked, fields, signal))];
  return real.map((question) => (question && answers.shift()) ?? { ok: true, rows: [] });
}

function withoutNames(question: Question): Question | undefined {
  const by = Object.entries(question.by).map(([field, wanted]): [string, Wanted] => {
    if ('empty' in wanted) return [field, wanted];
    return [field, { anyOf: wanted.anyOf.filter((value) => !isNamedRow(value)) }];
  });
  if (by.some(([, wanted]) => 'anyOf' in wanted && wanted.anyOf.length === 0)) return undefined;
  return { ...question, by: Object.fromEntries(by) };
}

async function findPlanned(
  at: PlannedEntity,
  questions: readonly Question[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const { sink, description } = at;
  const { entity } = description;
  const asked = questions.flatMap(({ by }) => Object.keys(by));
  const read = [...new Set([...fields, ...asked])].filter((name) => name !== description.id || fields.includes(name));
  const answers = await findReal(sink, entity, questions, read, signal);
  const changed = await changedRows(at, questions, answers, read, signal);
  return answers.map((answer, index) => {
    const question = questions[index];
    if (!answer.ok || !question) return answer;
    const here = answer.rows.flatMap((row) => after(at, row)).filter((row) => isAnswer(at, question, row));
    const known = new Set(answer.rows.map(({ key }) => key));
    const later = (changed.get(index) ?? []).filter((row) => !known.has(row.key));
    return { ok: true, rows: [...here, ...later, ...newRows(at, question, read)] };
  });
}

function isAnswer(at: PlannedEntity, question: Question, { key, values }: FoundRow): boolean {
  return satisfies(at.fields, question, { ...values, [at.description.id]: key });
}

/** The row once what was planned of it is written; none: it is deleted. */
function after(at: PlannedEntity, row: FoundRow): readonly FoundRow[] {
  const planned = at.planned.rows.get(at.place, row.key);
  if (!planned) return [row];
  if (planned.state === 'gone') return [];
  return [{ key: row.key, values: rowAfter(at, row.values, planned.values) }];
}

/** Rows that are there and answer only since they were changed. */
async function changedRows(
  at: PlannedEntity,
  questions: readonly Question[],
  answers: readonly Answer[],
  fields: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly FoundRow[]>> {
  const wanted = questions.map((question, index) => {
    const answer = answers[index];
    const known = new Set(answer?.ok === true ? answer.rows.map(({ key }) => key) : []);
    return candidates(at, question).filter((key) => !known.has(key));
  });
  const keys = [...new Set(wanted.flat())];
  if (keys.length === 0) return new Map();
  const { id, entity } = at.description;
  const [answer] = await at.sink.find(entity, [{ by: { [id]: { anyOf: keys } } }], fields, signal);
  const rows = answer?.ok === true ? answer.rows.flatMap((row) => after(at, row)) : [];
  return new Map(
    questions.map((question, index) => [
      index,
      rows.filter((row) => wanted[index]?.includes(row.key) && isAnswer(at, question, row)),
    ]),
  );
}

/** Changed rows whose new values speak of the question and do not speak against it. */
function candidates(at: PlannedEntity, question: Question): readonly string[] {
  const keys = Object.keys(question.by).flatMap((field) =>
    at.planned.rows.having(askedField(at, question, field), 'changed', pageRows),
  );
  return [...new Set(keys)].filter((key) => {
    const { values = {} } = at.planned.rows.get(at.place, key) ?? {};
    const by = Object.fromEntries(Object.entries(question.by).filter(([field]) => field in values));
    return satisfies(at.fields, { by }, presentValues(values));
  });
}

function newRows(at: PlannedEntity, question: Question, fields: readonly string[]): readonly FoundRow[] {
  const { rows } = at.planned;
  const filled = Object.keys(question.by).filter((field) => !('empty' in (question.by[field] ?? {})));
  const byField = filled.map((field) => askedField(at, question, field));
  // The field that tells most rows apart: one value of it has the fewest rows.
  const [best] = byField
    .map((asked) => ({ asked, count: rows.having(asked, 'new', pageRows).length }))
    .sort((a, b) => a.count - b.count);
  const keys = best ? rows.having(best.asked, 'new', Number.MAX_SAFE_INTEGER) : everyKey(at);
  return [...new Set(keys)]
    .flatMap((key) => foundRow(rows.get(at.place, key), fields))
    .filter((row) => isAnswer(at, question, row));
}

function everyKey({ planned, place }: PlannedEntity): readonly string[] {
  return planned.rows.made(place, 0, Number.MAX_SAFE_INTEGER).map(({ row }) => row.key);
}

function askedField(at: PlannedEntity, { by }: Question, field: string): AskedField {
  const wanted = by[field];
  const described = fieldNamed(at.fields, field);
  return {
    place: at.place,
    field,
    values: wanted === undefined || 'empty' in wanted ? [emptyValue] : canonicals(at.fields, field, wanted),
    valuesOf: (values) => (field in values ? askable(described, presentValues(values)) : undefined),
  };
}

function foundRow(row: PlannedRow | undefined, fields: readonly string[]): readonly FoundRow[] {
  if (row?.state !== 'new') return [];
  const values = presentValues(row.values);
  return [
    { key: row.key, values: Object.fromEntries(Object.entries(values).filter(([name]) => fields.includes(name))) },
  ];
}

function* madeRows(at: PlannedEntity, fields: readonly string[]): Iterable<readonly FoundRow[]> {
  let number = 0;
  for (;;) {
    const page = at.planned.rows.made(at.place, number, pageRows);
    const last = page.at(-1);
    if (!last) return;
    yield page.flatMap(({ row }) => foundRow(row, fields));
    ({ number } = last);
  }
}

function writeOne(at: PlannedEntity, write: Write): string {
  const { planned, place, description } = at;
  if (write.operation === 'create') {
    const given = write.values[description.id];
    const key = given === undefined || given === null ? planned.nameOf(description.entity) : String(given);
    const values = { ...implied(at, write.values), ...write.values, [description.id]: key };
    planned.rows.put(place, { key, state: 'new', values });
    return key;
  }
  const { key } = write;
  if (write.operation === 'delete') planned.rows.put(place, { key, state: 'gone', values: {} });
  else change(at, key, write.operation === 'rows' ? { [write.list]: write.rows } : write.values);
  return key;
}

/** What the system sets along with these values. */
function implied({ fields }: PlannedEntity, values: WriteValues): Row {
  const options = Object.entries(values).flatMap(([name, value]) =>
    (fieldNamed(fields, name).options ?? []).filter(({ id }) => id === String(value)),
  );
  return Object.assign({}, ...options.map(({ implies }) => implies)) as Row;
}

function change(at: PlannedEntity, key: string, sent: WriteValues): void {
  const { planned, place } = at;
  const values = { ...implied(at, sent), ...sent };
  const before = planned.rows.get(place, key);
  if (before?.state === 'new') {
    const row = rowAfter(at, presentValues(before.values), values);
    planned.rows.put(place, { key, state: 'new', values: row });
    return;
  }
  planned.rows.put(place, { key, state: 'changed', values: joined(at, before?.values ?? {}, values) });
}

/** What is sent to a row twice: of a multi-field the entries of both. */
function joined(at: PlannedEntity, first: WriteValues, second: WriteValues): WriteValues {
  const entries = Object.entries(second).map(([name, value]): [string, Value | null] => {
    const earlier = first[name];
    const { type } = fieldNamed(at.fields, name);
    const isMulti = (type === 'phones' || type === 'emails') && Array.isArray(value) && Array.isArray(earlier);
    return [name, isMulti ? [...multiValues(earlier), ...multiValues(value)] : value];
  });
  return { ...first, ...Object.fromEntries(entries) };
}
