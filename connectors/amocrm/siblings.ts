import type { FoundRow, Outcome } from '../../engine/index.ts';
import type { Rejected } from './answer.ts';
import { satisfies } from './compare.ts';
import { errors } from './errors.ts';
import { fieldAt } from './item.ts';
import { readPages } from './listing.ts';
import type { Refusal } from './reactions.ts';
import { readRow } from './values.ts';
import type { Sending, Writer } from './write.ts';

/**
 * Takes those at fault out of a request that was refused with a 400, and gives the ones that may go again. Whether the
 * vendor keeps valid rows of such a request nobody says (reference 6, "Batch partial success"): updates do no harm when
 * they are sent twice, creates go again only where no row like them has come to be.
 */
export async function takeOut(
  writer: Writer,
  now: readonly Sending[],
  refusal: Refusal,
  outcomes: Outcome[],
  signal: AbortSignal,
): Promise<readonly Sending[]> {
  const faults = new Map(refusal.rejected.map((one) => [placeOf(one, now), one]));
  const left = now.filter((one, place) => {
    const fault = faults.get(place);
    if (fault === undefined && now.length > 1) return true;
    outcomes[one.index] = { ok: false, applied: 'no', error: fault ? errorOf(writer, one, fault) : refusal.error };
    return false;
  });
  if (left[0]?.write.operation !== 'create') return left;
  const landed = await landedOf(writer, left, signal);
  for (const { index } of landed) {
    const error = errors.sibling_doubt.error({ host: writer.client.host }, { retry: true });
    outcomes[index] = { ok: false, applied: 'unknown', error };
  }
  return left.filter((one) => !landed.has(one));
}

/** `request_id` may be missing where one row was written (reference 6). */
function placeOf({ requestId }: Rejected, now: readonly Sending[]): number {
  if (requestId === undefined) return now.length === 1 ? 0 : -1;
  return /^\d+$/.test(requestId) ? Number(requestId) : -1;
}

function errorOf({ schemas }: Writer, { schema, write, item }: Sending, { code, path }: Rejected) {
  const entity = schema.kind.name;
  if (path === 'id' && write.operation === 'update') return errors.no_such_row.error({ entity });
  // A field or an option may have been deleted since they were read.
  if (code === 'NotSupportedChoice') schemas.forget(entity);
  return errors.refused.error({ field: fieldAt(path, item, write.values), code });
}

/** Those a row above the highest id of before is like in everything that was sent. */
async function landedOf(writer: Writer, left: readonly Sending[], signal: AbortSignal): Promise<ReadonlySet<Sending>> {
  const [first] = left;
  if (first === undefined) return new Set();
  const { schema } = first;
  const above = writer.highWaters.known(schema) ?? 0;
  const names = new Set(left.flatMap(({ write }) => Object.keys(write.values)));
  const newer: FoundRow[] = [];
  try {
    for await (const rows of readPages(writer.client, schema, { query: [], direction: 'desc' }, signal)) {
      newer.push(...rows.flatMap((row) => (Number(row['id']) > above ? (readRow(schema, row, names) ?? []) : [])));
      if (schema.kind.ordered && rows.some((row) => Number(row['id']) <= above)) break;
    }
  } catch {
    // Nobody knows of any of them, then.
    return new Set(left);
  }
  return new Set(left.filter((one) => newer.some((row) => isLike(one, row))));
}

/** Links are not read here, and a phone alone proves nothing: single values are compared. */
function isLike({ schema, write }: Sending, { values }: FoundRow): boolean {
  return Object.entries(write.values).every(([name, sent]) => {
    const field = schema.field(name);
    if (sent === null || typeof sent === 'object' || field.type === 'json') return true;
    if (field.place.kind === 'links' || field.type === 'enum' || field.type === 'datetime') return true;
    return sent === '' || satisfies(field, values[name], { anyOf: [sent] });
  });
}
