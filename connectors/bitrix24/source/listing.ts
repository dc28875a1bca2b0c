import type { Field, Row, Value } from '../../../engine/index.ts';
import type { Command, Params } from '../command.ts';
import { satisfies } from '../compare.ts';
import { errors } from '../errors.ts';
import type { PortalField, VendorObject } from '../schema.ts';
import { sourceFilter } from './filter.ts';
import type { SourceSetting } from './config.ts';
import { sourceFields, sourceValues } from './values.ts';

/** How rows of one kind are listed, in the words of their method. */
export interface Method {
  /** For people: `deal`, `list 77`. */
  readonly what: string;
  readonly method: string;
  /** The field rows are told apart by: `ID`, `id`. */
  readonly key: string;
  /**
   * `id`: filters by id, so that a page is asked for by the row it comes after. `offset`: pages by number; `whole`:
   * such a method whose pages are not documented, since everything comes at once.
   */
  readonly pages: 'id' | 'offset' | 'whole';
  /** As far as the portal has them. */
  readonly fields: readonly PortalField[];
  list(filter: Params, start: number, select: readonly string[]): Command;
  /** The rows in the result of such a command; undefined: it is none. */
  rows(result: unknown): readonly unknown[] | undefined;
  /** Rows by their keys, which are no more than a page holds; absent: only the whole list can be read. */
  fetch?(keys: readonly string[], filter: Params, select: readonly string[]): readonly Command[];
  /** What `select` is when nothing is selected. */
  readonly all: readonly string[];
}

/** A row with its place. */
export interface PlacedRow {
  readonly id: number;
  readonly row: Row;
  /** Value of the cursor's field. */
  readonly at?: string;
}

/** A method with what a source block wants of it. */
export interface Listing extends Omit<Method, 'list' | 'fetch' | 'fields'> {
  readonly host: string;
  /** Rows up to this id are not wanted: a filter `>ID` of the source. */
  readonly above: number;
  /** Whether the source filters by such a key: `>=DATE_MODIFY`. */
  filters(key: string): boolean;
  /** What rows may hold. */
  readonly described: readonly Field[];
  /** What they could hold, were nothing selected. */
  readonly askable: readonly Field[];
  field(name: string): PortalField;
  page(bounds: Params, start: number): Command;
  fetch?(keys: readonly string[]): readonly Command[];
  /** Throws `filter_ignored` for a row that the filter should have kept back, `unexpected_result` for none at all. */
  place(given: unknown): PlacedRow;
}

/** `at`: the field of the cursor, read too. `onUnlisted` hears of fields in rows that the portal does not list: they are left out. */
export function openListing(
  host: string,
  method: Method,
  setting: SourceSetting,
  onUnlisted: (field: string) => void,
  at?: string,
): Listing {
  const fields = new Map(method.fields.map((field) => [field.name, field]));
  const known = [...fields.keys()].join(', ');
  const field = (name: string): PortalField => {
    const found = fields.get(name);
    if (!found) throw errors.source_field.error({ what: method.what, field: name, host, known });
    return found;
  };
  const filter = sourceFilter(setting.filter, field);
  // Pages by id have that filter for themselves.
  const own = method.pages === 'id' ? `>${method.key}` : '';
  const { [own]: above, ...params } = filter.params;
  const kept = setting.select ? new Set([method.key, ...setting.select.map((name) => field(name).name)]) : undefined;
  const checked = [...filter.equal.keys()].map(({ name }) => name);
  const select = kept ? [...new Set([...kept, ...checked, ...(at === undefined ? [] : [field(at).name])])] : method.all;
  const shown = method.fields.filter(({ name }) => !kept || kept.has(name));
  const shownFields = new Map(shown.map((one) => [one.name, one]));
  const { list: _list, fetch, fields: _fields, ...rest } = method;
  return {
    ...rest,
    host,
    above: Number(above ?? 0),
    filters: (name) => name in params,
    described: sourceFields(shown, method.key),
    askable: sourceFields(method.fields, method.key),
    field,
    page: (bounds, start) => method.list({ ...params, ...bounds }, start, select),
    ...(fetch && { fetch: (keys: readonly string[]) => fetch(keys, params, select) }),
    place(given) {
      const id = isVendorRow(given) ? Number(given[method.key]) : Number.NaN;
      if (!isVendorRow(given) || !Number.isSafeInteger(id))
        throw errors.unexpected_result.error({ host, method: method.method });
      const all = sourceValues(fields, given, onUnlisted);
      for (const [one, wanted] of filter.equal) {
        if (one.name in given && !satisfies(one, all[one.name], wanted, true))
          throw errors.filter_ignored.error({ host, entity: method.what, fields: one.name });
      }
      const stamp = at === undefined ? undefined : all[at];
      const row = kept ? only(all, shownFields) : all;
      return { id, row, ...(typeof stamp === 'string' && { at: stamp }) };
    },
  };
}

function isVendorRow(given: unknown): given is VendorObject {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function only(row: Row, fields: ReadonlyMap<string, PortalField>): Row {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(row)) if (fields.has(ownerOf(name))) kept[name] = value;
  return kept;

  function ownerOf(name: string): string {
    return fields.has(name) ? name : name.replace(/_(TEXT|CURRENCY)$/, '');
  }
}
