import type { PipeError, Row } from '../../engine/index.ts';
import type { Answers } from './answers.ts';
import type { Reply } from './client.ts';
import { productRows, type EntityKind } from './entities.ts';
import { errors } from './errors.ts';
import { chunks, pageSize, type Job } from './source/jobs.ts';
import { listCommand, readProductRow } from './product-rows.ts';

/** 1,000 owners make one request, and a page holds two or three rows for each. */
const ownersPerFilter = 20;

/** Adds their product rows to all rows found. */
export function productRowJobs(host: string, kind: EntityKind, answers: Answers): readonly Job[] {
  return chunks(answers.keys(), ownersPerFilter).map((owners) => firstPage(host, kind, owners, answers));
}

/**
 * This list is paged by offset only, so a row deleted meanwhile moves others over the edge of a page: what was counted
 * at first must be there in the end. With the count known, all further pages go in one round.
 */
function firstPage(host: string, kind: EntityKind, owners: readonly string[], answers: Answers): Job {
  const rows = new Map<number, { owner: string; row: Row }>();
  let total: number | undefined;
  let pagesLeft = 1;

  const fail = (error: PipeError): readonly Job[] => {
    answers.failRows(new Set(owners), error);
    return [];
  };

  function page(start: number): Job {
    return {
      command: listCommand(kind, owners, start),
      take(reply: Reply) {
        if (!reply.ok) return fail(reply.error);
        const given = rowsOf(reply.value);
        total ??= reply.total;
        if (given === undefined || total === undefined)
          return fail(errors.unexpected_result.error({ host, method: 'crm.item.productrow.list' }));
        for (const one of given) {
          if (!owners.includes(one.owner))
            throw errors.filter_ignored.error({ host, entity: productRows, fields: 'ownerId' });
          rows.set(one.id, one);
        }
        pagesLeft -= 1;
        if (start === 0) return furtherPages(total);
        return pagesLeft === 0 ? finish(total) : [];
      },
    };
  }

  function furtherPages(counted: number): readonly Job[] {
    pagesLeft = Math.max(0, Math.ceil(counted / pageSize) - 1);
    if (pagesLeft === 0) return finish(counted);
    return Array.from({ length: pagesLeft }, (_, index) => page((index + 1) * pageSize));
  }

  function finish(counted: number): readonly Job[] {
    if (rows.size !== counted) return fail(errors.incomplete_list.error({ host, list: productRows }, { retry: true }));
    const byOwner = Map.groupBy(rows.values(), ({ owner }) => owner);
    for (const [owner, held] of byOwner)
      answers.setProductRows(
        owner,
        held.map(({ row }) => row),
      );
    return [];
  }

  return page(0);
}

function rowsOf(value: unknown): readonly { owner: string; id: number; row: Row }[] | undefined {
  if (typeof value !== 'object' || value === null || !('productRows' in value)) return undefined;
  const given = value.productRows;
  const rows = Array.isArray(given) ? given.map(readProductRow) : [undefined];
  const whole = rows.filter((row) => row !== undefined);
  return whole.length === rows.length ? whole : undefined;
}
