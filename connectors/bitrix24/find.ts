import { PipeError, toPipeError, type Answer, type FoundRow, type Question } from '../../engine/index.ts';
import { createAnswers, type Answers } from './answers.ts';
import type { Client, Reply } from './client.ts';
import { fitsBatch, type Command } from './command.ts';
import { productRows } from './entities.ts';
import { errors } from './errors.ts';
import { productRowJobs } from './find-product-rows.ts';
import { searchJobs } from './find-by-communication.ts';
import { chunks, pageSize, runJobs, type Job } from './source/jobs.ts';
import {
  askedBy,
  fold,
  indexMembers,
  isHonoured,
  isSearched,
  resolve,
  restFilter,
  type Fold,
  type Member,
} from './questions.ts';
import type { PortalField, Schema } from './schema.ts';
import { readRow } from './values.ts';

/**
 * Values in one filter: 1,000 of them make one request, and a page holds two rows for each. Ids name one row each, so
 * that a filter on them may fill the page.
 */
const valuesPerFilter = 20;

/** Answers the questions in rounds: lists and searches by phone, then the rows those found, then product rows. */
export async function find(
  client: Client,
  schema: Schema,
  questions: readonly Question[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const answers = createAnswers(questions.length);
  const members = resolveAll(schema, questions, answers);
  const fields = wanted
    .filter((name) => name !== productRows || !schema.kind.hasRows)
    .map((name) => schema.field(name));
  const select = selectOf(fields, members);
  const reading: Reading = { host: client.host, schema, select, answers };
  const folds = fold(schema, members);
  const searches = folds.map((one) => searchJobs(client.host, one, answers));
  const lists = folds.filter(({ over }) => !over || !isSearched(over)).flatMap((one) => listJobs(reading, one));
  await runJobs(client, [...lists, ...searches.flatMap(({ jobs }) => jobs)], signal);
  await runJobs(
    client,
    searches.flatMap(({ searched, hits }) => rowJobs(reading, searched, [...hits])),
    signal,
  );
  if (schema.kind.hasRows && wanted.includes(productRows))
    await runJobs(client, productRowJobs(client.host, schema.kind, answers), signal);
  return answers.all();
}

/** A command that goes along with others, and what its reply answers; undefined: that takes more than this command. */
export interface Companion {
  readonly command: Command;
  answer(reply: Reply): Answer | undefined;
}

/** The question as one command; undefined where it takes several. */
export function companion(
  client: Client,
  schema: Schema,
  question: Question,
  wanted: readonly string[],
): Companion | undefined {
  const answers = createAnswers(1);
  const members = resolveAll(schema, [question], answers);
  const fields = wanted.map((name) => schema.field(name));
  const reading: Reading = { host: client.host, schema, select: selectOf(fields, members), answers };
  const folds = fold(schema, members);
  const jobs = folds.filter(({ over }) => !over || !isSearched(over)).flatMap((one) => listJobs(reading, one));
  const [job] = jobs;
  if (!job || folds.length > 1 || jobs.length > 1 || !fitsBatch(job.command)) return undefined;
  return {
    command: job.command,
    answer: (reply) => (job.take(reply).length === 0 ? answers.all()[0] : undefined),
  };
}

/** What all lists of one call have in common. */
interface Reading {
  readonly host: string;
  readonly schema: Schema;
  readonly select: readonly string[];
  readonly answers: Answers;
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

/** The fields asked by are read too: every row is checked against its question. Phones must be named (reference 4.3). */
function selectOf(fields: readonly PortalField[], members: readonly Member[]): readonly string[] {
  const asked = members.flatMap(({ wanted }) => [...wanted.keys()]);
  return [...new Set(['ID', ...[...fields, ...asked].map(({ name }) => name)])];
}

function listJobs(reading: Reading, folded: Fold): readonly Job[] {
  if (!folded.over) return [pageJob(reading, folded, [], indexMembers(folded), folded.above)];
  const membersOf = indexMembers(folded);
  const size = folded.over.name === 'ID' ? pageSize : valuesPerFilter;
  return chunks(folded.values, size).map((values) => pageJob(reading, folded, values, membersOf, folded.above));
}

type MembersOf = (row: FoundRow) => readonly Member[];

/**
 * A page after the row `after`: by id and without counting, as the vendor advises for long lists, which stays right
 * while rows come and go (https://apidocs.bitrix24.com/settings/performance/huge-data.html).
 */
function pageJob(reading: Reading, folded: Fold, values: readonly string[], membersOf: MembersOf, after: string): Job {
  const wanted = folded.over ? { [`@${folded.over.name}`]: values } : {};
  const filter = { ...restFilter(folded), ...wanted, ...(after !== '0' && { '>ID': after }) };
  return {
    command: listOf(reading, filter),
    take(reply) {
      const rows = rowsOf(reading, reply);
      if (rows instanceof PipeError) {
        reading.answers.fail(indexesOf(askedBy(folded, values)), rows);
        return [];
      }
      for (const row of rows) {
        if (!isHonoured(folded, values, row)) throw ignored(reading, folded);
        for (const member of membersOf(row)) reading.answers.add(member.index, row);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize || folded.over?.name === 'ID') return [];
      if (Number(last.key) <= Number(after)) throw ignored(reading, folded);
      return [pageJob(reading, folded, values, membersOf, last.key)];
    },
  };
}

/** The rows a search found by phone or mail, and which of its questions each of them answers. */
function rowJobs(reading: Reading, searched: Fold, ids: readonly string[]): readonly Job[] {
  const membersOf = indexMembers(searched);
  return chunks(ids, pageSize).map((some) => ({
    command: listOf(reading, { ...restFilter(searched), '@ID': some }),
    take(reply: Reply) {
      const rows = rowsOf(reading, reply);
      if (rows instanceof PipeError) {
        // Which value led to these ids is not known: none of the fold's questions has its answer whole.
        reading.answers.fail(indexesOf(searched.members), rows);
        return [];
      }
      const asked = new Set(some);
      for (const row of rows) {
        if (!asked.has(row.key) || !isHonoured(searched, searched.values, row)) throw ignored(reading, searched);
        for (const member of membersOf(row)) reading.answers.add(member.index, row);
      }
      return [];
    },
  }));
}

function listOf({ schema, select }: Reading, filter: Job['command']['params']): Job['command'] {
  return { method: `crm.${schema.kind.name}.list`, params: { select, filter, order: { ID: 'ASC' }, start: -1 } };
}

function rowsOf({ host, schema }: Reading, reply: Reply): readonly FoundRow[] | PipeError {
  if (!reply.ok) return reply.error;
  const rows = Array.isArray(reply.value) ? reply.value.map((given) => readRow(schema, given)) : [undefined];
  const whole = rows.filter((row) => row !== undefined);
  if (whole.length === rows.length) return whole;
  return errors.unexpected_result.error({ host, method: `crm.${schema.kind.name}.list` });
}

function ignored({ host, schema }: Reading, { over, rest }: Fold): PipeError {
  const fields = [...(over ? [over] : []), ...rest.keys()].map(({ name }) => name).join(', ');
  return errors.filter_ignored.error({ host, entity: schema.kind.name, fields });
}

function indexesOf(members: readonly Member[]): readonly number[] {
  return members.map(({ index }) => index);
}
