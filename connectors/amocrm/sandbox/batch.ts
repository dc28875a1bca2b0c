import type { Answer, Call } from './call.ts';
import { ok } from './call.ts';
import { isList, isMap, type Json, type JsonMap } from './json.ts';
import { problem, unknown, validationFailed } from './problems.ts';
import type { Row } from './rows.ts';
import type { Planned } from './writing.ts';

export interface Item {
  readonly given: JsonMap;
  /** What the client sent to tell it by, its place in the list otherwise (reference §3.1). */
  readonly requestId: string;
}

/** Items of a write: a list of up to 250 (reference §2, §3.1). */
export function itemsOf(call: Call, most = 250): readonly Item[] {
  const { body } = call;
  if (body === undefined || body === null || (isList(body) && body.length === 0))
    throw problem(400, 'Request data can not be empty');
  if (!isList(body)) throw unknown('a body that is not a list');
  if (body.length > most)
    throw most === 250 ? problem(422, 'Limit 250 per page') : problem(400, `Limit ${most} per page`);
  return body.map((given, place) => {
    if (!isMap(given)) throw unknown('an item that is not an object');
    const id = given['request_id'] ?? null;
    return { given, requestId: id === null ? String(place) : String(id) };
  });
}

/** The object of a write to one entity by its own address. */
export function objectOf({ body }: Call): JsonMap {
  if (body === undefined || body === null) throw problem(400, 'Request data can not be empty');
  if (!isMap(body)) throw unknown('a body that is not an object');
  return body;
}

/** What a real account answers now and then instead of doing the work (reference §6). */
export const systemError = 'Возникла системная ошибка. Пожалуйста, повторите попытку.';

/**
 * Carries out all items or none (reference §6, "Batch partial success": not verified). A fault, or a habit of the
 * account, has valid ones stored under a 400 all the same.
 */
export function carryOut<Kept extends { readonly id: number } = Row>(
  call: Call,
  items: readonly Item[],
  plan: (item: Item) => { readonly complaints: Planned['complaints']; carryOut(): Kept },
  answered: (kept: Kept, item: Item) => Json,
): readonly Json[] {
  const planned = items.map((item) => ({ item, ...plan(item) }));
  const rejected = planned.filter(({ complaints }) => complaints.length > 0);
  const { partial = call.store.habits.partialWrites && rejected.length > 0 ? Infinity : undefined } = call.twist;
  if (partial !== undefined) {
    const valid = planned.filter(({ complaints }) => complaints.length === 0);
    for (const one of valid.slice(0, partial)) one.carryOut();
    if (rejected.length === 0) throw problem(400, systemError);
  }
  if (rejected.length > 0)
    throw validationFailed(rejected.map(({ item, complaints }) => ({ requestId: item.requestId, complaints })));
  return planned.map(({ item, carryOut: act }) => answered(act(), item));
}

/** `_links` and `_embedded` around what a write answers (reference §3.1). */
export function written({ base, path }: Call, called: string, rows: readonly Json[]): Answer {
  return ok({ _links: { self: { href: `${base}${path}` } }, _embedded: { [called]: rows } });
}
