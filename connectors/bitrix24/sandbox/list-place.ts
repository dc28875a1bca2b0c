import { codedError, unknown, type ApiError } from './errors.ts';
import type { ListShape } from './list-values.ts';
import { readStart } from './listing.ts';
import { listKinds, type List, type ListKind } from './lists.ts';
import type { PhpMap } from './php.ts';
import type { Store } from './store.ts';

/** Where a list is: every method of lists takes these (reference §6.1). */
export const placeParams = ['IBLOCK_TYPE_ID', 'IBLOCK_ID', 'IBLOCK_CODE'] as const;

export function required(params: PhpMap, name: string): unknown {
  const value = params[name.toLowerCase()];
  if (value === undefined || value === '') throw missing(name);
  return value;
}

export function missing(name: string): ApiError {
  return codedError('ERROR_REQUIRED_PARAMETERS_MISSING', `Required parameter \`${name}\` is missing`);
}

export function kindOf(params: PhpMap): ListKind {
  const kind = required(params, 'IBLOCK_TYPE_ID');
  const known = listKinds.find((one) => one === kind);
  if (known === undefined) throw unknown(`IBLOCK_TYPE_ID=${String(kind)}`);
  return known;
}

export function namedList({ lists }: Store, { iblock_id: id, iblock_code: code }: PhpMap): List {
  if (id === undefined && code === undefined) throw missing('IBLOCK_ID');
  const list = id === undefined ? lists.all.find((one) => one.code === code) : lists.of(Number(id));
  if (list === undefined) throw codedError('ERROR_IBLOCK_NOT_FOUND', 'Iblock not found');
  return list;
}

export function listOfKind(store: Store, params: PhpMap): List {
  const kind = kindOf(params);
  const list = namedList(store, params);
  if (list.kind !== kind) throw codedError('ERROR_IBLOCK_NOT_FOUND', 'Iblock not found');
  return list;
}

/** Whether `start=-1` switches counting off here too is not known (reference §4.1, §13.6). */
export function pageStart(method: string, { start }: PhpMap): number {
  const read = readStart(start);
  if (read < 0) throw unknown(`start=-1 of ${method}`);
  return read;
}

export function shapeOf({ zone, failings, listDates }: Store): ListShape {
  return { zone, dates: listDates, values: failings.sizes.listValues ?? 'keyed' };
}
