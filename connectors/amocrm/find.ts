import { PipeError, toPipeError, type Answer, type Question } from '../../engine/index.ts';
import { rowsIn, type VendorObject } from './answer.ts';
import { createAnswers, type Answers } from './answers.ts';
import type { Client } from './client.ts';
import { satisfies } from './compare.ts';
import type { Collection } from './entities.ts';
import type { AccountField } from './fields.ts';
import { chunks, filterIgnored, idRequests, readPages, withOf } from './listing.ts';
import { filterOf, filterQuery } from './filters.ts';
import { isAnswer, resolve, searchText, valuesOf, wayOf, type Member, type Way } from './questions.ts';
import type { Schema, Schemas } from './schema.ts';
import type { SeenRows } from './seen.ts';
import { readRow } from './values.ts';

export interface Reader {
  readonly client: Client;
  readonly schemas: Schemas;
  readonly seen: SeenRows;
}

/** Values in one filter: an address may not be of any length. */
const valuesPerFilter = 50;

/** Some rows, and whom they may be an answer to. */
interface Job {
  readonly members: readonly Member[];
  read(signal: AbortSignal): Promise<void>;
}

/** Answers the questions, each the narrowest way there is; every row is compared with its question (DL-3). */
export async function find(
  reader: Reader,
  entity: string,
  questions: readonly Question[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  signal.throwIfAborted();
  if (questions.length === 0) return [];
  const schema = await reader.schemas.of(entity, signal);
  const answers = createAnswers(questions.length);
  const members = resolveAll(schema, questions, answers);
  const asked = members.flatMap((member) => [...member.wanted.keys()].map(({ name }) => name));
  const names = new Set([...wanted.map((name) => schema.field(name).name), ...asked]);
  const withs = new Set([...names].flatMap((name) => schema.field(name).with ?? []));
  const reading: Reading = { ...reader, schema, answers, names, withs };
  const groups = Map.groupBy(members, (member) => wayKey(wayOf(schema, member), member));
  const jobs = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? jobsOf(reading, wayOf(schema, first), group) : [];
  });
  await runJobs(jobs, answers, signal);
  return answers.all();
}

interface Reading extends Reader {
  readonly schema: Schema;
  readonly answers: Answers;
  /** Fields to be read. */
  readonly names: ReadonlySet<string>;
  readonly withs: ReadonlySet<string>;
}

/** A value that is no option lies with its record; an unknown field lies with the mapping and ends the call. */
function resolveAll(schema: Schema, questions: readonly Question[], answers: Answers): readonly Member[] {
  return questions.flatMap((question, index) => {
    try {
      return [resolve(schema, question, index)];
    } catch (thrown) {
      const error = toPipeError(thrown);
      if (error.kind !== 'data') throw thrown;
      answers.fail([index], error);
      return [];
    }
  });
}

/** What is filtered by two fields has one value of the second in each request. */
function wayKey(way: Way, member: Member): string {
  const beside = 'beside' in way && way.beside ? valuesOf([member], way.beside).join() : '';
  return 'field' in way ? `${way.kind} ${way.field.name} ${beside}` : way.kind;
}

function jobsOf(reading: Reading, way: Way, members: readonly Member[]): readonly Job[] {
  switch (way.kind) {
    case 'above':
      return [aboveJob(reading, members)];
    case 'ids':
      return idJobs(reading, members, valuesOf(members, way.field));
    case 'links':
      return [linkJob(reading, way.field, members)];
    case 'filter':
      return chunks(valuesOf(members, way.field), valuesPerFilter).map((values) =>
        filterJob(reading, way, values, membersAsking(members, way.field, values)),
      );
    case 'search':
      return searchJobs(reading, way.field, members);
    default:
      return way satisfies never;
  }
}

function membersAsking(members: readonly Member[], field: AccountField, values: readonly string[]): readonly Member[] {
  const asked = new Set(values);
  return members.filter((member) => valuesOf([member], field).some((value) => asked.has(value)));
}

/** Hands rows to the questions they answer. */
function take(
  { schema, seen, answers, names }: Reading,
  rows: readonly VendorObject[],
  members: readonly Member[],
): void {
  for (const given of rows) {
    const row = readRow(schema, given, names);
    if (row === undefined) continue;
    seen.note(schema.kind.name, given);
    for (const member of members) if (isAnswer(member, row)) answers.add(member.index, row);
  }
}

/** Newest first, down to the one that was the highest: neither filter nor search index is asked (DL-12). */
function aboveJob(reading: Reading, members: readonly Member[]): Job {
  const { client, schema, withs } = reading;
  const lowest = Math.min(...members.map(({ above = 0 }) => above));
  return {
    members,
    async read(signal) {
      const listing = { query: withOf(withs), direction: 'desc' } as const;
      for await (const rows of readPages(client, schema, listing, signal)) {
        take(reading, rows, members);
        if (rows.some((row) => Number(row['id']) <= lowest)) return;
      }
    },
  };
}

function idJobs(reading: Reading, members: readonly Member[], ids: readonly string[]): readonly Job[] {
  return idRequests(reading.client, reading.schema, ids, reading.withs).map((request) => ({
    members,
    read: async (signal) => take(reading, await request.read(signal), members),
  }));
}

/** The rows that others name as linked with them; those are read then. */
function linkJob(reading: Reading, field: AccountField, members: readonly Member[]): Job {
  const { client, schema, schemas } = reading;
  const { place } = field;
  const own = schema.kind.collection;
  return {
    members,
    async read(signal) {
      const others = await schemas.of(place.kind === 'links' ? entityOf[place.to] : '', signal);
      const ids = new Set<string>();
      for (const request of idRequests(client, others, valuesOf(members, field), new Set([own])))
        for (const row of await request.read(signal))
          for (const linked of rowsIn(row, own) ?? []) ids.add(String(linked['id']));
      for (const job of idJobs(reading, members, [...ids])) await job.read(signal);
    },
  };
}

const entityOf: Readonly<Record<Collection, string>> = { contacts: 'contact', companies: 'company', leads: 'lead' };

/** A row that does not hold one of the values, even loosely, came through a filter that was passed over (reference 5). */
function filterJob(
  reading: Reading,
  { field, beside }: Extract<Way, { kind: 'filter' }>,
  values: readonly string[],
  members: readonly Member[],
): Job {
  const { client, schema, withs } = reading;
  const filters = [{ field, values }, ...(beside ? [{ field: beside, values: valuesOf(members, beside) }] : [])];
  const asked = filters.flatMap((one) => filterQuery(filterOf(schema, one.field) ?? '', one.field, one.values));
  return {
    members,
    async read(signal) {
      const query = [...asked, ...withOf(withs)];
      for await (const rows of readPages(client, schema, { query, direction: 'asc' }, signal)) {
        for (const given of rows) for (const one of filters) checkFilter(reading, one, given);
        take(reading, rows, members);
      }
    },
  };
}

interface Filtered {
  readonly field: AccountField;
  readonly values: readonly string[];
}

function checkFilter({ client, schema }: Reading, { field, values }: Filtered, given: VendorObject): void {
  const held = readRow(schema, given, [field.name])?.values[field.name];
  if (!satisfies(field, held, { anyOf: values }, true)) throw filterIgnored(client, schema, field.name);
}

/** One text to a request; what is found holds it anywhere, and is compared with the question. */
function searchJobs(reading: Reading, field: AccountField, members: readonly Member[]): readonly Job[] {
  const { client, schema, withs } = reading;
  const byText = Map.groupBy(valuesOf(members, field), (value) => searchText(field, value));
  return [...byText].flatMap(([text, values]): readonly Job[] => {
    if (text === '') return [];
    const asking = membersAsking(members, field, values);
    const query = [['query', text] as const, ...withOf(withs)];
    return [
      {
        members: asking,
        async read(signal) {
          for await (const rows of readPages(client, schema, { query, direction: 'asc' }, signal))
            take(reading, rows, asking);
        },
      },
    ];
  });
}

/**
 * What goes wrong with one request is the answer to its questions; the others stand. One after the other: requests that
 * were sent evenly and are under way together may arrive together, and the vendor counts when they arrive.
 */
async function runJobs(jobs: readonly Job[], answers: Answers, signal: AbortSignal): Promise<void> {
  for (const job of jobs) {
    await job.read(signal).catch((thrown: unknown) => {
      if (!(thrown instanceof PipeError)) throw thrown;
      answers.fail(
        job.members.map(({ index }) => index),
        thrown,
      );
    });
  }
}
