import { phoneKey, type PipeError } from '../../engine/index.ts';
import type { Answers } from './answers.ts';
import type { Reply } from './client.ts';
import { errors } from './errors.ts';
import { chunks, type Job } from './source/jobs.ts';
import { askedBy, isSearched, type Fold } from './questions.ts';

/** A search by phone or mail: its jobs, and the ids it has found once they have run. */
export interface Search {
  readonly searched: Fold;
  readonly jobs: readonly Job[];
  readonly hits: ReadonlySet<string>;
}

/**
 * The portal takes 20 values, and a phone goes in two spellings
 * (https://dev.1c-bitrix.ru/rest_help/crm/auxiliary/duplicates/crm_duplicate_findbycomm.php).
 */
const valuesPerSearch = 10;

/** The portal names no more ids than this, the oldest: with so many it may have left out others. */
const cut = 20;

/**
 * crm.duplicate.findbycomm answers which rows hold one of the values, not which row holds which: the rows are read
 * and told apart afterwards. Always for one entity: with 20 hits in one the next are not even searched.
 */
export function searchJobs(host: string, searched: Fold, answers: Answers): Search {
  const hits = new Set<string>();
  const { over, schema, values } = searched;
  if (!over || !isSearched(over)) return { searched, jobs: [], hits };
  const type = over.type === 'phones' ? 'PHONE' : 'EMAIL';
  const entity = schema.kind.findByComm ?? '';

  function job(some: readonly string[]): Job {
    const spelled = type === 'PHONE' ? some.flatMap(spellings) : some;
    return {
      command: { method: 'crm.duplicate.findbycomm', params: { type, values: spelled, entity_type: entity } },
      take(reply) {
        const ids = reply.ok ? idsOf(reply, entity) : undefined;
        if (ids === undefined || (ids.length >= cut && some.length === 1)) {
          answers.fail(
            askedBy(searched, some).map(({ index }) => index),
            reply.ok ? failure(ids) : reply.error,
          );
          return [];
        }
        // A cut answer is no answer: the values are asked again in quarters, which takes fewer rounds than halves.
        if (ids.length >= cut) return chunks(some, Math.ceil(some.length / 4)).map(job);
        for (const id of ids) hits.add(id);
        return [];
      },
    };
  }

  function failure(ids: readonly string[] | undefined): PipeError {
    return ids === undefined
      ? errors.unexpected_result.error({ host, method: 'crm.duplicate.findbycomm' })
      : errors.too_many_hits.error({ entity: schema.kind.name, field: type });
  }

  return { searched, jobs: chunks(values, valuesPerSearch).map(job), hits };
}

/** +7… and 8…: whether the portal takes a Russian number for the same in both is not documented (reference 5.5). */
function spellings(phone: string): readonly string[] {
  const digits = phoneKey(phone);
  return digits.length === 11 && digits.startsWith('7') ? [`+${digits}`, `8${digits.slice(1)}`] : [phone];
}

/** `{CONTACT: [1, 2]}`, and `[]` when there is none; undefined for anything else. */
function idsOf({ value }: Extract<Reply, { ok: true }>, entity: string): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const ids: unknown = new Map(Object.entries(value)).get(entity) ?? [];
  return Array.isArray(ids) ? ids.map(String) : undefined;
}
